/** The bodies of bulk frames. Layout in README.md, pinned by `bulk-frames.test.ts`. */
import { ByteReader, ByteWriter, decodeUtf8, str8Bytes, WireError } from './bytes.ts';
import { encodeFrame, FLAG_FIRST, FLAG_LAST, type Frame } from './frame.ts';
import type { ClockValue } from './types.ts';

/**
 * How a request ended at the other side. `error` is the handler's answer; `not-taken` means that no handler saw it;
 * `answer-lost` that the handler ran and its answer cannot be sent. Frozen by position.
 */
export const STATUSES = ['ok', 'error', 'not-taken', 'answer-lost'] as const;
export type Status = (typeof STATUSES)[number];

const ERROR_TEXT_CHARS_MAX = 1_000;

/** What the first frame of a request or response says besides its part of the bytes. */
export type TransferHead =
  | { readonly kind: 'request'; readonly method: string; readonly timeoutMs: number }
  | { readonly kind: 'response'; readonly status: Status };

/** One frame of a request or response. `head` and `totalBytes` only in the first. */
export interface TransferPart {
  readonly id: number;
  readonly head: { readonly fields: TransferHead; readonly totalBytes: number } | null;
  readonly last: boolean;
  readonly part: Buffer;
}

function flags(first: boolean, last: boolean): number {
  return (first ? FLAG_FIRST : 0) | (last ? FLAG_LAST : 0);
}

export function encodeTransferPart(
  clock: ClockValue,
  kind: 'request' | 'response',
  { id, head, last, part }: { readonly id: number; readonly head: TransferPart['head']; readonly last: boolean; readonly part: Uint8Array },
): Buffer {
  const fields = head?.fields;
  const headBytes = fields === undefined ? 0 : fields.kind === 'request' ? 8 + str8Bytes(fields.method) : 5;
  const writer = new ByteWriter(Buffer.allocUnsafe(4 + headBytes));
  writer.u32(id);
  if (head !== null && fields !== undefined) {
    writer.u32(head.totalBytes);
    if (fields.kind === 'response') {
      writer.u8(STATUSES.indexOf(fields.status));
    } else {
      writer.u32(Math.min(0xffff_ffff, Math.max(0, Math.ceil(fields.timeoutMs))));
      writer.str8(fields.method);
    }
  }
  return encodeFrame(kind, flags(head !== null, last), clock, writer.buffer, part);
}

function readStatus(reader: ByteReader): Status {
  const status = STATUSES[reader.u8()];
  if (status === undefined) throw new WireError('unknown status');
  return status;
}

/** @throws WireError */
export function decodeTransferPart(kind: 'request' | 'response', frame: Frame): TransferPart {
  const reader = new ByteReader(frame.body);
  const id = reader.u32();
  const last = (frame.flags & FLAG_LAST) !== 0;
  if ((frame.flags & FLAG_FIRST) === 0) return { id, head: null, last, part: reader.rest() };
  const totalBytes = reader.u32();
  if (kind === 'response') return { id, head: { totalBytes, fields: { kind, status: readStatus(reader) } }, last, part: reader.rest() };
  const timeoutMs = reader.u32();
  const method = reader.str8();
  return { id, head: { totalBytes, fields: { kind, method, timeoutMs } }, last, part: reader.rest() };
}

/** The body of an `error` answer. */
export function encodeErrorBody(code: string, text: string): Buffer {
  return Buffer.from(JSON.stringify([code.slice(0, ERROR_TEXT_CHARS_MAX), text.slice(0, ERROR_TEXT_CHARS_MAX)]));
}

/** @throws WireError */
export function decodeErrorBody(body: Uint8Array): { readonly code: string; readonly text: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(body));
  } catch (cause) {
    throw new WireError('an error answer that does not parse', { cause });
  }
  const [code, text] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
  if (typeof code !== 'string' || typeof text !== 'string') throw new WireError('an error answer without code and text');
  return { code, text };
}

// ---------------------------------------------------------------- frames around an id

/** `id`, then fields of the kind. */
function idFrame(
  kind: 'cancel' | 'stream-open' | 'stream-chunk' | 'stream-end' | 'stream-credit' | 'stream-result' | 'stream-abort',
  clock: ClockValue,
  id: number,
  fields: readonly number[],
  ...parts: readonly Uint8Array[]
): Buffer {
  const writer = new ByteWriter(Buffer.allocUnsafe(4 + 4 * fields.length));
  writer.u32(id);
  for (const field of fields) writer.u32(field);
  return encodeFrame(kind, 0, clock, writer.buffer, ...parts);
}

export const encodeCancel = (clock: ClockValue, id: number): Buffer => idFrame('cancel', clock, id, []);
export const encodeStreamOpen = (clock: ClockValue, id: number, meta: Uint8Array): Buffer => idFrame('stream-open', clock, id, [], meta);
export const encodeStreamChunk = (clock: ClockValue, id: number, number: number, part: Uint8Array): Buffer =>
  idFrame('stream-chunk', clock, id, [number], part);
export const encodeStreamCredit = (clock: ClockValue, id: number, bytes: number): Buffer => idFrame('stream-credit', clock, id, [bytes]);
export const encodeStreamResult = (clock: ClockValue, id: number, status: Status, answer: Uint8Array): Buffer =>
  idFrame('stream-result', clock, id, [], Buffer.of(STATUSES.indexOf(status)), answer);
export const encodeStreamAbort = (clock: ClockValue, id: number): Buffer => idFrame('stream-abort', clock, id, []);

/** What a stream was in all: chunks, bytes, CRC32C over the bytes. */
export interface StreamSum {
  readonly chunks: number;
  readonly bytes: number;
  readonly crc: number;
}

export function encodeStreamEnd(clock: ClockValue, id: number, sum: StreamSum): Buffer {
  const writer = new ByteWriter(Buffer.allocUnsafe(20));
  writer.u32(id);
  writer.u32(sum.chunks);
  writer.u64(sum.bytes);
  writer.u32(sum.crc);
  return encodeFrame('stream-end', 0, clock, writer.buffer);
}

/** A frame that is an id and nothing else. @throws WireError */
export function decodeId(frame: Frame): number {
  const reader = new ByteReader(frame.body);
  const id = reader.u32();
  reader.end();
  return id;
}

/** @throws WireError */
export function decodeStreamOpen(frame: Frame): { readonly id: number; readonly meta: Buffer } {
  const reader = new ByteReader(frame.body);
  return { id: reader.u32(), meta: reader.rest() };
}

/** @throws WireError */
export function decodeStreamChunk(frame: Frame): { readonly id: number; readonly number: number; readonly part: Buffer } {
  const reader = new ByteReader(frame.body);
  return { id: reader.u32(), number: reader.u32(), part: reader.rest() };
}

/** @throws WireError */
export function decodeStreamEnd(frame: Frame): { readonly id: number; readonly sum: StreamSum } {
  const reader = new ByteReader(frame.body);
  const id = reader.u32();
  const sum = { chunks: reader.u32(), bytes: reader.u64(), crc: reader.u32() };
  reader.end();
  return { id, sum };
}

/** @throws WireError */
export function decodeStreamCredit(frame: Frame): { readonly id: number; readonly bytes: number } {
  const reader = new ByteReader(frame.body);
  const id = reader.u32();
  const bytes = reader.u32();
  reader.end();
  return { id, bytes };
}

/** @throws WireError */
export function decodeStreamResult(frame: Frame): { readonly id: number; readonly status: Status; readonly answer: Buffer } {
  const reader = new ByteReader(frame.body);
  return { id: reader.u32(), status: readStatus(reader), answer: reader.rest() };
}
