/** Which term an index belongs to, by the small table of first indexes. */
import { asc } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { LogPosition } from '../../../lib/contract/model.ts';
import { must } from '../../../lib/kernel/assert.ts';
import { terms } from '../schema.ts';
import type { TermRow } from '../types.ts';

/**
 * The terms table in memory. An applied entry never changes its term, and a new term is a new row, so the copy is good
 * for as long as the applied term stays.
 */
export class TermTable {
  readonly #load: () => readonly TermRow[];
  #rows: readonly TermRow[] = [];
  #applied: LogPosition = { term: -1, index: -1 };

  constructor(db: BetterSQLite3Database) {
    const select = db.select({ term: terms.term, firstIndex: terms.firstIndex }).from(terms).orderBy(asc(terms.term)).prepare();
    this.#load = () => select.all();
  }

  /** The applied position up to which `termAt` answers. */
  get applied(): LogPosition {
    return this.#applied;
  }

  /** Takes note of what a read has found, inside that read's transaction if the term is new. */
  refresh(applied: LogPosition): void {
    if (applied.term !== this.#applied.term) this.#rows = this.#load();
    this.#applied = applied;
  }

  /** For indexes up to `applied`. */
  termAt(index: number): number | 'below-floor' {
    const rows = this.#rows;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (must(rows[middle], 'within the table').firstIndex <= index) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 'below-floor' : must(rows[low - 1], 'within the table').term;
  }
}
