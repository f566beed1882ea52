import { must } from '../../lib/kernel/assert.ts';
import type { LogDevice, LogDeviceFile } from './device.ts';
import type { GroupTable } from './group-table.ts';
import { couldBeRecord, emptyRecordHeader, KIND, readRecord, recordBody } from './record.ts';
import { Replay } from './replay.ts';
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName, segmentNumber } from './segment-header.ts';
import type { Segment } from './segment-set.ts';
import { LogCorruptionError } from './types.ts';

/**
 * Opening a log: verify everything, tell a torn tail from damage, cut the tail, make the rest certain.
 *
 * The writer has at most one batch under way and says in each record, by its lag, up to which sequence number
 * everything had been synced when the record was written. So a valid record behind a bad one
 *  - whose lag proves that the bad one had been synced: damage;
 *  - that proves no such thing: both are of the batch that was under way. A disk may have taken its sectors in any
 *    order, and the tail is torn if a whole sector between the two is missing; otherwise the bad one was changed
 *    after it was written: damage.
 * And a bad record with nothing valid behind it is a torn tail.
 */

/** What the hardware writes as a whole or not at all. */
const SECTOR_BYTES = 512;
const ZEROS = Buffer.alloc(64 * 1024);

export interface Recovered {
  /** In use, oldest first; empty for a new log. */
  readonly live: Segment[];
  /** A segment behind the last record, ready for use. */
  readonly spare: Segment | null;
  readonly logId: bigint | null;
  /** Of the last record; 0 when there is none. */
  readonly lastSequence: number;
  /** Whether the last record is the mark of a clean close. */
  readonly closedCleanly: boolean;
  /** Bytes of torn tail that were cut. */
  readonly cutBytes: number;
}

interface Position {
  readonly segment: number;
  readonly offset: number;
}

/**
 * Reads the whole log into `groups`, which must be empty, and leaves a log on disk whose every record is durable.
 *
 * @throws LogCorruptionError naming file and offset; nothing has been changed on the disk then
 * @throws LogVersionError when a newer version wrote the log; likewise
 */
export function recover(device: LogDevice, groups: GroupTable): Recovered {
  const { segments, logId, temporary } = openSegments(device);
  try {
    const walk = new Walk(segments, groups);
    walk.run();
    const cutBytes = walk.repair();
    if (temporary.length > 0) {
      for (const name of temporary) device.remove(name);
      device.syncDirectory();
    }
    const { live, spare } = splitSpare(device, segments, walk.lastSegment);
    return { live, spare, logId, lastSequence: walk.lastSequence, closedCleanly: walk.closedCleanly, cutBytes };
  } catch (error) {
    for (const segment of segments) segment.file.close();
    throw error;
  }
}

function openSegments(device: LogDevice): { segments: Segment[]; logId: bigint | null; temporary: string[] } {
  const names = device.list();
  const numbers = names.map(segmentNumber).filter((n) => n !== null);
  numbers.sort((a, b) => a - b);
  const segments: Segment[] = [];
  const files: LogDeviceFile[] = [];
  let logId: bigint | null = null;
  try {
    for (const number of numbers) {
      const name = segmentName(number);
      const before = segments.at(-1);
      if (before !== undefined && number !== before.number + 1) {
        throw new LogCorruptionError(`${segmentName(before.number + 1)} is missing between its neighbours`);
      }
      const file = device.open(name);
      files.push(file);
      const header = decodeSegmentHeader(name, file.read(0, SEGMENT_HEADER_BYTES));
      const size = file.size();
      if (size < header.preallocatedBytes) {
        throw new LogCorruptionError(`${name}, byte ${size}: the file ends before its ${header.preallocatedBytes} bytes`);
      }
      if (logId !== null && header.logId !== logId) {
        throw new LogCorruptionError(`${name}, byte 24: belongs to another log than the segments before it`);
      }
      logId = header.logId;
      const { salt } = header;
      segments.push({ number, salt, file, end: SEGMENT_HEADER_BYTES, size, hasBody: false, lastIndexes: new Map() });
    }
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
  return { segments, logId, temporary: names.filter((name) => name.endsWith('.tmp')) };
}

/** Keeps what holds records, and one empty segment behind it; removes what is left, the last one first. */
function splitSpare(device: LogDevice, segments: Segment[], lastSegment: number): { live: Segment[]; spare: Segment | null } {
  const live = segments.slice(0, lastSegment + 1);
  for (const segment of segments.slice(lastSegment + 2).reverse()) {
    segment.file.close();
    device.remove(segmentName(segment.number));
    device.syncDirectory();
  }
  return { live, spare: segments[lastSegment + 1] ?? null };
}

/** What one read can take. */
const SEGMENT_BYTES_MAX = 2 ** 31 - 1;

class Walk {
  readonly #segments: readonly Segment[];
  readonly #groups: GroupTable;
  readonly #replay: Replay;
  readonly #header = emptyRecordHeader();
  /** Behind the last valid record. */
  #tail: Position = { segment: 0, offset: SEGMENT_HEADER_BYTES };
  /** Of the first record that no later record proves to be synced. */
  #unproven: Position = { segment: 0, offset: SEGMENT_HEADER_BYTES };
  #provenThrough = 0;
  /** Sequence number that must come next; null before the first record of a log whose front is gone. */
  #expected: number | null;
  #torn = false;
  closedCleanly = false;

  constructor(segments: Segment[], groups: GroupTable) {
    this.#segments = segments;
    this.#groups = groups;
    this.#replay = new Replay(groups, segments);
    this.#expected = (segments[0]?.number ?? 1) === 1 ? 1 : null;
  }

  get lastSequence(): number {
    return (this.#expected ?? 1) - 1;
  }

  /** Position of the segment that is written to next. */
  get lastSegment(): number {
    return this.#tail.segment;
  }

  /** Reads and applies all records; afterwards the tail is known. */
  run(): void {
    for (let i = 0; i < this.#segments.length; i += 1) {
      if (!this.#readSegment(i)) {
        this.#classify();
        break;
      }
    }
    const wrong = this.#replay.finish();
    if (wrong !== null) throw this.#corrupt(this.#tail, wrong);
    this.#checkFront();
  }

  /** A whole segment. One that cannot be read at once was not made by a log: an entry has at most 1 GiB. */
  #bytes(i: number): Buffer {
    const { file } = this.#segment(i);
    const size = file.size();
    if (size > SEGMENT_BYTES_MAX) throw this.#corrupt({ segment: i, offset: 0 }, `the file has ${size} bytes, more than any segment`);
    return file.read(0, size);
  }

  /** Whether the segment is read to its end and nothing but zeros follows there. */
  #readSegment(i: number): boolean {
    const segment = this.#segment(i);
    const bytes = this.#bytes(i);
    const header = this.#header;
    let offset = SEGMENT_HEADER_BYTES;
    for (;;) {
      const length = readRecord(bytes, offset, bytes.length, segment.salt, header);
      if (length === 0) break;
      const { sequence, lag } = header;
      if (this.#expected !== null && sequence !== this.#expected) return false;
      const wrong = this.#replay.apply(segment, offset, header, recordBody(bytes, offset, header.bodyBytes));
      if (wrong !== null) throw this.#corrupt({ segment: i, offset }, wrong);
      if (sequence - lag > this.#provenThrough || this.#expected === null) {
        this.#provenThrough = sequence - lag;
        this.#unproven = { segment: i, offset };
      }
      this.#expected = sequence + 1;
      this.closedCleanly = header.kind === KIND.syncMark;
      offset += length;
      segment.end = offset;
      this.#tail = { segment: i, offset };
    }
    return lastNonZero(bytes, offset) === -1;
  }

  /** Decides, at a tail that is not simply the end, whether it is torn. */
  #classify(): void {
    const expected = this.#expected;
    if (expected === null) throw this.#corrupt(this.#tail, 'the first record is damaged');
    let first: Position | null = null;
    for (let i = this.#tail.segment; i < this.#segments.length; i += 1) {
      const segment = this.#segment(i);
      const bytes = this.#bytes(i);
      let offset = i === this.#tail.segment ? this.#tail.offset : SEGMENT_HEADER_BYTES;
      while (offset < bytes.length) {
        const length = this.#validAt(bytes, offset, segment.salt, expected);
        if (length > 0) {
          this.#judge(expected, { segment: i, offset });
          first ??= { segment: i, offset };
        }
        offset += length > 0 ? length : 8;
      }
    }
    if (first !== null && !this.#sectorMissing(this.#tail, first)) {
      throw this.#corrupt(this.#tail, `record ${expected} is damaged, valid records follow`);
    }
    this.#torn = true;
  }

  #validAt(bytes: Buffer, offset: number, salt: number, expected: number): number {
    if (!couldBeRecord(bytes, offset, bytes.length, expected)) return 0;
    return readRecord(bytes, offset, bytes.length, salt, this.#header);
  }

  /** A valid record was found behind a bad one: does it prove damage? */
  #judge(expected: number, found: Position): void {
    const { sequence, lag } = this.#header;
    if (sequence < expected) throw this.#corrupt(found, `record ${sequence} comes a second time`);
    if (sequence - lag >= expected) {
      throw this.#corrupt(this.#tail, `record ${expected} is damaged or missing; record ${sequence} proves that it was synced`);
    }
  }

  /** Whether some sector between the two was never written. A batch that spans segments counts: their ends are padded. */
  #sectorMissing(from: Position, to: Position): boolean {
    if (from.segment !== to.segment) return true;
    const bytes = this.#segment(from.segment).file.read(0, to.offset);
    for (let at = from.offset; at < to.offset;) {
      const end = Math.min(to.offset, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      if (isZero(bytes, at, end)) return true;
      at = end;
    }
    return false;
  }

  /**
   * A segment that starts the log exists because the segments before it were retired, which needs a synced record
   * behind its restated groups. And one that holds nothing but restated groups, perhaps not all, starts afresh.
   */
  #checkFront(): void {
    const { segment: i } = this.#tail;
    const segment = this.#segments[i];
    if (segment === undefined || segment.hasBody) return;
    if (i === 0 && segment.number > 1) throw this.#corrupt(this.#tail, 'the groups restated at the start of the log are incomplete');
    if (i === 0 || segment.end === SEGMENT_HEADER_BYTES) return;
    let dropped = 0;
    for (let at = SEGMENT_HEADER_BYTES; at < segment.end; dropped += 1) {
      at += readRecord(segment.file.read(0, segment.end), at, segment.end, segment.salt, this.#header);
    }
    this.#expected = (this.#expected ?? 1) - dropped;
    segment.end = SEGMENT_HEADER_BYTES;
    this.#tail = { segment: i - 1, offset: this.#segment(i - 1).end };
    if (this.#unproven.segment === i) this.#unproven = this.#tail;
    // A restated group may have been the only record of a compaction: have it written again.
    for (const group of this.#groups.numbered()) group.writtenBase = -1;
    this.#torn = true;
  }

  /**
   * Cuts a torn tail, and writes the last unproven batch once more: a process that was killed may have left it in
   * the page cache only, even after a failed sync, and from now on it counts as durable.
   *
   * @returns bytes that were cut
   */
  repair(): number {
    let cut = 0;
    if (this.#torn) {
      // From the back: after a crash in between, the tail is still torn.
      for (let i = this.#segments.length - 1; i >= this.#tail.segment; i -= 1) {
        cut += zeroFrom(this.#segment(i), i === this.#tail.segment ? this.#tail.offset : SEGMENT_HEADER_BYTES);
      }
    }
    for (let i = this.#unproven.segment; i <= this.#tail.segment && i < this.#segments.length; i += 1) {
      const { file, end } = this.#segment(i);
      const start = i === this.#unproven.segment ? this.#unproven.offset : SEGMENT_HEADER_BYTES;
      const bytes = file.read(start, end - start);
      file.write(bytes, 0, bytes.length, start);
      file.syncNow();
    }
    return cut;
  }

  #segment(i: number): Segment {
    return must(this.#segments[i], 'a segment');
  }

  #corrupt(at: Position, why: string): LogCorruptionError {
    const segment = this.#segments[at.segment];
    return new LogCorruptionError(`${segment === undefined ? 'log' : segmentName(segment.number)}, byte ${at.offset}: ${why}`);
  }
}

/** Durably zeroes a segment from `offset` to its last byte that is not zero. */
function zeroFrom(segment: Segment, offset: number): number {
  const bytes = segment.file.read(0, segment.file.size());
  const end = lastNonZero(bytes, offset) + 1;
  if (end === 0) return 0;
  const zeros = Buffer.alloc(end - offset);
  segment.file.write(zeros, 0, zeros.length, offset);
  segment.file.syncNow();
  return end - offset;
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += ZEROS.length) {
    const length = Math.min(ZEROS.length, end - at);
    if (bytes.compare(ZEROS, 0, length, at, at + length) !== 0) return false;
  }
  return true;
}

/** Offset of the last byte from `start` on that is not zero, or -1. */
function lastNonZero(bytes: Buffer, start: number): number {
  if (isZero(bytes, start, bytes.length)) return -1;
  let at = bytes.length - 1;
  while (bytes[at] === 0) at -= 1;
  return at;
}
