/**
 * The replicated state machine of one group: commands in, results out, queries beside it.
 * Everything here is plain data (structured-clone and JSON safe), because commands, results and queries travel
 * between threads and nodes.
 */
import type { ApiKey, AuditEvent, EntryType, LogPosition, Role } from '../../lib/contract/model.ts';
import type { MemberInfo } from './member-info.ts';
import type { ApiKeyRow, EntryRow, NamespaceRow, RevisionRow } from './row-types.ts';
import type { ArchiveCommandBody, RangeCommandBody, RegistryCommandBody, ShardQueries, ShardResult } from './shard-types.ts';
import type { WatchCommand } from './watch-types.ts';
import type { Registry } from '../shards/registry.ts';
import type { ConfState, Entry as LogEntry } from '../raft/types.ts';

export type * from './row-types.ts';
export type * from './shard-types.ts';

// ---------------------------------------------------------------- commands

/** Who asks: the API key, by id (rights, scope of idempotency) and by name (what people read). */
export interface Actor {
  readonly keyId: string;
  readonly name: string;
}

/** A precondition on the last change of a key: `If-Match`, or `If-None-Match: *`. Decided when applied, so exact under concurrency. */
export interface Precondition {
  /** `group`: whose log it is of, where it is not the group that the command goes to. */
  readonly ifMatch?: (LogPosition & { readonly group?: string | undefined }) | undefined;
  readonly ifAbsent?: boolean | undefined;
}

export interface PutOperation extends Precondition {
  readonly op: 'put';
  readonly key: string;
  readonly value: string;
  /** Null: keep the entry's type (a new one is `text`). */
  readonly type: EntryType | null;
  /** The types for which the proposer found the value valid. The effective type must be among them, else the command is refused as `type-changed`. `apply` never parses a value. */
  readonly validFor: readonly EntryType[];
}

export interface DeleteOperation extends Precondition {
  readonly op: 'delete';
  readonly key: string;
}

export type Operation = PutOperation | DeleteOperation;

export type CommandBody =
  /** All or nothing, one token. A single PUT or DELETE is a batch of one. */
  | {
      readonly type: 'write';
      readonly namespace: string;
      readonly operations: readonly Operation[];
      readonly message: string;
      readonly createNamespace: boolean;
    }
  /** The value of an old revision as a new one; brings a deleted key back too. */
  | ({
      readonly type: 'restore';
      readonly namespace: string;
      readonly key: string;
      readonly revision: number;
      readonly message: string;
    } & Precondition)
  | { readonly type: 'put-namespace'; readonly namespace: string; readonly description: string | null; readonly owner: string | null }
  | { readonly type: 'delete-namespace'; readonly namespace: string }
  | {
      readonly type: 'create-key';
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      readonly scope: readonly string[] | null;
      readonly expiresAtMs: number | null;
      /** SHA-256 of the secret, hex. */ readonly secretHash: string;
    }
  | { readonly type: 'revoke-key'; readonly id: string }
  /** Coarse last-use times, gathered by a node and written now and then. No audit event. */
  | { readonly type: 'touch-keys'; readonly uses: readonly { readonly id: string; readonly atMs: number }[] }
  /** First command of a cluster: seeds the first admin key unless any key exists. */
  | { readonly type: 'seed'; readonly keyId: string; readonly name: string; readonly secretHash: string }
  /** Drops what retention no longer keeps, at most `rowsMax` rows; times are milliseconds of the command stamps. */
  | {
      readonly type: 'expire';
      readonly revisionsPerKey: number;
      readonly revisionsBeforeMs: number;
      readonly auditBeforeMs: number;
      readonly idempotencyBeforeMs: number;
      readonly idempotencyKeep: number;
      readonly rowsMax: number;
    }
  | { readonly type: 'raise-level'; readonly level: number }
  | RegistryCommandBody
  | RangeCommandBody
  | ArchiveCommandBody;

/** What is proposed. The leader adds the stamp just before proposing (`encodeCommand(command, stamp)`). */
export interface Command {
  /** Command level of the encoding and of the meaning; frozen once released. */
  readonly level: number;
  readonly actor: Actor;
  readonly requestId: string;
  /** `scope`: hash over API key, method, path and the caller's Idempotency-Key; `request`: hash over the body. */
  readonly idempotency: { readonly scope: string; readonly request: string } | null;
  readonly body: CommandBody;
}

/** Hybrid logical clock value of a command, set by the leader, only read by `apply` (spec 4, section 5). */
export interface Stamp {
  /** 48-bit milliseconds. */
  readonly ms: number;
  /** 16-bit counter. */
  readonly counter: number;
  readonly node: string;
}

// ---------------------------------------------------------------- results

/** An entry's state after (or, in a conflict, before) a change, without the value. */
export interface EntryState {
  readonly key: string;
  /** Group whose log `position` is of, where the entry came from another one and has not changed since. */
  readonly group?: string | undefined;
  readonly type: EntryType;
  readonly revision: number;
  readonly position: LogPosition;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
  readonly message: string;
}

export type Change =
  | { readonly op: 'put'; readonly created: boolean; readonly previousRevision: number | null; readonly entry: EntryState }
  | { readonly op: 'delete'; readonly key: string; readonly revision: number; readonly previousRevision: number };

export type CommandResult =
  | { readonly kind: 'written'; readonly namespaceCreated: boolean; readonly changes: readonly Change[] }
  | {
      readonly kind: 'namespace';
      readonly created: boolean;
      readonly description: string;
      readonly owner: string;
      readonly createdAtMs: number;
      readonly updatedAtMs: number;
      readonly entries: number;
    }
  | { readonly kind: 'namespace-deleted'; readonly entriesDeleted: number }
  | { readonly kind: 'key'; readonly key: ApiKey }
  /** `more`, of an expire: the command ended at its `rowsMax`, and the same again would do more. */
  | { readonly kind: 'done'; readonly more?: boolean | undefined }
  | { readonly kind: 'refused'; readonly code: 'version-conflict'; readonly operation: number; readonly current: EntryState | null }
  | { readonly kind: 'refused'; readonly code: 'type-changed'; readonly operation: number; readonly type: EntryType }
  | { readonly kind: 'refused'; readonly code: 'idempotency-key-reused' }
  | {
      readonly kind: 'refused';
      readonly code: 'namespace-not-found' | 'entry-not-found' | 'revision-not-found' | 'key-not-found' | 'key-exists' | 'last-admin-key';
      readonly operation?: number | undefined;
    }
  | ShardResult;

/** What applying one entry gave. */
export interface Applied {
  readonly position: LogPosition;
  /** For a replayed idempotent request: the position and result of the first time. */
  readonly result: CommandResult | null;
  readonly replayed: boolean;
  /** Position of the command that `result` speaks of: equal to `position` unless replayed. */
  readonly resultPosition: LogPosition;
  /** Group whose log `resultPosition` is of, where the request was answered before the namespace came here. */
  readonly resultGroup?: string | undefined;
  readonly stamp: Stamp | null;
}

// ---------------------------------------------------------------- identity in the state

/** One lineage of this cluster, oldest first; the last is the current one. */
export interface Lineage {
  readonly id: string;
  /** Last index of this lineage that the next one took over; null for the current lineage. */
  readonly forkIndex: number | null;
}

export interface StateIdentity {
  readonly group: string;
  readonly clusterId: string;
  readonly lineages: readonly Lineage[];
}

/** One row per term that has entries: (term, first index of that term). Entries of term rows[i] are [firstIndex_i, firstIndex_{i+1}). */
export interface TermRow {
  readonly term: number;
  readonly firstIndex: number;
}

// ---------------------------------------------------------------- the writer

/** Input of `apply`: a committed log entry, decoded no further than its type. Configuration changes come with the configuration they led to. */
export interface ApplyInput {
  readonly entry: LogEntry;
  readonly confState?: ConfState | undefined;
  /** Members after the change, with addresses; given with confState. */
  readonly members?: readonly MemberInfo[] | undefined;
  /** Of a configuration change: who has asked for it (nobody: the leader by itself), and the leader's stamp. */
  readonly by?: { readonly actor: Actor; readonly requestId: string } | null | undefined;
  readonly stamp?: Stamp | null | undefined;
}

/** The one writer of a group's state, on the consensus thread. Deterministic and synchronous. */
export interface StateMachine {
  readonly identity: StateIdentity;
  applied(): LogPosition;
  confState(): ConfState;
  members(): readonly MemberInfo[];
  /** Greatest stamp in the applied log, or null. */
  lastStamp(): Stamp | null;
  level(): number;
  /** The shard registry as applied; null while it has never changed, and in every group but `default`. The same object until it changes. */
  registry(): Registry | null;
  /** Applies entries in order in one transaction, the applied position included. Indexes must follow on the applied one without a gap. */
  apply(inputs: readonly ApplyInput[]): readonly Applied[];
  /** Makes everything applied so far durable (checkpoint with fsync) and returns the index that is durable now; null when the checkpoint could not complete (a long reader), to be tried again. */
  checkpoint(): number | null;
  /** Bytes of write-ahead log since the last completed checkpoint. */
  walBytes(): number;
  /** SHA-256 over the logical content and the applied position, hex; equal on replicas at equal positions. */
  hash(): string;
  sizeBytes(): number;
  /** Path of the live database, for readers and for copying; null in memory. */
  readonly path: string | null;
  close(): void;
}

// ---------------------------------------------------------------- queries

/** What a caller may see: null for everything, else namespace prefixes (path-wise). */
export type Scope = readonly string[] | null;

/**
 * Queries as data, with the type of their answer. `rowsMax` bounds every list; `after` is the position of the last row of
 * the page before. Lists read one state: whoever pages gives `asOf`, and rows changed later than it are answered from revisions.
 */
export interface Queries extends ShardQueries {
  entry: { readonly q: { readonly namespace: string; readonly key: string }; readonly a: EntryRow | null };
  revision: { readonly q: { readonly namespace: string; readonly key: string; readonly revision: number }; readonly a: RevisionRow | null };
  history: {
    readonly q: { readonly namespace: string; readonly key: string; readonly beforeRevision: number | null; readonly rowsMax: number };
    readonly a: { readonly rows: readonly RevisionRow[]; readonly more: boolean; readonly oldestKept: number | null };
  };
  namespace: { readonly q: { readonly namespace: string }; readonly a: NamespaceRow | null };
  namespaces: {
    readonly q: { readonly prefix: string; readonly scope: Scope; readonly after: string | null; readonly rowsMax: number };
    readonly a: { readonly rows: readonly NamespaceRow[]; readonly more: boolean };
  };
  entries: {
    readonly q: {
      readonly namespace: string;
      readonly prefix: string;
      readonly values: boolean;
      readonly after: string | null;
      readonly asOf: number | null;
      readonly rowsMax: number;
      readonly bytesMax: number;
    };
    readonly a: {
      readonly rows: readonly EntryRow[];
      readonly more: boolean;
      readonly asOfGone: boolean;
      readonly namespaceExists: boolean;
    };
  };
  /** Deletions that are the newest revision of their key, in order of key. A page may be empty and yet have more: go on `after` = `next`. */
  deleted: {
    readonly q: Pick<Queries['entries']['q'], 'namespace' | 'prefix' | 'after' | 'asOf' | 'rowsMax'>;
    readonly a: Pick<Queries['entries']['a'], 'asOfGone' | 'namespaceExists'> &
      Pick<Queries['history']['a'], 'rows'> & { readonly next: string | null };
  };
  /** `prefix` is one of keys, `namespacePrefix` one of namespaces; both of the text. A page may be empty and yet have more: go on from `next`. */
  search: {
    readonly q: {
      readonly prefix: string;
      readonly namespacePrefix?: string | undefined;
      readonly scope: Scope;
      readonly search: string;
      readonly inKey: boolean;
      readonly inValue: boolean;
      readonly after: { readonly namespace: string; readonly key: string } | null;
      readonly asOf: number | null;
      readonly rowsMax: number;
      readonly bytesMax: number;
    };
    readonly a: {
      readonly rows: readonly EntryRow[];
      readonly more: boolean;
      readonly next: { readonly namespace: string; readonly key: string } | null;
      readonly asOfGone: boolean;
    };
  };
  /** Times are `[fromMs, toMs)`, `namespace` covers by whole segments, `search` is text that events mention. A page may be empty and yet have more: go on with `before` = `next`. */
  audit: {
    readonly q: {
      /** Events that this group has taken over from another one, which has ended; not given: its own. `asOf` is of that other log. */
      readonly of?: string | undefined;
      readonly scope: Scope;
      readonly namespace: string | null;
      readonly key: string | null;
      readonly actor: string | null;
      readonly action: string | null;
      readonly search: string | null;
      readonly fromMs: number | null;
      readonly toMs: number | null;
      readonly before: { readonly hlc: string; readonly index: number; readonly ordinal: number } | null;
      readonly asOf: number | null;
      readonly rowsMax: number;
    };
    readonly a: {
      readonly rows: readonly (AuditEvent & { readonly index: number; readonly ordinal: number })[];
      readonly more: boolean;
      readonly next: { readonly hlc: string; readonly index: number; readonly ordinal: number } | null;
      readonly oldestKeptMs: number | null;
    };
  };
  /** Commands after `afterIndex` in log order. `compacted`: history no longer reaches back to it. */
  changes: {
    readonly q: {
      /** As in `audit`: of a group that has ended. Its last position is where its changes end. */
      readonly of?: string | undefined;
      readonly afterIndex: number;
      readonly namespacePrefix: string | null;
      readonly keyPrefix: string;
      readonly scope: Scope;
      readonly values: boolean;
      readonly rowsMax: number;
      readonly bytesMax: number;
    };
    readonly a:
      | {
          readonly kind: 'ok';
          readonly commands: readonly WatchCommand[];
          /** Everything up to here was looked at. */ readonly upTo: LogPosition;
          readonly more: boolean;
        }
      | { readonly kind: 'compacted'; readonly oldest: LogPosition };
  };
  keyBySecretHash: { readonly q: { readonly secretHash: string }; readonly a: ApiKeyRow | null };
  keyById: { readonly q: { readonly id: string }; readonly a: ApiKeyRow | null };
  keys: {
    readonly q: { readonly rowsMax: number; readonly after: string | null };
    readonly a: { readonly rows: readonly ApiKeyRow[]; readonly more: boolean };
  };
  idempotency: {
    readonly q: { readonly scope: string };
    readonly a: {
      readonly request: string;
      readonly position: LogPosition;
      readonly group?: string | undefined;
      readonly result: CommandResult;
    } | null;
  };
  hash: { readonly q: object; readonly a: string };
}

export type QueryName = keyof Queries;
/** A query as data: `{type: 'entry', namespace, key}`. */
export type Query<N extends QueryName = QueryName> = { readonly [K in N]: { readonly type: K } & Queries[K]['q'] }[N];
export type AnswerOf<N extends QueryName> = Queries[N]['a'];

/** What was read, and the very position of the state that it was read from: one transaction gave both. */
export interface ReadAnswer<N extends QueryName> {
  readonly applied: LogPosition;
  readonly data: AnswerOf<N>;
  /** The group does not keep the namespace that was asked about: `data` says nothing, and whoever routes looks again. */
  readonly moved?: boolean | undefined;
  /**
   * Index of the group's log where what it keeps changed last, in this very state; absent or 0: never. Equal indexes of a
   * group mean equal records of moves (query `moves`).
   */
  readonly ownershipIndex?: number | undefined;
}

/** A read-only view of a group's state from any thread. Reopened by its owner when the generation changes. */
export interface StateReader {
  /** Identity (cluster, lineages) as of the last opening. */
  identity(): StateIdentity;
  read<N extends QueryName>(query: Query<N>): ReadAnswer<N>;
  /**
   * Term of the entry at `index` by the terms table, `'below-floor'` when the table does not reach back so far,
   * `'not-applied'` above the applied index.
   */
  termAt(index: number): number | 'below-floor' | 'not-applied';
  close(): void;
}
