/** Disks that are wiped or damaged: the node stays out, and the others go on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RealCluster } from '../cluster/cluster.ts';
import { damageLog, damageState } from '../cluster/damage.ts';
import { expectFilled, fill } from '../cluster/filled.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

let cluster: RealCluster;
/** Of the last write. */
let token: string;

beforeEach(async () => {
  cluster = await RealCluster.start();
  token = await fill(cluster, 'before');
});
afterEach(async () => {
  await cluster.stop();
});

/** The node refuses to be what its empty disk is not, and says so wherever somebody looks. */
async function expectWiped(node: NodeProcess): Promise<void> {
  await until(`${node.id} knows that it was wiped`, () => node.logged('wiped-node').length > 0);
  const ready = await cluster.api(node, '/health/ready', { key: null });
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('wiped-node') as unknown]);
  expect((await cluster.api(node, '/health', { key: null })).status).toBe(200);
  const read = await cluster.get(node, 'before', '0');
  expect([read.status, read.text]).toEqual([503, expect.stringContaining('wiped') as unknown]);
  expect(node.runs).toBe(true);
}

test('forms no new cluster when two of three disks are wiped while the third lives', async () => {
  const [survivor, ...wiped] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expectFilled(cluster, survivor, 'before', { 'x-confman-min-version': token });
  await Promise.all(wiped.map(async (node) => node.kill()));
  for (const node of wiped) {
    await node.wipe();
    node.start();
  }
  for (const node of wiped) await expectWiped(node);
  await expectFilled(cluster, survivor, 'before');
  const refused = await cluster.put(survivor, 'after', 'k', 'v', { headers: { 'x-confman-max-wait': '1s' } });
  expect([refused.status, refused.code]).toEqual([503, expect.stringMatching(/^(no-leader|write-outcome-unknown)$/) as unknown]);
});

test('forms no new cluster when two of three disks are wiped while the third is down, and knows it when it is back', async () => {
  const [a, b, survivor] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expectFilled(cluster, survivor, 'before', { 'x-confman-min-version': token });
  await Promise.all(cluster.nodes.map(async (node) => node.kill()));
  for (const node of [a, b]) {
    await node.wipe();
    node.start();
  }
  // The two are there and empty, and wait for the third.
  await until('the first waits', () => a.logged('forming-waits').some((line) => line['for'] === survivor.id));
  survivor.start();
  for (const node of [a, b]) await expectWiped(node);
  await until('the survivor reads', async () => (await cluster.get(survivor, 'before', '0')).status === 200);
  await expectFilled(cluster, survivor, 'before');
  expect((await cluster.status(survivor)).cluster.verdict).toBe('unavailable');
});

test('goes on with two nodes when the disk of one is wiped', async () => {
  const [, , wiped] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await wiped.kill();
  await wiped.wipe();
  wiped.start();
  await expectWiped(wiped);
  await cluster.leader(cluster.others(wiped));
  const after = await fill(cluster, 'after', cluster.others(wiped));
  for (const node of cluster.others(wiped)) {
    await expectFilled(cluster, node, 'before', { 'x-confman-min-version': after });
    await expectFilled(cluster, node, 'after', { 'x-confman-min-version': after });
  }
  expect((await cluster.status(cluster.others(wiped)[0] as NodeProcess)).cluster).toMatchObject({ verdict: 'degraded', canLose: 0 });
});

test.each([
  ['log', damageLog],
  ['state', damageState],
])('puts a node with a damaged %s out of service, and goes on without it', async (_what, damage) => {
  const leader = await cluster.leader();
  const victim = cluster.others(leader)[0] as NodeProcess;
  await expectFilled(cluster, victim, 'before', { 'x-confman-min-version': token });
  expect((await victim.terminate()).code).toBe(0);
  damage(victim);
  victim.start();
  await until(
    `${victim.id} is quarantined and listens`,
    () => victim.logged('replica-quarantined').length > 0 && victim.logged('listening').length > 0,
  );
  const ready = await cluster.api(victim, '/health/ready', { key: null });
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('quarantined') as unknown]);
  for (const headers of [{}, { 'x-confman-min-version': token }, { 'x-confman-consistency': 'linearizable' }]) {
    const read = await cluster.get(victim, 'before', '0', headers);
    expect([read.status, read.json['value']]).toEqual([503, undefined]);
  }
  const after = await fill(cluster, 'after', cluster.others(victim));
  const status = await until('the cluster page says so', async () => {
    const found = await cluster.status(leader);
    return found.groups[0]?.members.some(({ node, role }) => node === victim.id && role === 'quarantined') === true ? found : null;
  });
  expect(status.cluster.verdict).toBe('degraded');
  expect(status.cluster.canLose).toBe(0);
  expect(status.cluster.reasons).toContainEqual(expect.objectContaining({ code: 'replica-quarantined', node: victim.id }));
  for (const node of cluster.others(victim)) await expectFilled(cluster, node, 'after', { 'x-confman-min-version': after });
});
