/**
 * Steps of a move in the log of one of its two groups (spec 4, section 3). The first decision on a move stays: whatever comes
 * late or twice finds it, changes nothing, and is told.
 */
import type { AuditAction } from '../../../lib/contract/model.ts';
import type { MoveRecord } from '../../shards/import.ts';
import { covers, mayOverlap } from '../../shards/range.ts';
import type { ShardRange } from '../../shards/types.ts';
import { type MoveRow, rangeOf, recordOf } from '../move-rows.ts';
import { partitionOf } from '../partition.ts';
import type { CommandResult, RangeCommandBody } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { importBytes, importRow } from './import-rows.ts';
import { type Budget, sweep } from './sweep.ts';

type Body<T extends RangeCommandBody['type']> = Extract<RangeCommandBody, { type: T }>;

function find({ statements }: ApplyContext, move: string): MoveRow | undefined {
  return statements.moveRow.get({ move });
}

function answer(context: ApplyContext, move: string, more = false): CommandResult {
  const row = find(context, move);
  return { kind: 'range', record: row === undefined ? null : recordOf(row), more };
}

/** Notes what is decided about a move; from here on the group keeps what follows from it. */
function decide(
  context: ApplyContext,
  { move, range }: { readonly move: string; readonly range: ShardRange | null },
  state: MoveRecord['state'],
  action: AuditAction | null,
  fromFinalIndex: number | null = null,
): void {
  const { statements, position, timeMs } = context;
  const decision = { move, state, index: position.index, timeMs };
  if (range === null) statements.decideMove.run({ ...decision, fromFinalIndex });
  else statements.insertMove.run({ ...decision, range: JSON.stringify(range) });
  context.ownershipChanged();
  if (action !== null) context.audit({ action, message: move });
}

function fence(context: ApplyContext, { move, range }: Body<'fence-range'>): CommandResult {
  if (find(context, move) === undefined) decide(context, { move, range }, 'fenced', 'range.fenced');
  return answer(context, move);
}

function lift(context: ApplyContext, { move, range, unfenced }: Body<'lift-fence'>): CommandResult {
  const row = find(context, move);
  if (row === undefined) decide(context, { move, range }, 'lifted', null);
  else if (row.state === 'fenced' && !unfenced) decide(context, { move, range: null }, 'lifted', 'range.unfenced');
  return answer(context, move);
}

/** Whether rows of the range may still lie here that an earlier move left behind: they would mix with those that come. */
function isInTheWay(row: MoveRow, range: ShardRange): boolean {
  return (row.state === 'fenced' || row.state === 'voided') && mayOverlap(rangeOf(row), range);
}

function importRows(context: ApplyContext, body: Body<'import-rows'>): CommandResult {
  const { statements } = context;
  const { move, range, before, after, rows } = body;
  const row = find(context, move);
  if (row !== undefined && row.state !== 'importing') return answer(context, move);
  if ((row?.cursor ?? null) !== (before === null ? null : JSON.stringify(before))) return answer(context, move);
  if (row === undefined && statements.moveRows.all().some((other) => isInTheWay(other, range))) return answer(context, move);
  // A plan that brings what is here already is wrong: nothing may be written over.
  if (rows.some(({ kind, namespace }) => kind !== 'record' && namespace !== null && context.keeps(namespace))) return answer(context, move);
  if (row === undefined) decide(context, { move, range }, 'importing', null);
  for (const one of rows) importRow(context, one);
  statements.importMove.run({ move, cursor: JSON.stringify(after), rows: rows.length, bytes: importBytes(rows) });
  return answer(context, move);
}

function own(context: ApplyContext, { move, cursor, fromFinalIndex }: Body<'own-range'>): CommandResult {
  const row = find(context, move);
  if (row?.state === 'importing' && row.cursor === JSON.stringify(cursor))
    decide(context, { move, range: null }, 'owned', 'range.taken', fromFinalIndex);
  return answer(context, move);
}

function voidRange(context: ApplyContext, { move, range }: Body<'void-range'>): CommandResult {
  const row = find(context, move);
  if (row === undefined) decide(context, { move, range }, 'voided', 'range.refused');
  else if (row.state === 'importing') decide(context, { move, range: null }, 'voided', 'range.refused');
  return answer(context, move);
}

function end(context: ApplyContext, move: string, state: MoveRecord['state']): void {
  context.statements.endMove.run({ move, state });
  context.ownershipChanged();
}

function release(context: ApplyContext, { move, rowsMax }: Body<'release-range'>): CommandResult {
  const row = find(context, move);
  const budget: Budget = { rows: rowsMax };
  if (row?.state === 'fenced') {
    // Only what this very move gave away last: it may have come back since, or be about to go elsewhere.
    const done = sweep(context, row, 'entries', budget, (namespace) => context.ownership.of(namespace).since === row.decidedIndex);
    if (!done) return answer(context, move, true);
    end(context, move, 'released');
  } else if (row?.state === 'voided') {
    if (!sweep(context, row, 'history', budget, (namespace) => !context.keeps(namespace))) return answer(context, move, true);
    end(context, move, 'dropped');
  }
  return answer(context, move);
}

/** Retention of the history that stayed behind when a range was given away: it goes as a whole, once it is as old as revisions may get. */
export function forgetGiven(context: ApplyContext, beforeMs: number, budget: Budget): void {
  const rows = context.statements.moveRows.all();
  const arriving = rows.filter(({ state }) => state === 'importing').flatMap(rangeOf);
  for (const row of rows) {
    if (budget.rows <= 0) return;
    if (row.state !== 'released' || row.decidedMs >= beforeMs) continue;
    // Not what another move is bringing back.
    const isDue = (namespace: string): boolean =>
      context.ownership.of(namespace).since === row.decidedIndex && !covers(arriving, namespace, () => partitionOf(namespace));
    if (sweep(context, row, 'history', budget, isDue)) end(context, row.move, 'forgotten');
  }
}

export function applyRange(context: ApplyContext, body: RangeCommandBody): CommandResult {
  switch (body.type) {
    case 'fence-range':
      return fence(context, body);
    case 'lift-fence':
      return lift(context, body);
    case 'import-rows':
      return importRows(context, body);
    case 'own-range':
      return own(context, body);
    case 'void-range':
      return voidRange(context, body);
    case 'release-range':
      return release(context, body);
  }
}
