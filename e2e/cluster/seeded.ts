/** Numbers that look random and are the same for the same seed: a failing run can be repeated as far as processes allow. */
export class Seeded {
  readonly seed: number;
  #state: number;

  /** `CONFMAN_FAULT_SEED` repeats a run; otherwise the seed is drawn. */
  constructor(seed: number = Number(process.env['CONFMAN_FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** 0 <= n < max (mulberry32). */
  below(max: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * max);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
