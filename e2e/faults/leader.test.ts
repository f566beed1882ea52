/** Leaders that stop, are cut off, lose their majority, or are told to go. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const LINEARIZABLE = { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '3s' };

let cluster: RealCluster;
/** The one that leads when a test begins. */
let old: NodeProcess;
/** Of one test. */
let namespace = '';
let tests = 0;

beforeAll(async () => {
  cluster = await RealCluster.start();
});
beforeEach(async () => {
  await cluster.ready();
  old = await cluster.leader();
  tests += 1;
  namespace = `leader-${tests}`;
});
afterAll(async () => {
  await cluster.stop();
});

/** Of the others, once they have agreed on one that is not `old`. */
async function successor(): Promise<NodeProcess> {
  return until('the others follow another leader', async () => {
    const leader = await cluster.leader(cluster.others(old));
    return leader === old ? null : leader;
  });
}

async function written(node: NodeProcess, key: string, value: string): Promise<string> {
  return until(`${node.id} takes ${value}`, async () => {
    const put = await cluster.put(node, namespace, key, value, { headers: { 'idempotency-key': `${key} ${value}` } });
    return put.status === 200 || put.status === 201 ? put.token : null;
  });
}

test('shows nothing old as new when it was stopped and comes back', async () => {
  await written(old, 'k', 'first');
  old.pause();
  const leader = await successor();
  const token = await written(leader, 'k', 'second');
  // These lie in its sockets while it sleeps, and are the first thing that it sees.
  const asked = Array.from({ length: 20 }, async () => cluster.get(old, namespace, 'k', LINEARIZABLE));
  const write = cluster.put(old, namespace, 'by-old', 'v', { headers: { 'x-confman-max-wait': '3s', 'idempotency-key': 'by-old' } });
  old.resume();
  const more = Array.from({ length: 20 }, async () => cluster.get(old, namespace, 'k', LINEARIZABLE));
  for (const answer of await Promise.all([...asked, ...more])) {
    if (answer.status !== 503) expect([answer.status, answer.json['value']]).toEqual([200, 'second']);
  }
  // A deposed leader acknowledges nothing of its own: either the new one took it, or nobody did.
  const { status, token: own } = await write;
  if (status === 201) expect((await cluster.get(leader, namespace, 'by-old', { 'x-confman-min-version': own })).json['value']).toBe('v');
  else expect(status).toBe(503);
  const here = await cluster.get(old, namespace, 'k', { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' });
  expect(here.json['value']).toBe('second');
  await expectEqualContents(cluster.nodes);
});

test('goes on reading and stops writing when the majority is lost', async () => {
  const token = await written(old, 'k', 'v');
  const lost = cluster.others(old);
  await Promise.all(lost.map(async (node) => node.kill()));

  const headers = { 'idempotency-key': 'unknown', 'x-confman-max-wait': '3s' };
  const write = await cluster.put(old, namespace, 'unknown', 'v', { headers });
  expect([write.status, write.code]).toEqual([503, expect.stringMatching(/^(no-leader|write-outcome-unknown)$/) as unknown]);
  const later = await cluster.put(old, namespace, 'never', 'v', { headers: { 'x-confman-max-wait': '1s' } });
  expect([later.status, later.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/) as unknown]);

  for (const wanted of [{}, { 'x-confman-min-version': token }]) {
    const read = await until('it calls itself stale', async () => {
      const answer = await cluster.get(old, namespace, 'k', wanted);
      return answer.headers['x-confman-replica']?.includes(';stale=?1') === true ? answer : null;
    });
    expect([read.status, read.json['value'], read.headers['x-confman-replica']?.includes(';lag=')]).toEqual([200, 'v', false]);
  }
  const linearizable = await cluster.get(old, namespace, 'k', { ...LINEARIZABLE, 'x-confman-max-wait': '1s' });
  expect([linearizable.status, linearizable.code]).toEqual([503, 'read-index-timeout']);
  const [head = ''] = token.split(':');
  const beyond = await cluster.get(old, namespace, 'k', { 'x-confman-min-version': `${head}:1000000`, 'x-confman-max-wait': '500ms' });
  // Without a quorum nobody can say that the version is not of this log.
  expect([beyond.status, beyond.code]).toEqual([503, 'version-not-reached']);
  expect((await cluster.status(old)).cluster.verdict).toBe('unavailable');
  expect((await cluster.api(old, '/health', { key: null })).status).toBe(200);
  expect((await cluster.api(old, '/health/ready', { key: null })).status).toBe(503);

  for (const node of lost) node.start();
  await cluster.ready();
  // Whatever became of the first write, it happens once.
  const again = await until('the write is repeated', async () => {
    const put = await cluster.put(old, namespace, 'unknown', 'v', { headers });
    return put.status === 201 ? put : null;
  });
  expect(again.json['revision']).toBe(1);
  for (const node of cluster.nodes) {
    const seen = await cluster.get(node, namespace, 'unknown', { 'x-confman-min-version': again.token, 'x-confman-max-wait': '20s' });
    expect([node.id, seen.status, seen.json['revision']]).toEqual([node.id, 200, 1]);
  }
  await expectEqualContents(cluster.nodes);
});

test('lets the majority go on and says nothing untrue on the side of the minority when links are cut', async () => {
  await written(old, 'k', 'first');
  await cluster.lab(old, { dropPeers: cluster.others(old).map(({ id }) => id) });
  const cut = cluster.put(old, namespace, 'cut', 'v', { headers: { 'idempotency-key': 'cut', 'x-confman-max-wait': '3s' } });
  const leader = await successor();
  const token = await written(leader, 'k', 'second');

  const linearizable = await cluster.get(old, namespace, 'k', LINEARIZABLE);
  expect([linearizable.status, linearizable.code]).toEqual([503, 'read-index-timeout']);
  const waiting = await cluster.get(old, namespace, 'k', { 'x-confman-min-version': token, 'x-confman-max-wait': '500ms' });
  expect([waiting.status, waiting.code]).toEqual([503, 'version-not-reached']);
  const eventual = await cluster.get(old, namespace, 'k');
  expect([eventual.status, eventual.json['value'], eventual.headers['x-confman-replica']?.includes(';stale=?1')]).toEqual([
    200,
    'first',
    true,
  ]);
  expect((await cut).status).toBe(503);

  await cluster.lab(old, { dropPeers: [] });
  const healed = await cluster.get(old, namespace, 'k', { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' });
  expect([healed.status, healed.json['value']]).toEqual([200, 'second']);
  // The write of the minority was never acknowledged; repeated, it takes place once.
  expect((await cluster.api(leader, entryPath(namespace, 'cut'), { headers: LINEARIZABLE })).status).toBe(404);
  await written(old, 'cut', 'v');
  await expectEqualContents(cluster.nodes);
});

test('hands leadership over and ends cleanly when it is told to stop', async () => {
  const token = await written(old, 'k', 'v');
  expect(await old.terminate()).toEqual({ code: 0, signal: null });
  expect(old.logged('stopped')).toHaveLength(1);
  // It had stepped down for somebody else before it went.
  expect(old.logged('role-changed').at(-1)?.['role']).toBe('follower');
  const leader = await successor();
  expect((await cluster.get(leader, namespace, 'k', { ...LINEARIZABLE, 'x-confman-min-version': token })).json['value']).toBe('v');
  old.start();
  await cluster.ready();
  expect((await cluster.get(old, namespace, 'k', { 'x-confman-min-version': token })).json['value']).toBe('v');
});
