import { assert } from '../../lib/kernel/assert.ts';
import { encodeTransferPart, type TransferHead, type TransferPart } from './bulk-frames.ts';
import type { Outgoing } from './bulk-sender.ts';
import { WireError } from './bytes.ts';
import type { ClockValue } from './types.ts';

/** A request or response on its way out, a frame at a time. */
export class OutgoingTransfer implements Outgoing {
  readonly #id: number;
  /** Asked when the first frame is written: what is left of a request's time is told as of then. */
  readonly #head: () => TransferHead;
  readonly #body: Uint8Array;
  readonly #clock: () => ClockValue;
  readonly #chunkBytesMax: number;
  readonly #onSent: () => void;
  #offset = 0;
  #started = false;
  #sent = false;

  constructor(options: {
    readonly id: number;
    readonly head: () => TransferHead;
    readonly body: Uint8Array;
    readonly clock: () => ClockValue;
    readonly chunkBytesMax: number;
    readonly onSent?: (() => void) | undefined;
  }) {
    this.#id = options.id;
    this.#head = options.head;
    this.#body = options.body;
    this.#clock = options.clock;
    this.#chunkBytesMax = options.chunkBytesMax;
    this.#onSent = options.onSent ?? ((): void => undefined);
  }

  /** Its first frame was written. */
  get started(): boolean {
    return this.#started;
  }

  /** Its last frame was written. */
  get sent(): boolean {
    return this.#sent;
  }

  next(): { readonly frame: Buffer; readonly last: boolean } {
    assert(!this.#sent, 'a transfer has no frame behind its last');
    const head = this.#head();
    const part = this.#body.subarray(this.#offset, this.#offset + this.#chunkBytesMax);
    this.#offset += part.length;
    const last = this.#offset === this.#body.length;
    const frame = encodeTransferPart(this.#clock(), head.kind, {
      id: this.#id,
      head: this.#started ? null : { fields: head, totalBytes: this.#body.length },
      last,
      part,
    });
    this.#started = true;
    if (last) {
      this.#sent = true;
      this.#onSent();
    }
    return { frame, last };
  }
}

/** A request or response on its way in. */
export class IncomingTransfer {
  readonly fields: TransferHead;
  readonly totalBytes: number;
  readonly #parts: Buffer[] = [];
  #bytes = 0;

  constructor(head: NonNullable<TransferPart['head']>, bytesMax: number) {
    this.fields = head.fields;
    this.totalBytes = head.totalBytes;
    if (head.totalBytes > bytesMax) throw new WireError(`a transfer of ${head.totalBytes} bytes, at most ${bytesMax} are allowed`);
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the whole, in memory of its own, when this was the last part @throws WireError when the parts do not add up */
  add({ part, last }: Pick<TransferPart, 'part' | 'last'>): Uint8Array | null {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > this.totalBytes || (last && this.#bytes !== this.totalBytes))
      throw new WireError(`${this.#bytes} bytes of a transfer of ${this.totalBytes}`);
    if (!last) return null;
    const whole = new Uint8Array(this.totalBytes);
    let at = 0;
    for (const piece of this.#parts) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
