/**
 * The replicated state machine of one group on SQLite. One writer: the consensus thread.
 *
 * Effects and applied position commit in one transaction per `apply` (design/raft.md D13). The commit needs no fsync,
 * because the log can repeat it; `checkpoint` makes everything applied so far durable and says up to where, and only
 * behind that may the log be cut (R13).
 */
import type { Statement } from 'better-sqlite3';
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert, must } from '../../lib/kernel/assert.ts';
import type { ConfState } from '../raft/types.ts';
import { applyCommand } from './apply/command.ts';
import { applyConfChange } from './apply/conf-change.ts';
import { ApplyContext, type Progress, SYSTEM_ACTOR } from './apply/context.ts';
import { prepareStatements } from './apply/statements.ts';
import { decodeCommand } from './codec.ts';
import { contentHash } from './content-hash.ts';
import { type Connection, connectMemory, connectWriter } from './database.ts';
import { isBlank, migrate } from './ddl.ts';
import { StateCorruptionError, StateFormatError, namedStateError, withNamedErrors } from './errors.ts';
import { COMMAND_LEVEL_MAX } from './levels.ts';
import { type Genesis, readCluster, writeGenesis } from './genesis.ts';
import { prepareRegistry } from './read/registry.ts';
import { SqliteStateReader } from './sqlite-state-reader.ts';
import type { MemberInfo } from './member-info.ts';
import type { Registry } from '../shards/registry.ts';
import type { Applied, ApplyInput, Stamp, StateIdentity, StateMachine, StateReader } from './types.ts';

/** Beyond this many terms the oldest are forgotten: tokens of theirs are then accepted unproven (spec 1, section 4.3). */
export const TERMS_KEPT = 10_000;

/** A frame of the write-ahead log is a page and this header. */
const WAL_FRAME_HEADER_BYTES = 24;

export interface OpenOptions {
  /** Creates the state where there is none yet. Where there is one, it must be of the same group, cluster and lineage. */
  readonly create?: Genesis | undefined;
  /** Lets SQLite look through the whole file for damage before it is used. Takes time in proportion to its size. */
  readonly quickCheck?: boolean | undefined;
}

interface WalFrames {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/** `:memory:` and serialized states serve the simulator and tests; they have no path and their checkpoints cost nothing. */
export class SqliteStateMachine implements StateMachine {
  readonly path: string | null;
  readonly identity: StateIdentity;
  readonly #connection: Connection;
  readonly #context: ApplyContext;
  readonly #pageBytes: number;
  readonly #begin: Statement;
  readonly #commit: Statement;
  #confState: ConfState;
  #members: readonly MemberInfo[];
  readonly #readRegistry: () => Registry;
  /** Undefined: to be read anew. */
  #registry: Registry | null | undefined;
  /** Why this machine takes nothing more; null while it is well. */
  #failure: unknown = null;

  /**
   * Opens a state: a path, `:memory:`, or the bytes that `serialize` gave.
   *
   * @throws StateFormatError when there is nothing to open, something that is not this group's state, or what a newer program has written
   * @throws StateCorruptionError when the file is damaged
   * @throws StateWriteError when it cannot be opened for writing
   */
  static open(source: string | Uint8Array, options: OpenOptions = {}): SqliteStateMachine {
    const inMemory = typeof source !== 'string' || source === ':memory:';
    const connection = inMemory ? connectMemory(typeof source === 'string' ? undefined : source) : connectWriter(source);
    try {
      return withNamedErrors('write', () => new SqliteStateMachine(connection, inMemory ? null : source, options));
    } catch (error) {
      connection.sqlite.close();
      throw error;
    }
  }

  private constructor(connection: Connection, path: string | null, options: OpenOptions) {
    this.#connection = connection;
    this.path = path;
    if (isBlank(connection.sqlite)) {
      if (options.create === undefined) throw new StateFormatError(`there is no state at ${path ?? ':memory:'}`);
      writeGenesis(connection, options.create);
    } else {
      migrate(connection.sqlite);
    }
    if (options.quickCheck === true) this.quickCheck();
    const record = readCluster(connection);
    if (options.create !== undefined) assertSameIdentity(record.identity, options.create.identity);
    this.identity = record.identity;
    this.#confState = record.confState;
    this.#members = record.members;
    this.#pageBytes = connection.sqlite.pragma('page_size', { simple: true }) as number;
    this.#begin = connection.sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = connection.sqlite.prepare('COMMIT');
    this.#readRegistry = prepareRegistry(connection.db);
    const statements = prepareStatements(connection);
    const progress = readProgress(must(statements.meta.get(), 'a state has its meta row'));
    assertKnownLevel(progress.level);
    this.#context = new ApplyContext(record.identity.group, statements, progress);
  }

  applied(): LogPosition {
    const { appliedTerm, appliedIndex } = this.#context.progress;
    return { term: appliedTerm, index: appliedIndex };
  }

  confState(): ConfState {
    return this.#confState;
  }

  members(): readonly MemberInfo[] {
    return this.#members;
  }

  lastStamp(): Stamp | null {
    return this.#context.progress.stamp;
  }

  level(): number {
    return this.#context.progress.level;
  }

  registry(): Registry | null {
    if (this.#registry !== undefined) return this.#registry;
    const registry = withNamedErrors('read', () => this.#readRegistry());
    this.#registry = registry.epoch === 0 ? null : registry;
    return this.#registry;
  }

  /**
   * Applies entries in one transaction. When anything fails, all of them are rolled back and the machine takes nothing
   * more: the owner stops the replica.
   *
   * @throws UnknownCommandError or MalformedCommandError for a command that must not be skipped
   * @throws StateCorruptionError, StateWriteError for the disk's sake
   * @throws InvariantError for entries out of order
   */
  apply(inputs: readonly ApplyInput[]): readonly Applied[] {
    assert(this.#failure === null, () => `the state machine has failed before: ${String(this.#failure)}`);
    if (inputs.length === 0) return [];
    const { sqlite } = this.#connection;
    try {
      this.#begin.run();
      const applied = inputs.map((input) => this.#applyOne(input));
      this.#context.flushCounts();
      this.#writeProgress();
      this.#commit.run();
      if (applied.some(({ result }) => result?.kind === 'registry')) this.#registry = undefined;
      return applied;
    } catch (error) {
      this.#failure = error;
      if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
      throw namedStateError(error, 'write');
    }
  }

  #applyOne(input: ApplyInput): Applied {
    const context = this.#context;
    const { progress, statements } = context;
    const { term, index, type, data } = input.entry;
    assert(index === progress.appliedIndex + 1, () => `entry ${index} does not follow on applied index ${progress.appliedIndex}`);
    assert(term >= progress.appliedTerm, () => `entry ${index} has term ${term}, the applied entry before it ${progress.appliedTerm}`);
    if (term > progress.appliedTerm) {
      statements.insertTerm.run({ term, firstIndex: index });
      statements.trimTerms.run({ keep: TERMS_KEPT });
    }
    progress.appliedTerm = term;
    progress.appliedIndex = index;

    const position: LogPosition = { term, index };
    if (type === 'conf-change') {
      const changeStamp = input.stamp ?? null;
      context.turnTo(position, changeStamp, input.by?.actor ?? SYSTEM_ACTOR, input.by?.requestId ?? '');
      this.#members = applyConfChange(context, input, this.#members, this.#confState);
      this.#confState = must(input.confState, 'checked by applyConfChange');
      return { position, result: null, replayed: false, resultPosition: position, stamp: changeStamp };
    }
    if (data.length === 0) return { position, result: null, replayed: false, resultPosition: position, stamp: null };

    const { command, stamp } = decodeCommand(data);
    assert(stamp !== null, () => `the command at ${index} was proposed without a stamp`);
    context.turnTo(position, stamp, command.actor, command.requestId);
    const { result, replayed, resultPosition, resultGroup } = applyCommand(context, command);
    if (resultGroup !== undefined) return { position, result, replayed, resultPosition, resultGroup, stamp };
    return { position, result, replayed, resultPosition, stamp };
  }

  #writeProgress(): void {
    const { stamp, ...row } = this.#context.progress;
    this.#context.statements.updateMeta.run({
      ...row,
      stampMs: stamp?.ms ?? null,
      stampCounter: stamp?.counter ?? null,
      stampNode: stamp?.node ?? null,
    });
  }

  /** In memory there is nothing to make durable: the applied index. */
  checkpoint(): number | null {
    const { appliedIndex } = this.#context.progress;
    if (this.path === null) return appliedIndex;
    return withNamedErrors('write', () => {
      const { busy, log, checkpointed } = this.#walFrames('PASSIVE');
      return busy === 0 && log === checkpointed ? appliedIndex : null;
    });
  }

  walBytes(): number {
    if (this.path === null) return 0;
    const { log, checkpointed } = this.#walFrames('NOOP');
    return Math.max(0, log - checkpointed) * (this.#pageBytes + WAL_FRAME_HEADER_BYTES);
  }

  #walFrames(mode: 'PASSIVE' | 'NOOP'): WalFrames {
    const [frames] = this.#connection.sqlite.pragma(`wal_checkpoint(${mode})`) as readonly WalFrames[];
    return must(frames, 'a checkpoint answers with one row');
  }

  /**
   * Lets SQLite check the structure of the whole file.
   * @throws StateCorruptionError naming what it found first
   */
  quickCheck(): void {
    withNamedErrors('read', () => checkStructure(this.#connection));
  }

  hash(): string {
    return withNamedErrors('read', () => contentHash(this.#connection));
  }

  sizeBytes(): number {
    const pages = this.#connection.sqlite.pragma('page_count', { simple: true }) as number;
    return pages * this.#pageBytes;
  }

  /** The whole state as the bytes of a database file, to be given to `open`. */
  serialize(): Uint8Array {
    return this.#connection.sqlite.serialize();
  }

  /** A reader on this machine's own connection, for states in memory; not to be used inside `apply`. Closing it closes nothing. */
  reader(): StateReader {
    return new SqliteStateReader(this.#connection, { owned: false });
  }

  close(): void {
    this.#connection.sqlite.close();
  }
}

function readProgress(row: {
  readonly appliedTerm: number;
  readonly appliedIndex: number;
  readonly stampMs: number | null;
  readonly stampCounter: number | null;
  readonly stampNode: string | null;
  readonly level: number;
  readonly auditFloorIndex: number;
  readonly historyFloorIndex: number;
  readonly expiredRevisionId: number;
  readonly ownershipIndex: number;
}): Progress {
  const { stampMs, stampCounter, stampNode } = row;
  return {
    appliedTerm: row.appliedTerm,
    appliedIndex: row.appliedIndex,
    stamp: stampMs === null || stampCounter === null || stampNode === null ? null : { ms: stampMs, counter: stampCounter, node: stampNode },
    level: row.level,
    auditFloorIndex: row.auditFloorIndex,
    historyFloorIndex: row.historyFloorIndex,
    expiredRevisionId: row.expiredRevisionId,
    ownershipIndex: row.ownershipIndex,
  };
}

/** A program that went back to an older version must not go on: it would not understand the next command. */
function assertKnownLevel(level: number): void {
  if (level <= COMMAND_LEVEL_MAX) return;
  throw new StateFormatError(
    `this cluster has risen to level ${level}, this program knows levels up to ${COMMAND_LEVEL_MAX}: start a newer version of Confman`,
  );
}

function assertSameIdentity(found: StateIdentity, wanted: StateIdentity): void {
  const lineage = (identity: StateIdentity): string => identity.lineages.at(-1)?.id ?? '';
  if (found.group === wanted.group && found.clusterId === wanted.clusterId && lineage(found) === lineage(wanted)) return;
  throw new StateFormatError(
    `the state is of group ${found.group} in cluster ${found.clusterId}.${lineage(found)}, not of ${wanted.group} in ${wanted.clusterId}.${lineage(wanted)}`,
  );
}

/** @throws StateCorruptionError when SQLite finds the structure of the file damaged */
export function checkStructure({ sqlite }: Connection): void {
  const found = sqlite.pragma('quick_check(1)', { simple: true }) as string;
  if (found !== 'ok') throw new StateCorruptionError(`the state database is damaged: ${found}`);
}
