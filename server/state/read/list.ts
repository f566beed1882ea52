/**
 * Entries of one namespace in order of key, as they stand now or as they stood at an earlier index.
 *
 * Order is that of the UTF-8 bytes, which is code point order. A prefix is a range, never LIKE.
 *
 * `asOf`: an entry that has not changed since is the newest revision, any other is the newest revision at or below
 * `asOf`; so pages of one listing fit together while writes go on. When retention has dropped a revision that would be
 * needed, the answer says `asOfGone`.
 */
import { type SQL, and, asc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { prefixEnd } from '../access.ts';
import { entries, namespaces, revisions } from '../schema.ts';
import type { AnswerOf, EntryRow, Query } from '../types.ts';
import { ABOVE_ALL_TEXT } from './bounds.ts';
import type { Moment } from './moment.ts';
import { type RevisionHeader, type ValueReader, answerBytes, entryRow, revisionFields } from './revision-rows.ts';

const p = sql.placeholder;

/**
 * Index from which on this group's states have a row as it is: of its position, or of all states where it came from another group.
 * (States from before the group kept the namespace cannot be asked for.)
 */
export const entryIndex = sql`iif(${entries.origin} IS NULL, ${entries.positionIndex}, 0)`;

/** For now: all that a row of `entries` tells is read there, and not behind the value of its revision. */
export const liveFields = { ...revisionFields, origin: entries.origin };

/** Keys of a namespace in `[from, to)`. */
export interface KeyRange {
  readonly from: string;
  readonly to: string | Buffer;
}

/** The keys that start with `prefix` and come after `after`. `after` + U+0000 is the first string above it. */
export function keyRange(prefix: string, after: string | null): KeyRange {
  const next = after === null ? prefix : `${after}\0`;
  const from = Buffer.compare(Buffer.from(next), Buffer.from(prefix)) > 0 ? next : prefix;
  return { from, to: prefixEnd(prefix) ?? ABOVE_ALL_TEXT };
}

/** The range from its start up to and including `key`. */
function upTo(range: KeyRange, key: string): KeyRange {
  return { from: range.from, to: `${key}\0` };
}

/** Newest kept revision at or below `asOf` of the entry at hand. */
export const revisionIdAsOf = sql`(SELECT r.id FROM revisions r WHERE r.namespace = ${entries.namespace} AND r.key = ${entries.key}
  AND iif(r.origin IS NULL, r.position_index, 0) <= ${p('asOf')} ORDER BY r.revision DESC LIMIT 1)`;

/** Entries of a namespace whose keys lie in `[from, to)`. */
export function inRange(): SQL | undefined {
  return and(eq(entries.namespace, p('namespace')), sql`${entries.key} >= ${p('from')}`, sql`${entries.key} < ${p('to')}`);
}

function prepareStatements(db: BetterSQLite3Database) {
  return {
    live: db
      .select(liveFields)
      .from(entries)
      .innerJoin(revisions, eq(revisions.id, entries.revisionId))
      .where(and(sql`${entries.deleted} = 0`, inRange()))
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
      .where(and(inRange(), sql`(${entries.deleted} = 0 OR ${entryIndex} > ${p('asOf')})`, sql`${revisions.deleted} = 0`))
      .orderBy(asc(entries.key))
      .limit(p('rows'))
      .prepare(),
    gone: db
      .select({ id: entries.id })
      .from(entries)
      .where(and(inRange(), sql`${entryIndex} > ${p('asOf')}`, sql`${entries.oldestRevision} > 1`, sql`${revisionIdAsOf} IS NULL`))
      .limit(1)
      .prepare(),
    exists: db
      .select({ id: namespaces.id })
      .from(namespaces)
      .where(eq(namespaces.namespace, p('namespace')))
      .prepare(),
  };
}

/** What listing and search share: headers of entries in a range, now or as of an index. */
export interface EntryScan {
  /** At most `rows` entries of the range in order of key. */
  page(namespace: string, range: KeyRange, asOf: number | null, rows: number): readonly RevisionHeader[];
  /** Whether a revision is gone that the range would need as of `asOf`. */
  isGone(namespace: string, range: KeyRange, asOf: number | null, moment: Moment): boolean;
  exists(namespace: string): boolean;
}

export function prepareEntryScan(db: BetterSQLite3Database): EntryScan {
  const statements = prepareStatements(db);
  return {
    page(namespace, range, asOf, rows) {
      const bounds = { namespace, from: range.from, to: range.to, rows };
      return asOf === null ? statements.live.all(bounds) : statements.asOf.all({ ...bounds, asOf });
    },
    isGone(namespace, range, asOf, moment) {
      if (asOf === null) return false;
      if (asOf < moment.ownership.of(namespace).since) return true;
      if (asOf >= moment.historyFloorIndex) return false;
      return statements.gone.get({ namespace, from: range.from, to: range.to, asOf }) !== undefined;
    },
    exists: (namespace) => statements.exists.get({ namespace }) !== undefined,
  };
}

/** `asOf` where it changes anything: null for the state at hand. */
export function effectiveAsOf(asOf: number | null, moment: Moment): number | null {
  return asOf === null || asOf >= moment.applied.index ? null : asOf;
}

export function listEntries(scan: EntryScan, valueOf: ValueReader, query: Query<'entries'>, moment: Moment): AnswerOf<'entries'> {
  const { namespace, values, rowsMax, bytesMax } = query;
  const asOf = effectiveAsOf(query.asOf, moment);
  const range = keyRange(query.prefix, query.after);
  const headers = scan.page(namespace, range, asOf, rowsMax + 1);

  const rows: EntryRow[] = [];
  let bytes = 0;
  for (const header of headers.slice(0, rowsMax)) {
    bytes += answerBytes(header, values);
    if (rows.length > 0 && bytes > bytesMax) break;
    rows.push(entryRow(header, values ? valueOf(header) : undefined));
  }
  const more = rows.length < headers.length;
  const last = rows.at(-1);
  const covered = more && last !== undefined ? upTo(range, last.key) : range;
  return { rows, more, asOfGone: scan.isGone(namespace, covered, asOf, moment), namespaceExists: scan.exists(namespace) };
}
