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

// ---------------------------------------------------------------------------------------------------------------------
// Messages
// ---------------------------------------------------------------------------------------------------------------------

/** What every message carries. `term` is the sender's term, except where a message says otherwise. */
interface Envelope {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly term: number;
}

/**
 * What messages of an election say beside the election: a position that the sender knows to be committed. Whoever has
 * an entry of that term there knows the same then. Without it an election can be stuck for ever: a leader that was
 * demoted by its last change knows that the change is committed and may not lead; the voter that remains does not know
 * it, and needs the vote of the other, whose log is longer. Absent: nothing is said, which is safe.
 */
interface CommitHint {
  readonly commit?: EntryId | undefined;
}

/** Candidate to voters: vote for me in `term`. `lastIndex`/`lastTerm` name the candidate's last entry. */
export interface VoteMessage extends Envelope, CommitHint {
  readonly type: 'vote';
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader itself asked for this election: leader stickiness does not apply (dissertation 4.2.3). */
  readonly transfer: boolean;
}

/** Voter to candidate. A granted one leaves only when term and vote are durable. */
export interface VoteRespMessage extends Envelope, CommitHint {
  readonly type: 'vote-resp';
  readonly granted: boolean;
}

/** "Would you vote for me?" `term` is the term that the sender would start, one above its own. Changes nothing at either end. */
export interface PreVoteMessage extends Envelope, CommitHint {
  readonly type: 'pre-vote';
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** `term` is the term of the request when granted, the voter's own when not (so that a stale candidate catches up). */
export interface PreVoteRespMessage extends Envelope, CommitHint {
  readonly type: 'pre-vote-resp';
  readonly granted: boolean;
}

/** Leader to follower: `entries` follow directly on `prevIndex`/`prevTerm`; empty to probe, or to pass on `commit`. */
export interface AppMessage extends Envelope {
  readonly type: 'app';
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly commit: number;
  readonly entries: readonly Entry[];
}

/**
 * Follower to leader; always waits for the disk.
 * Not rejected: the follower's log is durable and equal to the leader's up to `index`; hints are 0.
 * Rejected: `index` is the `prevIndex` that did not match; the follower's last candidate for a match is
 * `hintIndex` with term `hintTerm`.
 */
export interface AppRespMessage extends Envelope {
  readonly type: 'app-resp';
  readonly index: number;
  readonly rejected: boolean;
  readonly hintIndex: number;
  readonly hintTerm: number;
}

/** Leader to everybody. `commit` is min(match of the receiver, commit); `read` the newest read round under way, or 0. */
export interface HeartbeatMessage extends Envelope {
  readonly type: 'heartbeat';
  readonly commit: number;
  readonly read: number;
}

/** Echoes `read`: the receiver still took the sender for the leader of `term` after that round had started. */
export interface HeartbeatRespMessage extends Envelope {
  readonly type: 'heartbeat-resp';
  readonly read: number;
}

/**
 * The follower needs entries that the leader no longer has. The shell sends the state along and hands this message to
 * the receiving core only when all data has arrived; `snapshot` then describes the data, and may be newer than emitted.
 */
export interface SnapMessage extends Envelope {
  readonly type: 'snap';
  readonly snapshot: SnapshotMetadata;
}

/** Leader to the target of a leadership transfer: start an election now. */
export interface TimeoutNowMessage extends Envelope {
  readonly type: 'timeout-now';
}

/**
 * Follower to leader: name an index that a read may be served at. `session` (drawn at random when the asking core
 * started) and `request` (counted by it) come back untouched: the leader numbers its rounds by itself (C2).
 */
export interface ReadIndexMessage extends Envelope {
  readonly type: 'read-index';
  readonly session: number;
  readonly request: number;
}

/** Leader to follower. `index` is 0 when rejected (the receiver does not lead, or has too many reads pending). */
export interface ReadIndexRespMessage extends Envelope {
  readonly type: 'read-index-resp';
  readonly session: number;
  readonly request: number;
  readonly rejected: boolean;
  readonly index: number;
}

/** Everything that nodes say to each other. Ticks, proposals and reports of the shell are method calls, not messages. */
export type Message =
  | VoteMessage
  | VoteRespMessage
  | PreVoteMessage
  | PreVoteRespMessage
  | AppMessage
  | AppRespMessage
  | HeartbeatMessage
  | HeartbeatRespMessage
  | SnapMessage
  | TimeoutNowMessage
  | ReadIndexMessage
  | ReadIndexRespMessage;

export type MessageType = Message['type'];

// ---------------------------------------------------------------------------------------------------------------------
// Configuration and storage
// ---------------------------------------------------------------------------------------------------------------------

/** Settings of one member of one group. Times are ticks, chance is a function: the core has neither clock nor dice. */
export interface RaftConfig {
  readonly id: PeerId;
  /** T: without a word from a leader for [T, 2T) ticks (drawn anew each time) a follower starts an election. */
  readonly electionTicks: number;
  /** A leader sends heartbeats every so many ticks. Well below `electionTicks`. */
  readonly heartbeatTicks: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The state machine's applied index at start: entries up to here are not handed out again. */
  readonly applied: number;
  /** Entry data in one append message; one entry may exceed it. */
  readonly sizePerMsgBytesMax: number;
  /** Append messages under way to one follower. */
  readonly inflightMessagesMax: number;
  /** Entry data under way to one follower; one message may exceed it. */
  readonly inflightBytesMax: number;
  /** Proposed but uncommitted data at the leader; beyond it proposals are refused. */
  readonly uncommittedBytesMax: number;
  /** Entry data handed out for applying in one `Ready`; one entry may exceed it. */
  readonly committedBytesPerReadyMax: number;
  /** Reads waiting for an index: at the leader those of all members, at a follower its own. */
  readonly pendingReadsMax: number;
}

/** What a log answers when it does not hold a position: below its start, or above its end. */
export type LogGap = 'compacted' | 'unavailable';

/**
 * What the core reads from the log and the state machine. Never written by the core: writes are asked for in `Ready`.
 * The core reads only what `onPersisted` has confirmed; answers are synchronous.
 */
export interface RaftStorage {
  /** Read once, at construction. */
  initialState(): { readonly hardState: HardState; readonly confState: ConfState };
  /** Entries `[lo, hi)`: at least one, then as many as fit in `bytesMax` of data. The caller treats them as immutable. */
  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | LogGap;
  /** Term at `index`; known also for the position just before `firstIndex`. */
  term(index: number): number | LogGap;
  firstIndex(): number;
  lastIndex(): number;
  /** A snapshot that the shell could send now, or null: not now, ask again later. */
  snapshot(): SnapshotMetadata | null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Effects and answers
// ---------------------------------------------------------------------------------------------------------------------

/** The index at which the read asked for as `requestId` may be served, once it is applied. */
export interface ReadState {
  readonly requestId: number;
  readonly index: number;
}

/** What is known without the disk, and changes with elections. */
export interface SoftState {
  readonly leader: PeerId | null;
  readonly role: Role;
}

/** What the shell has to do; see the caller's duties in `README.md`. Numbers rise by one. */
export interface Ready {
  readonly number: number;
  /** May leave now, in any order. What has to wait for the disk comes in a later `Ready`, after `onPersisted`. */
  readonly messages: readonly Message[];
  /** Present when term, vote or commit changed, and whenever there are entries or a snapshot. */
  readonly hardState?: HardState | undefined;
  /** To be appended. The first index may lie at or below the stored last index: the stored suffix goes. */
  readonly entries: readonly Entry[];
  /** The state that came with this snapshot is to be installed, and the whole stored log dropped, before `onPersisted`. */
  readonly snapshot?: SnapshotMetadata | undefined;
  /** Entries, snapshot, term or vote changed: the shell must make it durable and then call `onPersisted(number)`. */
  readonly mustSync: boolean;
  /** To be applied in order. Already durable here, and committed. */
  readonly committedEntries: readonly Entry[];
  readonly readStates: readonly ReadState[];
  /** Reads that will get no index any more: ask again, or fail. */
  readonly readsLost: readonly number[];
  /** Present when it changed. */
  readonly softState?: SoftState | undefined;
}

/** Why a proposal was not taken. Nothing has happened then, and nothing will. */
export type RefusalReason =
  | 'not-leader'
  | 'removed'
  | 'transferring'
  | 'tail-full'
  | 'change-pending'
  | 'no-entry-of-own-term'
  | 'in-joint'
  | 'not-in-joint'
  | 'invalid-change';

/**
 * The answer to a proposal. `accepted` promises nothing but a place in this leader's log: the entries
 * `firstIndex, firstIndex + 1, …` count as done only when applied at these indexes with this `term`.
 */
export type ProposeResult =
  | { readonly kind: 'accepted'; readonly term: number; readonly firstIndex: number }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/** How the leader replicates to a member: one message per heartbeat, a window of messages, or nothing but a snapshot. */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** What the leader knows of a member. */
export interface ProgressStatus {
  readonly state: ProgressState;
  /** The member's log is durable and equal to the leader's up to here. */
  readonly match: number;
  /** The next index to send. */
  readonly next: number;
  readonly recentActive: boolean;
  readonly paused: boolean;
  readonly pendingSnapshot: number;
  readonly inflightMessages: number;
  readonly learner: boolean;
}

export interface Status {
  readonly id: PeerId;
  readonly role: Role;
  readonly term: number;
  readonly vote: PeerId | null;
  readonly leader: PeerId | null;
  readonly commit: number;
  readonly applied: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Up to here the log is durable on this node. */
  readonly durableIndex: number;
  readonly confState: ConfState;
  /** The applied configuration has members, and this node is none of them. */
  readonly removed: boolean;
  /** By member, self included; only at a leader. */
  readonly progress: ReadonlyMap<PeerId, ProgressStatus> | null;
  /** Target of the leadership transfer under way. */
  readonly pendingTransfer: PeerId | null;
  readonly uncommittedBytes: number;
  readonly pendingReads: number;
  readonly electionElapsed: number;
}
