/**
 * The port between the API and whatever keeps the data consistent. Nothing above this line knows Raft: an engine could
 * as well be an adapter to an existing distributed store. One client object of this type serves each thread.
 *
 * Durations are milliseconds. Every operation that waits is bounded by its `timeoutMs` and ends early by its `signal`.
 */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { ClockValue } from '../clock/hlc.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { Actor, Applied, Command, Query, QueryName, ReadAnswer, StateIdentity } from '../state/types.ts';

/** A command before the engine gives it the level that the cluster has. */
export type ProposedCommand = Omit<Command, 'level'>;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ProposeOptions extends WaitOptions {
  /** `always`: this node hands the command to the leader. `never`: answer `not-leader` with its address instead. */
  readonly forward: 'always' | 'never';
  /** Whether the command frees space, so that it goes on when storage is nearly full. */
  readonly frees: boolean;
  /** What the caller has seen: the stamp is to be above it. A value too far ahead of the clocks here is not taken over; the stamp of the answer tells. */
  readonly after: ClockValue | null;
}

export type ProposeOutcome =
  /** Committed and applied by the node that led. This replica may not have applied it yet. */
  | { readonly kind: 'applied'; readonly applied: Applied }
  /** Certainly never proposed: no leader was found in time. */
  | { readonly kind: 'no-leader'; readonly waitedMs: number }
  /** Only with `forward: 'never'`. */
  | { readonly kind: 'not-leader'; readonly leader: { readonly node: string; readonly url: string } | null }
  /** It may have happened, may still happen, or never. */
  | { readonly kind: 'unknown'; readonly reason: 'leadership-lost' | 'connection-lost' | 'deadline' | 'stopping' }
  /** Certainly not done, for a reason of the node that was to propose it. */
  | { readonly kind: 'refused'; readonly code: 'storage-full' | 'too-busy' | 'too-large' | 'stopping' | 'not-ready' };

export type ReadIndexOutcome =
  /** Everything acknowledged before the question is at or below `index`. */
  | { readonly kind: 'ok'; readonly index: number; readonly term: number }
  | { readonly kind: 'no-leader' | 'timeout' | 'aborted' | 'stopping' | 'too-busy' };

export type WaitOutcome = { readonly kind: 'applied' | 'timeout' | 'aborted' | 'stopping' | 'too-many' };

/** Why a replica serves nothing; `ok` when it does. */
export type ReplicaCondition = 'ok' | 'forming' | 'wiped-node' | 'joining' | 'removed' | 'quarantined' | 'stopping';

/** What this node knows of a group without asking anybody: loads from shared memory, no message. */
export interface GroupView {
  readonly group: string;
  readonly condition: ReplicaCondition;
  readonly role: 'leader' | 'follower' | 'candidate' | 'learner';
  readonly term: number;
  /** Last commit index that this replica has heard of. */
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Level of the cluster's commands, as this replica has applied it. */
  readonly level: number;
  readonly leader: { readonly node: string; readonly url: string } | null;
  /** Since this replica heard from the leader (0 at a leader that a quorum confirms); null: never. */
  readonly contactMs: number | null;
  /** No contact for an election timeout or longer: what is known may be old. */
  readonly stale: boolean;
}

/** A change of the members, as an administrator asks for it. Every group of the cluster follows it. */
export type MemberChange =
  | {
      readonly type: 'add';
      readonly name: string;
      /** `host:port` of its peer port. */
      readonly peer: string;
      readonly url: string;
      /** The member whose place it takes; its own name when that has lost its disk. */
      readonly replaces: string | null;
    }
  | { readonly type: 'remove'; readonly name: string };

/** Why a change of the members was certainly not made. */
export type MemberRefusal =
  | 'member-not-found'
  | 'member-exists'
  | 'member-alive'
  | 'member-change-pending'
  | 'last-voter'
  | 'quorum-at-risk'
  | 'not-ready';

export type MemberChangeOutcome =
  | { readonly kind: 'done'; readonly member: MemberInfo; readonly position: LogPosition; readonly repeated: boolean }
  /** `detail`: in words, for whoever asked. */
  | { readonly kind: 'refused'; readonly code: MemberRefusal; readonly detail: string }
  /** Certainly never proposed. */
  | { readonly kind: 'no-leader' }
  | { readonly kind: 'unknown' };

/** A request that another node is to answer in this node's place (`X-Confman-Node`, `On-Timeout: forward`, gateway). */
export interface RelayRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Lower-case names. Never carries a secret: who asks stands in `principal`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Opaque to the engine: the authenticated caller, as JSON. */
  readonly principal: string;
}

export interface RelayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type RelayOutcome =
  | { readonly kind: 'answered'; readonly answer: RelayAnswer }
  | { readonly kind: 'unknown-node' }
  /** Certainly not carried out. */
  | { readonly kind: 'unreachable' }
  /** Sent, but no answer came. */
  | { readonly kind: 'timeout' };

export interface LabState {
  readonly holdApply: boolean;
  readonly dropPeers: readonly string[];
  readonly clockOffsetMs: number;
}

/** One line of the node's health: named, so that a failing readiness says why. */
export interface HealthCheck {
  readonly name: 'member' | 'leader' | 'applied' | 'disk' | 'replica';
  readonly ok: boolean;
  readonly detail: string;
}

/** Everything that this node keeps, as one file (`server/backup`), ready to be streamed. */
export interface Backup {
  readonly clusterName: string;
  /** What it holds, of every group. */
  readonly groups: readonly { readonly group: string; readonly applied: LogPosition }[];
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** The file, once. Lets go of the backup however it ends. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Lets go of a backup that nobody reads. */
  close(): Promise<void>;
}

export type BackupOutcome =
  | { readonly kind: 'ready'; readonly backup: Backup }
  /** `busy`: one at a time per node. `moving`: namespaces are on their way from one group to another, and might be in no copy. */
  | { readonly kind: 'busy' | 'not-ready' | 'aborted' | 'moving' }
  /** This node has no readable state of these groups. */
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] }
  | { readonly kind: 'no-space'; readonly neededBytes: number; readonly freeBytes: number };

export interface Engine {
  /** Name of this node, `n1`. */
  readonly nodeId: string;
  /** Groups with a replica on this node, sorted. */
  groups(): readonly string[];
  /** Calls back whenever `groups()` has changed, until the returned function is called. */
  onGroups(listener: () => void): () => void;
  view(group: string): GroupView;
  /** Cluster id and lineages as this replica's state has them; null before the cluster is formed or joined. */
  identity(group: string): StateIdentity | null;

  /** Proposes a command at the level of the cluster; the leader stamps it. Rejects only on a programming error. */
  propose(group: string, command: ProposedCommand, options: ProposeOptions): Promise<ProposeOutcome>;

  /** Asks the leader, which confirms by a quorum round begun after the question, for its commit index. Answers questions of one turn together. */
  readIndex(group: string, options: WaitOptions): Promise<ReadIndexOutcome>;

  /** Resolves once this replica has applied `index`, visible to the next `read` in this thread. Costs nothing while it waits. */
  waitApplied(group: string, index: number, options: WaitOptions): Promise<WaitOutcome>;

  /**
   * Reads this replica's state at once, in one transaction, on this thread: for short queries.
   * @throws ReplicaUnavailableError when there is no readable state (condition other than `ok`)
   */
  read<N extends QueryName>(group: string, query: Query<N>): ReadAnswer<N>;

  /** The same on the reader thread: for searches, exports, audit scans, long lists, hashes. */
  scan<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N>>;

  /** Term of the entry at `index`, as `StateReader.termAt`. */
  termAt(group: string, index: number): number | 'below-floor' | 'not-applied';

  /** Calls back whenever the applied index has risen (coalesced), until the returned function is called. */
  onApplied(group: string, listener: (appliedIndex: number) => void): () => void;

  /** The whole cluster as this node sees it; within 1 s even when others are dead. */
  status(): Promise<ClusterStatus>;

  /**
   * What this node remembers of its replica's recent past, and of the entry at `index`, unless null. Null when it has no
   * replica in service.
   */
  journal(group: string, index: number | null): Promise<ReplicaJournal | null>;

  health(): Promise<readonly HealthCheck[]>;

  /** Name, public URL and peer address of every member, as this node's applied configuration says. */
  members(): readonly { readonly node: string; readonly url: string; readonly peer: string }[];

  /** Adds or removes a member, through whoever leads. A new member starts as a learner and becomes a voter by itself when it has caught up. */
  changeMembers(
    change: MemberChange,
    by: { readonly actor: Actor; readonly requestId: string },
    options: WaitOptions,
  ): Promise<MemberChangeOutcome>;

  /** Lets another node answer. */
  relay(node: string, request: RelayRequest, options: WaitOptions): Promise<RelayOutcome>;

  /** Who answers what other nodes relay to this one: set once by the thread that serves the API. */
  serveRelays(handler: (request: RelayRequest) => Promise<RelayAnswer>): void;

  /** Hands leadership of a group over. */
  transferLeadership(
    group: string,
    node: string,
    options: WaitOptions,
  ): Promise<{ readonly kind: 'done' | 'not-a-voter' | 'no-leader' | 'timeout' }>;

  /** Copies the states of this node's replicas aside, each consistent in itself, and proves the copies. Takes time in proportion to their size. */
  backup(signal: AbortSignal): Promise<BackupOutcome>;

  /** Counters and gauges of the consensus thread, as Prometheus text. */
  metrics(): Promise<string>;

  /** Waiters in this thread now (gauge `confman_read_waiters`). */
  waiters(): number;

  /** Fault injection for demonstrations and tests; null unless CONFMAN_LAB=1. */
  readonly lab: { state(): Promise<LabState>; set(change: Partial<LabState>): Promise<LabState> } | null;
}

/** There is no readable state on this node now. */
export class ReplicaUnavailableError extends Error {
  override readonly name = 'ReplicaUnavailableError';
  readonly condition: ReplicaCondition;
  constructor(condition: ReplicaCondition) {
    super(`this node has no readable state: ${condition}`);
    this.condition = condition;
  }
}
