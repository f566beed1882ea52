/**
 * Search over the entries of all namespaces that a scope shows, in order of (namespace, key).
 *
 * A substring of key or value, case-insensitive by JavaScript's `toLowerCase` (ASCII and most other scripts, no locale).
 * Work per call is bounded: having looked at enough rows or bytes it answers with what it found, perhaps nothing, and
 * says in `next` where to go on.
 */
import { asc, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type NameRange, namespaceRanges } from '../access.ts';
import { entries } from '../schema.ts';
import type { AnswerOf, EntryRow, Query } from '../types.ts';
import { type EntryScan, effectiveAsOf, keyRange } from './list.ts';
import type { Moment } from './moment.ts';
import { type RevisionHeader, type ValueReader, answerBytes, entryRow } from './revision-rows.ts';

/** Entries and namespaces that one call looks at, at most. */
export const SEARCH_SCAN_ROWS = 2000;
/** Bytes of values that one call looks at, at most (and one value more). */
export const SEARCH_SCAN_BYTES = 16 * 1024 * 1024;
const PAGE_ROWS = 200;

/** First name at or after `from` that has a row in `entries`, live or not. */
export type NextNamespace = (from: string) => string | null;

export function prepareNextNamespace(db: BetterSQLite3Database): NextNamespace {
  const select = db
    .select({ namespace: entries.namespace })
    .from(entries)
    .where(sql`${entries.namespace} >= ${sql.placeholder('from')}`)
    .orderBy(asc(entries.namespace))
    .limit(1)
    .prepare();
  return (from) => select.get({ from })?.namespace ?? null;
}

export interface SearchTools {
  readonly scan: EntryScan;
  readonly valueOf: ValueReader;
  readonly nextNamespace: NextNamespace;
}

interface Place {
  readonly namespace: string;
  readonly key: string;
}

/** One call: what it has found and what it has left to spend. */
class Search {
  readonly rows: EntryRow[] = [];
  gone = false;
  /** The last entry that was looked at. */
  #seen: Place | null;
  #scanRows = SEARCH_SCAN_ROWS;
  #scanBytes = SEARCH_SCAN_BYTES;
  #answerBytes = 0;
  readonly #tools: SearchTools;
  readonly #query: Query<'search'>;
  readonly #moment: Moment;
  readonly #asOf: number | null;
  readonly #needle: string;

  constructor(tools: SearchTools, query: Query<'search'>, moment: Moment) {
    this.#tools = tools;
    this.#query = query;
    this.#moment = moment;
    this.#asOf = effectiveAsOf(query.asOf, moment);
    this.#needle = query.search.toLowerCase();
    this.#seen = query.after;
    // Whole namespaces were here then and are not now, or the other way round.
    this.gone = this.#asOf !== null && moment.ownership.hasChangedSince(this.#asOf);
  }

  /** Where to go on; null before the first entry was looked at. */
  get seen(): Place | null {
    return this.#seen;
  }

  /** Goes through the names in the range; false when it had to stop before the end. */
  range(range: NameRange): boolean {
    const start = this.#seen;
    let from = start !== null && start.namespace > range.from ? start.namespace : range.from;
    for (;;) {
      const namespace = this.#tools.nextNamespace(from);
      if (namespace === null || (range.to !== null && namespace >= range.to)) return true;
      // Without a key, so that the place is before all keys of this namespace.
      if (this.#scanRows-- <= 0) {
        if (this.#seen?.namespace !== namespace) this.#seen = { namespace, key: '' };
        return false;
      }
      if (!this.#moment.ownership.keeps(namespace)) {
        from = `${namespace}\0`;
        continue;
      }
      const after = start !== null && start.namespace === namespace ? start.key : null;
      if (!this.#namespace(namespace, after)) return false;
      from = `${namespace}\0`;
    }
  }

  #namespace(namespace: string, after: string | null): boolean {
    let cursor = after;
    for (;;) {
      const range = keyRange(this.#query.prefix, cursor);
      const headers = this.#tools.scan.page(namespace, range, this.#asOf, PAGE_ROWS);
      // Of the whole rest of the namespace: more than the page, never less.
      if (this.#tools.scan.isGone(namespace, range, this.#asOf, this.#moment)) this.gone = true;
      for (const header of headers) {
        if (!this.#take(header)) return false;
        cursor = header.key;
      }
      if (headers.length < PAGE_ROWS) return true;
    }
  }

  /** Looks at one entry; false when there is no room for it. */
  #take(header: RevisionHeader): boolean {
    if (this.#scanRows <= 0 || this.#scanBytes <= 0 || this.rows.length >= this.#query.rowsMax) return this.#stopBefore(header);
    this.#scanRows--;
    const { inKey, inValue } = this.#query;
    const hitInKey = inKey && header.key.toLowerCase().includes(this.#needle);
    if (hitInKey || inValue) {
      const value = this.#tools.valueOf(header);
      this.#scanBytes -= header.bytes ?? 0;
      if (hitInKey || value.toLowerCase().includes(this.#needle)) {
        const bytes = answerBytes(header, true);
        if (this.rows.length > 0 && this.#answerBytes + bytes > this.#query.bytesMax) return this.#stopBefore(header);
        this.#answerBytes += bytes;
        this.rows.push(entryRow(header, value));
      }
    }
    this.#seen = { namespace: header.namespace, key: header.key };
    return true;
  }

  #stopBefore(header: RevisionHeader): false {
    if (this.#seen?.namespace !== header.namespace) this.#seen = { namespace: header.namespace, key: '' };
    return false;
  }
}

export function searchEntries(tools: SearchTools, query: Query<'search'>, moment: Moment): AnswerOf<'search'> {
  const search = new Search(tools, query, moment);
  const { after } = query;
  for (const range of namespaceRanges(query.namespacePrefix ?? '', query.scope)) {
    if (after !== null && range.to !== null && range.to <= after.namespace) continue;
    if (!search.range(range)) return { rows: search.rows, more: true, next: search.seen, asOfGone: search.gone };
  }
  return { rows: search.rows, more: false, next: null, asOfGone: search.gone };
}
