/**
 * What the log needs from a disk: one directory of files. Two implementations: file-device.ts on `node:fs`, and
 * memory-device.ts, which can crash. Everything above this line is the same code for both, recovery included.
 *
 * Every method throws (or calls back with) the error of the operation; the caller never retries.
 */
export interface LogDevice {
  /** Names of the files in the directory, in any order. */
  list(): readonly string[];
  /** Opens a file that exists. */
  open(name: string): LogDeviceFile;
  /** Makes a new, empty file. */
  create(name: string): LogDeviceFile;
  /** Renames a file, open or not; the new name must not exist. Durable after `syncDirectory`. */
  rename(from: string, to: string): void;
  /** Durable after `syncDirectory`. */
  remove(name: string): void;
  /** Makes all names durable. */
  syncDirectory(): void;
  /** Runs `task` soon, never from inside the call. */
  schedule(task: () => void): void;
  close(): void;
}

export interface LogDeviceFile {
  size(): number;
  /** A new buffer with up to `length` bytes from `offset` on; shorter at the end of the file. */
  read(offset: number, length: number): Buffer;
  /** Writes `bytes[start, end)` at `offset`, all of it. */
  write(bytes: Uint8Array, start: number, end: number, offset: number): void;
  /** Makes everything written so far durable; calls back later, never from inside the call. */
  sync(callback: (error: Error | null) => void): void;
  /** The same, at once. */
  syncNow(): void;
  /** Overwrites `[0, length)` with zeros and makes them durable, piece by piece, off the caller's thread. */
  fill(length: number, callback: (error: Error | null) => void): void;
  close(): void;
}
