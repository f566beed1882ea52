import type { ClockValue, HybridClock } from '../clock/hlc.ts';
import type { GroupLog } from '../log/types.ts';
import { decodeConfChange } from '../raft/confchange-codec.ts';
import type { Entry } from '../raft/types.ts';
import { readStamp, stampCommand } from '../state/codec.ts';
import type { Stamp } from '../state/types.ts';
import type { ClockReserve } from './clock-reserve.ts';
import { decodeConfContext } from './conf-context.ts';

/** Read at a time. */
const TAIL_BYTES_MAX = 4 * 1024 * 1024;

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

  /** Above every stamp in a log behind this index: a new leader looks at its tail. */
  raiseAbove(log: GroupLog, index: number): void {
    for (let next = index + 1; next <= log.lastIndex();) {
      const entries = log.entries(next, log.lastIndex() + 1, TAIL_BYTES_MAX);
      if (typeof entries === 'string' || entries.length === 0) return;
      for (const entry of entries) this.#raiseTo(entry);
      next += entries.length;
    }
  }

  #raiseTo(entry: Entry): void {
    if (entry.type === 'conf-change') this.raise(decodeConfContext(decodeConfChange(entry.data).context).stamp);
    else if (entry.data.byteLength > 0) this.raise(readStamp(entry.data));
  }

  /** For what is no command and carries its stamp in its own way. */
  next(wallMs: number): Stamp {
    const value = this.#clock.stamp(wallMs, this.#floor);
    this.#reserve.cover(value.ms);
    this.#floor = value;
    return { ...value, node: this.#node };
  }

  stamp(command: Uint8Array, wallMs: number): Uint8Array {
    return stampCommand(command, this.next(wallMs));
  }
}
