import { assert } from '../../lib/kernel/assert.ts';

/** Bytes from the network that are not what the wire format says. The connection they came by is closed. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const TWO_POW_32 = 0x1_0000_0000;
/** High half of the greatest safe integer: what a 64-bit field may not exceed. */
const SAFE_HIGH_MAX = 0x1f_ffff;
const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that `str8` takes. @throws InvariantError above 255 bytes of UTF-8 */
export function str8Bytes(text: string): number {
  const length = Buffer.byteLength(text);
  assert(length <= 255, () => `a string of ${length} bytes does not fit a length of one byte`);
  return 1 + length;
}

/** Writes big-endian fields into a buffer of known size. Values out of range are bugs of the caller. */
export class ByteWriter {
  readonly buffer: Buffer;
  offset: number;

  constructor(buffer: Buffer, offset = 0) {
    this.buffer = buffer;
    this.offset = offset;
  }

  u8(value: number): void {
    this.offset = this.buffer.writeUInt8(value, this.offset);
  }

  u16(value: number): void {
    this.offset = this.buffer.writeUInt16BE(value, this.offset);
  }

  u32(value: number): void {
    this.offset = this.buffer.writeUInt32BE(value, this.offset);
  }

  /** A safe integer >= 0 in eight bytes. */
  u64(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, () => `not an unsigned safe integer: ${value}`);
    this.offset = this.buffer.writeUInt32BE(Math.floor(value / TWO_POW_32), this.offset);
    this.offset = this.buffer.writeUInt32BE(value % TWO_POW_32, this.offset);
  }

  /** UTF-8 behind a length of one byte. The size was asserted by `str8Bytes`. */
  str8(text: string): void {
    const length = this.buffer.write(text, this.offset + 1);
    this.buffer.writeUInt8(length, this.offset);
    this.offset += 1 + length;
  }

  bytes(value: Uint8Array): void {
    this.buffer.set(value, this.offset);
    this.offset += value.length;
  }
}

/** Reads what `ByteWriter` wrote, trusting nothing. Every method throws `WireError` when the bytes do not fit. */
export class ByteReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#buffer.length - this.#offset;
  }

  #take(count: number): number {
    const at = this.#offset;
    if (count > this.#buffer.length - at) throw new WireError(`${count} bytes wanted, ${this.#buffer.length - at} left`);
    this.#offset = at + count;
    return at;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#buffer.readUInt16BE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  u64(): number {
    const at = this.#take(8);
    const high = this.#buffer.readUInt32BE(at);
    if (high > SAFE_HIGH_MAX) throw new WireError('integer beyond the safe range');
    return high * TWO_POW_32 + this.#buffer.readUInt32BE(at + 4);
  }

  str8(): string {
    const length = this.u8();
    const at = this.#take(length);
    for (let i = at; i < at + length; i++) {
      if ((this.#buffer[i] ?? 0) >= 0x80) return decodeUtf8(this.#buffer.subarray(at, at + length));
    }
    return this.#buffer.toString('latin1', at, at + length);
  }

  /** A view into what is read. */
  view(count: number): Uint8Array {
    const at = this.#take(count);
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + at, count);
  }

  /** A view of what is left. */
  rest(): Buffer {
    return this.#buffer.subarray(this.#take(this.remaining));
  }

  /** A list's length: rejected at once when what is left cannot hold so many items of at least `itemBytesMin`. */
  count(value: number, itemBytesMin: number): number {
    if (value * itemBytesMin > this.remaining) throw new WireError(`${value} items do not fit in ${this.remaining} bytes`);
    return value;
  }

  end(): void {
    if (this.remaining !== 0) throw new WireError(`${this.remaining} bytes too many`);
  }
}

/** @throws WireError when it is not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return fatalUtf8.decode(bytes);
  } catch (cause) {
    throw new WireError('not UTF-8', { cause });
  }
}
