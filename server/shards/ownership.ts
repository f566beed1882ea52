/**
 * Which namespaces a group keeps (spec 4, section 3): what the moves that it takes part in have decided, in the order of its log.
 * The last decision that covers a namespace rules; where there is none, `default` keeps everything and other groups nothing.
 */
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import type { MoveRecord } from './import.ts';
import { covers } from './range.ts';
import type { ShardRange } from './types.ts';

/** What a group's record of a move means for what it keeps. */
export interface Decision {
  readonly state: MoveRecord['state'];
  readonly range: ShardRange;
  /** Log index where the state was decided. */
  readonly index: number;
}

/** What a decision makes of its range; null for those that change nothing. */
function effectOf(state: MoveRecord['state']): 'kept' | 'gone' | null {
  switch (state) {
    case 'fenced':
    case 'released':
    case 'forgotten':
      return 'gone';
    case 'owned':
      return 'kept';
    case 'lifted':
    case 'importing':
    case 'voided':
    case 'dropped':
      return null;
  }
}

/** Whether a group keeps a namespace, and since when. */
export interface Keeping {
  readonly kept: boolean;
  /** Log index of the decision; 0 where there has been none. */
  readonly since: number;
}

/** Answers beyond this many are forgotten together and worked out again. */
const KNOWN_MAX = 10_000;

export class Ownership {
  readonly #decisions: readonly { readonly kept: boolean; readonly range: ShardRange; readonly index: number }[];
  readonly #default: Keeping;
  readonly #partition: (namespace: string) => number;
  readonly #known = new Map<string, Keeping>();

  constructor(group: string, decisions: readonly Decision[], partition: (namespace: string) => number) {
    this.#default = { kept: group === DEFAULT_GROUP, since: 0 };
    this.#partition = partition;
    this.#decisions = decisions
      .flatMap(({ state, range, index }) => {
        const effect = effectOf(state);
        return effect === null ? [] : [{ kept: effect === 'kept', range, index }];
      })
      .toSorted((a, b) => b.index - a.index);
  }

  of(namespace: string): Keeping {
    if (this.#decisions.length === 0) return this.#default;
    const known = this.#known.get(namespace);
    if (known !== undefined) return known;
    const partition = lazy(() => this.#partition(namespace));
    const last = this.#decisions.find(({ range }) => covers(range, namespace, partition));
    const found: Keeping = last === undefined ? this.#default : { kept: last.kept, since: last.index };
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(namespace, found);
    return found;
  }

  keeps(namespace: string): boolean {
    return this.of(namespace).kept;
  }

  /** Whether what the group keeps has changed behind an index: a state from there is not what it keeps now, as it was then. */
  hasChangedSince(index: number): boolean {
    const [last] = this.#decisions;
    return last !== undefined && last.index > index;
  }
}

function lazy(work: () => number): () => number {
  let known: number | null = null;
  return () => {
    known ??= work();
    return known;
  };
}
