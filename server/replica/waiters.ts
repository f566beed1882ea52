/** Who waits in one thread for one group to apply an index. A waiter ends exactly once. */
import type { WaitOutcome } from '../engine/types.ts';

export interface Waiter {
  readonly index: number;
  settle(outcome: WaitOutcome): void;
}

/** A binary heap by index: adding and taking cost O(log n), and nothing is done for those that still have to wait. */
export class Waiters {
  readonly #heap: Waiter[] = [];
  /** Ended before their turn (time over, client gone): skipped when they come to the top. */
  readonly #gone = new Set<Waiter>();

  /** Those that still wait. */
  get size(): number {
    return this.#heap.length - this.#gone.size;
  }

  add(waiter: Waiter): void {
    this.#heap.push(waiter);
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#index(parent) <= waiter.index) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** The waiter has ended by itself. */
  remove(waiter: Waiter): void {
    this.#gone.add(waiter);
    // Ended waiters must not pile up under one that waits for long.
    if (this.#gone.size > 64 && this.#gone.size * 2 > this.#heap.length) this.#compact();
    this.#dropGone();
  }

  /** The smallest index that is waited for. */
  next(): number | null {
    this.#dropGone();
    return this.#heap[0]?.index ?? null;
  }

  /** Takes out everybody who waits for `applied` or less. */
  takeUpTo(applied: number): readonly Waiter[] {
    const taken: Waiter[] = [];
    for (let next = this.next(); next !== null && next <= applied; next = this.next()) taken.push(this.#pop());
    return taken;
  }

  takeAll(): readonly Waiter[] {
    return this.takeUpTo(Number.MAX_SAFE_INTEGER);
  }

  #dropGone(): void {
    while (this.#heap[0] !== undefined && this.#gone.has(this.#heap[0])) this.#gone.delete(this.#pop());
  }

  #compact(): void {
    const left = this.#heap.filter((waiter) => !this.#gone.has(waiter));
    this.#heap.length = 0;
    this.#gone.clear();
    for (const waiter of left) this.add(waiter);
  }

  #index(at: number): number {
    return this.#heap[at]?.index ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a] as Waiter, this.#heap[b] as Waiter];
    this.#heap[a] = y;
    this.#heap[b] = x;
  }

  #pop(): Waiter {
    const top = this.#heap[0] as Waiter;
    const last = this.#heap.pop() as Waiter;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      let at = 0;
      for (;;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const least = this.#index(right) < this.#index(left) ? right : left;
        if (this.#index(least) >= this.#index(at)) break;
        this.#swap(at, least);
        at = least;
      }
    }
    return top;
  }
}
