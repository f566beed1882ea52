import type { ClusterStatus, NodeRow, ReplicaRole, Verdict } from '../../lib/contract/cluster.ts';

/** A row older than this says how it was, not how it is. */
const FRESH_MS_MAX = 3000;

/** Whether what a row says is of now. */
export function isFresh(node: Pick<NodeRow, 'state'>, ageMs: number): boolean {
  return ageMs <= FRESH_MS_MAX && node.state !== 'unreachable';
}

export interface NodeSummary {
  readonly id: string;
  /** Null when the node has no replica of the group, or has never been heard of. */
  readonly role: ReplicaRole | null;
  readonly state: NodeRow['state'];
  /** Entries behind the leader; null when not known, or no longer. */
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
  /** The greatest lag of a replica that is in contact; null when none is known. */
  readonly lag: number | null;
  readonly nodes: readonly NodeSummary[];
  /** The node that says all this. */
  readonly served: NodeSummary | null;
}

/** What the strip says of a group: derived from one status, so it can be no fresher than that. */
export function summarize(status: ClusterStatus, groupId = 'default'): ClusterSummary {
  const group = status.groups.find(({ id }) => id === groupId) ?? status.groups[0];
  const nodes = status.nodes.map((node): NodeSummary => {
    const replica = group?.members.find((member) => member.node === node.id);
    const ageMs = Math.max(node.ageMs, replica?.ageMs ?? 0);
    const fresh = isFresh(node, ageMs);
    return {
      id: node.id,
      role: replica?.role ?? null,
      state: node.state,
      lag: fresh ? (replica?.lagEntries ?? null) : null,
      appliedIndex: replica?.appliedIndex ?? null,
      term: replica?.term ?? null,
      ageMs,
      fresh,
    };
  });
  const lags = nodes.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  return {
    verdict: status.cluster.verdict,
    leader: group?.leader ?? null,
    lag: lags.length === 0 ? null : Math.max(...lags),
    nodes,
    served: nodes.find(({ id }) => id === status.node) ?? null,
  };
}

/** On how many of the group's voters an entry is applied, as far as is known now. */
export function appliedOn(status: ClusterStatus, groupId: string, index: number): { readonly applied: number; readonly of: number } {
  const voters = status.groups.find(({ id }) => id === groupId)?.members.filter(({ voter }) => voter) ?? [];
  // An applied index never falls, so even an old row is proof; a row that says less may only be old.
  return { applied: voters.filter(({ appliedIndex }) => appliedIndex >= index).length, of: voters.length };
}
