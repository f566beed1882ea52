/** What a node keeps, and what it holds for its clients, has bounds: connections, unread streams, history, audit. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const NAMESPACE = 'bounded';
const DAY_MS = 86_400_000;
/** Retention is looked at once a minute, and this machine may be busy. */
const LONG_MS = 150_000;

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start({ flags: ['--history-keep', '3/1h', '--audit-keep', '1h'] });
});
afterAll(async () => {
  await cluster.stop();
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
  const node = cluster.others(await cluster.leader())[0] as NodeProcess;
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
    // Who does not read is cut; who has only been there is not.
    await until('streams that nobody reads are cut', async () => (await cluster.metric(node, 'confman_event_streams')) === 0, LONG_MS);
    expect(sockets.slice(0, CONNECTIONS).filter(({ destroyed }) => destroyed)).toEqual([]);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('history and audit go through the log, on every replica the same, also on one that was away', async () => {
  const leader = await cluster.leader();
  const away = cluster.others(leader)[0] as NodeProcess;
  for (let at = 0; at < 6; at += 1) expect([200, 201]).toContain((await cluster.put(leader, NAMESPACE, 'kept', `v${at}`)).status);
  await cluster.ready([away]);
  await away.kill();
  // A day later, by the clocks of all.
  for (const node of cluster.others(away)) await cluster.lab(node, { clockOffsetMs: DAY_MS });
  const headers = { 'idempotency-key': 'late' };
  const late = await cluster.put(leader, NAMESPACE, 'late', 'v', { headers });
  expect(late.status).toBe(201);
  const list = async (node: NodeProcess, path: string): Promise<RawAnswer> =>
    cluster.api(node, path, { headers: { 'x-confman-min-version': late.token, 'x-confman-max-wait': '20s' } });
  const audited = async (node: NodeProcess): Promise<string> => {
    const { json } = await list(node, `${namespacePath(NAMESPACE)}/audit?limit=1000`);
    return (json['items'] as readonly { readonly key: string }[]).map(({ key }) => key).join();
  };
  await until('only what was done after that day is left in the audit log', async () => (await audited(leader)) === 'late', LONG_MS);
  // Records of requests are kept a day and ten thousand requests: this one is among them.
  const again = await cluster.put(leader, NAMESPACE, 'late', 'v', { headers });
  expect([again.headers['idempotent-replayed'], again.version]).toEqual(['true', late.version]);

  away.start();
  await cluster.ready();
  await expectEqualContents(cluster.nodes);
  for (const node of cluster.nodes) {
    const history = await list(node, `${entryPath(NAMESPACE, 'kept')}/history`);
    const revisions = (history.json['items'] as readonly { readonly revision: number }[]).map(({ revision }) => revision);
    expect([node.id, await audited(node), revisions, history.json['oldestKept']]).toEqual([node.id, 'late', [6], 6]);
    expect((await list(node, `${entryPath(NAMESPACE, 'kept')}/revisions/1`)).code).toBe('revision-not-found');
  }
});
