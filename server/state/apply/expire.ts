/**
 * Retention, through the log, so that replicas agree on what is gone. Bounded: whoever proposes repeats the command
 * until it finds nothing more to do.
 *
 * - A revision goes when its key has more than `revisionsPerKey` newer ones kept, or when it was *superseded* before
 *   `revisionsBeforeMs`. Age counts from the moment a value stopped being in force: otherwise the first change of an old
 *   value would at once take away what it replaced. The newest revision of a key always stays.
 * - Audit events go by the time of their stamp.
 * - Records of idempotent requests go when they are older than `idempotencyBeforeMs` and not among the newest
 *   `idempotencyKeep`; neither may be set below what the API promises.
 */
import type { CommandBody, CommandResult } from '../types.ts';
import { formatClock } from '../../clock/hlc.ts';
import { AUDIT_ORDINALS } from '../schema.ts';
import { expireArchives } from './archive.ts';
import type { ApplyContext } from './context.ts';
import { forgetGiven } from './ranges.ts';
import type { Budget } from './sweep.ts';

type ExpireBody = Extract<CommandBody, { type: 'expire' }>;

/** What the API promises (spec 2, "Writes"): no setting goes below. */
export const IDEMPOTENCY_AGE_MS_MIN = 24 * 3_600_000;
export const IDEMPOTENCY_KEEP_MIN = 10_000;

/** `longHistories` is answered by an index from this many revisions on (`entries_long` in schema.ts). */
const LONG_HISTORY_INDEXED = 16;

/** Rows taken from the database at a time. */
const PAGE_ROWS = 256;

/** Index of this group's log at which the revisions below were superseded. Those that came from another group are of every state since. */
function indexOf(
  context: ApplyContext,
  of: { readonly namespace: string; readonly key: string },
  revision: number,
  superseding: { readonly positionIndex: number; readonly origin: string | null } | undefined,
): number {
  if (superseding === undefined) return context.position.index;
  if (superseding.origin === null) return superseding.positionIndex;
  return context.statements.lastLocalBelow.get({ ...of, revision })?.index ?? 0;
}

/** Drops the revisions of a key below `revision`, which itself is kept. Returns how many. */
function dropBelow(
  context: ApplyContext,
  of: { readonly namespace: string; readonly key: string },
  revision: number,
  superseding: { readonly positionIndex: number; readonly origin: string | null } | undefined,
): number {
  const supersededIndex = indexOf(context, of, revision, superseding);
  const { changes } = context.statements.dropRevisionsBelow.run({ ...of, revision });
  if (changes === 0) return 0;
  context.statements.raiseOldest.run({ ...of, revision });
  context.progress.historyFloorIndex = Math.max(context.progress.historyFloorIndex, supersededIndex);
  return changes;
}

/** Walks all revisions in the order they were written, each once in its life: what it superseded long ago goes. */
function expireByAge(context: ApplyContext, beforeMs: number, budget: Budget): number {
  let dropped = 0;
  while (budget.rows > 0) {
    const rows = context.statements.revisionsAfter.all({ id: context.progress.expiredRevisionId, rows: Math.min(budget.rows, PAGE_ROWS) });
    for (const row of rows) {
      if (row.timeMs >= beforeMs) return dropped;
      if (row.revision > 1) dropped += dropBelow(context, row, row.revision, row);
      context.progress.expiredRevisionId = row.id;
      budget.rows--;
    }
    if (rows.length < PAGE_ROWS) return dropped;
  }
  return dropped;
}

function expireByCount(context: ApplyContext, revisionsPerKey: number, budget: Budget): number {
  const { statements } = context;
  const keep = Math.max(1, revisionsPerKey);
  const longHistories = keep >= LONG_HISTORY_INDEXED ? statements.longHistories : statements.longHistoriesScan;
  let dropped = 0;
  for (const head of longHistories.all({ keep, rows: budget.rows })) {
    if (budget.rows <= 0) break;
    const oldest = Math.min(head.revision - keep + 1, head.oldestRevision + budget.rows);
    const superseding = statements.revision.get({ namespace: head.namespace, key: head.key, revision: oldest });
    const gone = dropBelow(context, head, oldest, superseding);
    budget.rows -= gone;
    dropped += gone;
  }
  return dropped;
}

function expireAudit(context: ApplyContext, beforeMs: number, budget: Budget): number {
  if (budget.rows <= 0) return 0;
  const rows = context.statements.auditBefore.all({ hlc: formatClock({ ms: beforeMs, counter: 0 }, ''), rows: budget.rows });
  const last = rows.at(-1);
  if (last === undefined) return 0;
  const { changes } = context.statements.dropAuditTo.run({ id: last.id });
  budget.rows -= changes;
  context.progress.auditFloorIndex = Math.floor(last.id / AUDIT_ORDINALS);
  return changes;
}

function expireIdempotency(context: ApplyContext, body: ExpireBody, budget: Budget): number {
  if (budget.rows <= 0) return 0;
  const beforeMs = Math.min(body.idempotencyBeforeMs, context.timeMs - IDEMPOTENCY_AGE_MS_MIN);
  const newest = context.statements.newestRecorded.get()?.id ?? 0;
  const rows = context.statements.recordedBefore.all({
    id: newest - Math.max(body.idempotencyKeep, IDEMPOTENCY_KEEP_MIN),
    rows: budget.rows,
  });
  // In order of arrival: what a move has brought may be older than what stands before it.
  const young = rows.findIndex((row) => row.stampMs >= beforeMs);
  const last = rows[(young === -1 ? rows.length : young) - 1];
  if (last === undefined) return 0;
  const { changes } = context.statements.dropRecordedTo.run({ id: last.id });
  budget.rows -= changes;
  return changes;
}

export function applyExpire(context: ApplyContext, body: ExpireBody): CommandResult {
  const budget: Budget = { rows: body.rowsMax };
  const own = expireByCount(context, body.revisionsPerKey, budget) + expireByAge(context, body.revisionsBeforeMs, budget);
  const ownEvents = expireAudit(context, body.auditBeforeMs, budget);
  const requests = expireIdempotency(context, body, budget);
  const archived = expireArchives(context, body, budget);
  const [revisions, events] = [own + archived.revisions, ownEvents + archived.events];
  forgetGiven(context, body.revisionsBeforeMs, budget);
  if (revisions + events + requests > 0) {
    context.audit({
      action: 'retention.applied',
      count: revisions + events + requests,
      message: `dropped ${revisions} revisions, ${events} audit events, ${requests} request records`,
    });
  }
  return budget.rows <= 0 ? { kind: 'done', more: true } : { kind: 'done' };
}
