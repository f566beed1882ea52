/**
 * The words of the consensus core: entries, hard state, configuration, messages, `Ready`.
 * Data only. Everything here is plain, readonly and free of behaviour, so that messages and effects can be
 * compared, printed, frozen and replayed.
 *
 * Terms and indexes are safe integers; index 0 / term 0 means "before the first entry".
 * Ranges are half-open, `[lo, hi)`.
 */

/** A Raft member, unique for all time: `name@incarnation`. The core never looks inside. */
export type PeerId = string;

/** What an entry means to the machine: `normal` data for the state machine, or a configuration change. */
export type EntryType = 'normal' | 'conf-change';

/** One position of the replicated log. Callers must treat it, `data` included, as immutable. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  readonly type: EntryType;
  /** Opaque to the core for `normal`; empty for the entry that a new leader appends. */
  readonly data: Uint8Array;
}

/** The identity of a log position. One type, so that term and index cannot be swapped. */
export interface EntryId {
  readonly term: number;
  readonly index: number;
}

/** What must be durable before anything of this term leaves the node. `commit` rides along with every write but needs no fsync of its own. */
export interface HardState {
  readonly term: number;
  /** Whom this node voted for in `term`, or null. */
  readonly vote: PeerId | null;
  readonly commit: number;
}

/** A configuration; joint while `votersOutgoing` is not empty. All lists are sorted and free of duplicates. */
export interface ConfState {
  readonly voters: readonly PeerId[];
  readonly learners: readonly PeerId[];
  /** The outgoing half of a joint configuration; empty otherwise. */
  readonly votersOutgoing: readonly PeerId[];
  /** Members that become learners when the joint configuration is left (they still vote in the outgoing half). */
  readonly learnersNext: readonly PeerId[];
  /** Whether the leader leaves the joint configuration by itself as soon as it is applied. */
  readonly autoLeave: boolean;
}

export interface ConfChangeSingle {
  readonly type: 'add-voter' | 'add-learner' | 'remove';
  readonly id: PeerId;
}

/**
 * A change of the configuration. An empty `changes` list leaves a joint configuration.
 * `auto`: simple when one voter changes, joint otherwise; `joint`: joint in any case, left by itself.
 */
export interface ConfChange {
  readonly transition: 'auto' | 'joint';
  readonly changes: readonly ConfChangeSingle[];
  /** Opaque to the core: what the shell needs when it applies the change (names, addresses). */
  readonly context: Uint8Array;
}

/** Where a snapshot stands in the log, and the configuration in force there. */
export interface SnapshotMetadata extends EntryId {
  readonly confState: ConfState;
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';
