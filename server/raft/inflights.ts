import { assert } from '../../lib/kernel/assert.ts';

interface Inflight {
  /** Index of the last entry of the message. */
  readonly index: number;
  readonly bytes: number;
}

/**
 * The append messages under way to one follower: a window bounded in messages and in bytes.
 * A ring that grows by doubling up to the bound, since most followers keep few messages under way.
 */
export class Inflights {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #ring: (Inflight | undefined)[] = [];
  #start = 0;
  #count = 0;
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether no further message may be added. One message may overshoot the byte bound, or a large entry could never leave. */
  full(): boolean {
    return this.#count >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }

  /** Notes a message whose last entry is `index`. The window must not be full, and indexes rise. */
  add(index: number, bytes: number): void {
    assert(!this.full(), 'inflights: the window is full');
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#start + this.#count) % this.#ring.length] = { index, bytes };
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** Forgets every message whose last entry is at or below `index`. */
  freeLE(index: number): void {
    while (this.#count > 0) {
      const first = this.#ring[this.#start];
      if (first === undefined || first.index > index) return;
      this.#ring[this.#start] = undefined;
      this.#start = (this.#start + 1) % this.#ring.length;
      this.#count -= 1;
      this.#bytes -= first.bytes;
    }
  }

  reset(): void {
    this.#ring = [];
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  #grow(): void {
    const larger: (Inflight | undefined)[] = [];
    for (let i = 0; i < this.#count; i += 1) larger.push(this.#ring[(this.#start + i) % this.#ring.length]);
    larger.length = Math.min(this.#messagesMax, Math.max(1, this.#ring.length * 2));
    this.#ring = larger;
    this.#start = 0;
  }
}
