/** A number on disk that outlives the process; the real one is a file, the simulator has its own. */
export interface ClockStore {
  /** What was saved last; 0 when nothing was. */
  readonly ms: number;
  /** Durable when it returns. Throws when the disk fails: then nothing may be stamped any more. */
  save(ms: number): void;
}

/**
 * How far ahead of a stamp the clock is reserved: one sync per so much time in which commands are stamped, none while nothing
 * is. After a crash the clock goes on from the end of the stretch, so it may be this much ahead of the wall for a moment.
 */
export const CLOCK_STRETCH_MS = 2_000;

/**
 * Keeps the node's clock above everything that it stamped in earlier lives, though the wall clock may have stepped back
 * meanwhile (spec 4, section 5). Invariant: every stamp that was given out is below `ceilingMs`, which is durable.
 */
export class ClockReserve {
  readonly #store: ClockStore;
  #ceilingMs: number;

  constructor(store: ClockStore) {
    this.#store = store;
    this.#ceilingMs = store.ms;
  }

  /** Everything stamped before is below this many milliseconds. */
  get ceilingMs(): number {
    return this.#ceilingMs;
  }

  /** To be called with every stamp before it leaves. */
  cover(stampMs: number): void {
    if (stampMs < this.#ceilingMs) return;
    const ceilingMs = stampMs + CLOCK_STRETCH_MS;
    this.#store.save(ceilingMs);
    this.#ceilingMs = ceilingMs;
  }
}
