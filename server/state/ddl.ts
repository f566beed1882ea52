/**
 * Creation and versions of the state's format.
 *
 * History of the format (`user_version`):
 * - 1: the first.
 * - 2: shards: origins of rows, moves, registry and its ledger, history of ended groups; namespaces of the records of requests.
 */
import type { Database } from 'better-sqlite3';
import { StateFormatError } from './errors.ts';

/** The format that this program writes. */
export const FORMAT = 2;

/** `application_id`: says that a SQLite file is a Confman state ("CfmS"). */
export const APPLICATION_ID = 0x43_66_6d_53;

const SHARD_TABLES: readonly string[] = [
  `CREATE TABLE moves (
    id INTEGER PRIMARY KEY,
    move TEXT NOT NULL,
    state TEXT NOT NULL,
    range TEXT NOT NULL,
    decided_index INTEGER NOT NULL,
    decided_ms INTEGER NOT NULL,
    cursor TEXT,
    from_final_index INTEGER,
    imported_rows INTEGER NOT NULL,
    imported_bytes INTEGER NOT NULL,
    swept TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX moves_by_move ON moves (move)',
  `CREATE TABLE registry (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    content TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE ledger (
    epoch INTEGER PRIMARY KEY,
    move TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT`,
  'CREATE UNIQUE INDEX ledger_by_move ON ledger (move)',
  `CREATE TABLE archives (
    id INTEGER PRIMARY KEY,
    group_id TEXT NOT NULL,
    final_term INTEGER NOT NULL,
    final_index INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    audit_floor_index INTEGER NOT NULL,
    history_floor_index INTEGER NOT NULL
  ) STRICT`,
  'CREATE UNIQUE INDEX archives_by_group ON archives (group_id)',
  `CREATE TABLE archived_events (
    row_id INTEGER PRIMARY KEY,
    group_id TEXT NOT NULL,
    id INTEGER NOT NULL,
    term INTEGER NOT NULL,
    hlc TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    namespace TEXT,
    key TEXT,
    old_revision INTEGER,
    new_revision INTEGER,
    count INTEGER,
    message TEXT NOT NULL,
    request_id TEXT NOT NULL,
    type TEXT,
    deleted INTEGER NOT NULL,
    hash INTEGER,
    value TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX archived_events_by_id ON archived_events (group_id, id)',
  'CREATE INDEX archived_events_by_hlc ON archived_events (group_id, hlc, id)',
  'CREATE INDEX archived_revisions ON archived_events (group_id, id) WHERE type IS NOT NULL',
];

/** Creates format 2. `schema.ts` says what the columns mean. STRICT: a column never holds a value of another type. */
export const DDL: readonly string[] = [
  `CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied_term INTEGER NOT NULL,
    applied_index INTEGER NOT NULL,
    stamp_ms INTEGER,
    stamp_counter INTEGER,
    stamp_node TEXT,
    level INTEGER NOT NULL,
    audit_floor_index INTEGER NOT NULL,
    history_floor_index INTEGER NOT NULL,
    expired_revision_id INTEGER NOT NULL,
    ownership_index INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE TABLE cluster (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    group_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    conf_state TEXT NOT NULL,
    members TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE lineages (
    seq INTEGER PRIMARY KEY,
    lineage_id TEXT NOT NULL,
    fork_index INTEGER
  ) STRICT`,
  `CREATE TABLE terms (
    term INTEGER PRIMARY KEY,
    first_index INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE namespaces (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    description TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    position_term INTEGER NOT NULL,
    position_index INTEGER NOT NULL,
    entries INTEGER NOT NULL CHECK (entries >= 0),
    origin TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX namespaces_by_name ON namespaces (namespace)',
  `CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    oldest_revision INTEGER NOT NULL,
    revision_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    position_term INTEGER NOT NULL,
    position_index INTEGER NOT NULL,
    origin TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX entries_by_key ON entries (namespace, key)',
  'CREATE INDEX entries_live ON entries (namespace, key) WHERE deleted = 0',
  'CREATE INDEX entries_long ON entries (revision - oldest_revision) WHERE revision - oldest_revision >= 16',
  `CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    position_term INTEGER NOT NULL,
    position_index INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    hash INTEGER,
    value TEXT,
    origin TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX revisions_by_key ON revisions (namespace, key, revision)',
  `CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    term INTEGER NOT NULL,
    hlc TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    namespace TEXT,
    key TEXT,
    old_revision INTEGER,
    new_revision INTEGER,
    count INTEGER,
    message TEXT NOT NULL,
    request_id TEXT NOT NULL
  ) STRICT`,
  'CREATE INDEX audit_by_hlc ON audit (hlc)',
  `CREATE TABLE api_keys (
    row_id INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT,
    created_at_ms INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at_ms INTEGER,
    last_used_at_ms INTEGER,
    revoked_at_ms INTEGER,
    secret_hash TEXT NOT NULL
  ) STRICT`,
  'CREATE UNIQUE INDEX api_keys_by_id ON api_keys (key_id)',
  'CREATE UNIQUE INDEX api_keys_by_secret ON api_keys (secret_hash)',
  `CREATE TABLE idempotency (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    request TEXT NOT NULL,
    position_term INTEGER NOT NULL,
    position_index INTEGER NOT NULL,
    stamp_ms INTEGER NOT NULL,
    result TEXT NOT NULL,
    origin TEXT,
    namespace TEXT
  ) STRICT`,
  'CREATE UNIQUE INDEX idempotency_by_scope ON idempotency (scope)',
  ...SHARD_TABLES,
];

/** `MIGRATIONS[n]` brings format `n` to `n + 1`. What they do must not depend on anything but the rows. */
export type Migrations = ReadonlyMap<number, readonly string[]>;

export const MIGRATIONS: Migrations = new Map([
  [
    1,
    [
      'ALTER TABLE meta ADD COLUMN ownership_index INTEGER NOT NULL DEFAULT 0',
      // Without a default, so that no row is touched: this takes no time, whatever the state holds.
      'ALTER TABLE namespaces ADD COLUMN origin TEXT',
      'ALTER TABLE entries ADD COLUMN origin TEXT',
      'ALTER TABLE revisions ADD COLUMN origin TEXT',
      'ALTER TABLE idempotency ADD COLUMN origin TEXT',
      'ALTER TABLE idempotency ADD COLUMN namespace TEXT',
      ...SHARD_TABLES,
    ],
  ],
]);

/** Whether the file holds nothing yet: no tables, no version. */
export function isBlank(sqlite: Database): boolean {
  if (sqlite.pragma('user_version', { simple: true }) !== 0) return false;
  return sqlite.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined;
}

/** Creates the tables. The caller holds the transaction, so that a file is either blank or complete. */
export function createTables(sqlite: Database): void {
  for (const statement of DDL) sqlite.exec(statement);
  sqlite.pragma(`application_id = ${APPLICATION_ID}`);
  sqlite.pragma(`user_version = ${FORMAT}`);
}

/**
 * The format of an existing file.
 * @throws StateFormatError when the file is no Confman state, or of a format newer than `newest`
 */
export function checkFormat(sqlite: Database, newest: number = FORMAT): number {
  const format = sqlite.pragma('user_version', { simple: true }) as number;
  const application = sqlite.pragma('application_id', { simple: true }) as number;
  if (application !== APPLICATION_ID || format < 1) throw new StateFormatError('the file is not the state of a Confman group');
  if (format > newest) {
    throw new StateFormatError(
      `the state has format ${format}, this program knows formats up to ${newest}: start a newer version of Confman`,
    );
  }
  return format;
}

/** Brings an older state to format `to`, each step in its own transaction. */
export function migrate(sqlite: Database, migrations: Migrations = MIGRATIONS, to: number = FORMAT): void {
  for (let format = checkFormat(sqlite, to); format < to; format++) {
    const statements = migrations.get(format);
    if (statements === undefined) throw new StateFormatError(`no way from format ${format} of the state to ${format + 1} is known`);
    sqlite.transaction(() => {
      for (const statement of statements) sqlite.exec(statement);
      sqlite.pragma(`user_version = ${format + 1}`);
    })();
  }
}
