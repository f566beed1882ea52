import { type ClockValue, HybridClock, type MergeOutcome } from '../clock/hlc.ts';
import { ClockReserve, type ClockStore } from './clock-reserve.ts';

/** The hybrid clock of this node, with what its shell adds: the wall, the reserve on disk, and a count of what was not followed. */
export class NodeClock {
  readonly hybrid: HybridClock;
  readonly reserve: ClockReserve;
  readonly #wallMs: () => number;
  #ignored = 0;

  constructor(store: ClockStore, wallMs: () => number) {
    this.reserve = new ClockReserve(store);
    this.hybrid = new HybridClock({ ms: this.reserve.ceilingMs, counter: 0 });
    this.#wallMs = wallMs;
  }

  /** Values that were too far ahead to be taken over. */
  get ignored(): number {
    return this.#ignored;
  }

  /** How far the greatest value seen is ahead of this node's wall clock; negative when it is behind. */
  get aheadMs(): number {
    return this.hybrid.last.ms - this.#wallMs();
  }

  /** What goes along with every message. */
  observe(): ClockValue {
    return this.hybrid.observe(this.#wallMs());
  }

  /** Takes over what a peer or a client has sent. */
  heard(value: ClockValue): MergeOutcome {
    const outcome = this.hybrid.merge(value, this.#wallMs());
    if (outcome === 'ignored') this.#ignored += 1;
    return outcome;
  }
}
