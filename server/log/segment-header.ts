import { checksum } from './checksum.ts';
import { LogCorruptionError, LogVersionError } from './types.ts';

/**
 * The first 64 bytes of every segment, little-endian; on disk before the file gets its name, so a named
 * segment without a valid header is damage and never a crash.
 *
 *     0  8 bytes  "CFMANLOG"
 *     8  u32      format version
 *    12  u32      salt: seeds the checksum of every record of this segment
 *    16  u64      segment number, one more than the segment before
 *    24  u64      log id: equal in all segments of one log
 *    32  u64      bytes that were preallocated; a shorter file has lost its end
 *    40  20 bytes zero
 *    60  u32      CRC32C of bytes 0 .. 60; magic, version and this field keep their place in every version
 */
export const SEGMENT_HEADER_BYTES = 64;
export const SEGMENT_FORMAT_VERSION = 1;

const MAGIC = Buffer.from('CFMANLOG', 'latin1');
const NAME = /^log-(\d{12})\.seg$/;

export interface SegmentHeader {
  readonly number: number;
  readonly salt: number;
  readonly logId: bigint;
  readonly preallocatedBytes: number;
}

export function segmentName(number: number): string {
  return `log-${String(number).padStart(12, '0')}.seg`;
}

/** The number in a segment's file name, or null for any other name. */
export function segmentNumber(name: string): number | null {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(SEGMENT_FORMAT_VERSION, 8);
  bytes.writeUInt32LE(header.salt, 12);
  bytes.writeBigUInt64LE(BigInt(header.number), 16);
  bytes.writeBigUInt64LE(header.logId, 24);
  bytes.writeBigUInt64LE(BigInt(header.preallocatedBytes), 32);
  bytes.writeUInt32LE(checksum(bytes, 0, 60, 0), 60);
  return bytes;
}

/**
 * @param name of the file, for messages and to compare the number with
 * @throws LogVersionError when a newer Confman wrote it
 * @throws LogCorruptionError when it is damaged or belongs under another name
 */
export function decodeSegmentHeader(name: string, bytes: Buffer): SegmentHeader {
  const damaged = (why: string): LogCorruptionError => new LogCorruptionError(`${name}, byte 0: segment header ${why}`);
  if (bytes.length < SEGMENT_HEADER_BYTES) throw damaged(`is cut short at ${bytes.length} bytes`);
  if (!bytes.subarray(0, 8).equals(MAGIC)) throw damaged('has the wrong magic');
  if (checksum(bytes, 0, 60, 0) !== bytes.readUInt32LE(60)) throw damaged('has a wrong checksum');
  const version = bytes.readUInt32LE(8);
  if (version !== SEGMENT_FORMAT_VERSION) {
    throw new LogVersionError(
      `${name}: log format ${version}, this version of Confman reads format ${SEGMENT_FORMAT_VERSION}; start the version that wrote it`,
    );
  }
  const number = Number(bytes.readBigUInt64LE(16));
  if (number !== segmentNumber(name)) throw damaged(`belongs to segment ${number}`);
  const preallocatedBytes = Number(bytes.readBigUInt64LE(32));
  return { number, salt: bytes.readUInt32LE(12), logId: bytes.readBigUInt64LE(24), preallocatedBytes };
}
