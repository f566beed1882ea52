/** (e) What the death of a leader costs: time to the next one, and how long no write was acknowledged. */
import { RealCluster } from '../../e2e/cluster/cluster.ts';
import type { NodeProcess } from '../../e2e/cluster/node-process.ts';
import { until } from '../../e2e/cluster/until.ts';
import { percentile } from '../stats.ts';
import { metricOf } from '../subjects/metrics.ts';
import { metricsOf } from '../subjects/faulty-cluster.ts';
import type { Context } from './context.ts';

const WARM_UP_WRITES = 50;
const LOOK_MS = 5;

export interface Failover {
  readonly kills: number;
  /** From kill -9 until a survivor leads. */
  readonly leaderMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Between the last write that was acknowledged before and the first one after, for a client of a survivor that never rests. */
  readonly gapMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

function summary(values: readonly number[]): Failover['leaderMs'] {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) };
}

/** One client that writes without a rest at one node, and remembers when it was answered. */
class Writer {
  readonly acknowledgedMs: number[] = [];
  readonly #done: Promise<void>;
  readonly #ended = new AbortController();

  constructor(cluster: RealCluster, node: NodeProcess) {
    this.#done = this.#run(cluster, node);
  }

  async #run(cluster: RealCluster, node: NodeProcess): Promise<void> {
    for (let n = 0; !this.#ended.signal.aborted; n += 1) {
      const { status } = await cluster.put(node, 'bench', 'k', String(n), { headers: { 'x-confman-max-wait': '10s' } });
      if (status === 200 || status === 201) this.acknowledgedMs.push(performance.now());
    }
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#done;
  }
}

async function kill(cluster: RealCluster): Promise<{ readonly leaderMs: number; readonly gapMs: number }> {
  const old = await cluster.leader();
  const others = cluster.others(old);
  const writer = new Writer(cluster, others[0] as NodeProcess);
  await until('writes are under way', () => writer.acknowledgedMs.length > WARM_UP_WRITES);
  const startMs = performance.now();
  await old.kill();
  let leaderMs = Number.NaN;
  while (Number.isNaN(leaderMs)) {
    const leads = await Promise.all(others.map(async (node) => metricOf(await metricsOf(cluster, node), 'confman_raft_is_leader')));
    if (leads.includes(1)) leaderMs = performance.now() - startMs;
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
  const before = writer.acknowledgedMs.length;
  await until('writes go on', () => writer.acknowledgedMs.length > before + WARM_UP_WRITES);
  await writer.end();
  const times = writer.acknowledgedMs;
  const gapMs = Math.max(...times.slice(1).map((ms, at) => ms - (times[at] ?? ms)));
  old.start();
  await cluster.ready();
  return { leaderMs, gapMs };
}

export async function measureFailover({ options, say }: Context): Promise<Failover> {
  const cluster = await RealCluster.start();
  const found: { readonly leaderMs: number; readonly gapMs: number }[] = [];
  try {
    for (let round = 0; round < options.kills; round += 1) {
      say(`(e) kill -9 of the leader, ${round + 1} of ${options.kills}`);
      found.push(await kill(cluster));
    }
  } finally {
    await cluster.stop();
  }
  return { kills: found.length, leaderMs: summary(found.map(({ leaderMs }) => leaderMs)), gapMs: summary(found.map(({ gapMs }) => gapMs)) };
}
