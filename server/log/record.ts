import { checksum } from './checksum.ts';

/**
 * One record of the log, little-endian, at a multiple of 8 bytes:
 *
 *     0  u32  CRC32C of bytes 4 .. 40 + body length, seeded with the salt of the segment
 *     4  u32  body length
 *     8  u8   kind
 *     9  u8   flags, by kind
 *    10  u16  group number; 0 for records of the whole log
 *    12  u64  sequence number, without gaps through all segments
 *    20  u32  lag: this record was written when everything up to `sequence - lag` had been synced
 *    24  u64  term       by kind: of the entry, of the vote, of the base
 *    32  u64  index      by kind: of the entry, the commit index, of the base
 *    40       body, then zeros up to the next multiple of 8
 *
 * The lag is what recovery tells a torn batch from damage with: see recovery.ts.
 */
export const RECORD_HEADER_BYTES = 40;

/** Far above any entry that Confman makes; keeps offsets within 32 bits. */
export const RECORD_BODY_BYTES_MAX = 2 ** 30;

/** The kinds of record; part of the format, numbers are never reused. */
export const KIND = {
  /** An entry; body: its data; flag bit 0: a configuration change. Replaces the suffix from its index on. */
  entry: 1,
  /** A live entry written again so that its old segment can go; replaces nothing. */
  entryCopy: 2,
  /** Term, vote (body, UTF-8; flag bit 0: there is a vote) and commit index. */
  hardState: 3,
  /** Entries up to `index` are forgotten; body: the configuration there, JSON. */
  compaction: 4,
  /** A snapshot replaced the whole stored log up to `index`; body as above. */
  snapshot: 5,
  /** Gives a group its number and restates all of its state (body: JSON); flag bit 0: the group is new. */
  group: 6,
  /** Nothing but a sequence number and its lag: written on a clean close, to prove what was synced. */
  syncMark: 7,
} as const;

const KIND_MAX = 7;

/** Flag of `KIND.entry` and `KIND.entryCopy`. */
export const FLAG_CONF_CHANGE = 1;
/** Flag of `KIND.hardState`. */
export const FLAG_HAS_VOTE = 1;
/** Flag of `KIND.group`. */
export const FLAG_NEW_GROUP = 1;

const U32 = 2 ** 32;
const NO_BYTES = new Uint8Array(0);

/** Bytes that a record with a body of this length takes in its segment. */
export function recordBytes(bodyBytes: number): number {
  return (RECORD_HEADER_BYTES + bodyBytes + 7) & ~7;
}

/** What a record says besides its body. Reused between calls by whoever fills it. */
export interface RecordHeader {
  kind: number;
  flags: number;
  group: number;
  sequence: number;
  lag: number;
  term: number;
  index: number;
  bodyBytes: number;
}

export function emptyRecordHeader(): RecordHeader {
  return { kind: 0, flags: 0, group: 0, sequence: 0, lag: 0, term: 0, index: 0, bodyBytes: 0 };
}

/**
 * Collects the records of one batch in one buffer, which is reused for the next: no garbage per record.
 * The checksum runs over header and body where they lie, without a view per record.
 */
export class RecordBuffer {
  #bytes = Buffer.alloc(256 * 1024);
  #length = 0;
  readonly #head = new Uint8Array(RECORD_HEADER_BYTES);
  readonly #view = new DataView(this.#head.buffer);

  /** The buffer; valid up to `length` until the next `clear`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    // A single huge batch must not hold its memory for ever.
    if (this.#bytes.length > 8 * 1024 * 1024) this.#bytes = Buffer.alloc(256 * 1024);
    this.#length = 0;
  }

  /** Appends one record; `body` is copied. */
  add(header: RecordHeader, body: Uint8Array, salt: number): void {
    const total = recordBytes(body.length);
    this.#reserve(total);
    const view = this.#view;
    view.setUint32(4, body.length, true);
    view.setUint8(8, header.kind);
    view.setUint8(9, header.flags);
    view.setUint16(10, header.group, true);
    setUint64(view, 12, header.sequence);
    view.setUint32(20, header.lag, true);
    setUint64(view, 24, header.term);
    setUint64(view, 32, header.index);
    const crc = checksum(this.#head, 4, RECORD_HEADER_BYTES, salt);
    view.setUint32(0, checksum(body, 0, body.length, crc), true);

    const at = this.#length;
    this.#bytes.set(this.#head, at);
    const bodyEnd = at + RECORD_HEADER_BYTES + body.length;
    if (body.length > 0) this.#bytes.set(body, at + RECORD_HEADER_BYTES);
    this.#length = at + total;
    for (let i = bodyEnd; i < this.#length; i += 1) this.#bytes[i] = 0;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + bytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/**
 * Reads the record at `offset` into `header` and verifies it: length within `end`, checksum, zero padding.
 *
 * @returns bytes the record takes, or 0 when no valid record begins here
 */
export function readRecord(bytes: Buffer, offset: number, end: number, salt: number, header: RecordHeader): number {
  if (offset + RECORD_HEADER_BYTES > end) return 0;
  const bodyBytes = bytes.readUInt32LE(offset + 4);
  const total = recordBytes(bodyBytes);
  if (bodyBytes > end || offset + total > end) return 0;
  const bodyEnd = offset + RECORD_HEADER_BYTES + bodyBytes;
  if (checksum(bytes, offset + 4, bodyEnd, salt) !== bytes.readUInt32LE(offset)) return 0;
  for (let i = bodyEnd; i < offset + total; i += 1) if (bytes[i] !== 0) return 0;
  header.bodyBytes = bodyBytes;
  header.kind = bytes.readUInt8(offset + 8);
  header.flags = bytes.readUInt8(offset + 9);
  header.group = bytes.readUInt16LE(offset + 10);
  header.sequence = getUint64(bytes, offset + 12);
  header.lag = bytes.readUInt32LE(offset + 20);
  header.term = getUint64(bytes, offset + 24);
  header.index = getUint64(bytes, offset + 32);
  return total;
}

/** A cheap look whether a record could begin here at all, so that a scan through damage computes few checksums. */
export function couldBeRecord(bytes: Buffer, offset: number, end: number, sequence: number): boolean {
  if (offset + RECORD_HEADER_BYTES > end) return false;
  const kind = bytes[offset + 8] ?? 0;
  if (kind === 0 || kind > KIND_MAX) return false;
  if (offset + recordBytes(bytes.readUInt32LE(offset + 4)) > end) return false;
  return Math.abs(getUint64(bytes, offset + 12) - sequence) < U32;
}

/** The body of a record that was read at `offset`: a view, not a copy. */
export function recordBody(bytes: Buffer, offset: number, bodyBytes: number): Uint8Array {
  if (bodyBytes === 0) return NO_BYTES;
  return bytes.subarray(offset + RECORD_HEADER_BYTES, offset + RECORD_HEADER_BYTES + bodyBytes);
}

function setUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % U32, true);
  view.setUint32(offset + 4, value / U32, true);
}

/** Reads a u64; a value that is no safe integer comes back as NaN, which no comparison accepts. */
function getUint64(bytes: Buffer, offset: number): number {
  const high = bytes.readUInt32LE(offset + 4);
  return high < 2 ** 21 ? high * U32 + bytes.readUInt32LE(offset) : Number.NaN;
}
