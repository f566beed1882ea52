/** Statements of `apply` for registry and moves: rare, so run through drizzle. Named after what they do to which table. */
import { and, asc, eq, gt, isNotNull, lt, lte, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { archivedEvents, archives, entries, idempotency, ledger, moves, namespaces, registry, revisions } from '../schema.ts';

const p = sql.placeholder;

/** A placeholder where drizzle wants a value of the column. */
function value<T>(name: string): SQL<T> {
  return sql<T>`${p(name)}`;
}

function registryStatements(db: BetterSQLite3Database) {
  const content = { epoch: value<number>('epoch'), content: value<string>('content') };
  return {
    registry: db.select({ epoch: registry.epoch, content: registry.content }).from(registry).prepare(),
    putRegistry: db
      .insert(registry)
      .values({ id: 1, ...content })
      .onConflictDoUpdate({ target: registry.id, set: content })
      .prepare(),
    ledgerRow: db
      .select({ epoch: ledger.epoch })
      .from(ledger)
      .where(eq(ledger.move, p('move')))
      .prepare(),
    insertLedger: db
      .insert(ledger)
      .values({ epoch: p('epoch'), move: p('move'), content: p('content') })
      .prepare(),
  };
}

function moveStatements(db: BetterSQLite3Database) {
  return {
    moveRows: db.select().from(moves).orderBy(asc(moves.id)).prepare(),
    moveRow: db
      .select()
      .from(moves)
      .where(eq(moves.move, p('move')))
      .prepare(),
    insertMove: db
      .insert(moves)
      .values({
        move: p('move'),
        state: p('state'),
        range: p('range'),
        decidedIndex: p('index'),
        decidedMs: p('timeMs'),
        cursor: null,
        fromFinalIndex: null,
        importedRows: 0,
        importedBytes: 0,
        swept: null,
      })
      .prepare(),
    decideMove: db
      .update(moves)
      .set({ state: value('state'), decidedIndex: value('index'), decidedMs: value('timeMs'), fromFinalIndex: value('fromFinalIndex') })
      .where(eq(moves.move, p('move')))
      .prepare(),
    /** The decision stays where it was made. */
    endMove: db
      .update(moves)
      .set({ state: value('state'), swept: null })
      .where(eq(moves.move, p('move')))
      .prepare(),
    sweepMove: db
      .update(moves)
      .set({ swept: value('swept') })
      .where(eq(moves.move, p('move')))
      .prepare(),
    importMove: db
      .update(moves)
      .set({
        cursor: value('cursor'),
        importedRows: sql`${moves.importedRows} + ${p('rows')}`,
        importedBytes: sql`${moves.importedBytes} + ${p('bytes')}`,
      })
      .where(eq(moves.move, p('move')))
      .prepare(),
  };
}

function importStatements(db: BetterSQLite3Database) {
  const namespaceRow = {
    description: value<string>('description'),
    owner: value<string>('owner'),
    createdAtMs: value<number>('createdAtMs'),
    updatedAtMs: value<number>('updatedAtMs'),
    positionTerm: value<number>('term'),
    positionIndex: value<number>('index'),
    entries: value<number>('entries'),
    origin: value<string | null>('origin'),
  };
  const recordRow = {
    request: value<string>('request'),
    positionTerm: value<number>('term'),
    positionIndex: value<number>('index'),
    stampMs: value<number>('stampMs'),
    result: value<string>('result'),
    origin: value<string | null>('origin'),
    namespace: value<string | null>('namespace'),
  };
  return {
    dropRevision: db
      .delete(revisions)
      .where(and(eq(revisions.namespace, p('namespace')), eq(revisions.key, p('key')), eq(revisions.revision, p('revision'))))
      .prepare(),
    insertRevisionImport: db
      .insert(revisions)
      .values({
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
        origin: p('origin'),
      })
      .prepare(),
    insertHeadImport: db
      .insert(entries)
      .values({
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
        origin: p('origin'),
      })
      .prepare(),
    updateHeadImport: db
      .update(entries)
      .set({
        revision: value('revision'),
        revisionId: value('revisionId'),
        type: value('type'),
        deleted: value('deleted'),
        createdAtMs: value('createdAtMs'),
        positionTerm: value('term'),
        positionIndex: value('index'),
        origin: value('origin'),
      })
      .where(eq(entries.id, p('id')))
      .prepare(),
    putNamespaceImport: db
      .insert(namespaces)
      .values({ namespace: p('namespace'), ...namespaceRow })
      .onConflictDoUpdate({ target: namespaces.namespace, set: namespaceRow })
      .prepare(),
    putRecordImport: db
      .insert(idempotency)
      .values({ scope: p('scope'), ...recordRow })
      .onConflictDoUpdate({ target: idempotency.scope, set: recordRow })
      .prepare(),
    /** Greatest index of this group's own log among the revisions of a key below one; null when none is of this group. */
    lastLocalBelow: db
      .select({ index: sql<number | null>`max(${revisions.positionIndex})` })
      .from(revisions)
      .where(
        and(
          eq(revisions.namespace, p('namespace')),
          eq(revisions.key, p('key')),
          sql`${revisions.revision} < ${p('revision')} AND ${revisions.origin} IS NULL`,
        ),
      )
      .prepare(),
  };
}

function sweepStatements(db: BetterSQLite3Database) {
  return {
    nextNameOfEntries: db
      .select({ namespace: entries.namespace })
      .from(entries)
      .where(gt(entries.namespace, p('after')))
      .orderBy(asc(entries.namespace))
      .limit(1)
      .prepare(),
    nextNameOfNamespaces: db
      .select({ namespace: namespaces.namespace })
      .from(namespaces)
      .where(gt(namespaces.namespace, p('after')))
      .orderBy(asc(namespaces.namespace))
      .limit(1)
      .prepare(),
    nextNameOfRevisions: db
      .select({ namespace: revisions.namespace })
      .from(revisions)
      .where(gt(revisions.namespace, p('after')))
      .orderBy(asc(revisions.namespace))
      .limit(1)
      .prepare(),
    dropHeads: db
      .delete(entries)
      .where(sql`${entries.id} IN (SELECT e.id FROM entries e WHERE e.namespace = ${p('namespace')} LIMIT ${p('rows')})`)
      .prepare(),
    dropNamespaceNamed: db
      .delete(namespaces)
      .where(eq(namespaces.namespace, p('namespace')))
      .prepare(),
    revisionsOf: db
      .select({ id: revisions.id, positionIndex: revisions.positionIndex, origin: revisions.origin })
      .from(revisions)
      .where(eq(revisions.namespace, p('namespace')))
      .limit(p('rows'))
      .prepare(),
    dropRevisionById: db
      .delete(revisions)
      .where(eq(revisions.id, p('id')))
      .prepare(),
    lastRevisionId: db
      .select({ id: sql<number>`coalesce(max(${revisions.id}), 0)` })
      .from(revisions)
      .prepare(),
    /** A row of no key, so that the ids of rows which were dropped at the high end are not used again. */
    markRevisionId: db
      .insert(revisions)
      .values({
        id: p('id'),
        namespace: '',
        key: '',
        revision: 0,
        type: 'text',
        deleted: 1,
        positionTerm: 0,
        positionIndex: 0,
        createdAtMs: 0,
        timeMs: 0,
        author: '',
        message: '',
        hash: null,
        value: null,
      })
      .prepare(),
  };
}

function archiveStatements(db: BetterSQLite3Database) {
  const ofGroup = eq(archivedEvents.groupId, p('group'));
  return {
    archiveRow: db
      .select()
      .from(archives)
      .where(eq(archives.groupId, p('group')))
      .prepare(),
    archiveRows: db.select().from(archives).orderBy(asc(archives.groupId)).prepare(),
    insertArchive: db
      .insert(archives)
      .values({
        groupId: p('group'),
        finalTerm: p('term'),
        finalIndex: p('index'),
        cursor: 0,
        complete: 0,
        auditFloorIndex: p('auditFloorIndex'),
        historyFloorIndex: p('historyFloorIndex'),
      })
      .prepare(),
    advanceArchive: db
      .update(archives)
      .set({
        cursor: value('cursor'),
        complete: value('complete'),
        auditFloorIndex: value('auditFloorIndex'),
        historyFloorIndex: value('historyFloorIndex'),
      })
      .where(eq(archives.groupId, p('group')))
      .prepare(),
    insertArchivedEvent: db
      .insert(archivedEvents)
      .values({
        groupId: p('group'),
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
        type: p('type'),
        deleted: p('deleted'),
        hash: p('hash'),
        value: p('value'),
      })
      .prepare(),
    archivedBefore: db
      .select({ id: archivedEvents.id })
      .from(archivedEvents)
      .where(and(ofGroup, lt(archivedEvents.hlc, p('hlc'))))
      .orderBy(asc(archivedEvents.hlc), asc(archivedEvents.id))
      .limit(p('rows'))
      .prepare(),
    dropArchivedTo: db
      .delete(archivedEvents)
      .where(and(ofGroup, lte(archivedEvents.id, p('id'))))
      .prepare(),
    /** Events whose revision is still here, from the oldest on. */
    archivedRevisions: db
      .select({ id: archivedEvents.id, hlc: archivedEvents.hlc })
      .from(archivedEvents)
      .where(and(ofGroup, isNotNull(archivedEvents.type)))
      .orderBy(asc(archivedEvents.id))
      .limit(p('rows'))
      .prepare(),
    dropArchivedRevisionsTo: db
      .update(archivedEvents)
      .set({ type: null, deleted: 0, hash: null, value: null })
      .where(and(ofGroup, isNotNull(archivedEvents.type), lte(archivedEvents.id, p('id'))))
      .prepare(),
  };
}

export function prepareShardStatements(db: BetterSQLite3Database) {
  return { ...registryStatements(db), ...moveStatements(db), ...importStatements(db), ...sweepStatements(db), ...archiveStatements(db) };
}
