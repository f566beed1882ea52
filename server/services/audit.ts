/** Audit events, newest first: a page, or the whole filtered set as an export. */
import type { AuditEvent } from '../../lib/contract/model.ts';
import type { AuditList } from '../../lib/contract/schemas/audit.ts';
import type { AnswerOf, Query } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { decodeCursor, encodeCursor, reachingCursor } from './cursor.ts';
import { requireNamespace, requireRight } from './guards.ts';
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

export async function listAudit(
  services: Services,
  call: Call,
  input: AuditFilter & { readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<AuditList>> {
  const { limit, cursor: cursorText, ...filter } = input;
  authorise(call, filter);
  const { engine, reads } = services;
  const group = CLUSTER_GROUP;
  const { namespace, key, actor, action, search, fromMs, toMs } = filter;
  const question = ['audit', namespace, key, actor, action, search, fromMs, toMs, call.principal.scope];
  const cursor = cursorText === null ? null : decodeCursor(engine, group, question, cursorText, isPlace);
  const page = { before: cursor?.position ?? null, asOf: cursor?.asOfIndex ?? null, rowsMax: limit };
  const read = await reads.scan(group, auditQuery(call, filter, page), reachingCursor(call, cursor));
  const { rows, next, oldestKeptMs } = read.data;
  const asOf = cursor === null ? read.applied : { term: Number(cursor.asOf[0]?.term ?? 0), index: cursor.asOfIndex };
  const nextCursor = next === null ? null : encodeCursor(engine, group, question, asOf, next);
  return { ...read, data: { items: rows.map(toEvent), nextCursor, oldestKept: oldestKeptMs === null ? null : timeOf(oldestKeptMs) } };
}

/** The whole filtered set as it was when the first page was read, in bounded pages. */
export async function exportAudit(services: Services, call: Call, filter: AuditFilter): Promise<ReadResult<AsyncIterable<AuditEvent>>> {
  authorise(call, filter);
  const group = CLUSTER_GROUP;
  const first = await services.reads.scan(group, auditQuery(call, filter, { before: null, asOf: null, rowsMax: EXPORT_PAGE_ROWS }), call);
  const asOf = first.applied.index;
  async function* events(): AsyncGenerator<AuditEvent> {
    let page = first.data;
    for (;;) {
      for (const row of page.rows) yield toEvent(row);
      if (page.next === null) return;
      const answer = await services.engine.scan(group, auditQuery(call, filter, { before: page.next, asOf, rowsMax: EXPORT_PAGE_ROWS }));
      page = answer.data;
    }
  }
  return { ...first, data: events() };
}
