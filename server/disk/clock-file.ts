import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { fsyncDir } from './durable.ts';
import { DataDirError } from './errors.ts';

/**
 * One number of milliseconds that only rises, written in place: two slots of a page each in turn, so that a torn write costs the
 * new number and never the old one. In place, because a sync of a file that neither grows nor is renamed is the cheapest there is,
 * and the caller waits for it.
 *
 *     slot    0  4 bytes  "CMck"
 *             4  u32      format, 1
 *             8  u64      the number
 *            16  16 bytes first half of the SHA-256 over the 16 bytes before
 */
const FORMAT = 1;
const MAGIC = Buffer.from('CMck');
const SLOT_BYTES = 4096;
const BODY_BYTES = 16;
const SLOT_USED_BYTES = 32;

export class ClockFile {
  readonly #fd: number;
  #ms: number;
  /** Where the next number goes: never over the one that counts. */
  #slot: number;

  private constructor(fd: number, ms: number, slot: number) {
    this.#fd = fd;
    this.#ms = ms;
    this.#slot = slot;
  }

  /**
   * Opens the file, made when there is none.
   *
   * @throws DataDirError `newer-format`; `damaged` when neither slot can be read though something was written
   */
  static open(path: string): ClockFile {
    const fd = openSync(path, 'a+', 0o600);
    closeSync(fd);
    const file = openSync(path, 'r+');
    try {
      const page = Buffer.alloc(2 * SLOT_BYTES);
      const bytes = readSync(file, page, 0, page.length, 0);
      const values = [readSlot(page, 0, path), readSlot(page, SLOT_BYTES, path)];
      const written = page.subarray(0, bytes).some((byte) => byte !== 0);
      const [a, b] = [values[0] ?? -1, values[1] ?? -1];
      if (written && a < 0 && b < 0) {
        throw new DataDirError(
          'damaged',
          `${path} is damaged: neither of its slots can be read; restore the data directory or join the node anew`,
        );
      }
      if (bytes < page.length) {
        writeSync(file, Buffer.alloc(page.length - bytes), 0, page.length - bytes, bytes);
        fdatasyncSync(file);
        fsyncDir(dirname(path));
      }
      return new ClockFile(file, Math.max(a, b, 0), a >= b ? 1 : 0);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** The last number that was saved; 0 when there was none. */
  get ms(): number {
    return this.#ms;
  }

  /**
   * Durable when it returns.
   *
   * @throws the error of the disk; never retry, the process has to stop (spec 3, section 2)
   */
  save(ms: number): void {
    const slot = Buffer.alloc(SLOT_USED_BYTES);
    MAGIC.copy(slot);
    slot.writeUInt32BE(FORMAT, 4);
    slot.writeBigUInt64BE(BigInt(ms), 8);
    digest(slot.subarray(0, BODY_BYTES)).copy(slot, BODY_BYTES);
    writeSync(this.#fd, slot, 0, slot.length, this.#slot * SLOT_BYTES);
    fdatasyncSync(this.#fd);
    this.#ms = ms;
    this.#slot = 1 - this.#slot;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function digest(body: Uint8Array): Buffer {
  return createHash('sha256')
    .update(body)
    .digest()
    .subarray(0, SLOT_USED_BYTES - BODY_BYTES);
}

/** @returns null for a slot that was never written whole */
function readSlot(page: Buffer, start: number, path: string): number | null {
  const body = page.subarray(start, start + BODY_BYTES);
  if (!page.subarray(start + BODY_BYTES, start + SLOT_USED_BYTES).equals(digest(body)) || !body.subarray(0, 4).equals(MAGIC)) return null;
  const format = body.readUInt32BE(4);
  if (format > FORMAT) {
    throw new DataDirError(
      'newer-format',
      `${path} has format ${format}, this version of Confman reads ${FORMAT}; start the version that wrote it`,
    );
  }
  return Number(body.readBigUInt64BE(8));
}
