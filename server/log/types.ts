import type { ConfState, Entry, HardState, SnapshotMetadata } from '../raft/types.ts';

/** What one turn of the loop wants durable for one group. Order inside: snapshot, then hard state, then entries. */
export interface GroupWrite {
  readonly group: string;
  /** Term, vote and commit as of this write. */
  readonly hardState?: HardState | undefined;
  /** Contiguous, ascending. The first index may lie at or below the stored last index: the stored suffix from there on is replaced. */
  readonly entries?: readonly Entry[] | undefined;
  /** The state machine now holds everything up to here: the whole stored log is dropped and starts after `index`. */
  readonly snapshot?: SnapshotMetadata | undefined;
}

/** The stored log of one group, as of the last `append` (durable or not). The read side serves the Raft core. */
export interface GroupLog {
  readonly group: string;
  hardState(): HardState;
  /** Index and term just before the first stored entry: of the last installed snapshot or compaction; 0/0 for a fresh log. */
  base(): SnapshotMetadata;
  /** First index that is stored: `base().index + 1`. */
  firstIndex(): number;
  /** Last index that is stored; `base().index` when the log is empty. */
  lastIndex(): number;
  /** Term of the entry at `index`; `'compacted'` below the base, `'unavailable'` above the last index. */
  term(index: number): number | 'compacted' | 'unavailable';
  /**
   * Entries `[lo, hi)`, at least one, then as many as fit in `bytesMax` of data.
   * Each record's checksum is verified when it is read from disk.
   * @throws LogCorruptionError when what is read is damaged
   */
  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | 'compacted' | 'unavailable';
}

export interface AppendOptions {
  /**
   * `false` permits the store to skip the sync when nothing in the batch needs one: a hard state that differs only in
   * its commit index. A batch with entries, a snapshot or a new term or vote is synced all the same. Default `true`.
   */
  readonly sync?: boolean | undefined;
}

/**
 * One log for all groups of a node. One writer, one `append` under way at a time.
 * Implementations: segment files and memory; one conformance suite judges both.
 */
export interface LogStore {
  /** Groups that have any record. */
  groups(): readonly string[];
  /** The log of a group; empty when nothing has been written for it yet. */
  group(id: string): GroupLog;
  /**
   * Writes one batch for all groups and makes it durable with one fdatasync. A group may come several times in a batch:
   * each write follows the one before.
   * Readers see it at once; `done` is called, never from inside `append`, when it is durable.
   * A failed write or sync calls `failed`, likewise later, with a `LogWriteError`; the store takes nothing more and the
   * owner must stop the process (D5, D6). `failed` with a `LogCorruptionError`: damage was found while live entries
   * were moved out of an old segment.
   *
   * @throws InvariantError for gaps, entries at or below the base, or a second append while one is under way;
   * nothing has been changed then
   */
  append(writes: readonly GroupWrite[], done: () => void, failed: (error: Error) => void, options?: AppendOptions): void;
  /**
   * Forgets entries up to and including `to` of the group. The caller guarantees that the state machine is durable
   * past that point. `confState` is the configuration in force at `to` or later: the state machine's own is the one that counts. Space comes back segment by segment, later.
   */
  compact(group: string, to: number, confState: ConfState): void;
  /** Bytes on disk, for status and the disk budget. */
  sizeBytes(): number;
  close(): void;
}

/** Damage that is not a torn tail: the node quarantines its replicas. */
export class LogCorruptionError extends Error {
  override readonly name = 'LogCorruptionError';
}

/** A log that a newer version of Confman wrote: nothing is damaged, this version must not touch it. */
export class LogVersionError extends Error {
  override readonly name = 'LogVersionError';
}

/** A write or sync failed: nothing is known about the disk any more and the process has to stop (never retried). */
export class LogWriteError extends Error {
  override readonly name = 'LogWriteError';

  constructor(cause: unknown) {
    super(`the log cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
