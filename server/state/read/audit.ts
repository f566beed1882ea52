/**
 * Audit events, newest first, in (hlc, index, ordinal) order, which within a group is log order.
 *
 * `namespace` and `scope` cover by whole segments (`teams/a` covers `teams/a/b`); events without a namespace (keys,
 * members, retention) are shown only to a scope of everything. Times are `[fromMs, toMs)`. Work per call is bounded:
 * having looked at enough events it answers with what it found and says in `next` where to go on.
 */
import { type SQL, and, asc, desc, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AuditEvent } from '../../../lib/contract/model.ts';
import { mentions } from '../../../lib/contract/audit-text.ts';
import { formatVersion } from '../../../lib/contract/token.ts';
import { formatClock } from '../../clock/hlc.ts';
import { namespaceRanges } from '../access.ts';
import { AUDIT_ORDINALS, audit } from '../schema.ts';
import { timeText } from '../time-text.ts';
import type { AnswerOf, Query } from '../types.ts';
import { ABOVE_ALL_TEXT } from './bounds.ts';
import type { Moment } from './moment.ts';

const p = sql.placeholder;

/** Events that one call looks at, at most. */
export const AUDIT_SCAN_ROWS = 10_000;
/** Rows that are fetched at once while text is looked for in them. */
const SEARCH_ROWS = 500;

export type AuditRecord = typeof audit.$inferSelect;
type AuditAnswerRow = AuditEvent & { readonly index: number; readonly ordinal: number };

/** Milliseconds of a stamp's text. */
export function hlcMs(hlc: string): number {
  return Number.parseInt(hlc, 10);
}

/** Where an audit row stands in the log. */
export function auditPlace(id: number): { readonly index: number; readonly ordinal: number } {
  return { index: Math.floor(id / AUDIT_ORDINALS), ordinal: id % AUDIT_ORDINALS };
}

function eventOf(row: AuditRecord, group: string): AuditAnswerRow {
  const { index, ordinal } = auditPlace(row.id);
  return {
    id: `${group}:${index}:${ordinal}`,
    hlc: row.hlc,
    group,
    version: formatVersion(group, { term: row.term, index }),
    action: row.action,
    actor: row.actor,
    namespace: row.namespace,
    key: row.key,
    oldRevision: row.oldRevision,
    newRevision: row.newRevision,
    message: row.message,
    requestId: row.requestId,
    time: timeText(hlcMs(row.hlc)),
    index,
    ordinal,
  };
}

/** Columns of `audit`, and of whatever holds events in the same form. */
const FIELDS = {
  id: audit.id,
  term: audit.term,
  hlc: audit.hlc,
  action: audit.action,
  actor: audit.actor,
  namespace: audit.namespace,
  key: audit.key,
  oldRevision: audit.oldRevision,
  newRevision: audit.newRevision,
  count: audit.count,
  message: audit.message,
  requestId: audit.requestId,
} as const;

export type AuditFields = typeof FIELDS;

/** Where events are read from. */
export interface AuditSource {
  readonly table: SQLiteTable;
  readonly fields: AuditFields;
  /** Which of its rows; may ask for `of`, the group. */
  readonly where: SQL | undefined;
}

const OWN: AuditSource = { table: audit, fields: FIELDS, where: undefined };

function prepareStatements(db: BetterSQLite3Database, { table, fields, where }: AuditSource) {
  const unlessNull = (column: AuditFields['key' | 'actor' | 'action'], name: string) => sql`(${p(name)} IS NULL OR ${column} = ${p(name)})`;
  const inRanges = (name: string) => sql`(${p(name)} IS NULL OR EXISTS (SELECT 1 FROM json_each(${p(name)}) one
    WHERE ${fields.namespace} >= one.value ->> 0 AND (one.value ->> 1 IS NULL OR ${fields.namespace} < one.value ->> 1)))`;
  return {
    /** First event whose stamp's text is at or above a text. */
    firstFrom: db
      .select({ id: fields.id })
      .from(table)
      .where(and(where, sql`${fields.hlc} >= ${p('hlc')}`))
      .orderBy(asc(fields.hlc), asc(fields.id))
      .limit(1)
      .prepare(),
    /** The last event that a call looks at: `skip` events below the first. */
    scanEnd: db
      .select({ id: fields.id, hlc: fields.hlc })
      .from(table)
      .where(and(where, sql`${fields.id} < ${p('below')}`))
      .orderBy(desc(fields.id))
      .limit(1)
      .offset(p('skip'))
      .prepare(),
    oldest: db.select({ hlc: fields.hlc }).from(table).where(where).orderBy(asc(fields.id)).limit(1).prepare(),
    page: db
      .select(fields)
      .from(table)
      .where(
        and(
          where,
          sql`${fields.id} < ${p('below')}`,
          sql`${fields.id} >= ${p('from')}`,
          sql`(${fields.hlc} < ${p('beforeHlc')} OR (${fields.hlc} = ${p('beforeHlc')} AND ${fields.id} < ${p('beforeId')}))`,
          unlessNull(fields.key, 'key'),
          unlessNull(fields.actor, 'actor'),
          unlessNull(fields.action, 'action'),
          inRanges('namespace'),
          inRanges('scope'),
        ),
      )
      .orderBy(desc(fields.id))
      .limit(p('rows'))
      .prepare(),
  };
}

/** Ranges of namespace names as the JSON that `inRanges` takes; null for no restriction. */
function rangesJson(prefixes: readonly string[] | null): string | null {
  return prefixes === null ? null : JSON.stringify(namespaceRanges('', prefixes).map((range) => [range.from, range.to]));
}

/** @returns reads the events of `group`; `auditFloorIndex`: of its log, 0 when none has expired */
export function prepareAudit(
  db: BetterSQLite3Database,
  source: AuditSource = OWN,
): (query: Query<'audit'>, group: string, moment: Pick<Moment, 'auditFloorIndex'>) => AnswerOf<'audit'> {
  const statements = prepareStatements(db, source);

  return (query, of, moment) => {
    const firstAt = (hlc: string): number => statements.firstFrom.get({ of, hlc })?.id ?? Number.MAX_SAFE_INTEGER;
    const firstAtMs = (ms: number): number => firstAt(formatClock({ ms, counter: 0 }, ''));
    const { before, rowsMax } = query;
    let below = Number.MAX_SAFE_INTEGER;
    if (query.asOf !== null) below = (query.asOf + 1) * AUDIT_ORDINALS;
    if (query.toMs !== null) below = Math.min(below, firstAtMs(query.toMs));
    // Everything at or above the next stamp's text is out; ties are settled by the page's own condition.
    if (before !== null) below = Math.min(below, firstAt(`${before.hlc}\0`));
    const from = query.fromMs === null ? 0 : firstAtMs(query.fromMs);

    const scanEnd = statements.scanEnd.get({ of, below, skip: AUDIT_SCAN_ROWS - 1 });
    const bounds = {
      of,
      from: Math.max(from, scanEnd?.id ?? 0),
      beforeHlc: before?.hlc ?? ABOVE_ALL_TEXT,
      beforeId: before === null ? 0 : before.index * AUDIT_ORDINALS + before.ordinal,
      key: query.key,
      actor: query.actor,
      action: query.action,
      namespace: rangesJson(query.namespace === null ? null : [query.namespace]),
      scope: rangesJson(query.scope),
    };
    const records =
      query.search === null ? statements.page.all({ ...bounds, below, rows: rowsMax + 1 }) : searched(query.search, bounds, below);

    /** The rule for text is JavaScript's, so rows are judged here, as many as one call may look at. */
    function searched(search: string, rest: typeof bounds, start: number): readonly AuditRecord[] {
      const needle = search.toLowerCase();
      const found: AuditRecord[] = [];
      for (let end = start; ;) {
        const rows = statements.page.all({ ...rest, below: end, rows: SEARCH_ROWS });
        found.push(...rows.filter((row) => mentions(row, needle)));
        const last = rows.at(-1);
        if (last === undefined || rows.length < SEARCH_ROWS || found.length > rowsMax) return found;
        end = last.id;
      }
    }

    const oldest = moment.auditFloorIndex === 0 ? undefined : statements.oldest.get({ of });
    const oldestKeptMs = oldest === undefined ? null : hlcMs(oldest.hlc);
    const rows = records.slice(0, rowsMax).map((record) => eventOf(record, of));
    const last = rows.at(-1);
    if (records.length > rowsMax && last !== undefined) {
      return { rows, more: true, next: { hlc: last.hlc, index: last.index, ordinal: last.ordinal }, oldestKeptMs };
    }
    if (scanEnd !== undefined && scanEnd.id > from) {
      return { rows, more: true, next: { hlc: scanEnd.hlc, ...auditPlace(scanEnd.id) }, oldestKeptMs };
    }
    return { rows, more: false, next: null, oldestKeptMs };
  };
}
