/** Audit events, newest first: a page, or the whole filtered set as an export. */
import type { AuditEvent } from '../../lib/contract/model.ts';
import type { AuditList } from '../../lib/contract/schemas/audit.ts';
import type { AnswerOf, Query } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { type Gathered, factsOf, gather } from './gather.ts';
import { type GroupCursor, decodeGroupCursor, encodeGroupCursor, reachingGroups } from './group-cursor.ts';
import { requireNamespace, requireRight } from './guards.ts';
import { type MergedPage, mergePages } from './merge-pages.ts';
import { timeOf } from './rows.ts';

export interface AuditFilter {
  readonly namespace: string | null;
  readonly key: string | null;
  readonly actor: string | null;
  readonly action: string | null;
  /** Text that events must mention. */
  readonly search: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

interface Place {
  readonly hlc: string;
  readonly index: number;
  readonly ordinal: number;
}

type AuditRow = AnswerOf<'audit'>['rows'][number];

const EXPORT_PAGE_ROWS = 500;

function isPlace(value: unknown): value is Place {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hlc' in value &&
    typeof value.hlc === 'string' &&
    'index' in value &&
    typeof value.index === 'number' &&
    'ordinal' in value &&
    typeof value.ordinal === 'number'
  );
}

function toEvent({ index: _index, ordinal: _ordinal, ...event }: AuditRow): AuditEvent {
  return event;
}

function authorise(call: Call, { namespace }: AuditFilter): void {
  if (namespace === null) requireRight(call.principal, 'read');
  else requireNamespace(call.principal, 'read', namespace);
}

function auditQuery(
  call: Call,
  filter: AuditFilter,
  page: { readonly before: Place | null; readonly asOf: number | null; readonly rowsMax: number },
): Query<'audit'> {
  return { type: 'audit', scope: call.principal.scope, ...filter, ...page };
}

/** Newest first: by clock, then by group, then as they stand in its log. */
function compareEvents(a: Place, groupOfA: string, b: Place, groupOfB: string): number {
  if (a.hlc !== b.hlc) return a.hlc > b.hlc ? -1 : 1;
  if (groupOfA !== groupOfB) return groupOfA > groupOfB ? -1 : 1;
  return b.index - a.index || b.ordinal - a.ordinal;
}

const ORDER = { placeOf: ({ hlc, index, ordinal }: AuditRow): Place => ({ hlc, index, ordinal }), compare: compareEvents };

type Parts = Gathered<'audit'>;

/** One page of every group that has more, as of the states that the cursor names. Events stay in the group where they happened. */
function askGroups(
  services: Services,
  call: Call,
  filter: AuditFilter,
  cursor: GroupCursor<Place> | null,
  rowsMax: number,
): Promise<Parts> {
  const queryOf = (group: string): Query<'audit'> | null => {
    const place = cursor?.places.get(group);
    if (cursor !== null && place === undefined) return null;
    return auditQuery(call, filter, { before: place?.at ?? null, asOf: place?.asOf ?? null, rowsMax });
  };
  const archivedOf = (group: string): Query<'audit'> | null => {
    const query = queryOf(group);
    // Nothing comes after its end: only a cursor that is older than that names a state of it.
    return query === null ? null : { ...query, of: group, asOf: query.asOf === 0 ? null : query.asOf };
  };
  return gather(services, reachingGroups(call, cursor), queryOf, false, archivedOf);
}

function merge(parts: Parts, cursor: GroupCursor<Place> | null, rowsMax: number): MergedPage<AuditRow, Place> {
  const pages = parts.map(({ group, data: { rows, next } }) => ({ group, rows, start: cursor?.places.get(group)?.at ?? null, next }));
  return mergePages(pages, { ...ORDER, rowsMax });
}

export async function listAudit(
  services: Services,
  call: Call,
  input: AuditFilter & { readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<AuditList>> {
  const { limit, cursor: cursorText, ...filter } = input;
  authorise(call, filter);
  const { namespace, key, actor, action, search, fromMs, toMs } = filter;
  const question = ['audit', namespace, key, actor, action, search, fromMs, toMs, call.principal.scope];
  const cursor = cursorText === null ? null : decodeGroupCursor(services, question, cursorText, isPlace);
  const parts = await askGroups(services, call, filter, cursor, limit);
  const { rows, next } = merge(parts, cursor, limit);
  const kept = parts.flatMap(({ data }) => (data.oldestKeptMs === null ? [] : [data.oldestKeptMs]));
  const nextCursor = encodeGroupCursor(services, question, cursor, parts, next);
  const oldestKept = kept.length === 0 ? null : timeOf(Math.min(...kept));
  return { ...factsOf(parts), data: { items: rows.map(({ row }) => toEvent(row)), nextCursor, oldestKept } };
}

/** The whole filtered set as it was when the first page was read, in bounded pages. */
export async function exportAudit(services: Services, call: Call, filter: AuditFilter): Promise<ReadResult<AsyncIterable<AuditEvent>>> {
  authorise(call, filter);
  const first = await askGroups(services, call, filter, null, EXPORT_PAGE_ROWS);
  const asOf = new Map(first.map(({ group, applied, archived }) => [group, archived === true ? 0 : applied.index]));
  const later: Call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
  async function* events(): AsyncGenerator<AuditEvent> {
    let cursor: GroupCursor<Place> | null = null;
    for (let parts: Parts = first; ; parts = await askGroups(services, later, filter, cursor, EXPORT_PAGE_ROWS)) {
      const { rows, next }: MergedPage<AuditRow, Place> = merge(parts, cursor, EXPORT_PAGE_ROWS);
      for (const { row } of rows) yield toEvent(row);
      if (next.size === 0) return;
      const places = [...next].map(([group, at]) => [group, { at, asOf: asOf.get(group) ?? 0, owned: 0 }] as const);
      cursor = { asOf: [], places: new Map(places) };
    }
  }
  return { ...factsOf(first), data: events() };
}
