import type { ClusterStatus, ReplicaRow } from '../../lib/contract/cluster.ts';

export interface StatusSketch {
  readonly commit: number;
  /** The first replica unless told otherwise. */
  readonly leader?: string | null;
  readonly term?: number;
  readonly replicas: readonly { readonly node: string; readonly last: number; readonly applied: number; readonly lagMs?: number }[];
  /** Those of the replicas unless told otherwise. */
  readonly nodes?: readonly string[];
  readonly silent?: readonly string[];
}

/** A status for tests, from what they are about. */
export function statusOf({ commit, leader, term = 3, replicas, nodes, silent = [] }: StatusSketch): ClusterStatus {
  const leads = leader === undefined ? (replicas[0]?.node ?? null) : leader;
  const ageOf = (node: string): number => (silent.includes(node) ? 12_000 : 0);
  return {
    cluster: {
      id: 'aaaaaaaa',
      lineage: 'bbbbbbbb',
      name: 'test',
      level: 1,
      verdict: leads === null ? 'unavailable' : 'healthy',
      reasons: [],
      canLose: Math.floor((replicas.length - 1) / 2),
    },
    node: replicas[0]?.node ?? 'n1',
    nodes: (nodes ?? replicas.map(({ node }) => node)).map((id) => ({
      id,
      url: `http://${id}`,
      state: silent.includes(id) ? 'unreachable' : 'live',
      version: '1',
      uptimeMs: 1000,
      dataBytes: 1,
      diskFreeBytes: 1,
      lastContactMs: ageOf(id),
      ageMs: ageOf(id),
    })),
    groups: [
      {
        id: 'default',
        leader: leads,
        term,
        commitIndex: commit,
        members: replicas.map(({ node, last, applied, lagMs = 0 }): ReplicaRow => ({
          node,
          role: node === leads ? 'leader' : 'follower',
          voter: true,
          term,
          lastIndex: last,
          commitIndex: Math.min(last, commit),
          appliedIndex: applied,
          lagEntries: leads === null ? null : Math.max(0, commit - applied),
          lagMs,
          lastContactMs: 0,
          snapshotIndex: 0,
          ageMs: ageOf(node),
        })),
      },
    ],
  };
}
