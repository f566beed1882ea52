/** A follower that does not apply, and clients that do not read, on real processes: what waits costs little and leaves nothing behind. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const WAITERS = 400;
const NAMESPACE = 'held';
/** This machine may be busy. */
const LONG_MS = 150_000;

let cluster: RealCluster;
let leader: NodeProcess;
let follower: NodeProcess;

beforeAll(async () => {
  cluster = await RealCluster.start();
  leader = await cluster.leader();
  follower = cluster.others(leader)[0] as NodeProcess;
});
afterEach(async () => {
  await cluster.lab(follower, { holdApply: false });
});
afterAll(async () => {
  await cluster.stop();
});

async function waiting(count: number): Promise<void> {
  await until(`${count} reads wait`, async () => (await cluster.metric(follower, 'confman_read_waiters')) === count);
}

/** Resolves when the follower has heard so many more messages from its peers: time by what happens, not by the clock. */
async function heartbeats(count: number): Promise<void> {
  const name = 'confman_peer_messages_received_total';
  const goal = (await cluster.metric(follower, name)) + count;
  await until(`${count} heartbeats pass`, async () => (await cluster.metric(follower, name)) >= goal);
}

async function heldWrite(key: string): Promise<{ readonly old: RawAnswer; readonly put: RawAnswer }> {
  const old = await cluster.put(leader, NAMESPACE, key, 'old');
  expect((await cluster.get(follower, NAMESPACE, key, { 'x-confman-min-version': old.token })).json['value']).toBe('old');
  await cluster.lab(follower, { holdApply: true });
  return { old, put: await cluster.put(leader, NAMESPACE, key, 'new') };
}

test('puts no question to the leader for reads that wait, and serves all of them at once when it applies', async () => {
  const { put } = await heldWrite('many');
  const headers = { 'x-confman-min-version': put.token, 'x-confman-max-wait': '30s' };
  const reads = Array.from({ length: WAITERS }, async () => cluster.get(follower, NAMESPACE, 'many', headers));
  await waiting(WAITERS);
  // Whatever question is under way now is the last: the leader has committed what all of them wait for.
  await until('the leader has answered', async () => (await cluster.metric(follower, 'confman_raft_reads_pending')) === 0);
  await heartbeats(5);
  const before = await cluster.metric(follower, 'confman_raft_read_rounds_total');
  await heartbeats(20);
  expect(await cluster.metric(follower, 'confman_raft_read_rounds_total')).toBe(before);
  expect(before).toBeLessThan(WAITERS / 4);

  await cluster.lab(follower, { holdApply: false });
  const answers = await Promise.all(reads);
  expect(new Set(answers.map(({ status, json }) => `${status} ${String(json['value'])}`))).toEqual(new Set(['200 new']));
  await waiting(0);
});

test('lets go of reads whose clients have left', async () => {
  const { put } = await heldWrite('gone');
  const leaving = Array.from({ length: 40 }, () => new AbortController());
  const kinds = [
    { 'x-confman-min-version': put.token, 'x-confman-max-wait': '30s' },
    { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '30s' },
  ];
  const reads = leaving.map(async ({ signal }, at) =>
    cluster
      .api(follower, entryPath(NAMESPACE, 'gone'), { headers: kinds[at % 2], signal })
      .then(({ status }) => `answered ${status}`)
      .catch(() => 'left'),
  );
  await waiting(40);
  for (const client of leaving) client.abort();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['left']));
  await waiting(0);
  // It still holds, and still serves who is content with what it has.
  expect((await cluster.get(follower, NAMESPACE, 'gone')).json['value']).toBe('old');
});

/** Of the process, as the kernel counts it. */
function residentMb({ pid }: NodeProcess): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** A connection that has sent a request, and whose answer nobody reads when `paused`. */
async function open(node: NodeProcess, path: string, paused: boolean): Promise<Socket> {
  const { hostname, port } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${cluster.adminKey}\r\n\r\n`);
  if (paused) socket.pause();
  else await once(socket, 'data');
  return socket;
}

test('memory does not grow with what clients do not read, and little with how many there are', async () => {
  const CONNECTIONS = 300;
  const STREAMS = 40;
  const WRITES = 30;
  const VALUE = 'v'.repeat(500_000);
  const node = follower;
  const before = residentMb(node);
  const sockets: Socket[] = [];
  try {
    for (let at = 0; at < CONNECTIONS; at += 1) sockets.push(await open(node, '/health', false));
    for (let at = 0; at < STREAMS; at += 1) sockets.push(await open(node, '/api/v1/watch?values=true', true));
    await until('all of them watch', async () => (await cluster.metric(node, 'confman_event_streams')) === STREAMS);
    let last = '';
    for (let at = 0; at < WRITES; at += 1) {
      const put = await cluster.put(node, NAMESPACE, 'large', `${at}${VALUE}`, { headers: { 'x-confman-max-wait': '20s' } });
      expect([put.status, put.text.slice(0, 200)]).toEqual([at === 0 ? 201 : 200, expect.anything() as unknown]);
      last = put.token;
    }
    // Everybody else is served meanwhile.
    const read = await cluster.get(node, NAMESPACE, 'large', { 'x-confman-min-version': last, 'x-confman-max-wait': '20s' });
    expect([read.status, String(read.json['value']).slice(0, 2)]).toEqual([200, String(WRITES - 1)]);
    // All events for all streams together are more than half a gigabyte.
    const streamed = (STREAMS * WRITES * VALUE.length) / 1024 ** 2;
    expect(streamed).toBeGreaterThan(512);
    expect(residentMb(node) - before).toBeLessThan(streamed / 2);
    await until('streams that nobody reads are cut', async () => (await cluster.metric(node, 'confman_event_streams')) === 0, LONG_MS);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('ends reads that wait when the node stops, each with an answer', async () => {
  const { put } = await heldWrite('stop');
  const headers = { 'x-confman-min-version': put.token, 'x-confman-max-wait': '30s' };
  const reads = Array.from({ length: 10 }, async () => cluster.get(follower, NAMESPACE, 'stop', headers));
  await waiting(10);
  const ended = follower.terminate();
  const answers = await Promise.all(reads);
  expect(new Set(answers.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['503 node-stopping']));
  expect(await ended).toEqual({ code: 0, signal: null });
  follower.start();
  await cluster.ready();
  // What was held in memory only is applied after the start.
  expect((await cluster.get(follower, NAMESPACE, 'stop', headers)).json['value']).toBe('new');
});
