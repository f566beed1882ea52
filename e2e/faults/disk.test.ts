/** Disks that are wiped, damaged, torn, shared by mistake, or full. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { damageLog, damageState, tearTail } from '../cluster/damage.ts';
import { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const NAMESPACE = 'disk';
const COUNT = 12;

let cluster: RealCluster;
/** Of the last write. */
let token: string;

beforeEach(async () => {
  cluster = await RealCluster.start();
  token = await fill('before');
});
afterEach(async () => {
  await cluster.stop();
});

async function fill(prefix: string, nodes: readonly NodeProcess[] = cluster.nodes): Promise<string> {
  let last = '';
  for (let at = 0; at < COUNT; at += 1) {
    const put = await cluster.put(nodes[at % nodes.length] as NodeProcess, NAMESPACE, `${prefix}-${at}`, `value of ${prefix}-${at}`);
    expect(put.status).toBe(201);
    last = put.token;
  }
  return last;
}

async function expectFilled(node: NodeProcess, prefix: string, headers: Readonly<Record<string, string>>): Promise<void> {
  for (let at = 0; at < COUNT; at += 1) {
    const read = await cluster.get(node, NAMESPACE, `${prefix}-${at}`, { 'x-confman-max-wait': '20s', ...headers });
    expect([node.id, at, read.status, read.json['value']]).toEqual([node.id, at, 200, `value of ${prefix}-${at}`]);
  }
}

/** The node refuses to be what its empty disk is not, and says so wherever somebody looks. */
async function expectWiped(node: NodeProcess): Promise<void> {
  await until(`${node.id} knows that it was wiped`, () => node.logged('wiped-node').length > 0);
  const ready = await cluster.api(node, '/health/ready', { key: null });
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('wiped-node') as unknown]);
  expect((await cluster.api(node, '/health', { key: null })).status).toBe(200);
  const read = await cluster.get(node, NAMESPACE, 'before-0');
  expect([read.status, read.text]).toEqual([503, expect.stringContaining('wiped') as unknown]);
  expect(node.runs).toBe(true);
}

test('forms no new cluster when two of three disks are wiped while the third lives', async () => {
  const [survivor, ...wiped] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expectFilled(survivor, 'before', { 'x-confman-min-version': token });
  await Promise.all(wiped.map(async (node) => node.kill()));
  for (const node of wiped) {
    await node.wipe();
    node.start();
  }
  for (const node of wiped) await expectWiped(node);
  await expectFilled(survivor, 'before', {});
  const refused = await cluster.put(survivor, NAMESPACE, 'after', 'v', { headers: { 'x-confman-max-wait': '1s' } });
  expect([refused.status, refused.code]).toEqual([503, expect.stringMatching(/^(no-leader|write-outcome-unknown)$/) as unknown]);
});

test('forms no new cluster when two of three disks are wiped while the third is down, and knows it when it is back', async () => {
  const [a, b, survivor] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expectFilled(survivor, 'before', { 'x-confman-min-version': token });
  await Promise.all(cluster.nodes.map(async (node) => node.kill()));
  for (const node of [a, b]) {
    await node.wipe();
    node.start();
  }
  // The two are there and empty, and wait for the third.
  await until('the first waits', () => a.logged('forming-waits').some((line) => line['for'] === survivor.id));
  survivor.start();
  for (const node of [a, b]) await expectWiped(node);
  await until('the survivor reads', async () => (await cluster.get(survivor, NAMESPACE, 'before-0')).status === 200);
  await expectFilled(survivor, 'before', {});
});

test('goes on with two nodes when the disk of one is wiped', async () => {
  const [, , wiped] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await wiped.kill();
  await wiped.wipe();
  wiped.start();
  await expectWiped(wiped);
  await cluster.leader(cluster.others(wiped));
  const after = await fill('after', cluster.others(wiped));
  for (const node of cluster.others(wiped)) {
    await expectFilled(node, 'before', { 'x-confman-min-version': after });
    await expectFilled(node, 'after', { 'x-confman-min-version': after });
  }
});

test.each([
  ['log', damageLog],
  ['state', damageState],
])('puts a node with a damaged %s out of service, and goes on without it', async (_what, damage) => {
  const leader = await cluster.leader();
  const victim = cluster.others(leader)[0] as NodeProcess;
  await expectFilled(victim, 'before', { 'x-confman-min-version': token });
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
    const read = await cluster.get(victim, NAMESPACE, 'before-0', headers);
    expect([read.status, read.json['value']]).toEqual([503, undefined]);
  }
  const after = await fill('after', cluster.others(victim));
  const status = await until('the cluster page says so', async () => {
    const found = await cluster.status(leader);
    return found.groups[0]?.members.some(({ node, role }) => node === victim.id && role === 'quarantined') === true ? found : null;
  });
  expect(status.cluster.verdict).toBe('degraded');
  expect(status.cluster.canLose).toBe(0);
  expect(status.cluster.reasons).toContainEqual(expect.objectContaining({ code: 'replica-quarantined', node: victim.id }));
  for (const node of cluster.others(victim)) await expectFilled(node, 'after', { 'x-confman-min-version': after });
});

test('starts on a log whose last record was torn', async () => {
  const victim = cluster.others(await cluster.leader())[0] as NodeProcess;
  await victim.kill();
  tearTail(victim);
  const after = await fill('after', cluster.others(victim));
  victim.start();
  await cluster.ready();
  await expectFilled(victim, 'before', { 'x-confman-min-version': after });
  await expectFilled(victim, 'after', { 'x-confman-min-version': after });
  await expectEqualContents(cluster.nodes);
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
  await expectFilled(node, 'before', { 'x-confman-min-version': token });
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
  await expectFilled(leader, 'before', { 'x-confman-consistency': 'linearizable' });
  const gone = await cluster.api(leader, entryPath(NAMESPACE, 'before-0'), { method: 'DELETE' });
  expect(gone.status).toBe(200);
  expect((await cluster.get(leader, NAMESPACE, 'before-0', { 'x-confman-min-version': gone.token })).status).toBe(404);

  for (const node of cluster.nodes) {
    await node.kill();
    node.start();
  }
  await cluster.ready();
  await fill('after');
});
