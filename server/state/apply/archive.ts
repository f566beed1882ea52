/** The end of a group: its own log seals its history, and `default` takes that over, before the group goes (spec 4, section 3). */
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import { formatClock } from '../../clock/hlc.ts';
import { parseRegistry } from '../registry-content.ts';
import { archiveRecordOf } from '../move-rows.ts';
import { AUDIT_ORDINALS } from '../schema.ts';
import type { ArchiveCommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';
import type { Budget } from './sweep.ts';

function answer({ statements }: ApplyContext, group: string): CommandResult {
  const row = statements.archiveRow.get({ group });
  return { kind: 'archive', record: row === undefined ? null : archiveRecordOf(row) };
}

function seal(context: ApplyContext): CommandResult {
  const { group, statements, position, progress } = context;
  // The group that keeps the registry never ends.
  if (group === DEFAULT_GROUP) return { kind: 'archive', record: null };
  if (statements.archiveRow.get({ group }) === undefined) {
    const { auditFloorIndex, historyFloorIndex } = progress;
    statements.insertArchive.run({ group, ...position, auditFloorIndex, historyFloorIndex });
    context.seal();
  }
  return answer(context, group);
}

function importArchive(context: ApplyContext, body: Extract<ArchiveCommandBody, { type: 'import-archive' }>): CommandResult {
  const { statements } = context;
  const { group, before, after, final, auditFloorIndex, historyFloorIndex, complete, events } = body;
  const isRetiring = parseRegistry(statements.registry.get()).groups.some(({ id, state }) => id === group && state === 'retiring');
  if (context.group !== DEFAULT_GROUP || !isRetiring) return answer(context, group);
  const row = statements.archiveRow.get({ group });
  if (row?.complete === 1 || (row?.cursor ?? null) !== before) return answer(context, group);
  const floors = { auditFloorIndex, historyFloorIndex };
  if (row === undefined) statements.insertArchive.run({ group, ...final, ...floors });
  for (const { revision, ...event } of events) {
    statements.insertArchivedEvent.run({
      group,
      ...event,
      type: revision?.type ?? null,
      deleted: revision?.deleted === true ? 1 : 0,
      hash: revision?.hash ?? null,
      value: revision?.value ?? null,
    });
  }
  statements.advanceArchive.run({ group, cursor: after, complete: complete ? 1 : 0, ...floors });
  return answer(context, group);
}

export function applyArchive(context: ApplyContext, body: ArchiveCommandBody): CommandResult {
  return body.type === 'seal-group' ? seal(context) : importArchive(context, body);
}

/**
 * Retention of what has been taken over: events by the time of their stamp, their revisions sooner.
 *
 * @returns how many of each went
 */
export function expireArchives(
  context: ApplyContext,
  before: { readonly auditBeforeMs: number; readonly revisionsBeforeMs: number },
  budget: Budget,
): { readonly events: number; readonly revisions: number } {
  const { statements } = context;
  let events = 0;
  let revisions = 0;
  for (const row of statements.archiveRows.all()) {
    if (row.complete === 0 || budget.rows <= 0) continue;
    const { groupId: group } = row;
    let { auditFloorIndex, historyFloorIndex } = row;
    const old = statements.archivedBefore.all({ group, hlc: textOf(before.auditBeforeMs), rows: budget.rows }).at(-1);
    if (old !== undefined) {
      events += spend(budget, statements.dropArchivedTo.run({ group, id: old.id }).changes);
      auditFloorIndex = Math.floor(old.id / AUDIT_ORDINALS);
    }
    const oldest = budget.rows <= 0 ? [] : statements.archivedRevisions.all({ group, rows: budget.rows });
    const outdated = oldest.findLast(({ hlc }) => hlc < textOf(before.revisionsBeforeMs));
    if (outdated !== undefined) {
      revisions += spend(budget, statements.dropArchivedRevisionsTo.run({ group, id: outdated.id }).changes);
      historyFloorIndex = Math.floor(outdated.id / AUDIT_ORDINALS);
    }
    if (old === undefined && outdated === undefined) continue;
    statements.advanceArchive.run({ group, cursor: row.cursor, complete: 1, auditFloorIndex, historyFloorIndex });
  }
  return { events, revisions };
}

function textOf(ms: number): string {
  return formatClock({ ms, counter: 0 }, '');
}

function spend(budget: Budget, rows: number): number {
  budget.rows -= rows;
  return rows;
}
