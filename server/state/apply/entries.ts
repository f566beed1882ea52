/** What writes, restores and deletions of entries share. */
import type { AuditAction, EntryType, LogPosition } from '../../../lib/contract/model.ts';
import { must } from '../../../lib/kernel/assert.ts';
import { revisionHash } from '../value-hash.ts';
import type { Change, CommandResult, EntryState, Precondition } from '../types.ts';
import type { ApplyContext } from './context.ts';

/** Where the history of a key stands, deleted or not. */
export interface Head {
  readonly id: number;
  readonly revision: number;
  readonly revisionId: number;
  readonly type: EntryType;
  readonly deleted: boolean;
  readonly createdAtMs: number;
  readonly position: LogPosition;
  /** Group whose log the position is of; null: this one. */
  readonly origin: string | null;
}

export type Refusal = Extract<CommandResult, { kind: 'refused' }>;

/** The newest state of a key, or null when it never was. */
export function findHead(context: ApplyContext, namespace: string, key: string): Head | null {
  const row = context.statements.head.get({ namespace, key });
  if (row === undefined) return null;
  return {
    id: row.id,
    revision: row.revision,
    revisionId: row.revisionId,
    type: row.type,
    deleted: row.deleted === 1,
    createdAtMs: row.createdAtMs,
    position: { term: row.positionTerm, index: row.positionIndex },
    origin: row.origin,
  };
}

/** The live entry that a conflict answers with. */
function currentState(context: ApplyContext, key: string, head: Head): EntryState {
  const newest = must(context.statements.revisionById.get({ id: head.revisionId }), `the newest revision of ${key} is kept`);
  return {
    key,
    type: head.type,
    revision: head.revision,
    position: head.position,
    ...(head.origin === null ? {} : { group: head.origin }),
    createdAtMs: head.createdAtMs,
    updatedAtMs: newest.timeMs,
    updatedBy: newest.author,
    message: newest.message,
  };
}

/** Whether an entry is at a version: also at the one that it has brought from another group. */
function isAt({ group }: ApplyContext, { position, origin }: Head, version: NonNullable<Precondition['ifMatch']>): boolean {
  if (position.index !== version.index || position.term !== version.term) return false;
  return (origin ?? group) === (version.group ?? group);
}

/**
 * Judges `If-Match` and `If-None-Match: *` against the live entry.
 * @param live the entry before this operation; null when absent or deleted
 * @returns the refusal, with the current entry, or null when the precondition holds
 */
export function preconditionRefusal(
  context: ApplyContext,
  condition: Precondition,
  key: string,
  live: Head | null,
  operation: number,
): Refusal | null {
  const { ifMatch } = condition;
  const matches = ifMatch === undefined || (live !== null && isAt(context, live, ifMatch));
  if (matches && !(condition.ifAbsent === true && live !== null)) return null;
  return { kind: 'refused', code: 'version-conflict', operation, current: live === null ? null : currentState(context, key, live) };
}

/** A new revision with a value. */
export interface NewRevision {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
  readonly type: EntryType;
  readonly message: string;
}

function moveHead(
  context: ApplyContext,
  at: { readonly namespace: string; readonly key: string },
  head: Head | null,
  next: {
    readonly revision: number;
    readonly revisionId: number;
    readonly type: EntryType;
    readonly deleted: 0 | 1;
    readonly createdAtMs: number;
  },
): void {
  const { term, index } = context.position;
  const { revision, revisionId, type, deleted, createdAtMs } = next;
  // Spelled out here and wherever every put passes: spreading costs more than SQLite does (docs/benchmarks.md).
  if (head === null) {
    const { namespace, key } = at;
    context.statements.insertHead.run({ namespace, key, revision, revisionId, type, deleted, createdAtMs, term, index });
  } else context.statements.updateHead.run({ id: head.id, revision, revisionId, type, deleted, createdAtMs, term, index });
}

/** Writes the next revision of a key, its head and its audit event. */
export function putRevision(context: ApplyContext, head: Head | null, next: NewRevision, action?: AuditAction): Change {
  const { namespace, key, type, message } = next;
  const { position, timeMs } = context;
  const created = head === null || head.deleted;
  const previousRevision = created ? null : head.revision;
  const revision = (head?.revision ?? 0) + 1;
  const createdAtMs = created ? timeMs : head.createdAtMs;
  const author = context.actor.name;

  const written = context.statements.insertRevision.run({
    namespace,
    key,
    revision,
    type,
    deleted: 0,
    term: position.term,
    index: position.index,
    createdAtMs,
    timeMs,
    author,
    message,
    hash: revisionHash({ namespace, key, revision, type, position }, next.value),
    value: next.value,
  });
  moveHead(context, { namespace, key }, head, { revision, revisionId: Number(written.lastInsertRowid), type, deleted: 0, createdAtMs });
  context.audit({
    action: action ?? (created ? 'config.created' : 'config.updated'),
    namespace,
    key,
    oldRevision: previousRevision,
    newRevision: revision,
    message,
  });
  const entry: EntryState = { key, type, revision, position, createdAtMs, updatedAtMs: timeMs, updatedBy: author, message };
  return { op: 'put', created, previousRevision, entry };
}

/** Writes the deletion of a live key as its next revision. */
export function deleteRevision(
  context: ApplyContext,
  head: Head,
  at: { readonly namespace: string; readonly key: string },
  message: string,
): Change {
  const { position, timeMs } = context;
  const revision = head.revision + 1;
  const { type, createdAtMs } = head;
  const written = context.statements.insertRevision.run({
    ...at,
    revision,
    type,
    deleted: 1,
    term: position.term,
    index: position.index,
    createdAtMs,
    timeMs,
    author: context.actor.name,
    message,
    hash: null,
    value: null,
  });
  moveHead(context, at, head, { revision, revisionId: Number(written.lastInsertRowid), type, deleted: 1, createdAtMs });
  context.audit({ action: 'config.deleted', ...at, oldRevision: head.revision, newRevision: revision, message });
  return { op: 'delete', key: at.key, revision, previousRevision: head.revision };
}
