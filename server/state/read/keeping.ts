/** What the group keeps, as of the state that a read looks at. */
import { asc } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Ownership } from '../../shards/ownership.ts';
import { ownershipOf, recordOf } from '../move-rows.ts';
import { moves } from '../schema.ts';
import type { AnswerOf, Query, QueryName } from '../types.ts';

/** Ownership in memory: good for as long as the index of its last change is the same. */
export class KeptRanges {
  readonly #group: string;
  readonly #rows: () => readonly (typeof moves.$inferSelect)[];
  #index: number;
  #ownership: Ownership;

  constructor(db: BetterSQLite3Database, group: string) {
    const select = db.select().from(moves).orderBy(asc(moves.id)).prepare();
    this.#group = group;
    this.#rows = () => select.all();
    // Nothing decided: what no state with a later index has.
    this.#index = 0;
    this.#ownership = ownershipOf(group, []);
  }

  /** Within the transaction that has found this index. */
  at(ownershipIndex: number): Ownership {
    if (ownershipIndex !== this.#index) {
      this.#ownership = ownershipOf(this.#group, this.#rows());
      this.#index = ownershipIndex;
    }
    return this.#ownership;
  }

  /** The same without looking, or null when that takes a transaction. */
  known(ownershipIndex: number): Ownership | null {
    return ownershipIndex === this.#index ? this.#ownership : null;
  }

  /** What the group knows of moves, oldest first. */
  records(): AnswerOf<'moves'> {
    return this.#rows().map(recordOf);
  }
}

/** What there is of a namespace that the group does not keep: nothing that anybody may conclude from. */
const NOTHING: { readonly [N in QueryName]?: AnswerOf<N> } = {
  entry: null,
  revision: null,
  history: { rows: [], more: false, oldestKept: null },
  namespace: null,
  entries: { rows: [], more: false, asOfGone: false, namespaceExists: false },
  deleted: { rows: [], next: null, asOfGone: false, namespaceExists: false },
};

/**
 * The answer to a query about one namespace that the group does not keep.
 * @returns undefined for every other query
 */
export function movedAnswer<N extends QueryName>(query: Query<N>, ownership: Ownership): AnswerOf<N> | undefined {
  const nothing = NOTHING[query.type] as AnswerOf<N> | undefined;
  if (nothing === undefined || !('namespace' in query) || typeof query.namespace !== 'string') return undefined;
  return ownership.keeps(query.namespace) ? undefined : nothing;
}
