/** Clusters that come to life: nodes in any order, with lists that differ, and ended in the middle. */
import { existsSync, readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const LINEARIZABLE = { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '20s' };

let cluster: RealCluster | null = null;

afterEach(async () => {
  await cluster?.stop();
});

/** One cluster, that every node serves and that the admin key opens everywhere at once. */
async function expectOneCluster(formed: RealCluster): Promise<void> {
  await formed.ready();
  const sessions = await Promise.all(formed.nodes.map(async (node) => formed.api(node, '/session')));
  expect(sessions.map(({ status }) => status)).toEqual([200, 200, 200]);
  const ids = await Promise.all(formed.nodes.map(async (node) => (await formed.status(node)).cluster.id));
  expect(new Set(ids).size).toBe(1);
  const put = await formed.put(formed.nodes[1] as NodeProcess, 'forming', 'k', 'v');
  expect(put.status).toBe(201);
  for (const node of formed.nodes)
    expect(
      (await formed.get(node, 'forming', 'k', { 'x-confman-min-version': put.token, 'x-confman-max-wait': '20s' })).json['value'],
    ).toBe('v');
  await expectEqualContents(formed.nodes);
}

/** The disk of another cluster under the name and address of a member, with the right secret: it is let in nowhere, and lets nobody in. */
async function expectStrangerRefused(formed: RealCluster, node: NodeProcess): Promise<void> {
  const others = formed.others(node);
  const own = `${node.id}=${node.spec.peer}`;
  const kept = `${node.spec.data}-kept`;
  await node.terminate();
  await rename(node.spec.data, kept);
  node.start({ '--initial-cluster': own, '--cluster-name': 'elsewhere' });
  await formed.ready([node]);
  const foreign = await formed.put(node, 'forming', 'k', 'foreign');
  expect(foreign.status).toBe(201);
  expect((await formed.status(node)).cluster.id).not.toBe((await formed.status(others[0] as NodeProcess)).cluster.id);
  for (const other of others)
    await until(`${other.id} refuses it`, () => other.logged('peer-refused').some((line) => line['reason'] === 'wrong-cluster'));
  await formed.leader(others);
  for (const other of others) {
    expect((await formed.get(other, 'forming', 'k', LINEARIZABLE)).json['value']).toBe('v');
    const judged = await formed.get(other, 'forming', 'k', { 'x-confman-min-version': foreign.token });
    expect([judged.status, judged.code]).toEqual([409, expect.stringMatching(/^version-of/) as unknown]);
  }
  await node.kill();
  await node.wipe();
  await rename(kept, node.spec.data);
  node.start();
  await formed.ready();
  expect((await formed.get(node, 'forming', 'k', LINEARIZABLE)).json['value']).toBe('v');
}

test('forms one cluster, whatever order the nodes come in, and lets no member of another one in', async () => {
  cluster = await RealCluster.prepare();
  const [n1, n2, n3] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  n3.start();
  await until('n3 listens', () => n3.logged('listening').length > 0);
  expect((await cluster.api(n3, '/health/ready', { key: null })).status).toBe(503);
  n1.start();
  await until('n1 waits for n2', () => n1.logged('forming-waits').some((line) => line['for'] === 'n2'));
  const early = await cluster.put(n1, 'forming', 'early', 'v', { headers: { 'x-confman-max-wait': '100ms' } });
  expect(early.status).toBe(503);
  n2.start();
  await expectOneCluster(cluster);
  await expectStrangerRefused(cluster, n3);
});

test('forms nothing from lists that differ, and says where they do', async () => {
  cluster = await RealCluster.prepare();
  const [n1, n2, n3] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  n1.start();
  n2.start();
  const list = n3.spec.flags[n3.spec.flags.indexOf('--initial-cluster') + 1] ?? '';
  n3.start({ '--initial-cluster': list.replace(/n2=[^,]+/, 'n2=127.0.0.1:9') });
  const [said] = await until('n1 refuses', () => {
    const lines = n1.logged('forming-refused');
    return lines.length > 0 ? lines : null;
  });
  expect(said?.['reason']).toMatch(/initial-cluster differs at n3/);
  expect((await cluster.api(n1, '/health/ready', { key: null })).status).toBe(503);
  // With the right list it is one of them.
  await n3.kill();
  n3.start();
  await expectOneCluster(cluster);
});

test.each(['n1', 'n2'])('forms one cluster when %s is killed in the middle', async (id) => {
  cluster = await RealCluster.prepare();
  const victim = cluster.node(id);
  for (const node of cluster.nodes) node.start();
  // Its identity is the first thing that it writes about a cluster.
  await until(
    `${id} has begun`,
    () => existsSync(victim.spec.data) && readdirSync(victim.spec.data).some((name) => name.startsWith('identity')),
  );
  await victim.kill();
  victim.start();
  await expectOneCluster(cluster);
  expect(victim.logged('wiped-node')).toEqual([]);
});
