/**
 * Keys of a namespace that are deleted, in order of key, as they stand now or as they stood at an earlier index: what can be
 * brought back. A deleted namespace has them still.
 *
 * Deleted keys have no index of their own, since they are asked for now and then by people: a call looks at a bounded number
 * of keys, live ones included, and says in `next` where to go on.
 */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { entries, revisions } from '../schema.ts';
import type { AnswerOf, Query } from '../types.ts';
import { type EntryScan, effectiveAsOf, entryIndex, inRange, keyRange, liveFields, revisionIdAsOf } from './list.ts';
import type { Moment } from './moment.ts';
import { revisionFields, revisionRow } from './revision-rows.ts';

const p = sql.placeholder;

/** Keys that one call looks at, at most. */
export const DELETED_SCAN_ROWS = 10_000;

function prepareStatements(db: BetterSQLite3Database) {
  return {
    /** The last key that a call looks at. */
    scanEnd: db
      .select({ key: entries.key })
      .from(entries)
      .where(inRange())
      .orderBy(asc(entries.key))
      .limit(1)
      .offset(DELETED_SCAN_ROWS - 1)
      .prepare(),
    now: db
      .select(liveFields)
      .from(entries)
      .innerJoin(revisions, eq(revisions.id, entries.revisionId))
      .where(and(inRange(), sql`${entries.deleted} = 1`))
      .orderBy(asc(entries.key))
      .limit(p('rows'))
      .prepare(),
    asOf: db
      .select(revisionFields)
      .from(entries)
      .innerJoin(
        revisions,
        sql`${revisions.id} = CASE WHEN ${entryIndex} <= ${p('asOf')} THEN ${entries.revisionId} ELSE ${revisionIdAsOf} END`,
      )
      .where(and(inRange(), sql`(${entries.deleted} = 1 OR ${entryIndex} > ${p('asOf')})`, sql`${revisions.deleted} = 1`))
      .orderBy(asc(entries.key))
      .limit(p('rows'))
      .prepare(),
  };
}

export function prepareDeleted(
  db: BetterSQLite3Database,
  scan: EntryScan,
): (query: Query<'deleted'>, moment: Moment) => AnswerOf<'deleted'> {
  const statements = prepareStatements(db);
  return (query, moment) => {
    const { namespace, rowsMax } = query;
    const asOf = effectiveAsOf(query.asOf, moment);
    const whole = keyRange(query.prefix, query.after);
    const end = statements.scanEnd.get({ namespace, from: whole.from, to: whole.to });
    const range = end === undefined ? whole : { from: whole.from, to: `${end.key}\0` };
    const bounds = { namespace, from: range.from, to: range.to, rows: rowsMax + 1 };
    const headers = asOf === null ? statements.now.all(bounds) : statements.asOf.all({ ...bounds, asOf });

    const shown = headers.slice(0, rowsMax);
    const last = shown.at(-1);
    const cut = headers.length > rowsMax && last !== undefined ? last.key : null;
    const covered = cut === null ? range : { from: range.from, to: `${cut}\0` };
    return {
      rows: shown.map((header) => revisionRow(header, null)),
      next: cut ?? end?.key ?? null,
      asOfGone: scan.isGone(namespace, covered, asOf, moment),
      namespaceExists: scan.exists(namespace),
    };
  };
}
