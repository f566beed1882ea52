/**
 * Hybrid logical clock (Kulkarni et al. 2014; spec 4, section 5). Pure: the wall clock is an argument.
 *
 * A value is 48-bit milliseconds and a 16-bit counter. Only leaders stamp; everybody merges what he hears.
 */

export interface ClockValue {
  /** 0 .. 2^48-1 */
  readonly ms: number;
  /** 0 .. 65535; overflow carries into the milliseconds. */
  readonly counter: number;
}

const COUNTER_MAX = 0xffff;
const MS_MAX = 2 ** 48 - 1;

export const CLOCK_ZERO: ClockValue = { ms: 0, counter: 0 };

export function compareClock(a: ClockValue, b: ClockValue): number {
  return a.ms - b.ms || a.counter - b.counter;
}

function laterOf(a: ClockValue, b: ClockValue): ClockValue {
  return compareClock(a, b) >= 0 ? a : b;
}

/** The smallest value above `value`. */
export function successor(value: ClockValue): ClockValue {
  return value.counter < COUNTER_MAX ? { ms: value.ms, counter: value.counter + 1 } : { ms: value.ms + 1, counter: 0 };
}

/** `{13 digits ms}-{4 hex counter}-{node id}`: sorts as text in clock order, then by node. */
export function formatClock(value: ClockValue, node: string): string {
  return `${String(value.ms).padStart(13, '0')}-${value.counter.toString(16).padStart(4, '0')}-${node}`;
}

const TEXT = /^(\d{13,15})-([0-9a-f]{4})-(.{1,64})$/;

/** @returns null when the text is no clock value */
export function parseClock(text: string): (ClockValue & { readonly node: string }) | null {
  const match = TEXT.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]);
  if (ms > MS_MAX) return null;
  return { ms, counter: Number.parseInt(match[2] as string, 16), node: match[3] as string };
}

/** What became of a value heard from elsewhere. */
export type MergeOutcome = 'behind' | 'taken' | 'taken-ahead' | 'ignored';

export interface ClockLimits {
  /** A remote value this far ahead of the wall clock is taken over, but reported. */
  readonly warnMs: number;
  /** Beyond this a remote value is ignored and counted: one bad clock must not drag the cluster along. */
  readonly maxMs: number;
}

export const CLOCK_LIMITS: ClockLimits = { warnMs: 500, maxMs: 60_000 };

/** The clock of one node. Invariant: `last` never falls. */
export class HybridClock {
  #last: ClockValue = CLOCK_ZERO;
  /** Stamps are above it. Apart from `last`, because nobody has seen it yet: a clock that was reserved ahead is no clock that runs ahead. */
  readonly #start: ClockValue;
  readonly #limits: ClockLimits;

  /** @param start at least every value this node has given out in earlier lives */
  constructor(start: ClockValue = CLOCK_ZERO, limits: ClockLimits = CLOCK_LIMITS) {
    this.#start = start;
    this.#limits = limits;
  }

  get last(): ClockValue {
    return this.#last;
  }

  /**
   * A new stamp: not below the wall clock, above everything given out or merged before, and above `floor`
   * (the last stamp of the group's log, which is taken over unconditionally).
   */
  stamp(wallMs: number, floor: ClockValue = CLOCK_ZERO): ClockValue {
    const wall = { ms: Math.max(0, Math.floor(wallMs)), counter: 0 };
    const above = laterOf(laterOf(this.#last, this.#start), floor);
    this.#last = compareClock(wall, above) > 0 ? wall : successor(above);
    return this.#last;
  }

  /** The value to send along with a message: the later of the wall clock and `last`. Gives out nothing new. */
  observe(wallMs: number): ClockValue {
    return laterOf(this.#last, { ms: Math.max(0, Math.floor(wallMs)), counter: 0 });
  }

  /** Takes over a value heard from a peer or a client, within the limits. */
  merge(heard: ClockValue, wallMs: number): MergeOutcome {
    const ahead = heard.ms - wallMs;
    if (ahead > this.#limits.maxMs) return 'ignored';
    if (compareClock(heard, this.#last) <= 0) return 'behind';
    this.#last = heard;
    return ahead > this.#limits.warnMs ? 'taken-ahead' : 'taken';
  }
}
