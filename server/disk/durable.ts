import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Makes the names in a directory durable: needed after a file was made, renamed or removed in it.
 *
 * @throws the error of the operation; never retry, the process has to stop (spec 3, section 2)
 */
export function fsyncDir(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a directory and whatever is missing above it, and all their names durable. */
export function makeDirDurable(dir: string): void {
  const path = resolve(dir);
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    fsyncDir(dirname(made));
    if (made === resolve(first) || made === dirname(made)) return;
  }
}

/** Renames within one directory, durably: after a crash there is the old name or the new one, and the file is whole if it was synced. */
export function renameDurable(from: string, to: string): void {
  renameSync(from, to);
  fsyncDir(dirname(to));
  if (resolve(dirname(from)) !== resolve(dirname(to))) fsyncDir(dirname(from));
}

/**
 * Replaces a file as a whole and durably: after a crash it holds the old bytes or the new ones, never a mixture.
 *
 * @param mode permissions of the file; 0600 unless told otherwise
 */
export function writeFileDurable(path: string, bytes: Uint8Array | string, mode = 0o600): void {
  const side = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const fd = openSync(side, 'wx', mode);
  try {
    try {
      writeFileSync(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(side, path);
  } catch (error) {
    unlinkIfThere(side);
    throw error;
  }
  fsyncDir(dirname(path));
}

/** Removes a file durably. */
export function removeDurable(path: string): void {
  unlinkSync(path);
  fsyncDir(dirname(path));
}

/** Bytes that this process may still write on the file system of `dir`. */
export function freeBytes(dir: string): number {
  const stats = statfsSync(dir);
  return stats.bavail * stats.bsize;
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
