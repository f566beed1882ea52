import type { ClockValue, HybridClock } from '../clock/hlc.ts';
import type { Entry } from '../raft/types.ts';
import { readStamp, stampCommand } from '../state/codec.ts';
import type { Stamp } from '../state/types.ts';
import type { ClockReserve } from './clock-reserve.ts';

/** Stamps commands for one group with the node's clock: above the wall, above itself, above the group's log. */
export class Stamper {
  readonly #clock: HybridClock;
  readonly #reserve: ClockReserve;
  readonly #node: string;
  /** Greatest stamp known to be in the group's log. */
  #floor: ClockValue = { ms: 0, counter: 0 };

  constructor(clock: HybridClock, reserve: ClockReserve, node: string) {
    this.#clock = clock;
    this.#reserve = reserve;
    this.#node = node;
  }

  raise(stamp: Stamp | null): void {
    if (stamp === null) return;
    if (stamp.ms > this.#floor.ms || (stamp.ms === this.#floor.ms && stamp.counter > this.#floor.counter))
      this.#floor = { ms: stamp.ms, counter: stamp.counter };
  }

  raiseTo(entry: Entry): void {
    if (entry.type === 'normal' && entry.data.byteLength > 0) this.raise(readStamp(entry.data));
  }

  stamp(command: Uint8Array, wallMs: number): Uint8Array {
    const value = this.#clock.stamp(wallMs, this.#floor);
    this.#reserve.cover(value.ms);
    this.#floor = value;
    return stampCommand(command, { ...value, node: this.#node });
  }
}
