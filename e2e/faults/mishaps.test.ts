/** Mishaps that a node comes back from: a torn write, a second process on its data, a full disk. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { tearTail } from '../cluster/damage.ts';
import { expectFilled, fill } from '../cluster/filled.ts';
import { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const NAMESPACE = 'mishaps';

let cluster: RealCluster;
/** Of the last write before the mishaps. */
let token: string;

beforeAll(async () => {
  cluster = await RealCluster.start();
  token = await fill(cluster, 'before');
});
afterAll(async () => {
  await cluster.stop();
});

test('starts on a log whose last record was torn', async () => {
  const victim = cluster.others(await cluster.leader())[0] as NodeProcess;
  await victim.kill();
  tearTail(victim);
  const after = await fill(cluster, 'after-torn', cluster.others(victim));
  victim.start();
  await cluster.ready();
  await expectFilled(cluster, victim, 'before', { 'x-confman-min-version': after });
  await expectFilled(cluster, victim, 'after-torn', { 'x-confman-min-version': after });
  await expectEqualContents(cluster.nodes);
  expect(victim.logged('replica-quarantined')).toEqual([]);
});

test('refuses a second process on the same data, with a message', async () => {
  const [node] = cluster.nodes as [NodeProcess];
  const second = new NodeProcess(node.spec);
  try {
    second.start();
    const ending = await second.ended();
    expect([ending.code, second.said]).toEqual([1, expect.stringMatching(/confman node: .*(in use|locked|held).*/) as unknown]);
    expect(second.said).toContain(node.spec.data);
    expect(second.said).not.toMatch(/^\s+at /m);
  } finally {
    await second.kill();
  }
  await expectFilled(cluster, node, 'before', { 'x-confman-min-version': token });
});

test('refuses writes and goes on with reads and deletes when disks are nearly full', async () => {
  for (const node of cluster.nodes) {
    expect((await node.terminate()).code).toBe(0);
    node.start({ '--disk-reserve': '500TiB' });
  }
  const leader = await cluster.leader();
  await until('the leader has looked at its disk', async () =>
    (await cluster.api(leader, '/health/ready', { key: null })).text.includes('disk'),
  );
  for (const node of cluster.nodes) {
    const put = await until(`${node.id} hears from the leader`, async () => {
      const answer = await cluster.put(node, NAMESPACE, `full-${node.id}`, 'v');
      return answer.status === 503 ? null : answer;
    });
    expect([node.id, put.status, put.code]).toEqual([node.id, 507, 'storage-full']);
    const ready = await cluster.api(node, '/health/ready', { key: null });
    expect([ready.status, (ready.json['failing'] as readonly string[]).includes('disk')]).toEqual([503, true]);
  }
  expect((await cluster.status(leader)).cluster.reasons.map(({ code }) => code)).toContain('storage-full');
  await expectFilled(cluster, leader, 'before', { 'x-confman-consistency': 'linearizable' });
  const gone = await cluster.api(leader, entryPath('before', '0'), { method: 'DELETE' });
  expect(gone.status).toBe(200);
  expect((await cluster.get(leader, 'before', '0', { 'x-confman-min-version': gone.token })).status).toBe(404);

  for (const node of cluster.nodes) {
    await node.kill();
    node.start();
  }
  await cluster.ready();
  await fill(cluster, 'after-full');
});
