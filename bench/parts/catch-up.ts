/** (f) How long a follower that was away takes to come back: from the log, and by a copy of the state. */
import { RealCluster } from '../../e2e/cluster/cluster.ts';
import type { NodeProcess } from '../../e2e/cluster/node-process.ts';
import { until } from '../../e2e/cluster/until.ts';
import { behindTheLog, calmOf, metricsOf, msUntilApplied, plan } from '../subjects/faulty-cluster.ts';
import { metricOf } from '../subjects/metrics.ts';
import type { Context } from './context.ts';

const CONNECTIONS = 64;
const LOAD_SECONDS = 2;

export interface CatchUp {
  readonly way: 'log' | 'copy';
  readonly missed: number;
  /** From the start of the process until it has applied everything. */
  readonly ms: number;
  /** Of these, until it listened. */
  readonly startMs: number;
  /** Elections that anybody held meanwhile. */
  readonly elections: number;
}

const FLAGS = {
  log: ['--log-tail-entries', '1000000'],
  copy: ['--log-tail-entries', '1000', '--checkpoint-interval', '1s'],
} as const;

export async function measureCatchUp(context: Context): Promise<readonly CatchUp[]> {
  return [await measure(context, 'log'), await measure(context, 'copy')];
}

async function measure({ options, generator, say }: Context, way: CatchUp['way']): Promise<CatchUp> {
  say(`(f) a follower misses ${options.missed} writes, and comes back by the ${way}`);
  const cluster = await RealCluster.start({ flags: FLAGS[way] });
  try {
    const leader = await cluster.leader();
    const follower = cluster.others(leader)[0] as NodeProcess;
    const indexOf = async (): Promise<number> => metricOf(await metricsOf(cluster, leader), 'confman_raft_commit_index');
    const before = await indexOf();
    await follower.kill();
    for (let round = 0; (await indexOf()) < before + options.missed; round += 1) {
      await generator.run({
        port: Number(new URL(leader.url).port),
        connections: CONNECTIONS,
        seconds: LOAD_SECONDS,
        plan: plan(cluster, `f${round}-`),
      });
    }
    if (way === 'copy') await behindTheLog(cluster, leader, before);
    const [target, calm] = [await indexOf(), await calmOf(cluster, leader)];
    const startedMs = performance.now();
    follower.start();
    await until('it listens', () => follower.logged('listening').length > 0);
    const startMs = performance.now() - startedMs;
    const ms = startMs + (await msUntilApplied(cluster, follower, target));
    const copies = metricOf(await metricsOf(cluster, follower), 'confman_raft_snapshots_installed_total');
    if (way === 'copy' ? copies === 0 : copies > 0) throw new Error(`it came back with ${copies} copies of the state, by the ${way}`);
    return { way, missed: target - before, ms, startMs, elections: (await calmOf(cluster, leader)).elections - calm.elections };
  } finally {
    await cluster.stop();
  }
}
