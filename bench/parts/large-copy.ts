/** (g) Whether a large copy of the state disturbs anybody: elections, terms, and how late the consensus loops are meanwhile. */
import { RealCluster } from '../../e2e/cluster/cluster.ts';
import type { NodeProcess } from '../../e2e/cluster/node-process.ts';
import { until } from '../../e2e/cluster/until.ts';
import { behindTheLog, calmOf, metricsOf, msUntilApplied } from '../subjects/faulty-cluster.ts';
import { metricOf } from '../subjects/metrics.ts';
import type { Context, Expectation } from './context.ts';

const VALUE_BYTES = 1_000_000;
const VALUES_PER_BATCH = 4;
const ELECTION_TIMEOUT_MS = 1_000;
/** A node reports the lateness of its last minute: what was before is over by then. */
const QUIET_MS = 60_000;

export interface LargeCopy {
  readonly stateMb: number;
  readonly ms: number;
  readonly elections: number;
  readonly termBefore: number;
  readonly termAfter: number;
  /** Of leader and other follower, the later of both. */
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  /** Writes that were acknowledged while the copy was under way, and the longest one. */
  readonly writes: number;
  readonly slowestWriteMs: number;
}

async function fill(cluster: RealCluster, leader: NodeProcess, megabytes: number): Promise<void> {
  const random = (): string => Array.from({ length: 1_000 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, 'x')).join('');
  for (let written = 0; written < megabytes; written += VALUES_PER_BATCH) {
    const operations = Array.from({ length: VALUES_PER_BATCH }, (_, at) => ({
      op: 'put',
      key: `v${written + at}`,
      value: random().repeat(VALUE_BYTES / 10_000),
    }));
    const body = { operations };
    const { status, text } = await cluster.api(leader, '/namespaces/bench/batch', {
      method: 'POST',
      body,
      headers: { 'x-confman-max-wait': '30s' },
    });
    if (status !== 200) throw new Error(`a batch was answered with ${status}: ${text}`);
  }
}

export async function measureLargeCopy({ options, say }: Context): Promise<LargeCopy> {
  say(`(g) a copy of ${options.copyMb} MB`);
  const cluster = await RealCluster.start({ flags: ['--log-tail-entries', '2', '--checkpoint-interval', '1s'] });
  try {
    const leader = await cluster.leader();
    const [follower, other] = cluster.others(leader) as [NodeProcess, NodeProcess];
    await follower.kill();
    await fill(cluster, leader, options.copyMb);
    const target = metricOf(await metricsOf(cluster, leader), 'confman_raft_commit_index');
    await msUntilApplied(cluster, other, target);
    await behindTheLog(cluster, leader, target / 2);
    say('(g) a minute of quiet, so that what is reported is of the copy alone');
    await new Promise((resolve) => {
      setTimeout(resolve, QUIET_MS);
    });
    return await copy(cluster, leader, follower, other, { target, stateMb: options.copyMb });
  } finally {
    await cluster.stop();
  }
}

async function copy(
  cluster: RealCluster,
  leader: NodeProcess,
  follower: NodeProcess,
  other: NodeProcess,
  { target, stateMb }: { readonly target: number; readonly stateMb: number },
): Promise<LargeCopy> {
  const before = await calmOf(cluster, leader);
  const writes: number[] = [];
  const under = { way: true };
  const writer = (async () => {
    while (under.way) {
      const startMs = performance.now();
      const { status } = await cluster.put(leader, 'bench', 'beat', String(startMs), { headers: { 'x-confman-max-wait': '30s' } });
      if (status < 300) writes.push(performance.now() - startMs);
    }
  })();
  const startMs = performance.now();
  follower.start();
  await until('it listens', () => follower.logged('listening').length > 0);
  await msUntilApplied(cluster, follower, target);
  const ms = performance.now() - startMs;
  const late = await Promise.all(
    [leader, other].map(async (node) => {
      const text = await metricsOf(cluster, node);
      return [0.99, 1].map((quantile) => metricOf(text, 'confman_loop_lateness_ms', `quantile="${quantile}"`));
    }),
  );
  under.way = false;
  await writer;
  const after = await calmOf(cluster, leader);
  return {
    stateMb,
    ms,
    elections: after.elections - before.elections,
    termBefore: before.term,
    termAfter: after.term,
    lateP99Ms: Math.max(...late.map(([p99 = Number.NaN]) => p99)),
    lateMaxMs: Math.max(...late.map(([, most = Number.NaN]) => most)),
    writes: writes.length,
    slowestWriteMs: Math.max(...writes),
  };
}

export function expectLargeCopy({ termBefore, termAfter, lateMaxMs }: LargeCopy): readonly Expectation[] {
  return [
    { part: 'g', what: 'no new term while a large copy is sent', measured: termAfter - termBefore, met: termAfter === termBefore },
    {
      part: 'g',
      what: `no consensus loop later than an election timeout, ${ELECTION_TIMEOUT_MS} ms`,
      measured: lateMaxMs,
      met: lateMaxMs < ELECTION_TIMEOUT_MS,
    },
  ];
}
