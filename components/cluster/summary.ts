import type { ClusterStatus, GroupStatus, NodeRow, ReplicaRole, ReplicaRow, Verdict } from '../../lib/contract/cluster.ts';
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';

/** A row older than this says how it was, not how it is. */
const FRESH_MS_MAX = 3000;

/** Whether what a row says is of now. */
export function isFresh(node: Pick<NodeRow, 'state'>, ageMs: number): boolean {
  return ageMs <= FRESH_MS_MAX && node.state !== 'unreachable';
}

export interface NodeSummary {
  readonly id: string;
  /** In the group that every cluster has; null when the node has no replica of it, or has never been heard of. */
  readonly role: ReplicaRole | null;
  readonly state: NodeRow['state'];
  /** How many groups it leads. */
  readonly leads: number;
  /** Entries behind the leader, in the group where it is most; null when not known of one of its groups, or no longer. */
  readonly lag: number | null;
  readonly appliedIndex: number | null;
  readonly term: number | null;
  /** Age of what is known of it. */
  readonly ageMs: number;
  readonly fresh: boolean;
}

export interface ClusterSummary {
  readonly verdict: Verdict;
  readonly leader: string | null;
  readonly groups: number;
  /** Groups without a leader, while others have one: nothing in them can be saved. */
  readonly leaderless: readonly string[];
  /** The greatest lag of a replica that is in contact; null when none is known. */
  readonly lag: number | null;
  readonly nodes: readonly NodeSummary[];
  /** The node that says all this. */
  readonly served: NodeSummary | null;
}

/** The group that every cluster has. */
export function firstGroup({ groups }: Pick<ClusterStatus, 'groups'>): GroupStatus | undefined {
  return groups.find(({ id }) => id === DEFAULT_GROUP) ?? groups[0];
}

/** What the strip says of the cluster, all its groups taken together: derived from one status, so it can be no fresher than that. */
export function summarize(status: ClusterStatus): ClusterSummary {
  const { groups } = status;
  const first = firstGroup(status);
  const nodes = status.nodes.map((node): NodeSummary => {
    const replicas = groups.flatMap(({ members }) => members.filter((member) => member.node === node.id));
    const replica = first?.members.find((member) => member.node === node.id);
    const ageMs = Math.max(node.ageMs, ...replicas.map((one) => one.ageMs));
    const fresh = isFresh(node, ageMs);
    return {
      id: node.id,
      role: replica?.role ?? null,
      state: node.state,
      leads: groups.filter(({ leader }) => leader === node.id).length,
      lag: fresh ? greatestLag(replicas) : null,
      appliedIndex: replica?.appliedIndex ?? null,
      term: replica?.term ?? null,
      ageMs,
      fresh,
    };
  });
  const lags = nodes.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  const leaderless = groups.filter(({ leader }) => leader === null).map(({ id }) => id);
  return {
    verdict: status.cluster.verdict,
    leader: first?.leader ?? null,
    groups: groups.length,
    leaderless: leaderless.length === groups.length ? [] : leaderless,
    lag: lags.length === 0 ? null : Math.max(...lags),
    nodes,
    served: nodes.find(({ id }) => id === status.node) ?? null,
  };
}

/** Null when it is not known of one of them: what is not known is no zero. */
function greatestLag(replicas: readonly ReplicaRow[]): number | null {
  const lags = replicas.map(({ lagEntries }) => lagEntries);
  return lags.length === 0 || lags.includes(null) ? null : Math.max(...lags.map((lag) => lag ?? 0));
}

/** On how many of the group's voters an entry is applied, as far as is known now. */
export function appliedOn(status: ClusterStatus, groupId: string, index: number): { readonly applied: number; readonly of: number } {
  const voters = status.groups.find(({ id }) => id === groupId)?.members.filter(({ voter }) => voter) ?? [];
  // An applied index never falls, so even an old row is proof; a row that says less may only be old.
  return { applied: voters.filter(({ appliedIndex }) => appliedIndex >= index).length, of: voters.length };
}
