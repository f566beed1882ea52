/** Random bytes for names and keys, drawn from the system many at a time: a draw of its own per write costs more than what it is for. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;

export class RandomPool {
  readonly #bytes = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  /** Bytes that nobody else is given; they are wiped here. */
  take(count: number): Uint8Array {
    if (count > POOL_BYTES) return randomFillSync(Buffer.alloc(count));
    if (this.#used + count > POOL_BYTES) {
      randomFillSync(this.#bytes);
      this.#used = 0;
    }
    const end = this.#used + count;
    const taken = Uint8Array.prototype.slice.call(this.#bytes, this.#used, end);
    // Secrets are made of these, too: what was given away is not kept.
    this.#bytes.fill(0, this.#used, end);
    this.#used = end;
    return taken;
  }
}
