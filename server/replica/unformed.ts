/** What a node shows while it is no member of a cluster. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ReplicaHost } from './host.ts';

export type NodePhase = 'forming' | 'wiped-node' | 'foreign' | 'serving' | 'stopped';

export function unformedView(group: string, phase: NodePhase): ReturnType<ReplicaHost['view']> {
  const condition = phase === 'wiped-node' || phase === 'foreign' ? 'wiped-node' : 'forming';
  return { group, condition, role: 'follower', term: 0, commitIndex: 0, appliedIndex: 0, level: 1, contactMs: null, leaderPeer: null };
}

export function unformedStatus(node: string, clusterName: string, phase: NodePhase, detail: string): ClusterStatus {
  const text = detail === '' ? 'The cluster is not formed yet: all nodes of --initial-cluster are needed once.' : detail;
  const reason = { code: phase, node, text, help: 'See docs/operations.md, "Forming a cluster".' };
  return {
    cluster: { id: '', lineage: '', name: clusterName, level: 0, verdict: 'unavailable', reasons: [reason], canLose: 0 },
    node,
    nodes: [],
    groups: [],
  };
}
