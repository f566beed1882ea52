/**
 * Answers to point reads of one thread and group, for as long as nothing newer is applied.
 *
 * An answer is what the state said at the applied position that it names. While the board shows no later one, the same
 * question would be answered the same, so nothing has to be invalidated one by one: the first look after an applied entry
 * empties the whole. A service that reads its configuration all day finds most of it here; under constant writes it costs a
 * comparison.
 */
import type { Query, ReadAnswer, QueryName } from '../state/types.ts';

/** Point reads that come again and again; null for all others. No name holds a NUL. */
export function cacheKey(query: Query): string | null {
  if (query.type === 'entry') return `e\0${query.namespace}\0${query.key}`;
  if (query.type === 'keyBySecretHash') return `s\0${query.secretHash}`;
  return query.type === 'keyById' ? `k\0${query.id}` : null;
}

/** Rough cost of an answer besides its value. */
const ANSWER_BYTES = 512;

export class AnswerCache {
  readonly #bytesMax: () => number;
  #answers = new Map<string, ReadAnswer<QueryName>>();
  #bytes = 0;
  /** All answers are of states at or behind which the board has shown nothing newer. Invariant: each answer's applied index >= this. */
  #appliedIndex = -1;
  #generation = -1;

  constructor(bytesMax: () => number) {
    this.#bytesMax = bytesMax;
  }

  /** The answer given before, if the state has not moved past it. */
  get(key: string, appliedIndex: number, generation: number): ReadAnswer<QueryName> | undefined {
    if (appliedIndex !== this.#appliedIndex || generation !== this.#generation) {
      this.#clear(appliedIndex, generation);
      return undefined;
    }
    return this.#answers.get(key);
  }

  /** Keeps an answer that was read after the board had shown `appliedIndex` of `generation`, as `get` was just told. */
  put(key: string, answer: ReadAnswer<QueryName>, valueBytes: number): void {
    // Read from a state older than the board showed: cannot happen with one database per generation, and must not be kept.
    if (answer.applied.index < this.#appliedIndex) return;
    if (this.#bytes >= this.#bytesMax()) this.#clear(this.#appliedIndex, this.#generation);
    this.#answers.set(key, answer);
    this.#bytes += ANSWER_BYTES + 2 * (key.length + valueBytes);
  }

  #clear(appliedIndex: number, generation: number): void {
    this.#appliedIndex = appliedIndex;
    this.#generation = generation;
    if (this.#answers.size > 0) this.#answers = new Map();
    this.#bytes = 0;
  }
}
