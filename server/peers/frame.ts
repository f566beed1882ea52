/**
 * Frames: what crosses an authenticated connection. Twenty bytes of header, then the body.
 *
 *     0  u32  length of the body
 *     4  u32  CRC32C of everything behind it: header from byte 8, then the body
 *     8  u8   kind
 *     9  u8   flags, bits 0 (first) and 1 (last)
 *    10  u16  zero
 *    12  u48  sender's clock, milliseconds
 *    18  u16  sender's clock, counter
 */
import { crc32c } from '@node-rs/crc32';
import { WireError } from './bytes.ts';
import type { ClockValue } from './types.ts';

/** Frozen: a number is never given to another kind. */
export const FRAME_KINDS = {
  ping: 1,
  pong: 2,
  raft: 3,
  /** From level 2 on. */
  beats: 4,
  request: 5,
  response: 6,
  cancel: 7,
  'stream-open': 8,
  'stream-chunk': 9,
  'stream-end': 10,
  'stream-credit': 11,
  'stream-result': 12,
  'stream-abort': 13,
} as const;
export type FrameKind = keyof typeof FRAME_KINDS;

const KINDS = new Map<number, FrameKind>();
for (const kind of Object.keys(FRAME_KINDS) as FrameKind[]) KINDS.set(FRAME_KINDS[kind], kind);

export const FRAME_HEADER_BYTES = 20;
export const FLAG_FIRST = 1;
export const FLAG_LAST = 2;

export interface Frame {
  readonly kind: FrameKind;
  readonly flags: number;
  readonly clock: ClockValue;
  /** A view of what the socket delivered: to be copied by whoever keeps it. */
  readonly body: Buffer;
}

/** Completes the frame at `[start, end)` of `buffer`, whose body is already written behind room for the header. */
export function sealFrame(buffer: Buffer, start: number, end: number, kind: FrameKind, flags: number, clock: ClockValue): void {
  buffer.writeUInt32BE(end - start - FRAME_HEADER_BYTES, start);
  buffer.writeUInt8(FRAME_KINDS[kind], start + 8);
  buffer.writeUInt8(flags, start + 9);
  buffer.writeUInt16BE(0, start + 10);
  buffer.writeUIntBE(clock.ms, start + 12, 6);
  buffer.writeUInt16BE(clock.counter, start + 18);
  buffer.writeUInt32BE(crc32c(buffer.subarray(start + 8, end)), start + 4);
}

/** A whole frame around a body of one or more parts. */
export function encodeFrame(kind: FrameKind, flags: number, clock: ClockValue, ...parts: readonly Uint8Array[]): Buffer {
  const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const buffer = Buffer.allocUnsafe(FRAME_HEADER_BYTES + bodyBytes);
  let at = FRAME_HEADER_BYTES;
  for (const part of parts) {
    buffer.set(part, at);
    at += part.length;
  }
  sealFrame(buffer, 0, at, kind, flags, clock);
  return buffer;
}

function decodeFrame(buffer: Buffer): Frame {
  if (crc32c(buffer.subarray(8)) !== buffer.readUInt32BE(4)) throw new WireError('checksum does not match');
  const kind = KINDS.get(buffer.readUInt8(8));
  if (kind === undefined) throw new WireError(`frame kind ${buffer.readUInt8(8)}`);
  const flags = buffer.readUInt8(9);
  const allowed = kind === 'request' || kind === 'response' ? FLAG_FIRST | FLAG_LAST : 0;
  if ((flags & ~allowed) !== 0 || buffer.readUInt16BE(10) !== 0) throw new WireError('reserved bits are set');
  const clock = { ms: buffer.readUIntBE(12, 6), counter: buffer.readUInt16BE(18) };
  return { kind, flags, clock, body: buffer.subarray(FRAME_HEADER_BYTES) };
}

/**
 * Cuts a byte stream into frames. Keeps at most one frame and one chunk, and only bytes that really arrived: a length is
 * believed for waiting, never for allocating.
 */
export class FrameReader {
  readonly #bodyBytesMax: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Nothing can be decoded before so many bytes are here. */
  #wanted = 4;

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** @throws WireError for bytes that are no frame; the reader is of no use afterwards */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#wanted) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#wanted = 4;
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (length > this.#bodyBytesMax) throw new WireError(`a frame of ${length} bytes, at most ${this.#bodyBytesMax} are allowed`);
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > bytes.length) {
        this.#wanted = end - at;
        break;
      }
      yield decodeFrame(bytes.subarray(at, end));
      at = end;
    }
    const rest = bytes.subarray(at);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#buffered = rest.length;
  }
}
