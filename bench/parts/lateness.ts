/** (d) How late the timer of the consensus loop is while 64 connections load pages from the same process. */
import { ConfmanCluster } from '../subjects/confman.ts';
import { metricOf } from '../subjects/metrics.ts';
import type { Context, Expectation } from './context.ts';

const CONNECTIONS = 64;
const PAGE = '/sign-in';
const LATE_MS_MAX = 50;

export interface Lateness {
  readonly node: 'leader';
  readonly connections: number;
  readonly seconds: number;
  readonly pagesPerSecond: number;
  readonly pageP99Ms: number;
  readonly errors: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export async function measureLateness(context: Context): Promise<Lateness> {
  const { processes, generator, options, root } = context;
  // A cluster of its own: the node reports its last minute, which is to hold this load and little else.
  const cluster = await ConfmanCluster.start(processes, { root, web: true, door: 'node' });
  const { leader } = await cluster.roles();
  await cluster.untilPages(leader, PAGE);
  context.say(`(d) ${PAGE} on the leader, ${CONNECTIONS} connections`);
  const load = await generator.run({
    port: leader.port,
    connections: CONNECTIONS,
    seconds: options.pageSeconds,
    plan: { method: 'GET', path: PAGE, headers: {}, first: 0, count: 1 },
  });
  const text = await cluster.metrics(leader);
  await cluster.stop();
  return {
    node: 'leader',
    connections: CONNECTIONS,
    seconds: options.pageSeconds,
    pagesPerSecond: load.perSecond,
    pageP99Ms: load.p99Ms,
    errors: load.errors,
    p99Ms: metricOf(text, 'confman_loop_lateness_ms', 'quantile="0.99"'),
    maxMs: metricOf(text, 'confman_loop_lateness_ms', 'quantile="1"'),
  };
}

export function expectLateness({ p99Ms }: Lateness): readonly Expectation[] {
  return [
    { part: 'd', what: `timers of the consensus loop less than ${LATE_MS_MAX} ms late at p99`, measured: p99Ms, met: p99Ms < LATE_MS_MAX },
  ];
}
