/**
 * The tables of a group's state, for drizzle. `ddl.ts` holds the statements that create them; a test keeps both equal.
 *
 * All are rowid tables: a `WITHOUT ROWID` table that holds values reads three times slower (design/measurements.md B).
 * Text compares by its UTF-8 bytes (BINARY collation), which is code point order: every order of keys is made by SQLite,
 * never by JavaScript, whose strings order by UTF-16 code units.
 */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { sql } from 'drizzle-orm';
import type { AuditAction, EntryType, Role } from '../../lib/contract/model.ts';
import type { MoveRecord } from '../shards/import.ts';

/** One row: how far the state stands. The only row that every `apply` writes. */
export const meta = sqliteTable('meta', {
  /** Always 1. */
  id: integer('id').primaryKey(),
  appliedTerm: integer('applied_term').notNull(),
  appliedIndex: integer('applied_index').notNull(),
  /** Greatest stamp applied; all three null before the first command. */
  stampMs: integer('stamp_ms'),
  stampCounter: integer('stamp_counter'),
  stampNode: text('stamp_node'),
  level: integer('level').notNull(),
  /** Greatest log index of an expired audit event; 0 when none ever was. */
  auditFloorIndex: integer('audit_floor_index').notNull(),
  /** Greatest log index at which an expired revision had been superseded: states from there on can be rebuilt in full. */
  historyFloorIndex: integer('history_floor_index').notNull(),
  /** Retention by age has looked at all revisions up to this id. */
  expiredRevisionId: integer('expired_revision_id').notNull(),
  /** Log index of the last change of what the group keeps (`moves`); 0 when there never was one. */
  ownershipIndex: integer('ownership_index').notNull(),
});

/** One row: whose state this is and who its members are. */
export const cluster = sqliteTable('cluster', {
  /** Always 1. */
  id: integer('id').primaryKey(),
  groupId: text('group_id').notNull(),
  clusterId: text('cluster_id').notNull(),
  /** `ConfState` as JSON. */
  confState: text('conf_state').notNull(),
  /** `MemberInfo[]` as JSON, in order of id. */
  members: text('members').notNull(),
});

/** The ancestry of this cluster, oldest first. */
export const lineages = sqliteTable('lineages', {
  seq: integer('seq').primaryKey(),
  lineageId: text('lineage_id').notNull(),
  /** Last index that the next lineage took over; null for the current one. */
  forkIndex: integer('fork_index'),
});

/** First index of each term that has entries. */
export const terms = sqliteTable('terms', {
  term: integer('term').primaryKey(),
  firstIndex: integer('first_index').notNull(),
});

export const namespaces = sqliteTable(
  'namespaces',
  {
    id: integer('id').primaryKey(),
    namespace: text('namespace').notNull(),
    description: text('description').notNull(),
    owner: text('owner').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    /** Position of the last change of the namespace itself. */
    positionTerm: integer('position_term').notNull(),
    positionIndex: integer('position_index').notNull(),
    /** How many live entries it holds. */
    entries: integer('entries').notNull(),
    /** Group whose log the position is of; null: this one. */
    origin: text('origin'),
  },
  (t) => [uniqueIndex('namespaces_by_name').on(t.namespace)],
);

/**
 * One row per key that ever was, deleted ones included: where its history stands. The value is in the newest revision,
 * stored once. Rows are never removed, so that a revision count never restarts.
 */
export const entries = sqliteTable(
  'entries',
  {
    id: integer('id').primaryKey(),
    namespace: text('namespace').notNull(),
    key: text('key').notNull(),
    /** Newest revision, the deletion itself included. */
    revision: integer('revision').notNull(),
    /** Oldest revision that retention has left; kept revisions are `[oldestRevision, revision]` without a gap. */
    oldestRevision: integer('oldest_revision').notNull(),
    /** `revisions.id` of the newest revision. */
    revisionId: integer('revision_id').notNull(),
    type: text('type').$type<EntryType>().notNull(),
    /** 1 when the newest revision is a deletion. */
    deleted: integer('deleted').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    positionTerm: integer('position_term').notNull(),
    positionIndex: integer('position_index').notNull(),
    /** Group whose log the position is of; null: this one. */
    origin: text('origin'),
  },
  (t) => [
    uniqueIndex('entries_by_key').on(t.namespace, t.key),
    index('entries_live')
      .on(t.namespace, t.key)
      .where(sql`deleted = 0`),
    index('entries_long')
      .on(sql`revision - oldest_revision`)
      .where(sql`revision - oldest_revision >= 16`),
  ],
);

/** Every kept revision of every key. `id` rises with each revision ever written, in log order, and is never used twice. */
export const revisions = sqliteTable(
  'revisions',
  {
    id: integer('id').primaryKey(),
    namespace: text('namespace').notNull(),
    key: text('key').notNull(),
    revision: integer('revision').notNull(),
    type: text('type').$type<EntryType>().notNull(),
    deleted: integer('deleted').notNull(),
    positionTerm: integer('position_term').notNull(),
    positionIndex: integer('position_index').notNull(),
    /** When the entry was created that this is a revision of; a re-created key starts anew. */
    createdAtMs: integer('created_at_ms').notNull(),
    timeMs: integer('time_ms').notNull(),
    author: text('author').notNull(),
    message: text('message').notNull(),
    /** CRC32C of identity, position and value (`value-hash.ts`); null for a deletion. */
    hash: integer('hash'),
    /** Behind everything else that is always asked for, so that this is read without its overflow pages. Null for a deletion. */
    value: text('value'),
    /** Group whose log the position is of; null, which costs nothing to read: this one. */
    origin: text('origin'),
  },
  (t) => [uniqueIndex('revisions_by_key').on(t.namespace, t.key, t.revision)],
);

/** Audit events. `id` = log index * 256 + ordinal, so log order is row order. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer('id').primaryKey(),
    term: integer('term').notNull(),
    /** Text form of the stamp; never falls as `id` rises. */
    hlc: text('hlc').notNull(),
    action: text('action').$type<AuditAction>().notNull(),
    actor: text('actor').notNull(),
    namespace: text('namespace'),
    key: text('key'),
    oldRevision: integer('old_revision'),
    newRevision: integer('new_revision'),
    /** How many rows the event speaks of (entries of a deleted namespace); null where that makes no sense. */
    count: integer('count'),
    message: text('message').notNull(),
    requestId: text('request_id').notNull(),
  },
  (t) => [index('audit_by_hlc').on(t.hlc)],
);

export const apiKeys = sqliteTable(
  'api_keys',
  {
    rowId: integer('row_id').primaryKey(),
    keyId: text('key_id').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    /** Namespace prefixes as a JSON array; null for all. */
    scope: text('scope'),
    createdAtMs: integer('created_at_ms').notNull(),
    createdBy: text('created_by').notNull(),
    expiresAtMs: integer('expires_at_ms'),
    lastUsedAtMs: integer('last_used_at_ms'),
    revokedAtMs: integer('revoked_at_ms'),
    /** SHA-256 of the secret, hex. */
    secretHash: text('secret_hash').notNull(),
  },
  (t) => [uniqueIndex('api_keys_by_id').on(t.keyId), uniqueIndex('api_keys_by_secret').on(t.secretHash)],
);

/** First answers of idempotent requests. `id` rises in log order; rows leave from the low end only. */
export const idempotency = sqliteTable(
  'idempotency',
  {
    id: integer('id').primaryKey(),
    scope: text('scope').notNull(),
    request: text('request').notNull(),
    positionTerm: integer('position_term').notNull(),
    positionIndex: integer('position_index').notNull(),
    stampMs: integer('stamp_ms').notNull(),
    /** `CommandResult` as JSON: neither a secret nor a value is in it. */
    result: text('result').notNull(),
    /** Group whose log the position is of; null: this one. */
    origin: text('origin'),
    /** That the request was about, empty for none; null where format 1 did not note it. */
    namespace: text('namespace'),
  },
  (t) => [uniqueIndex('idempotency_by_scope').on(t.scope)],
);

/**
 * What the group knows of the moves that it takes part in (spec 4, section 3): with them, which namespaces it keeps. Rows are
 * never removed: a step that is repeated late must find that it has been decided.
 */
export const moves = sqliteTable(
  'moves',
  {
    id: integer('id').primaryKey(),
    move: text('move').notNull(),
    state: text('state').$type<MoveRecord['state']>().notNull(),
    /** `ShardRange` as JSON. */
    range: text('range').notNull(),
    /** Log index where the state was decided. */
    decidedIndex: integer('decided_index').notNull(),
    /** Milliseconds of the stamp of that entry. */
    decidedMs: integer('decided_ms').notNull(),
    /** `MoveCursor` as JSON; null before the first import, and in the group that gives. */
    cursor: text('cursor'),
    fromFinalIndex: integer('from_final_index'),
    importedRows: integer('imported_rows').notNull(),
    importedBytes: integer('imported_bytes').notNull(),
    /** How far dropping its rows has come: names up to this one are done. */
    swept: text('swept'),
  },
  (t) => [uniqueIndex('moves_by_move').on(t.move)],
);

/** The shard registry without its ledger; one row in `default` once it has changed, none elsewhere. */
export const registry = sqliteTable('registry', {
  /** Always 1. */
  id: integer('id').primaryKey(),
  epoch: integer('epoch').notNull(),
  /** JSON (`registry-content.ts`). */
  content: text('content').notNull(),
});

/** Moves that are done, in order of epoch. */
export const ledger = sqliteTable(
  'ledger',
  {
    epoch: integer('epoch').primaryKey(),
    move: text('move').notNull(),
    /** `RegistryLedgerRow` as JSON. */
    content: text('content').notNull(),
  },
  (t) => [uniqueIndex('ledger_by_move').on(t.move)],
);

/**
 * The ends of groups: in `default` one row for each group whose history it has taken over, or is taking; in a group that has been
 * sealed one row for itself.
 */
export const archives = sqliteTable(
  'archives',
  {
    id: integer('id').primaryKey(),
    groupId: text('group_id').notNull(),
    /** Position of the seal. */
    finalTerm: integer('final_term').notNull(),
    finalIndex: integer('final_index').notNull(),
    /** Events of the group up to this `audit.id` are here. */
    cursor: integer('cursor').notNull(),
    /** 1 when all of them are. */
    complete: integer('complete').notNull(),
    /** As in `meta`, of the group's log. */
    auditFloorIndex: integer('audit_floor_index').notNull(),
    historyFloorIndex: integer('history_floor_index').notNull(),
  },
  (t) => [uniqueIndex('archives_by_group').on(t.groupId)],
);

/** Audit events of groups that have ended, as `audit` had them there, each with the revision that it tells of. */
export const archivedEvents = sqliteTable(
  'archived_events',
  {
    rowId: integer('row_id').primaryKey(),
    groupId: text('group_id').notNull(),
    /** `audit.id` in the group. */
    id: integer('id').notNull(),
    term: integer('term').notNull(),
    hlc: text('hlc').notNull(),
    action: text('action').$type<AuditAction>().notNull(),
    actor: text('actor').notNull(),
    namespace: text('namespace'),
    key: text('key'),
    oldRevision: integer('old_revision'),
    newRevision: integer('new_revision'),
    count: integer('count'),
    message: text('message').notNull(),
    requestId: text('request_id').notNull(),
    /** Null: the event tells of no revision, or retention has taken it. */
    type: text('type').$type<EntryType>(),
    deleted: integer('deleted').notNull(),
    /** As in `revisions`. */
    hash: integer('hash'),
    value: text('value'),
  },
  (t) => [
    uniqueIndex('archived_events_by_id').on(t.groupId, t.id),
    index('archived_events_by_hlc').on(t.groupId, t.hlc, t.id),
    index('archived_revisions')
      .on(t.groupId, t.id)
      .where(sql`type IS NOT NULL`),
  ],
);

/** Ordinals of one log index in `audit.id`. */
export const AUDIT_ORDINALS = 256;
