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
import { type ValueReader, answerBytes } from './revision-rows.ts';
import type { TermTable } from './terms.ts';

/** Events that one call looks at, at most. More than one entry can write, so that a call always gets ahead. */
export const CHANGES_SCAN_ROWS = 2000;

/** What a change of a namespace costs in an answer, roughly. */
const NAMESPACE_CHANGE_BYTES = 200;

export interface ChangesTools {
  readonly history: HistoryReader;
  readonly valueOf: ValueReader;
  readonly terms: TermTable;
  /** Events with ids above `id`, in log order. */
  readonly eventsAfter: (id: number, rows: number) => readonly AuditRecord[];
}

export function prepareEventsAfter(db: BetterSQLite3Database): ChangesTools['eventsAfter'] {
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
function changeOf(tools: ChangesTools, query: Query<'changes'>, row: AuditRecord): SizedChange | 'expired' {
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
  const header = tools.history.header(namespace, key, newRevision);
  if (header === null) return 'expired';
  const deleted = header.deleted === 1;
  const change: WatchChange = {
    op: deleted ? 'delete' : 'put',
    namespace,
    key,
    type: header.type,
    ...(query.values ? { value: deleted ? null : tools.valueOf(header) } : {}),
    revision: header.revision,
    previousRevision: row.oldRevision,
  };
  return { change, bytes: answerBytes(header, query.values) };
}

/** Events grouped by the entry that wrote them, in log order. */
function byIndex(rows: readonly AuditRecord[]): readonly (readonly AuditRecord[])[] {
  const groups: AuditRecord[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && auditPlace(group[0].id).index === auditPlace(row.id).index) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** All shown changes of one entry; null when it has none. */
function commandOf(
  tools: ChangesTools,
  query: Query<'changes'>,
  rows: readonly AuditRecord[],
): { command: WatchCommand; bytes: number } | 'expired' | null {
  const [first] = rows;
  if (first === undefined) return null;
  const changes: WatchChange[] = [];
  let bytes = 0;
  let message = '';
  for (const row of rows) {
    if (!isShown(query, row)) continue;
    const sized = changeOf(tools, query, row);
    if (sized === 'expired') return 'expired';
    changes.push(sized.change);
    bytes += sized.bytes;
    ({ message } = row);
  }
  if (changes.length === 0) return null;
  const position = { term: first.term, index: auditPlace(first.id).index };
  return { command: { position, changes, actor: first.actor, message, hlc: first.hlc }, bytes };
}

export function readChanges(tools: ChangesTools, query: Query<'changes'>, moment: Moment): AnswerOf<'changes'> {
  const positionAt = (index: number): LogPosition => {
    const term = tools.terms.termAt(index);
    return { term: term === 'below-floor' ? 0 : term, index };
  };
  const compacted = (): AnswerOf<'changes'> => {
    const oldest = Math.max(moment.auditFloorIndex, moment.historyFloorIndex);
    return { kind: 'compacted', oldest: positionAt(oldest) };
  };
  if (query.afterIndex < moment.auditFloorIndex) return compacted();

  const rows = tools.eventsAfter((query.afterIndex + 1) * AUDIT_ORDINALS - 1, CHANGES_SCAN_ROWS);
  const cut = rows.length === CHANGES_SCAN_ROWS;
  // The last entry of a full scan may go on beyond it.
  const groups = cut ? byIndex(rows).slice(0, -1) : byIndex(rows);

  const commands: WatchCommand[] = [];
  let changes = 0;
  let bytes = 0;
  let lookedAt = query.afterIndex;
  for (const group of groups) {
    const found = commandOf(tools, query, group);
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
  return cut
    ? { kind: 'ok', commands, upTo: positionAt(lookedAt), more: true }
    : { kind: 'ok', commands, upTo: moment.applied, more: false };
}
