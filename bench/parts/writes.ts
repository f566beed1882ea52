/** (b) Durable writes on three nodes, with fsyncs per write, beside etcd under the same load generator. */
import type { LoadResult, RequestPlan } from '../load/plan.ts';
import { putPlan, VALUE } from '../payload.ts';
import { measurePoint, type Point, type Subject } from '../rounds.ts';
import { ConfmanCluster } from '../subjects/confman.ts';
import { type EtcdCluster, etcdVersion, startEtcd } from '../subjects/etcd.ts';
import { metricOf } from '../subjects/metrics.ts';
import type { Context, Expectation } from './context.ts';

const CLIENTS = [1, 16, 64, 256] as const;
/** What is compiled only after some thousand calls is compiled then. */
const WARM_UP_SECONDS = 3;
/** More than any run writes: every key is a new one. */
const KEYS_MAX = 1_000_000;
const BATCHED_BELOW = 0.5;

export const WRITES = { confman: 'confman', etcd: 'etcd, JSON gateway', against: 'other checkout' } as const;
export const FSYNCS = 'fsyncs per write';

export interface Writes {
  readonly points: readonly Point[];
  /** Null: not installed. */
  readonly etcd: string | null;
}

export async function measureWrites(context: Context): Promise<Writes> {
  const { options, root, processes } = context;
  const version = await etcdVersion();
  const etcd = version === null ? null : await startEtcd(processes, version);
  const cluster = await ConfmanCluster.start(processes, { root, web: false, door: 'node' });
  const against =
    options.against === null ? null : await ConfmanCluster.start(processes, { root: options.against, web: false, door: 'node' });
  const subjects = [
    confmanSubject(context, WRITES.confman, cluster),
    ...(etcd === null ? [] : [etcdSubject(context, etcd)]),
    ...(against === null ? [] : [confmanSubject(context, WRITES.against, against)]),
  ];
  for (const subject of subjects) await subject.run(16);
  const points: Point[] = [];
  for (const clients of CLIENTS) {
    context.say(`(b) durable writes, ${clients} clients`);
    points.push(await measurePoint(subjects, clients, options.rounds));
  }
  for (const each of [cluster, against, etcd]) await each?.stop();
  return { points, etcd: version };
}

/** Counts syncs at the leader, around one load. */
async function withSyncs(
  syncs: () => Promise<number>,
  load: () => Promise<LoadResult>,
): Promise<{ readonly load: LoadResult; readonly extra: Readonly<Record<string, number>> }> {
  const before = await syncs();
  const result = await load();
  return { load: result, extra: { [FSYNCS]: ((await syncs()) - before) / result.requests } };
}

function confmanSubject({ generator, options }: Context, name: string, cluster: ConfmanCluster): Subject {
  let runs = 0;
  return {
    name,
    run: async (connections) => {
      const { leader } = await cluster.roles();
      runs += 1;
      const plan = putPlan(cluster, `w${runs}-`, KEYS_MAX);
      const seconds = runs === 1 ? WARM_UP_SECONDS : options.seconds;
      return withSyncs(
        async () => metricOf(await cluster.metrics(leader), 'confman_log_appends_total'),
        async () => generator.run({ port: leader.port, connections, seconds, plan }),
      );
    },
  };
}

function etcdSubject({ generator, options }: Context, etcd: EtcdCluster): Subject {
  const value = Buffer.from(VALUE).toString('base64');
  let runs = 0;
  return {
    name: WRITES.etcd,
    run: async (connections) => {
      const port = await etcd.leaderPort();
      // Keys go as base64, which the padded number is as it stands.
      const body = JSON.stringify({ key: '{n}', value });
      const plan: RequestPlan = { method: 'POST', path: '/v3/kv/put', headers: {}, body, first: runs * KEYS_MAX, count: KEYS_MAX };
      runs += 1;
      const seconds = runs === 1 ? WARM_UP_SECONDS : options.seconds;
      return withSyncs(
        async () => metricOf(await etcd.metrics(), 'etcd_disk_wal_fsync_duration_seconds_count'),
        async () => generator.run({ port, connections, seconds, plan }),
      );
    },
  };
}

export function expectWrites({ points, etcd }: Writes): readonly Expectation[] {
  return points
    .filter(({ connections }) => connections === 64)
    .flatMap(({ subjects, ratios }) => {
      const fsyncs = subjects.find(({ name }) => name === WRITES.confman)?.extra[FSYNCS]?.median ?? Number.NaN;
      const level = ratios[WRITES.etcd]?.median ?? Number.NaN;
      return [
        { part: 'b', what: `at 64 clients fewer than ${BATCHED_BELOW} fsyncs per write`, measured: fsyncs, met: fsyncs < BATCHED_BELOW },
        ...(etcd === null
          ? []
          : [{ part: 'b', what: 'at 64 clients at least as many writes as etcd by its JSON gateway', measured: level, met: level >= 1 }]),
      ];
    });
}
