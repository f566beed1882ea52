/**
 * Every statement of `apply`, prepared once per connection: building one per call costs fifteen times as much (design/measurements.md
 * B4). Those that every put runs are run by the driver itself (`direct.ts`). Named after what they do to which table.
 */
import { type SQL, and, asc, eq, gt, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Connection } from '../database.ts';
import { DirectChange, DirectSelect, columnsOf } from '../direct.ts';
import { apiKeys, audit, cluster, entries, idempotency, lineages, meta, namespaces, revisions, terms } from '../schema.ts';
import { prepareShardStatements } from './shard-statements.ts';

const p = sql.placeholder;

/** A placeholder where drizzle wants a value of the column. */
function value<T>(name: string): SQL<T> {
  return sql<T>`${p(name)}`;
}

const onKey = and(eq(entries.namespace, p('namespace')), eq(entries.key, p('key')));

function entryStatements({ sqlite, db }: Connection) {
  return {
    head: new DirectSelect(sqlite, db.select().from(entries).where(onKey), columnsOf(entries)),
    insertHead: new DirectChange(
      sqlite,
      db.insert(entries).values({
        namespace: p('namespace'),
        key: p('key'),
        revision: p('revision'),
        oldestRevision: p('revision'),
        revisionId: p('revisionId'),
        type: p('type'),
        deleted: p('deleted'),
        createdAtMs: p('createdAtMs'),
        positionTerm: p('term'),
        positionIndex: p('index'),
      }),
    ),
    updateHead: new DirectChange(
      sqlite,
      db
        .update(entries)
        .set({
          revision: value('revision'),
          revisionId: value('revisionId'),
          type: value('type'),
          deleted: value('deleted'),
          createdAtMs: value('createdAtMs'),
          positionTerm: value('term'),
          positionIndex: value('index'),
          origin: null,
        })
        .where(eq(entries.id, p('id'))),
    ),
    insertRevision: new DirectChange(
      sqlite,
      db.insert(revisions).values({
        namespace: p('namespace'),
        key: p('key'),
        revision: p('revision'),
        type: p('type'),
        deleted: p('deleted'),
        positionTerm: p('term'),
        positionIndex: p('index'),
        createdAtMs: p('createdAtMs'),
        timeMs: p('timeMs'),
        author: p('author'),
        message: p('message'),
        hash: p('hash'),
        value: p('value'),
      }),
    ),
    revision: db
      .select()
      .from(revisions)
      .where(and(eq(revisions.namespace, p('namespace')), eq(revisions.key, p('key')), eq(revisions.revision, p('revision'))))
      .prepare(),
    revisionById: db
      .select({ timeMs: revisions.timeMs, author: revisions.author, message: revisions.message })
      .from(revisions)
      .where(eq(revisions.id, p('id')))
      .prepare(),
  };
}

function namespaceStatements({ sqlite, db }: Connection) {
  const live = and(eq(entries.namespace, p('namespace')), sql`${entries.deleted} = 0`);
  return {
    namespace: db
      .select()
      .from(namespaces)
      .where(eq(namespaces.namespace, p('namespace')))
      .prepare(),
    insertNamespace: db
      .insert(namespaces)
      .values({
        namespace: p('namespace'),
        description: p('description'),
        owner: p('owner'),
        createdAtMs: p('timeMs'),
        updatedAtMs: p('timeMs'),
        positionTerm: p('term'),
        positionIndex: p('index'),
        entries: 0,
      })
      .prepare(),
    updateNamespace: db
      .update(namespaces)
      .set({
        description: value('description'),
        owner: value('owner'),
        updatedAtMs: value('timeMs'),
        positionTerm: value('term'),
        positionIndex: value('index'),
        origin: null,
      })
      .where(eq(namespaces.id, p('id')))
      .prepare(),
    countEntries: new DirectChange(
      sqlite,
      db
        .update(namespaces)
        .set({ entries: sql`${namespaces.entries} + ${p('delta')}` })
        .where(eq(namespaces.namespace, p('namespace'))),
    ),
    deleteNamespace: db
      .delete(namespaces)
      .where(eq(namespaces.id, p('id')))
      .prepare(),
    /** A deletion as newest revision of every live entry of a namespace, in order of key. */
    insertTombstones: db
      .insert(revisions)
      .select((query) =>
        query
          .select({
            id: sql<number>`NULL`.as('id'),
            namespace: entries.namespace,
            key: entries.key,
            revision: sql<number>`${entries.revision} + 1`.as('revision'),
            type: entries.type,
            deleted: sql<number>`1`.as('deleted'),
            positionTerm: sql<number>`${p('term')}`.as('position_term'),
            positionIndex: sql<number>`${p('index')}`.as('position_index'),
            createdAtMs: entries.createdAtMs,
            timeMs: sql<number>`${p('timeMs')}`.as('time_ms'),
            author: sql<string>`${p('author')}`.as('author'),
            message: sql<string>`${p('message')}`.as('message'),
            hash: sql<number | null>`NULL`.as('hash'),
            value: sql<string | null>`NULL`.as('value'),
            origin: sql<string | null>`NULL`.as('origin'),
          })
          .from(entries)
          .where(live)
          .orderBy(asc(entries.key)),
      )
      .prepare(),
    tombstoneHeads: db
      .update(entries)
      .set({
        revision: sql`${entries.revision} + 1`,
        revisionId: sql`(SELECT r.id FROM revisions r WHERE r.namespace = ${entries}.namespace AND r.key = ${entries}.key AND r.revision = ${entries}.revision + 1)`,
        deleted: 1,
        positionTerm: value('term'),
        positionIndex: value('index'),
        origin: null,
      })
      .where(live)
      .prepare(),
  };
}

function keyStatements(db: BetterSQLite3Database) {
  return {
    key: db
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.keyId, p('keyId')))
      .prepare(),
    keyClash: db
      .select({ rowId: apiKeys.rowId })
      .from(apiKeys)
      .where(sql`${apiKeys.keyId} = ${p('keyId')} OR ${apiKeys.secretHash} = ${p('secretHash')}`)
      .limit(1)
      .prepare(),
    anyKey: db.select({ rowId: apiKeys.rowId }).from(apiKeys).limit(1).prepare(),
    insertKey: db
      .insert(apiKeys)
      .values({
        keyId: p('keyId'),
        name: p('name'),
        role: p('role'),
        scope: p('scope'),
        createdAtMs: p('timeMs'),
        createdBy: p('createdBy'),
        expiresAtMs: p('expiresAtMs'),
        lastUsedAtMs: null,
        revokedAtMs: null,
        secretHash: p('secretHash'),
      })
      .prepare(),
    /** A key other than `rowId` that can administer everything at this time. */
    otherAdminKey: db
      .select({ rowId: apiKeys.rowId })
      .from(apiKeys)
      .where(
        sql`${apiKeys.rowId} <> ${p('rowId')} AND ${apiKeys.role} = 'admin' AND ${apiKeys.scope} IS NULL AND ${apiKeys.revokedAtMs} IS NULL
          AND (${apiKeys.expiresAtMs} IS NULL OR ${apiKeys.expiresAtMs} > ${p('timeMs')})`,
      )
      .limit(1)
      .prepare(),
    revokeKey: db
      .update(apiKeys)
      .set({ revokedAtMs: value('timeMs') })
      .where(eq(apiKeys.rowId, p('rowId')))
      .prepare(),
    touchKey: db
      .update(apiKeys)
      .set({ lastUsedAtMs: value('atMs') })
      .where(sql`${apiKeys.keyId} = ${p('keyId')} AND coalesce(${apiKeys.lastUsedAtMs}, -1) < ${p('atMs')}`)
      .prepare(),
  };
}

function recordStatements({ sqlite, db }: Connection) {
  return {
    insertAudit: new DirectChange(
      sqlite,
      db.insert(audit).values({
        id: p('id'),
        term: p('term'),
        hlc: p('hlc'),
        action: p('action'),
        actor: p('actor'),
        namespace: p('namespace'),
        key: p('key'),
        oldRevision: p('oldRevision'),
        newRevision: p('newRevision'),
        count: p('count'),
        message: p('message'),
        requestId: p('requestId'),
      }),
    ),
    recorded: new DirectSelect(
      sqlite,
      db
        .select()
        .from(idempotency)
        .where(eq(idempotency.scope, p('scope'))),
      columnsOf(idempotency),
    ),
    insertRecorded: new DirectChange(
      sqlite,
      db.insert(idempotency).values({
        scope: p('scope'),
        request: p('request'),
        positionTerm: p('term'),
        positionIndex: p('index'),
        stampMs: p('timeMs'),
        result: p('result'),
        namespace: p('namespace'),
      }),
    ),
  };
}

function retentionStatements(db: BetterSQLite3Database) {
  const keptBeyond = sql`${entries.revision} - ${entries.oldestRevision}`;
  const head = {
    id: entries.id,
    namespace: entries.namespace,
    key: entries.key,
    revision: entries.revision,
    oldestRevision: entries.oldestRevision,
  };
  const longest = [sql`${keptBeyond} DESC`, sql`${entries.id} DESC`] as const;
  return {
    /** Keys with more than `keep` revisions; for `keep` >= 16, by index. */
    longHistories: db
      .select(head)
      .from(entries)
      .where(sql`revision - oldest_revision >= 16 AND revision - oldest_revision >= ${p('keep')}`)
      .orderBy(...longest)
      .limit(p('rows'))
      .prepare(),
    /** The same for any `keep`, by a scan: only for small settings. */
    longHistoriesScan: db
      .select(head)
      .from(entries)
      .where(sql`${keptBeyond} >= ${p('keep')}`)
      .orderBy(...longest)
      .limit(p('rows'))
      .prepare(),
    revisionsAfter: db
      .select({
        id: revisions.id,
        namespace: revisions.namespace,
        key: revisions.key,
        revision: revisions.revision,
        positionIndex: revisions.positionIndex,
        origin: revisions.origin,
        timeMs: revisions.timeMs,
      })
      .from(revisions)
      .where(gt(revisions.id, p('id')))
      .orderBy(asc(revisions.id))
      .limit(p('rows'))
      .prepare(),
    dropRevisionsBelow: db
      .delete(revisions)
      .where(and(eq(revisions.namespace, p('namespace')), eq(revisions.key, p('key')), lt(revisions.revision, p('revision'))))
      .prepare(),
    raiseOldest: db
      .update(entries)
      .set({ oldestRevision: sql`max(${entries.oldestRevision}, ${p('revision')})` })
      .where(onKey)
      .prepare(),
    auditBefore: db
      .select({ id: audit.id })
      .from(audit)
      .where(lt(audit.hlc, p('hlc')))
      .orderBy(asc(audit.hlc), asc(audit.id))
      .limit(p('rows'))
      .prepare(),
    dropAuditTo: db
      .delete(audit)
      .where(sql`${audit.id} <= ${p('id')}`)
      .prepare(),
    newestRecorded: db
      .select({ id: sql<number>`coalesce(max(${idempotency.id}), 0)` })
      .from(idempotency)
      .prepare(),
    recordedBefore: db
      .select({ id: idempotency.id, stampMs: idempotency.stampMs })
      .from(idempotency)
      .where(sql`${idempotency.id} <= ${p('id')}`)
      .orderBy(asc(idempotency.id))
      .limit(p('rows'))
      .prepare(),
    dropRecordedTo: db
      .delete(idempotency)
      .where(sql`${idempotency.id} <= ${p('id')}`)
      .prepare(),
  };
}

function placeStatements({ sqlite, db }: Connection) {
  return {
    meta: db.select().from(meta).prepare(),
    updateMeta: new DirectChange(
      sqlite,
      db
        .update(meta)
        .set({
          appliedTerm: value('appliedTerm'),
          appliedIndex: value('appliedIndex'),
          stampMs: value('stampMs'),
          stampCounter: value('stampCounter'),
          stampNode: value('stampNode'),
          level: value('level'),
          auditFloorIndex: value('auditFloorIndex'),
          historyFloorIndex: value('historyFloorIndex'),
          expiredRevisionId: value('expiredRevisionId'),
          ownershipIndex: value('ownershipIndex'),
        })
        .where(eq(meta.id, 1)),
    ),
    cluster: db.select().from(cluster).prepare(),
    updateCluster: db
      .update(cluster)
      .set({ confState: value('confState'), members: value('members') })
      .where(eq(cluster.id, 1))
      .prepare(),
    lineages: db.select().from(lineages).orderBy(asc(lineages.seq)).prepare(),
    insertTerm: db
      .insert(terms)
      .values({ term: p('term'), firstIndex: p('firstIndex') })
      .prepare(),
    /** Keeps the newest `keep` terms. */
    trimTerms: db
      .delete(terms)
      .where(sql`${terms.term} <= (SELECT t.term FROM terms t ORDER BY t.term DESC LIMIT 1 OFFSET ${p('keep')})`)
      .prepare(),
  };
}

/** All statements of `apply` on one connection. */
export function prepareStatements(connection: Connection) {
  const { db } = connection;
  return {
    ...entryStatements(connection),
    ...namespaceStatements(connection),
    ...keyStatements(db),
    ...recordStatements(connection),
    ...retentionStatements(db),
    ...placeStatements(connection),
    ...prepareShardStatements(db),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
