/** What a node shows while it is no member of a cluster. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ReplicaCondition } from '../engine/types.ts';
import type { ReplicaHost } from './host.ts';

export type NodePhase = 'forming' | 'joining' | 'wiped-node' | 'foreign' | 'serving' | 'removed' | 'stopped';

const CONDITIONS: Readonly<Record<NodePhase, ReplicaCondition>> = {
  forming: 'forming',
  joining: 'joining',
  'wiped-node': 'wiped-node',
  foreign: 'wiped-node',
  serving: 'forming',
  removed: 'removed',
  stopped: 'stopping',
};

export function unformedView(group: string, phase: NodePhase): ReturnType<ReplicaHost['view']> {
  const condition = CONDITIONS[phase];
  return { group, condition, role: 'follower', term: 0, commitIndex: 0, appliedIndex: 0, level: 1, contactMs: null, leaderPeer: null };
}

export function unformedStatus(node: string, clusterName: string, phase: NodePhase, detail: string): ClusterStatus {
  const silent =
    phase === 'joining'
      ? 'This node has not joined yet.'
      : 'The cluster is not formed yet: all nodes of --initial-cluster are needed once.';
  const text = detail === '' ? silent : detail;
  const chapter = phase === 'joining' ? 'Adding, removing and replacing nodes' : 'Forming a cluster';
  const reason = { code: phase, node, text, help: `See docs/operations.md, "${chapter}".` };
  return {
    cluster: { id: '', lineage: '', name: clusterName, level: 0, verdict: 'unavailable', reasons: [reason], canLose: 0 },
    node,
    nodes: [],
    groups: [],
  };
}
