import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { makeDirDurable } from '../disk/durable.ts';
import type { LogDevice, LogDeviceFile } from './device.ts';

/** Small enough that a sync of the log itself, waiting behind it, is not held up for long. */
const FILL_BYTES = 512 * 1024;

/** A directory on a real file system. `fdatasync` runs in libuv's pool, so the loop goes on meanwhile. */
export class FileDevice implements LogDevice {
  readonly #dir: string;
  readonly #dirFd: number;

  /** Opens the directory; makes it, durably, when it is not there. */
  constructor(dir: string) {
    this.#dir = dir;
    makeDirDurable(dir);
    this.#dirFd = openSync(dir, 'r');
  }

  list(): readonly string[] {
    return readdirSync(this.#dir);
  }

  open(name: string): LogDeviceFile {
    return new OpenFile(openSync(join(this.#dir, name), 'r+'));
  }

  create(name: string): LogDeviceFile {
    return new OpenFile(openSync(join(this.#dir, name), 'wx+', 0o600));
  }

  rename(from: string, to: string): void {
    renameSync(join(this.#dir, from), join(this.#dir, to));
  }

  remove(name: string): void {
    unlinkSync(join(this.#dir, name));
  }

  syncDirectory(): void {
    fsyncSync(this.#dirFd);
  }

  schedule(task: () => void): void {
    setImmediate(task);
  }

  close(): void {
    closeSync(this.#dirFd);
  }
}

class OpenFile implements LogDeviceFile {
  readonly #fd: number;
  /** Operations in libuv's pool: the descriptor must outlive them, or they would hit a reused number. */
  #pending = 0;
  #closing = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  size(): number {
    return fstatSync(this.#fd).size;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let got = 0;
    while (got < length) {
      const n = readSync(this.#fd, bytes, got, length - got, offset + got);
      if (n === 0) break;
      got += n;
    }
    return got === length ? bytes : bytes.subarray(0, got);
  }

  write(bytes: Uint8Array, start: number, end: number, offset: number): void {
    for (let at = start; at < end;) at += writeSync(this.#fd, bytes, at, end - at, offset + at - start);
  }

  sync(callback: (error: Error | null) => void): void {
    this.#pending += 1;
    fdatasync(this.#fd, (error) => {
      this.#settle();
      callback(error);
    });
  }

  syncNow(): void {
    fdatasyncSync(this.#fd);
  }

  fill(length: number, callback: (error: Error | null) => void): void {
    const zeros = Buffer.alloc(Math.min(FILL_BYTES, length));
    const step = (at: number): void => {
      if (this.#closing) return callback(new Error('the file was closed while it was being filled'));
      if (at >= length) return this.sync(callback);
      this.#pending += 1;
      write(this.#fd, zeros, 0, Math.min(zeros.length, length - at), at, (error, written) => {
        this.#settle();
        if (error !== null) return callback(error);
        this.sync((syncError) => (syncError === null ? step(at + written) : callback(syncError)));
      });
    };
    step(0);
  }

  close(): void {
    this.#closing = true;
    if (this.#pending === 0) closeSync(this.#fd);
  }

  #settle(): void {
    this.#pending -= 1;
    if (this.#closing && this.#pending === 0) close(this.#fd);
  }
}
