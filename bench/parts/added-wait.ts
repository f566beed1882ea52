/** (c) What a read pays for demanding a write that has only just been made: on a follower, at once after the write at the leader. */
import { Connection, headerOf } from '../load/connection.ts';
import { paddedNumber, requestPieces } from '../load/plan.ts';
import { getPlan, putPlan, seed } from '../payload.ts';
import { percentile } from '../stats.ts';
import { ConfmanCluster } from '../subjects/confman.ts';
import type { Context, Expectation } from './context.ts';

/** A read that demands nothing; one whose token the follower has long reached; one that demands the write just made. */
const KINDS = ['no token', 'satisfied token', 'token of the write just made'] as const;
type Kind = (typeof KINDS)[number];

const BACKGROUND_WRITERS = 16;
const WARM_UP_ROUNDS = 100;
const KEYS_MAX = 1_000_000;

export interface Times {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export interface AddedWait {
  readonly subject: string;
  /** Clients that write to the leader all the while. */
  readonly writers: number;
  readonly put: Times;
  readonly reads: Readonly<Record<Kind, Times>>;
  /** Percentile by percentile: a read that demands the write, minus one whose token is satisfied. */
  readonly added: Times;
}

export async function measureAddedWait(context: Context): Promise<readonly AddedWait[]> {
  const { options, processes, root } = context;
  const found: AddedWait[] = [];
  for (const [subject, at] of [
    ['confman', root],
    ['other checkout', options.against],
  ] as const) {
    if (at === null) continue;
    const cluster = await ConfmanCluster.start(processes, { root: at, web: false, door: 'node' });
    for (const writers of [0, BACKGROUND_WRITERS]) {
      context.say(`(c) write, then read, ${writers} other writers${at === root ? '' : `, ${subject}`}`);
      found.push(await measure(context, cluster, subject, writers));
    }
    await cluster.stop();
  }
  return found;
}

async function measure(context: Context, cluster: ConfmanCluster, subject: string, writers: number): Promise<AddedWait> {
  const { leader, follower } = await cluster.roles();
  const { token } = await seed(cluster, leader);
  const put = requestPieces(putPlan(cluster, `c${writers}-`, KEYS_MAX), leader.port);
  const [write, read] = await Promise.all([Connection.open(leader.port), Connection.open(follower.port)]);
  const stopWriters = await startWriters(cluster, leader.port, writers);
  const puts: number[] = [];
  const gets: Readonly<Record<Kind, number[]>> = { 'no token': [], 'satisfied token': [], 'token of the write just made': [] };
  for (let round = -WARM_UP_ROUNDS; round < context.options.samples; round += 1) {
    for (const [turn, kind] of KINDS.entries()) {
      const wrote = await write.send(put.join(paddedNumber((round + WARM_UP_ROUNDS) * KINDS.length + turn)));
      const demanded = {
        'no token': null,
        'satisfied token': token,
        'token of the write just made': headerOf(wrote.head, 'x-confman-token'),
      };
      const answer = await read.send(requestPieces(getPlan(cluster, demanded[kind]), follower.port).join(paddedNumber(7)));
      if (wrote.status >= 300 || answer.status !== 200)
        throw new Error(`answered with ${wrote.status} and ${answer.status}: ${wrote.body}${answer.body}`);
      if (round < 0) continue;
      puts.push(wrote.ms);
      gets[kind].push(answer.ms);
    }
  }
  await stopWriters();
  write.close();
  read.close();
  const reads = {
    'no token': timesOf(gets['no token']),
    'satisfied token': timesOf(gets['satisfied token']),
    'token of the write just made': timesOf(gets['token of the write just made']),
  };
  return {
    subject,
    writers,
    put: timesOf(puts),
    reads,
    added: difference(reads['token of the write just made'], reads['satisfied token']),
  };
}

/** Clients that write one after another, until told to end. */
async function startWriters(cluster: ConfmanCluster, port: number, count: number): Promise<() => Promise<void>> {
  const ended = new AbortController();
  const writer = async (_: unknown, at: number): Promise<void> => {
    const pieces = requestPieces(putPlan(cluster, `b${at}-`, KEYS_MAX), port);
    const connection = await Connection.open(port);
    for (let n = 0; !ended.signal.aborted; n += 1) await connection.send(pieces.join(paddedNumber(n)));
    connection.close();
  };
  const writing = Promise.all(Array.from({ length: count }, writer));
  return async () => {
    ended.abort();
    await writing;
  };
}

function timesOf(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), p999Ms: percentile(sorted, 0.999) };
}

function difference(a: Times, b: Times): Times {
  return { p50Ms: a.p50Ms - b.p50Ms, p99Ms: a.p99Ms - b.p99Ms, p999Ms: a.p999Ms - b.p999Ms };
}

export function expectAddedWait(waits: readonly AddedWait[]): readonly Expectation[] {
  const idle = waits.find(({ writers, subject }) => writers === 0 && subject === 'confman');
  if (idle === undefined) return [];
  const { p50Ms, p99Ms } = idle.added;
  return [
    { part: 'c', what: 'the wait adds less than 1 ms at p50', measured: p50Ms, met: p50Ms < 1 },
    { part: 'c', what: 'the wait adds less than 5 ms at p99', measured: p99Ms, met: p99Ms < 5 },
  ];
}
