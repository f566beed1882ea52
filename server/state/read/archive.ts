/** The history of groups that end: what is to be taken over from them, and how it is read where it has been (spec 4, section 3). */
import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { LogPosition } from '../../../lib/contract/model.ts';
import type { ArchivedEvent } from '../../shards/archive.ts';
import { StateCorruptionError } from '../errors.ts';
import { archiveRecordOf } from '../move-rows.ts';
import { AUDIT_ORDINALS, archivedEvents, archives } from '../schema.ts';
import type { AnswerOf, Query } from '../types.ts';
import { type AuditFields, type AuditRecord, prepareAudit } from './audit.ts';
import { type EventRevision, prepareEventsAfter, readChanges } from './changes.ts';
import type { HistoryReader } from './history.ts';
import type { Moment } from './moment.ts';
import { type ValueReader, proven } from './revision-rows.ts';

const p = sql.placeholder;

/** Events that one page to be taken over looks at. */
const PAGE_ROWS = 1000;
/** What an event costs there beside its value, roughly. */
const EVENT_BYTES = 400;

export interface ArchiveReads {
  readonly archive: (query: Query<'archive'>) => AnswerOf<'archive'>;
  readonly archiveRows: (query: Query<'archiveRows'>, moment: Moment) => AnswerOf<'archiveRows'>;
  /** Of a group that has ended. */
  readonly audit: (query: Query<'audit'>, of: string) => AnswerOf<'audit'>;
  readonly changes: (query: Query<'changes'>, of: string) => AnswerOf<'changes'>;
}

const EVENT_FIELDS = {
  id: archivedEvents.id,
  term: archivedEvents.term,
  hlc: archivedEvents.hlc,
  action: archivedEvents.action,
  actor: archivedEvents.actor,
  namespace: archivedEvents.namespace,
  key: archivedEvents.key,
  oldRevision: archivedEvents.oldRevision,
  newRevision: archivedEvents.newRevision,
  count: archivedEvents.count,
  message: archivedEvents.message,
  requestId: archivedEvents.requestId,
} as const;

const REVISION_FIELDS = {
  rowId: archivedEvents.rowId,
  type: archivedEvents.type,
  deleted: archivedEvents.deleted,
  hash: archivedEvents.hash,
  bytes: sql<number | null>`octet_length(${archivedEvents.value})`,
} as const;

function prepareStatements(db: BetterSQLite3Database) {
  const ofGroup = eq(archivedEvents.groupId, p('of'));
  return {
    one: db
      .select()
      .from(archives)
      .where(eq(archives.groupId, p('group')))
      .prepare(),
    after: db
      .select({ ...EVENT_FIELDS, ...REVISION_FIELDS })
      .from(archivedEvents)
      .where(and(ofGroup, sql`${archivedEvents.id} > ${p('id')}`))
      .orderBy(asc(archivedEvents.id))
      .limit(p('rows'))
      .prepare(),
    value: db
      .select({ value: archivedEvents.value })
      .from(archivedEvents)
      .where(eq(archivedEvents.rowId, p('rowId')))
      .prepare(),
    lastTo: db
      .select({ term: archivedEvents.term })
      .from(archivedEvents)
      .where(and(ofGroup, sql`${archivedEvents.id} < ${p('below')}`))
      .orderBy(desc(archivedEvents.id))
      .limit(1)
      .prepare(),
  };
}

type Statements = ReturnType<typeof prepareStatements>;
type ArchivedRow = ReturnType<Statements['after']['all']>[number];

function revisionOf({ value }: Statements, row: ArchivedRow): EventRevision | null {
  const { namespace, key, newRevision: revision, type, deleted, message, hash, bytes, term } = row;
  if (namespace === null || key === null || revision === null || type === null) return null;
  const position = { positionTerm: term, positionIndex: Math.floor(row.id / AUDIT_ORDINALS) };
  return {
    header: { key, revision, type, deleted, message, bytes },
    value: () => {
      const kept = value.get({ rowId: row.rowId })?.value ?? null;
      if (kept === null) throw new StateCorruptionError(`revision ${revision} of ${namespace} ${key} has lost its value`);
      return proven({ namespace, key, revision, type, hash, ...position }, kept);
    },
  };
}

export function prepareArchive(db: BetterSQLite3Database, history: HistoryReader, valueOf: ValueReader): ArchiveReads {
  const statements = prepareStatements(db);
  const eventsAfter = prepareEventsAfter(db);
  // The columns are those of `audit`, under another table's name.
  const fields = EVENT_FIELDS as unknown as AuditFields;
  const readAudit = prepareAudit(db, { table: archivedEvents, fields, where: eq(archivedEvents.groupId, p('of')) });

  /** An event of this group as it is taken over. */
  function leaving({ namespace, key, newRevision, ...event }: AuditRecord): ArchivedEvent {
    const header = namespace === null || key === null || newRevision === null ? null : history.header(namespace, key, newRevision);
    const isDeleted = header?.deleted === 1;
    const revision =
      header === null ? null : { type: header.type, deleted: isDeleted, hash: header.hash, value: isDeleted ? null : valueOf(header) };
    return { ...event, namespace, key, newRevision, revision };
  }

  return {
    archive: ({ group }) => {
      const row = statements.one.get({ group });
      return row === undefined ? null : archiveRecordOf(row);
    },
    archiveRows: ({ after, bytesMax }, { auditFloorIndex, historyFloorIndex }) => {
      const rows = eventsAfter(after ?? -1, PAGE_ROWS);
      const events: ArchivedEvent[] = [];
      let bytes = 0;
      for (const row of rows) {
        const event = leaving(row);
        bytes += EVENT_BYTES + event.message.length + Buffer.byteLength(event.revision?.value ?? '');
        if (events.length > 0 && bytes > bytesMax) break;
        events.push(event);
      }
      const done = events.length === rows.length && rows.length < PAGE_ROWS;
      return { events, cursor: events.at(-1)?.id ?? after ?? 0, done, auditFloorIndex, historyFloorIndex };
    },
    audit: (query, of) => readAudit(query, of, { auditFloorIndex: statements.one.get({ group: of })?.auditFloorIndex ?? 0 }),
    changes: (query, of) => {
      const row = statements.one.get({ group: of });
      const end: LogPosition = row === undefined ? { term: 0, index: 0 } : archiveRecordOf(row).final;
      if (row === undefined || query.afterIndex >= end.index) return { kind: 'ok', commands: [], upTo: end, more: false };
      const { auditFloorIndex, historyFloorIndex } = row;
      return readChanges(
        {
          eventsAfter: (id, limit) => statements.after.all({ of, id, rows: limit }),
          revisionOf: (event) => revisionOf(statements, event),
          positionAt: (index) => ({ term: statements.lastTo.get({ of, below: (index + 1) * AUDIT_ORDINALS })?.term ?? end.term, index }),
          end,
          auditFloorIndex,
          historyFloorIndex,
        },
        query,
      );
    },
  };
}
