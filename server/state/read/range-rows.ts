/**
 * Rows of a range for a move, as the other group is to have them (spec 4, section 3): the namespaces by name, then whatever has
 * changed since; revisions and records of requests in the order in which they were written. Rows that come later have higher ids,
 * so a cursor that has come to the end finds what is new, on whichever replica it goes on.
 *
 * Work per call is bounded; a page may be empty and yet not be the last.
 */
import { asc, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ImportRow, MoveCursor, NamespaceImport, Origin } from '../../shards/import.ts';
import { covers } from '../../shards/range.ts';
import { partitionOf } from '../partition.ts';
import { AUDIT_ORDINALS, audit, entries, idempotency, namespaces, revisions } from '../schema.ts';
import type { AnswerOf, Query } from '../types.ts';
import type { Moment } from './moment.ts';
import { type ValueReader, revisionFields } from './revision-rows.ts';

const p = sql.placeholder;

/** Rows of each table that one call looks at, at most. */
export const RANGE_SCAN_ROWS = 5000;
/** What a row costs in a command beside its texts, roughly. */
const ROW_BYTES = 250;

function prepareStatements(db: BetterSQLite3Database) {
  return {
    namesAfter: db
      .select()
      .from(namespaces)
      .where(gt(namespaces.namespace, p('after')))
      .orderBy(asc(namespaces.namespace))
      .limit(p('rows'))
      .prepare(),
    namespace: db
      .select()
      .from(namespaces)
      .where(eq(namespaces.namespace, p('namespace')))
      .prepare(),
    eventsAfter: db
      .select({ id: audit.id, namespace: audit.namespace })
      .from(audit)
      .where(gt(audit.id, p('after')))
      .orderBy(asc(audit.id))
      .limit(p('rows'))
      .prepare(),
    revisionsAfter: db
      .select(revisionFields)
      .from(revisions)
      .where(gt(revisions.id, p('after')))
      .orderBy(asc(revisions.id))
      .limit(p('rows'))
      .prepare(),
    recordsAfter: db
      .select()
      .from(idempotency)
      .where(gt(idempotency.id, p('after')))
      .orderBy(asc(idempotency.id))
      .limit(p('rows'))
      .prepare(),
    head: db
      .select({ id: entries.id })
      .from(entries)
      .where(sql`${entries.namespace} = ${p('namespace')} AND ${entries.key} = ${p('key')}`)
      .prepare(),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** One call: what it has found, and how far it has come. */
class Page {
  readonly rows: ImportRow[] = [];
  done = true;
  cursor: MoveCursor;
  readonly #statements: Statements;
  readonly #query: Query<'rangeRows'>;
  readonly #group: string;
  #bytes = 0;

  constructor(statements: Statements, query: Query<'rangeRows'>, group: string, cursor: MoveCursor) {
    this.#statements = statements;
    this.#query = query;
    this.#group = group;
    this.cursor = cursor;
  }

  #covers(namespace: string): boolean {
    return covers(this.#query.range, namespace, () => partitionOf(namespace));
  }

  #origin(row: { readonly positionTerm: number; readonly positionIndex: number; readonly origin: string | null }): Origin {
    return { group: row.origin ?? this.#group, term: row.positionTerm, index: row.positionIndex };
  }

  /** Whether there is room for another row; at least one always has. */
  get #hasRoom(): boolean {
    return this.rows.length === 0 || this.#bytes < this.#query.bytesMax;
  }

  /** Takes a row, unless it would go beyond the bytes of the page: then it is the first of the next one. */
  #take(row: ImportRow, bytes: number): boolean {
    if (this.rows.length > 0 && this.#bytes + ROW_BYTES + bytes > this.#query.bytesMax) return false;
    this.rows.push(row);
    this.#bytes += ROW_BYTES + bytes;
    return true;
  }

  /**
   * Goes through rows of a table.
   * @param work gives false for a row that has no room
   * @returns the last row that was gone through
   */
  #each<R>(rows: readonly R[], work: (row: R) => boolean): R | undefined {
    let last: R | undefined;
    for (const row of rows) {
      if (!work(row)) {
        this.done = false;
        return last;
      }
      last = row;
    }
    if (rows.length === RANGE_SCAN_ROWS) this.done = false;
    return last;
  }

  #namespaceRow(namespace: string, row: typeof namespaces.$inferSelect | undefined): NamespaceImport {
    if (row === undefined) return { kind: 'namespace', namespace, row: null };
    const { description, owner, createdAtMs, updatedAtMs, entries: count } = row;
    return {
      kind: 'namespace',
      namespace,
      row: { description, owner, createdAtMs, updatedAtMs, origin: this.#origin(row), entries: count },
    };
  }

  #takeNamespace(row: NamespaceImport): boolean {
    return this.#take(row, row.namespace.length + (row.row === null ? 0 : row.row.description.length + row.row.owner.length));
  }

  /** All namespaces, as they stand when they are looked at. */
  names(after: string): void {
    const rows = this.#statements.namesAfter.all({ after, rows: RANGE_SCAN_ROWS });
    const last = this.#each(rows, (row) => !this.#covers(row.namespace) || this.#takeNamespace(this.#namespaceRow(row.namespace, row)));
    const names = this.done ? null : (last?.namespace ?? after);
    this.cursor = { ...this.cursor, names };
  }

  /** Namespaces that something has happened in, as they stand now: counts of entries change with every entry. */
  events(): void {
    const told = new Set<string>();
    const rows = this.#statements.eventsAfter.all({ after: this.cursor.events, rows: RANGE_SCAN_ROWS });
    const last = this.#each(rows, ({ namespace }) => {
      if (namespace === null || told.has(namespace) || !this.#covers(namespace)) return true;
      told.add(namespace);
      return this.#takeNamespace(this.#namespaceRow(namespace, this.#statements.namespace.get({ namespace })));
    });
    this.cursor = { ...this.cursor, events: last?.id ?? this.cursor.events };
  }

  revisions(valueOf: ValueReader): void {
    if (!this.#hasRoom) return this.#stop();
    const rows = this.#statements.revisionsAfter.all({ after: this.cursor.revisions, rows: RANGE_SCAN_ROWS });
    const last = this.#each(rows, (row) => {
      const { namespace, key, revision, type, createdAtMs, timeMs, author, message, hash } = row;
      if (!this.#covers(namespace)) return true;
      // Of keys that the group gave away earlier, only the history has stayed.
      if (this.#statements.head.get({ namespace, key }) === undefined) return true;
      const deleted = row.deleted === 1;
      const bytes = namespace.length + key.length + message.length + (row.bytes ?? 0);
      if (this.rows.length > 0 && this.#bytes + ROW_BYTES + bytes > this.#query.bytesMax) return false;
      const value = deleted ? null : valueOf(row);
      const origin = this.#origin(row);
      return this.#take(
        { kind: 'revision', namespace, key, revision, type, deleted, origin, createdAtMs, timeMs, author, message, hash, value },
        bytes,
      );
    });
    this.cursor = { ...this.cursor, revisions: last?.id ?? this.cursor.revisions };
  }

  records(): void {
    if (!this.#hasRoom) return this.#stop();
    const rows = this.#statements.recordsAfter.all({ after: this.cursor.records, rows: RANGE_SCAN_ROWS });
    const last = this.#each(rows, (row) => {
      const { scope, request, namespace, stampMs, result } = row;
      // What does not tell its namespace may be of the range.
      if (namespace !== null && (namespace === '' || !this.#covers(namespace))) return true;
      return this.#take(
        { kind: 'record', scope, request, namespace, origin: this.#origin(row), stampMs, result },
        scope.length + request.length + result.length,
      );
    });
    this.cursor = { ...this.cursor, records: last?.id ?? this.cursor.records };
  }

  #stop(): void {
    this.done = false;
  }
}

/** Where a copy starts: what happens from this state on is told by events. */
function start({ applied }: Moment): MoveCursor {
  return { names: '', events: (applied.index + 1) * AUDIT_ORDINALS - 1, revisions: 0, records: 0 };
}

export function prepareRangeRows(
  db: BetterSQLite3Database,
  group: string,
  valueOf: ValueReader,
): (query: Query<'rangeRows'>, moment: Moment) => AnswerOf<'rangeRows'> {
  const statements = prepareStatements(db);
  return (query, moment) => {
    const cursor = query.cursor ?? start(moment);
    // Namespaces may have gone without a trace: nobody could tell the other group.
    const lost = moment.auditFloorIndex > 0 && cursor.events < (moment.auditFloorIndex + 1) * AUDIT_ORDINALS - 1;
    if (lost) return { rows: [], cursor, done: false, lost };
    const page = new Page(statements, query, group, cursor);
    // Names are complete only together with the events from where the copy started on: this state has not come so far.
    if (cursor.names !== null && moment.applied.index < Math.floor(cursor.events / AUDIT_ORDINALS)) {
      return { rows: [], cursor, done: false, lost };
    }
    if (cursor.names !== null) page.names(cursor.names);
    if (page.cursor.names === null) page.events();
    page.revisions(valueOf);
    page.records();
    return { rows: page.rows, cursor: page.cursor, done: page.done, lost };
  };
}
