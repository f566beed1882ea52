/**
 * Queries on a group's state. Every read is one transaction that also selects the applied position: that value, and no
 * counter looked at before or after, is what is checked and reported (spec 1, section 4).
 */
import type { Statement } from 'better-sqlite3';
import type { LogPosition } from '../../lib/contract/model.ts';
import { contentHash } from './content-hash.ts';
import { type Connection, connectReader } from './database.ts';
import { checkFormat } from './ddl.ts';
import { withNamedErrors } from './errors.ts';
import { readCluster } from './genesis.ts';
import { prepareArchive } from './read/archive.ts';
import { prepareAudit } from './read/audit.ts';
import { prepareChanges } from './read/changes.ts';
import { prepareDeleted } from './read/deleted.ts';
import { prepareEntry } from './read/entry.ts';
import { prepareHistory } from './read/history.ts';
import { prepareIdempotency } from './read/idempotency.ts';
import { prepareKeys } from './read/keys.ts';
import { listEntries, prepareEntryScan } from './read/list.ts';
import { type Moment, prepareMoment } from './read/moment.ts';
import { KeptRanges, movedAnswer } from './read/keeping.ts';
import { prepareNamespaces } from './read/namespaces.ts';
import { prepareRangeRows } from './read/range-rows.ts';
import { prepareRangeSize } from './read/range-size.ts';
import { prepareRegistry } from './read/registry.ts';
import { prepareValueReader } from './read/revision-rows.ts';
import { type SearchTools, prepareNextNamespace, searchEntries } from './read/search.ts';
import { TermTable } from './read/terms.ts';
import type { AnswerOf, Query, QueryName, ReadAnswer, StateIdentity, StateReader } from './types.ts';

/** Reads within a transaction that the reader holds; the moment was selected first. */
type Handlers = { readonly [N in QueryName]: (query: Query<N>, moment: Moment) => AnswerOf<N> };
/** Reads of one statement, which is its own transaction. */
type SingleHandlers = { readonly [N in QueryName]?: (query: Query<N>) => ReadAnswer<N> };

function prepareHandlers(
  connection: Connection,
  group: string,
  terms: TermTable,
  kept: KeptRanges,
): { handlers: Handlers; singles: SingleHandlers } {
  const { db } = connection;
  const valueOf = prepareValueReader(db);
  const history = prepareHistory(db, valueOf);
  const namespaces = prepareNamespaces(db);
  const scan = prepareEntryScan(db);
  const keys = prepareKeys(db);
  const entry = prepareEntry(connection);
  const search: SearchTools = { scan, valueOf, nextNamespace: prepareNextNamespace(db) };
  const audit = prepareAudit(db);
  const changes = prepareChanges(db, history, valueOf, terms);
  const archive = prepareArchive(db, history, valueOf);
  return {
    singles: { entry, keyById: keys.byId, keyBySecretHash: keys.bySecretHash },
    handlers: {
      entry: (query) => entry(query).data,
      keyById: (query) => keys.byId(query).data,
      keyBySecretHash: (query) => keys.bySecretHash(query).data,
      keys: keys.keys,
      revision: history.revision,
      history: history.history,
      namespace: namespaces.namespace,
      namespaces: namespaces.namespaces,
      entries: (query, moment) => listEntries(scan, valueOf, query, moment),
      deleted: prepareDeleted(db, scan),
      search: (query, moment) => searchEntries(search, query, moment),
      audit: (query, moment) => (query.of === undefined ? audit(query, group, moment) : archive.audit(query, query.of)),
      changes: (query, moment) => (query.of === undefined ? changes(query, moment) : archive.changes(query, query.of)),
      archive: archive.archive,
      archiveRows: archive.archiveRows,
      idempotency: prepareIdempotency(db),
      registry: prepareRegistry(db),
      move: ({ move }) => kept.records().find((record) => record.move === move) ?? null,
      moves: () => kept.records(),
      rangeSize: prepareRangeSize(db),
      rangeRows: prepareRangeRows(db, group, valueOf),
      hash: () => contentHash(connection),
    },
  };
}

export class SqliteStateReader implements StateReader {
  readonly #connection: Connection;
  readonly #owned: boolean;
  readonly #identity: StateIdentity;
  readonly #terms: TermTable;
  readonly #kept: KeptRanges;
  readonly #moment: () => Moment;
  readonly #handlers: Handlers;
  readonly #singles: SingleHandlers;
  readonly #begin: Statement;
  readonly #commit: Statement;

  /**
   * Opens a reader of its own on a state file.
   * @throws StateFormatError, StateCorruptionError
   */
  static open(path: string): SqliteStateReader {
    const connection = connectReader(path);
    try {
      return withNamedErrors('read', () => new SqliteStateReader(connection, { owned: true }));
    } catch (error) {
      connection.sqlite.close();
      throw error;
    }
  }

  /** @param options.owned whether closing the reader closes the connection */
  constructor(connection: Connection, options: { readonly owned: boolean }) {
    checkFormat(connection.sqlite);
    this.#connection = connection;
    this.#owned = options.owned;
    this.#identity = readCluster(connection).identity;
    this.#terms = new TermTable(connection.db);
    this.#kept = new KeptRanges(connection.db, this.#identity.group);
    this.#moment = prepareMoment(connection.db, this.#kept);
    const { handlers, singles } = prepareHandlers(connection, this.#identity.group, this.#terms, this.#kept);
    this.#handlers = handlers;
    this.#singles = singles;
    this.#begin = connection.sqlite.prepare('BEGIN DEFERRED');
    this.#commit = connection.sqlite.prepare('COMMIT');
  }

  identity(): StateIdentity {
    return this.#identity;
  }

  /** @throws StateCorruptionError when what is read is damaged: the owner quarantines the replica */
  read<N extends QueryName>(query: Query<N>): ReadAnswer<N> {
    const { type } = query;
    const single = this.#singles[type];
    return withNamedErrors('read', () => {
      if (single === undefined) return this.#transact(type, query);
      const answer = single(query);
      const { ownershipIndex = 0 } = answer;
      const ownership = this.#kept.known(ownershipIndex);
      if (ownership === null) return this.#transact(type, query);
      const nothing = movedAnswer(query, ownership);
      return nothing === undefined ? answer : { ...answer, data: nothing, moved: true };
    });
  }

  #transact<N extends QueryName>(type: N, query: Query<N>): ReadAnswer<N> {
    this.#begin.run();
    try {
      const moment = this.#moment();
      const { applied, ownershipIndex } = moment;
      this.#terms.refresh(applied);
      const nothing = movedAnswer(query, moment.ownership);
      if (nothing !== undefined) return { applied, ownershipIndex, data: nothing, moved: true };
      return { applied, ownershipIndex, data: this.#handlers[type](query, moment) };
    } finally {
      this.#commit.run();
    }
  }

  termAt(index: number): number | 'below-floor' | 'not-applied' {
    if (index > this.#terms.applied.index) this.#refreshTerms();
    return index > this.#terms.applied.index ? 'not-applied' : this.#terms.termAt(index);
  }

  /** The applied position at this moment. */
  applied(): LogPosition {
    return this.#within(() => this.#moment().applied);
  }

  #refreshTerms(): void {
    this.#within(() => this.#terms.refresh(this.#moment().applied));
  }

  #within<T>(work: () => T): T {
    return withNamedErrors('read', () => {
      this.#begin.run();
      try {
        return work();
      } finally {
        this.#commit.run();
      }
    });
  }

  close(): void {
    if (this.#owned) this.#connection.sqlite.close();
  }
}
