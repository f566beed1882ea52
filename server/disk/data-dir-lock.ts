import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import Database from 'better-sqlite3';

import { makeDirDurable } from './durable.ts';
import { DataDirError } from './errors.ts';

/** The file that is locked. Only SQLite may open it: see `lockDataDir`. */
export const LOCK_FILE = 'lock.db';
/** Names the holder, for messages only. */
const HOLDER_FILE = 'lock.pid';

export interface DataDirLock {
  /** The directory, absolute. */
  readonly dir: string;
  /** Gives the directory free; a second call does nothing. */
  release(): void;
}

/**
 * Takes the exclusive lock on a data directory; makes the directory when it is not there.
 *
 * Node offers no file locks of its own, so this is SQLite's: an open exclusive transaction on an empty database holds
 * fcntl locks, which the kernel drops when the process dies, `kill -9` included, so there is nothing to clean up.
 * SQLite keeps its own account of them per process, so a second call in the same process, other threads included, is
 * refused as well. Two limits: closing any other descriptor of the file in this process drops the lock (fcntl's rule),
 * so nobody else may open `lock.db`, not even to copy it; and on network file systems without working fcntl locks the
 * directory is not protected.
 *
 * @throws DataDirError of kind `locked` when somebody holds it
 */
export function lockDataDir(path: string): DataDirLock {
  const dir = resolve(path);
  makeDirDurable(dir);
  const database = new Database(join(dir, LOCK_FILE), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new DataDirError('locked', `the data directory ${dir} is in use by ${holder(dir)}; a data directory belongs to one process`, {
      cause: error,
    });
  }
  writeFileSync(join(dir, HOLDER_FILE), `${process.pid}\n`, { mode: 0o600 });
  return {
    dir,
    // Closing ends the transaction; nothing was written in it.
    release: () => void database.close(),
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function holder(dir: string): string {
  try {
    return `process ${readFileSync(join(dir, HOLDER_FILE), 'utf8').trim()}`;
  } catch {
    return 'another process';
  }
}
