import { assert, must } from '../../lib/kernel/assert.ts';
import type { LogDevice, LogDeviceFile } from './device.ts';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts';

/** One segment file in use. */
export interface Segment {
  readonly number: number;
  readonly salt: number;
  readonly file: LogDeviceFile;
  /** Where the next record goes. */
  end: number;
  /** Bytes of the file, preallocated ones included. */
  size: number;
  /** Whether it holds anything besides the restated groups at its start; before that, a record fits whatever its size. */
  hasBody: boolean;
  /** By group number, the highest index of an entry in here that may still be needed. */
  readonly lastIndexes: Map<number, number>;
}

export interface SegmentSetOptions {
  /** Size at which the log goes on in the next segment. */
  readonly segmentBytes: number;
  /** Whether the first segment of a new log is preallocated too, at once. */
  readonly fillsFirst: boolean;
  readonly logId: bigint;
  /** 32 random bits. */
  readonly random: () => number;
  /** The directory could not be made durable in the background: the log must stop. */
  readonly failed: (error: Error) => void;
}

/** Written at a time where a segment is preallocated at once. */
const ZEROS_BYTES = 1024 * 1024;

/** Dead segments that are kept for reuse besides the one that is being made ready. */
const RECYCLED_MAX = 1;

/**
 * The segment files of one log, oldest first, and the ones that wait for use. A segment gets its name when it is
 * filled with zeros, has its header and both are durable, so rolling over to it costs no directory sync.
 */
export class SegmentSet {
  readonly #device: LogDevice;
  readonly #options: SegmentSetOptions;
  /** In use, oldest first; the last one is written to. */
  readonly live: Segment[];
  #spare: Segment | null;
  #preparing = false;
  /** Files under a temporary name, ready to be filled again. */
  readonly #recycled: { readonly name: string; readonly size: number }[] = [];
  #temporaryCount = 0;
  #preparingBytes = 0;
  #closed = false;

  constructor(device: LogDevice, options: SegmentSetOptions, live: Segment[], spare: Segment | null) {
    this.#device = device;
    this.#options = options;
    this.live = live;
    this.#spare = spare;
  }

  get isPreparing(): boolean {
    return this.#preparing;
  }

  get current(): Segment {
    return must(this.live.at(-1), 'a log without a segment');
  }

  byNumber(number: number): Segment {
    // Numbers have no gaps, so the position follows from the number.
    const segment = this.live[number - must(this.live[0], 'a log without a segment').number];
    assert(segment?.number === number, () => `segment ${number} is not part of the log`);
    return segment;
  }

  /** Whether a record of this size belongs into the current segment. */
  fits(bytes: number): boolean {
    const { end, hasBody } = this.current;
    return !hasBody || end + bytes <= this.#options.segmentBytes;
  }

  /** Goes on in the next segment: the one made ready, or, when the writer was faster than that, one made at once. */
  roll(): Segment {
    const segment = this.#spare ?? this.#make(this.#nextNumber());
    this.#spare = null;
    this.live.push(segment);
    return segment;
  }

  /** Sees to it that a segment stands ready. A failure costs nothing but speed: nothing of the log is in the file. */
  prepareSpare(): void {
    if (this.#preparing || this.#closed || this.#spare !== null) return;
    this.#preparing = true;
    const reused = this.#recycled.pop();
    const name = reused?.name ?? this.#temporaryName();
    let file: LogDeviceFile;
    try {
      file = reused === undefined ? this.#device.create(name) : this.#device.open(name);
    } catch {
      return this.#giveUpSpare(name, null);
    }
    const size = this.#options.segmentBytes;
    this.#preparingBytes = size;
    file.fill(size, (error) => {
      if (this.#closed) return file.close();
      if (error !== null) return this.#giveUpSpare(name, file);
      this.#finishSpare(name, file, size);
    });
  }

  /**
   * Takes the oldest segment out of the log, to be reused or removed, and makes that durable before the next one
   * may go: a gap between segments would look like damage.
   */
  retireOldest(): void {
    const oldest = must(this.live[0], 'a log without a segment');
    assert(this.live.length > 1, 'the current segment cannot be retired');
    this.live.shift();
    oldest.file.close();
    const name = segmentName(oldest.number);
    if (this.#recycled.length < RECYCLED_MAX && oldest.end <= this.#options.segmentBytes) {
      const temporary = this.#temporaryName();
      this.#device.rename(name, temporary);
      this.#recycled.push({ name: temporary, size: Math.max(oldest.size, oldest.end) });
    } else {
      this.#device.remove(name);
    }
    this.#device.syncDirectory();
  }

  sizeBytes(): number {
    let bytes = this.#preparingBytes + (this.#spare?.size ?? 0);
    for (const segment of this.live) bytes += Math.max(segment.size, segment.end);
    for (const recycled of this.#recycled) bytes += recycled.size;
    return bytes;
  }

  close(): void {
    this.#closed = true;
    this.#preparing = false;
    for (const segment of this.live) segment.file.close();
    this.#spare?.file.close();
  }

  #nextNumber(): number {
    return (this.live.at(-1)?.number ?? 0) + 1;
  }

  #temporaryName(): string {
    this.#temporaryCount += 1;
    return `spare-${this.#temporaryCount}.tmp`;
  }

  /**
   * A segment with a durable header and name. The first one of a log may be preallocated like any other, because nobody waits
   * for it yet; one in the middle of a log is not: quick to make, slower to write to.
   */
  #make(number: number): Segment {
    const name = this.#temporaryName();
    const file = this.#device.create(name);
    const size = number === 1 && this.#options.fillsFirst ? this.#options.segmentBytes : 0;
    const zeros = Buffer.alloc(Math.min(ZEROS_BYTES, size));
    for (let at = 0; at < size; at += zeros.length) file.write(zeros, 0, Math.min(zeros.length, size - at), at);
    const segment = this.#writeHeader(file, number, size);
    file.syncNow();
    this.#device.rename(name, segmentName(number));
    this.#device.syncDirectory();
    return segment;
  }

  #finishSpare(name: string, file: LogDeviceFile, size: number): void {
    let spare: Segment;
    try {
      spare = this.#writeHeader(file, this.#nextNumber(), size);
    } catch {
      return this.#giveUpSpare(name, file);
    }
    file.sync((error) => {
      if (this.#closed) return file.close();
      if (error !== null) return this.#giveUpSpare(name, file);
      // The log rolled over meanwhile and took the number.
      if (spare.number !== this.#nextNumber()) return this.#finishSpare(name, file, size);
      try {
        this.#device.rename(name, segmentName(spare.number));
        this.#device.syncDirectory();
      } catch (cause) {
        return this.#options.failed(new Error(`segment ${spare.number} could not be made durable`, { cause }));
      }
      this.#spare = spare;
      this.#preparing = false;
      this.#preparingBytes = 0;
    });
  }

  /** The next roll-over makes its segment itself, and then this is tried again. */
  #giveUpSpare(name: string, file: LogDeviceFile | null): void {
    this.#preparing = false;
    this.#preparingBytes = 0;
    try {
      file?.close();
      this.#device.remove(name);
    } catch {
      // Nothing refers to the file, and the next opening removes it.
    }
  }

  #writeHeader(file: LogDeviceFile, number: number, size: number): Segment {
    const { logId, random } = this.#options;
    const salt = random() >>> 0;
    file.write(encodeSegmentHeader({ number, salt, logId, preallocatedBytes: size }), 0, SEGMENT_HEADER_BYTES, 0);
    return { number, salt, file, end: SEGMENT_HEADER_BYTES, size, hasBody: false, lastIndexes: new Map() };
  }
}

/** Remembers that an entry lies in this segment. */
export function noteEntry(segment: Segment, group: number, index: number): void {
  const last = segment.lastIndexes.get(group);
  if (last === undefined || last < index) segment.lastIndexes.set(group, index);
}
