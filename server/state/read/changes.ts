/**
 * What happened after an index, command by command, rebuilt from audit events and revisions. Nothing is skipped: where
 * retention has taken an event, or a revision that an event speaks of, the answer is `compacted` and not a shorter list.
 *
 * `namespacePrefix` and `scope` cover by whole segments, `keyPrefix` is a prefix of the text. The deletion of a
 * namespace is one change and concerns every key prefix.
 */
import { asc, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { LogPosition } from '../../../lib/contract/model.ts';
import { isWithin } from '../../../lib/contract/names.ts';
import { inScope } from '../access.ts';
import { AUDIT_ORDINALS, audit } from '../schema.ts';
import type { AnswerOf, Query } from '../types.ts';
import type { WatchChange, WatchCommand } from '../watch-types.ts';
import { type AuditRecord, auditPlace } from './audit.ts';
import type { HistoryReader } from './history.ts';
import type { Moment } from './moment.ts';
import { type RevisionHeader, type ValueReader, answerBytes } from './revision-rows.ts';
import type { TermTable } from './terms.ts';

/** Events that one call looks at, at most. More than one entry can write, so that a call always gets ahead. */
export const CHANGES_SCAN_ROWS = 2000;

/** What a change of a namespace costs in an answer, roughly. */
const NAMESPACE_CHANGE_BYTES = 200;

/** The revision that an event tells of. */
export interface EventRevision {
  readonly header: Pick<RevisionHeader, 'key' | 'revision' | 'type' | 'deleted' | 'message' | 'bytes'>;
  /** For those that are no deletion. */
  readonly value: () => string;
}

/** Where changes are read from: events of one log, and what they tell of. */
export interface ChangeSource<R extends AuditRecord> {
  /** Events with ids above `id`, in log order. */
  readonly eventsAfter: (id: number, rows: number) => readonly R[];
  /** Null: retention has taken it. */
  readonly revisionOf: (event: R) => EventRevision | null;
  /** Of an index that the events reach. */
  readonly positionAt: (index: number) => LogPosition;
  /** Where the changes end. */
  readonly end: LogPosition;
  /** What is gone, as in `meta`. */
  readonly auditFloorIndex: number;
  readonly historyFloorIndex: number;
}

/** The changes of the group itself. */
export function prepareChanges(
  db: BetterSQLite3Database,
  history: HistoryReader,
  valueOf: ValueReader,
  terms: TermTable,
): (query: Query<'changes'>, moment: Moment) => AnswerOf<'changes'> {
  const eventsAfter = prepareEventsAfter(db);
  const revisionOf = ({ namespace, key, newRevision }: AuditRecord): EventRevision | null => {
    const header = namespace === null || key === null || newRevision === null ? null : history.header(namespace, key, newRevision);
    return header === null ? null : { header, value: () => valueOf(header) };
  };
  const positionAt = (index: number): LogPosition => {
    const term = terms.termAt(index);
    return { term: term === 'below-floor' ? 0 : term, index };
  };
  return (query, { applied, auditFloorIndex, historyFloorIndex }) =>
    readChanges({ eventsAfter, revisionOf, positionAt, end: applied, auditFloorIndex, historyFloorIndex }, query);
}

export function prepareEventsAfter(db: BetterSQLite3Database): ChangeSource<AuditRecord>['eventsAfter'] {
  const select = db
    .select()
    .from(audit)
    .where(sql`${audit.id} > ${sql.placeholder('id')}`)
    .orderBy(asc(audit.id))
    .limit(sql.placeholder('rows'))
    .prepare();
  return (id, rows) => select.all({ id, rows });
}

function isShown(query: Query<'changes'>, row: AuditRecord): boolean {
  const { namespace, key } = row;
  if (namespace === null || !inScope(query.scope, namespace)) return false;
  if (query.namespacePrefix !== null && !isWithin(namespace, query.namespacePrefix)) return false;
  return key === null ? row.action === 'namespace.deleted' : key.startsWith(query.keyPrefix);
}

interface SizedChange {
  readonly change: WatchChange;
  readonly bytes: number;
}

/** The change that an event tells of; `'expired'` when its revision is gone. */
function changeOf<R extends AuditRecord>(source: ChangeSource<R>, query: Query<'changes'>, row: R): SizedChange | 'expired' {
  const { namespace, key, newRevision } = row;
  if (namespace === null || key === null || newRevision === null) {
    const change = {
      op: 'delete-namespace',
      namespace: namespace ?? '',
      key: null,
      type: null,
      revision: null,
      previousRevision: null,
    } as const;
    return { change: { ...change, count: row.count ?? 0 }, bytes: NAMESPACE_CHANGE_BYTES };
  }
  const found = source.revisionOf(row);
  if (found === null) return 'expired';
  const { header } = found;
  const deleted = header.deleted === 1;
  const change: WatchChange = {
    op: deleted ? 'delete' : 'put',
    namespace,
    key,
    type: header.type,
    ...(query.values ? { value: deleted ? null : found.value() } : {}),
    revision: header.revision,
    previousRevision: row.oldRevision,
  };
  return { change, bytes: answerBytes(header, query.values) };
}

/** Events grouped by the entry that wrote them, in log order. */
function byIndex<R extends AuditRecord>(rows: readonly R[]): readonly (readonly R[])[] {
  const groups: R[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && auditPlace(group[0].id).index === auditPlace(row.id).index) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** All shown changes of one entry; null when it has none. */
function commandOf<R extends AuditRecord>(
  source: ChangeSource<R>,
  query: Query<'changes'>,
  rows: readonly R[],
): { command: WatchCommand; bytes: number } | 'expired' | null {
  const [first] = rows;
  if (first === undefined) return null;
  const changes: WatchChange[] = [];
  let bytes = 0;
  let message = '';
  for (const row of rows) {
    if (!isShown(query, row)) continue;
    const sized = changeOf(source, query, row);
    if (sized === 'expired') return 'expired';
    changes.push(sized.change);
    bytes += sized.bytes;
    ({ message } = row);
  }
  if (changes.length === 0) return null;
  const position = { term: first.term, index: auditPlace(first.id).index };
  return { command: { position, changes, actor: first.actor, message, hlc: first.hlc }, bytes };
}

export function readChanges<R extends AuditRecord>(source: ChangeSource<R>, query: Query<'changes'>): AnswerOf<'changes'> {
  const { positionAt, auditFloorIndex, historyFloorIndex } = source;
  const compacted = (): AnswerOf<'changes'> => {
    const oldest = Math.max(auditFloorIndex, historyFloorIndex);
    return { kind: 'compacted', oldest: positionAt(oldest) };
  };
  if (query.afterIndex < auditFloorIndex) return compacted();

  const rows = source.eventsAfter((query.afterIndex + 1) * AUDIT_ORDINALS - 1, CHANGES_SCAN_ROWS);
  const cut = rows.length === CHANGES_SCAN_ROWS;
  // The last entry of a full scan may go on beyond it.
  const groups = cut ? byIndex(rows).slice(0, -1) : byIndex(rows);

  const commands: WatchCommand[] = [];
  let changes = 0;
  let bytes = 0;
  let lookedAt = query.afterIndex;
  for (const group of groups) {
    const found = commandOf(source, query, group);
    if (found === 'expired') return compacted();
    if (found !== null) {
      changes += found.command.changes.length;
      bytes += found.bytes;
      if (commands.length > 0 && (changes > query.rowsMax || bytes > query.bytesMax)) {
        return { kind: 'ok', commands, upTo: positionAt(lookedAt), more: true };
      }
      commands.push(found.command);
    }
    lookedAt = auditPlace(group[0]?.id ?? 0).index;
  }
  return cut ? { kind: 'ok', commands, upTo: positionAt(lookedAt), more: true } : { kind: 'ok', commands, upTo: source.end, more: false };
}
