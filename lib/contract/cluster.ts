/** What `GET /api/v1/cluster` says (spec 3, section 3). Types only. */

export type Verdict = 'healthy' | 'degraded' | 'unavailable';

/** Why the verdict is not `healthy`: what is wrong and what helps, in words for an operator. */
export interface Reason {
  /** Stable, kebab-case: `no-leader`, `node-unreachable`, `replica-quarantined`, `clock-ahead`, `storage-low`, … */
  readonly code: string;
  readonly text: string;
  readonly help: string;
  readonly node?: string | undefined;
  readonly group?: string | undefined;
}

export interface NodeRow {
  readonly id: string;
  readonly url: string;
  readonly state: 'live' | 'suspect' | 'unreachable' | 'joining';
  readonly version: string | null;
  readonly uptimeMs: number | null;
  readonly dataBytes: number | null;
  readonly diskFreeBytes: number | null;
  /** Since the answering node last heard from it; 0 for itself, null if never. */
  readonly lastContactMs: number | null;
  /** Age of what this row says, 0 when it was asked just now. A row with an age is never to be shown as fresh. */
  readonly ageMs: number;
  /** `host:port` of its peer port. */
  readonly peer?: string | undefined;
  /** Tells this member from every earlier and later one of its name. */
  readonly incarnation?: string | undefined;
  /** The member whose place it takes once it has caught up. */
  readonly replaces?: string | undefined;
}

export type ReplicaRole = 'leader' | 'follower' | 'candidate' | 'learner' | 'quarantined';

export interface ReplicaRow {
  readonly node: string;
  readonly role: ReplicaRole;
  readonly voter: boolean;
  readonly term: number;
  readonly lastIndex: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** The leader's commit index minus this replica's applied index; null while no leader is known. */
  readonly lagEntries: number | null;
  /** How long ago this replica had applied everything that was committed; 0 when it has now; null when not known. */
  readonly lagMs: number | null;
  /** Since this replica last heard from the leader; null when it has not, 0 at the leader. */
  readonly lastContactMs: number | null;
  /** Last index that the log no longer holds. */
  readonly snapshotIndex: number;
  readonly ageMs: number;
}

export interface GroupStatus {
  readonly id: string;
  readonly leader: string | null;
  readonly term: number;
  readonly commitIndex: number;
  readonly members: readonly ReplicaRow[];
  /** While the voters are exchanged: a majority of the old ones and one of the new ones are both needed. */
  readonly change?: { readonly from: readonly string[]; readonly to: readonly string[] } | undefined;
}

export interface ClusterStatus {
  readonly cluster: {
    readonly id: string;
    readonly lineage: string;
    readonly name: string;
    readonly level: number;
    readonly verdict: Verdict;
    readonly reasons: readonly Reason[];
    /** How many more nodes may fail before writes stop. */
    readonly canLose: number;
  };
  /** Who answers. */
  readonly node: string;
  readonly nodes: readonly NodeRow[];
  readonly groups: readonly GroupStatus[];
}
