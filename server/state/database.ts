/**
 * Connections to a group's state: settings that decide about safety are set and read back at every open,
 * because SQLite takes what it does not understand without a word.
 */
import Database from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { StateFormatError, withNamedErrors } from './errors.ts';

/** One connection: drizzle for queries, the driver below it for what drizzle has no word for. */
export interface Connection {
  readonly sqlite: Database.Database;
  readonly db: BetterSQLite3Database;
}

/** Lowest SQLite without the corruption by a reset write-ahead log (design/raft.md D8). */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

type Pragmas = readonly (readonly [name: string, set: string, readBack: string | number])[];

const COMMON: Pragmas = [
  ['temp_store', 'MEMORY', 2],
  ['cell_size_check', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
];

const WRITER: Pragmas = [
  ['journal_mode', 'WAL', 'wal'],
  // The log can rebuild the state, so a commit needs no fsync; a checkpoint still orders WAL before file (spec 3, section 2).
  ['synchronous', 'NORMAL', 1],
  // Checkpoints happen when the owner says so, between turns of the loop.
  ['wal_autocheckpoint', '0', 0],
  ['cache_size', '-65536', -65_536],
  // Readers hold the writer up for moments only (at their first opening); whoever holds it up longer is a second writer.
  ['busy_timeout', '1000', 1000],
  ...COMMON,
];

/** For copies: SQLite counts writing the new file as a write, so `query_only` cannot be set; the file is opened for reading only. */
const COPIER: Pragmas = [['cache_size', '-32768', -32_768], ['busy_timeout', '5000', 5000], ...COMMON];

const READER: Pragmas = [['query_only', 'ON', 1], ...COPIER];

const MEMORY: Pragmas = [['cache_size', '-65536', -65_536], ...COMMON];

function setPragmas(sqlite: Database.Database, pragmas: Pragmas): void {
  for (const [name, set, readBack] of pragmas) {
    sqlite.pragma(`${name} = ${set}`);
    const found = sqlite.pragma(name, { simple: true });
    if (found !== readBack) throw new StateFormatError(`SQLite did not take ${name} = ${set}: it reads back ${String(found)}`);
  }
}

/** @throws StateFormatError when `version` is older than what is safe to use */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [i, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[i] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new StateFormatError(`SQLite ${version} can damage a database in WAL mode; ${SQLITE_VERSION_MIN.join('.')} or later is needed`);
  }
}

function connect(sqlite: Database.Database, pragmas: Pragmas): Connection {
  try {
    checkSqliteVersion(sqlite.prepare('SELECT sqlite_version()').pluck().get() as string);
    setPragmas(sqlite, pragmas);
    return { sqlite, db: drizzle({ client: sqlite }) };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** The one writing connection of a state file; creates the file when there is none. */
export function connectWriter(path: string): Connection {
  return withNamedErrors('write', () => connect(new Database(path), WRITER));
}

/** A connection that only reads. The file must exist. */
export function connectReader(path: string): Connection {
  return withNamedErrors('read', () => connect(new Database(path, { readonly: true, fileMustExist: true }), READER));
}

/** A connection that reads the file and may write a copy of it elsewhere. */
export function connectCopier(path: string): Connection {
  return withNamedErrors('read', () => connect(new Database(path, { readonly: true, fileMustExist: true }), COPIER));
}

/** A state in memory, empty or from the bytes of a database file. For the simulator and tests. */
export function connectMemory(serialized?: Uint8Array): Connection {
  return withNamedErrors('write', () =>
    connect(serialized === undefined ? new Database(':memory:') : new Database(withoutWalMark(serialized)), MEMORY),
  );
}

/** Offsets 18 and 19 of the file header say 2 for WAL, which a database in memory cannot have; the pages are the same. */
function withoutWalMark(serialized: Uint8Array): Buffer {
  const bytes = Buffer.from(serialized);
  if (bytes[18] === 2) bytes[18] = 1;
  if (bytes[19] === 2) bytes[19] = 1;
  return bytes;
}
