/** A cluster of real processes that may be killed, as the fault tests use it, and what its nodes report. */
import type { RealCluster } from '../../e2e/cluster/cluster.ts';
import type { NodeProcess } from '../../e2e/cluster/node-process.ts';
import { until } from '../../e2e/cluster/until.ts';
import type { RequestPlan } from '../load/plan.ts';
import { ENTRY_PATH, VALUE } from '../payload.ts';
import { metricOf } from './metrics.ts';

const KEYS_MAX = 10_000_000;
const MINUTES_MAX = 10;

/** Figures that tell whether a node took part in an election, or was late for one. */
export interface Calm {
  readonly term: number;
  readonly elections: number;
}

export async function metricsOf(cluster: RealCluster, node: NodeProcess): Promise<string> {
  return (await cluster.api(node, '/metrics')).text;
}

export async function calmOf(cluster: RealCluster, node: NodeProcess): Promise<Calm> {
  const text = await metricsOf(cluster, node);
  return { term: metricOf(text, 'confman_raft_term'), elections: metricOf(text, 'confman_raft_elections_total') };
}

export function plan(cluster: RealCluster, prefix: string): RequestPlan {
  const headers = { Authorization: `Bearer ${cluster.adminKey}`, 'Content-Type': 'application/json' };
  return { method: 'PUT', path: `${ENTRY_PATH}/${prefix}{n}`, headers, body: JSON.stringify({ value: VALUE }), first: 0, count: KEYS_MAX };
}

/** Milliseconds from now until a node has applied this index. */
export async function msUntilApplied(cluster: RealCluster, node: NodeProcess, index: number): Promise<number> {
  const startMs = performance.now();
  await until(
    `${node.id} has applied ${index}`,
    async () => metricOf(await metricsOf(cluster, node), 'confman_raft_applied_index') >= index,
    MINUTES_MAX * 60_000,
  );
  return performance.now() - startMs;
}

/** Waits until the log of the leader no longer reaches back to an index. */
export async function behindTheLog(cluster: RealCluster, leader: NodeProcess, index: number): Promise<void> {
  await until(`the log of ${leader.id} begins behind ${index}`, async () => {
    const row = (await cluster.status(leader)).groups[0]?.members.find(({ node }) => node === leader.id);
    return row !== undefined && row.snapshotIndex > index;
  });
}
