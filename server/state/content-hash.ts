/**
 * One hash over everything that a state says: equal on all replicas at equal applied positions, whatever their files
 * look like. Rows are taken in the order of their names and fed to the hash one by one, so memory stays small.
 */
import { createHash } from 'node:crypto';
import { type SQL, asc } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Connection } from './database.ts';
import {
  apiKeys,
  archivedEvents,
  archives,
  audit,
  cluster,
  entries,
  idempotency,
  ledger,
  lineages,
  meta,
  moves,
  namespaces,
  registry,
  revisions,
  terms,
} from './schema.ts';
import { verifiedValue } from './value-hash.ts';
import type { EntryType } from '../../lib/contract/model.ts';

/** Changes whenever the same content would get another hash: hashes of different schemes are never compared. */
export const CONTENT_HASH_SCHEME = '3';

type Row = readonly (string | number | null)[];

interface Part {
  readonly name: string;
  readonly table: SQLiteTable;
  readonly columns: readonly AnySQLiteColumn[];
  readonly orderBy: readonly (AnySQLiteColumn | SQL)[];
}

/** All that is replicated. Left out: row ids that nobody counts on, and `expired_revision_id`, which speaks of one. */
const PARTS: readonly Part[] = [
  {
    name: 'meta',
    table: meta,
    columns: [
      meta.appliedTerm,
      meta.appliedIndex,
      meta.stampMs,
      meta.stampCounter,
      meta.stampNode,
      meta.level,
      meta.auditFloorIndex,
      meta.historyFloorIndex,
      meta.ownershipIndex,
    ],
    orderBy: [meta.id],
  },
  {
    name: 'cluster',
    table: cluster,
    columns: [cluster.groupId, cluster.clusterId, cluster.confState, cluster.members],
    orderBy: [cluster.id],
  },
  { name: 'lineages', table: lineages, columns: [lineages.lineageId, lineages.forkIndex], orderBy: [lineages.seq] },
  { name: 'terms', table: terms, columns: [terms.term, terms.firstIndex], orderBy: [terms.term] },
  {
    name: 'namespaces',
    table: namespaces,
    columns: [
      namespaces.namespace,
      namespaces.description,
      namespaces.owner,
      namespaces.createdAtMs,
      namespaces.updatedAtMs,
      namespaces.positionTerm,
      namespaces.positionIndex,
      namespaces.entries,
      namespaces.origin,
    ],
    orderBy: [namespaces.namespace],
  },
  {
    name: 'entries',
    table: entries,
    columns: [
      entries.namespace,
      entries.key,
      entries.revision,
      entries.oldestRevision,
      entries.type,
      entries.deleted,
      entries.createdAtMs,
      entries.positionTerm,
      entries.positionIndex,
      entries.origin,
    ],
    orderBy: [entries.namespace, entries.key],
  },
  {
    name: 'audit',
    table: audit,
    columns: [
      audit.id,
      audit.term,
      audit.hlc,
      audit.action,
      audit.actor,
      audit.namespace,
      audit.key,
      audit.oldRevision,
      audit.newRevision,
      audit.count,
      audit.message,
      audit.requestId,
    ],
    orderBy: [audit.id],
  },
  {
    name: 'api-keys',
    table: apiKeys,
    columns: [
      apiKeys.keyId,
      apiKeys.name,
      apiKeys.role,
      apiKeys.scope,
      apiKeys.createdAtMs,
      apiKeys.createdBy,
      apiKeys.expiresAtMs,
      apiKeys.lastUsedAtMs,
      apiKeys.revokedAtMs,
      apiKeys.secretHash,
    ],
    orderBy: [apiKeys.keyId],
  },
  {
    name: 'idempotency',
    table: idempotency,
    columns: [
      idempotency.scope,
      idempotency.request,
      idempotency.positionTerm,
      idempotency.positionIndex,
      idempotency.stampMs,
      idempotency.result,
      idempotency.origin,
      idempotency.namespace,
      // A move copies in the order of these ids, and goes on from one on another replica.
      idempotency.id,
    ],
    orderBy: [idempotency.scope],
  },
  {
    name: 'moves',
    table: moves,
    columns: [
      moves.move,
      moves.state,
      moves.range,
      moves.decidedIndex,
      moves.decidedMs,
      moves.cursor,
      moves.fromFinalIndex,
      moves.importedRows,
      moves.importedBytes,
      moves.swept,
    ],
    orderBy: [moves.move],
  },
  { name: 'registry', table: registry, columns: [registry.epoch, registry.content], orderBy: [registry.id] },
  { name: 'ledger', table: ledger, columns: [ledger.epoch, ledger.move, ledger.content], orderBy: [ledger.epoch] },
  {
    name: 'archives',
    table: archives,
    columns: [
      archives.groupId,
      archives.finalTerm,
      archives.finalIndex,
      archives.cursor,
      archives.complete,
      archives.auditFloorIndex,
      archives.historyFloorIndex,
    ],
    orderBy: [archives.groupId],
  },
  {
    name: 'archived-events',
    table: archivedEvents,
    columns: [
      archivedEvents.groupId,
      archivedEvents.id,
      archivedEvents.term,
      archivedEvents.hlc,
      archivedEvents.action,
      archivedEvents.actor,
      archivedEvents.namespace,
      archivedEvents.key,
      archivedEvents.oldRevision,
      archivedEvents.newRevision,
      archivedEvents.count,
      archivedEvents.message,
      archivedEvents.requestId,
      archivedEvents.type,
      archivedEvents.deleted,
      archivedEvents.hash,
      archivedEvents.value,
    ],
    orderBy: [archivedEvents.groupId, archivedEvents.id],
  },
];

/** What a proof of the values needs: columns that every format has. */
const REVISION_COLUMNS = [
  revisions.namespace,
  revisions.key,
  revisions.revision,
  revisions.type,
  revisions.deleted,
  revisions.positionTerm,
  revisions.positionIndex,
  revisions.createdAtMs,
  revisions.timeMs,
  revisions.author,
  revisions.message,
  revisions.hash,
  revisions.value,
] as const;

/** A row of `REVISION_COLUMNS`. */
type RevisionTuple = readonly [
  namespace: string,
  key: string,
  revision: number,
  type: EntryType,
  deleted: number,
  term: number,
  index: number,
  createdAtMs: number,
  timeMs: number,
  author: string,
  message: string,
  hash: number | null,
  value: string | null,
];

/** As of `idempotency.id`. */
const HASHED_REVISION_COLUMNS = [...REVISION_COLUMNS, revisions.origin, revisions.id] as const;

/** Streams rows through the driver, which drizzle has no word for; the statement is drizzle's. */
function* rowsOf(connection: Connection, part: Omit<Part, 'name'>): IterableIterator<Row> {
  const selection = Object.fromEntries(part.columns.map((column, i) => [`c${i}`, column]));
  const query = connection.db
    .select(selection)
    .from(part.table)
    .orderBy(...part.orderBy.map((column) => asc(column)))
    .toSQL();
  yield* connection.sqlite
    .prepare<unknown[], Row>(query.sql)
    .raw(true)
    .iterate(...query.params);
}

/**
 * Goes through every stored value.
 * @throws StateCorruptionError when one does not match its hash
 */
export function verifyValues(connection: Connection): void {
  const rows = verifiedRevisions(connection, REVISION_COLUMNS);
  while (rows.next().done !== true);
}

function* verifiedRevisions(connection: Connection, columns: readonly AnySQLiteColumn[]): IterableIterator<Row> {
  const part = { table: revisions, columns, orderBy: [revisions.namespace, revisions.key, revisions.revision] };
  for (const row of rowsOf(connection, part)) {
    const [namespace, key, revision, type, , term, index, , , , , hash, value] = row as unknown as RevisionTuple;
    if (value !== null) verifiedValue({ namespace, key, revision, type, position: { term, index } }, value, hash);
    yield row;
  }
}

/** SHA-256 in hex. Holds one read transaction while it runs, unless the caller holds one. */
export function contentHash(connection: Connection): string {
  const { sqlite } = connection;
  const own = !sqlite.inTransaction;
  if (own) sqlite.exec('BEGIN');
  try {
    const hash = createHash('sha256');
    for (const part of PARTS) {
      hash.update(`\n# ${part.name}\n`);
      for (const row of rowsOf(connection, part)) hash.update(`${JSON.stringify(row)}\n`);
    }
    hash.update('\n# revisions\n');
    for (const row of verifiedRevisions(connection, HASHED_REVISION_COLUMNS)) hash.update(`${JSON.stringify(row)}\n`);
    return hash.digest('hex');
  } finally {
    if (own) sqlite.exec('COMMIT');
  }
}
