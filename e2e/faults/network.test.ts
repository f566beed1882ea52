/** Links between nodes that are cut in one direction, or for one pair, or slow: through proxies before the peer ports. Then clocks that jump, and what a day more makes old. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const LINEARIZABLE = { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '20s' };
const FLAGS = ['--log-tail-entries', '2', '--checkpoint-interval', '500ms', '--history-keep', '3/1h', '--audit-keep', '1h'];
const DAY_MS = 86_400_000;
/** Retention is looked at once a minute, and this machine may be busy. */
const RETENTION_MS_MAX = 150_000;
const RECEIVED = 'confman_peer_messages_received_total';

let cluster: RealCluster;
let leader: NodeProcess;
let a: NodeProcess;
let b: NodeProcess;
let namespace = '';
let tests = 0;

beforeAll(async () => {
  // Little log is kept, so that whoever was cut off for long needs a copy of the state.
  cluster = await RealCluster.start({ proxied: true, flags: FLAGS });
});
beforeEach(async () => {
  await cluster.ready();
  leader = await cluster.leader();
  [a, b] = cluster.others(leader) as [NodeProcess, NodeProcess];
  tests += 1;
  namespace = `network-${tests}`;
});
afterEach(() => {
  cluster.network.healAll();
});
afterAll(async () => {
  await cluster.stop();
});

async function acknowledged(node: NodeProcess, key: string, value: string): Promise<string> {
  return until(`${node.id} takes ${value}`, async () => {
    const headers = { 'idempotency-key': `${namespace} ${key} ${value}`, 'x-confman-max-wait': '2s' };
    const put = await cluster.put(node, namespace, key, value, { headers });
    return put.status === 200 || put.status === 201 ? put.token : null;
  });
}

function cutOff(node: NodeProcess): void {
  for (const other of cluster.others(node)) {
    cluster.network.cut(node.id, other.id);
    cluster.network.cut(other.id, node.id);
  }
}

/** Time by what happens: a node has heard so much more from the others. */
async function heardMore(node: NodeProcess, count: number): Promise<void> {
  const goal = (await cluster.metric(node, RECEIVED)) + count;
  await until(`${node.id} hears ${count} more messages`, async () => (await cluster.metric(node, RECEIVED)) >= goal);
}

async function term(node: NodeProcess): Promise<number> {
  return cluster.metric(node, 'confman_raft_term');
}

test('needs no election when two followers do not reach each other', async () => {
  await acknowledged(leader, 'k', 'first');
  const before = await term(leader);
  cluster.network.cut(a.id, b.id);
  cluster.network.cut(b.id, a.id);
  await heardMore(leader, 60);
  for (const node of [a, b, leader]) await acknowledged(node, 'k', `by ${node.id}`);
  for (const node of [a, b]) {
    expect((await cluster.get(node, namespace, 'k', LINEARIZABLE)).json['value']).toBe(`by ${leader.id}`);
    expect([node.id, await term(node)]).toEqual([node.id, before]);
  }
});

test('goes on when the leader loses one follower, which disturbs nobody and reads nothing old as new', async () => {
  const old = await acknowledged(leader, 'k', 'old');
  await until('the follower has it', async () => (await cluster.get(a, namespace, 'k', { 'x-confman-min-version': old })).status === 200);
  const before = await term(leader);
  cluster.network.cut(leader.id, a.id);
  cluster.network.cut(a.id, leader.id);
  // It stands for election again and again, and the one that hears the leader grants nothing.
  await until('the follower has lost its leader', async () => (await cluster.metric(a, 'confman_raft_has_leader')) === 0);
  const token = await acknowledged(b, 'k', 'new');
  await heardMore(leader, 40);
  expect([await term(leader), (await cluster.leader([leader, b])).id]).toEqual([before, leader.id]);
  const short = { 'x-confman-max-wait': '500ms' };
  const linearizable = await cluster.get(a, namespace, 'k', { ...LINEARIZABLE, ...short });
  expect([linearizable.status, linearizable.json['value']]).toEqual([503, undefined]);
  const demanding = await cluster.get(a, namespace, 'k', { 'x-confman-min-version': token, ...short });
  expect([demanding.status, demanding.code]).toEqual([503, 'version-not-reached']);
  cluster.network.healAll();
  expect((await cluster.get(a, namespace, 'k', { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' })).json['value']).toBe('new');
  expect((await cluster.get(a, namespace, 'k', LINEARIZABLE)).json['value']).toBe('new');
});

test('deposes a leader that hears nobody, and gets nothing old from it', async () => {
  await acknowledged(leader, 'k', 'old');
  // The others hear its heartbeats and would follow it for ever; it has to notice by itself that no answer comes.
  for (const other of [a, b]) cluster.network.cut(other.id, leader.id);
  const successor = await until('the others follow another', async () => {
    const found = await cluster.leader([a, b]);
    return found === leader ? null : found;
  });
  await acknowledged(successor, 'k', 'new');
  const read = await cluster.get(leader, namespace, 'k', { ...LINEARIZABLE, 'x-confman-max-wait': '500ms' });
  expect([read.status, read.json['value']]).toEqual([503, undefined]);
  cluster.network.healAll();
  expect((await cluster.get(leader, namespace, 'k', LINEARIZABLE)).json['value']).toBe('new');
});

test('shows what was acknowledged last, whoever is asked right after the leader died', async () => {
  for (let round = 0; round < 2; round += 1) {
    const old = await cluster.leader();
    await acknowledged(old, 'k', `round ${round}`);
    await old.kill();
    // Asked before there is a new leader: the first answers come from one that has just been elected.
    const asked = cluster
      .others(old)
      .flatMap((node) => Array.from({ length: 10 }, async () => cluster.get(node, namespace, 'k', LINEARIZABLE)));
    const answers = await Promise.all(asked);
    for (const { status, json } of answers) if (status !== 503) expect([status, json['value']]).toEqual([200, `round ${round}`]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    old.start();
    await cluster.ready();
  }
});

test('reads nothing old through a follower whose messages are late, each of the two connections by another time', async () => {
  for (const other of [leader, b]) {
    cluster.network.delay(other.id, a.id, 0, 150);
    cluster.network.delay(a.id, other.id, 0, 150);
  }
  for (let round = 0; round < 15; round += 1) {
    // Written through the others, so the follower learns of it only by what is delayed.
    const token = await acknowledged(round % 2 === 0 ? leader : b, 'k', `round ${round}`);
    const kinds = [LINEARIZABLE, { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' }];
    for (const answer of await Promise.all(kinds.map(async (headers) => cluster.get(a, namespace, 'k', headers))))
      expect([answer.status, answer.json['value']]).toEqual([200, `round ${round}`]);
  }
});

test('puts a copy of the state over a log that had gone its own way', async () => {
  await acknowledged(leader, 'k', 'common');
  cutOff(leader);
  // These reach its own disk and no other.
  const headers = { 'x-confman-max-wait': '1s' };
  const lost = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => cluster.put(leader, namespace, `lost-${at}`, 'v', { headers })),
  );
  expect(lost.map(({ status }) => status)).toEqual(lost.map(() => 503));
  const ends = await cluster.metric(leader, 'confman_raft_last_index');
  const successor = await until('the others follow another', async () => {
    const found = await cluster.leader([a, b]);
    return found === leader ? null : found;
  });
  let token = '';
  await until('the log of the others begins after all that it has', async () => {
    const operations = Array.from({ length: 20 }, (_, at) => ({ op: 'put', key: `k${at}`, value: 'x'.repeat(10_000) }));
    ({ token } = await cluster.api(successor, `${namespacePath(namespace)}/batch`, { method: 'POST', body: { operations } }));
    const row = (await cluster.status(successor)).groups[0]?.members.find(({ node }) => node === successor.id);
    return row !== undefined && row.snapshotIndex > ends;
  });
  const installed = await cluster.metric(leader, 'confman_raft_snapshots_installed_total');
  cluster.network.healAll();
  const read = await cluster.get(leader, namespace, 'k0', { 'x-confman-min-version': token, 'x-confman-max-wait': '30s' });
  expect([read.status, String(read.json['value']).length]).toEqual([200, 10_000]);
  expect(await cluster.metric(leader, 'confman_raft_snapshots_installed_total')).toBeGreaterThan(installed);
  for (const node of cluster.nodes) {
    const gone = await cluster.get(node, namespace, 'lost-0', { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' });
    expect([node.id, gone.status]).toEqual([node.id, 404]);
  }
  await expectEqualContents(cluster.nodes);
});

test('changes nothing but the time shown when clocks jump', async () => {
  let token = await acknowledged(leader, 'k', 'before');
  for (const [node, clockOffsetMs] of [
    [leader, 3_600_000],
    [a, -3_600_000],
    [leader, -7_200_000],
  ] as const) {
    await cluster.lab(node, { clockOffsetMs });
    for (const writer of cluster.nodes) token = await acknowledged(writer, 'k', `${node.id} ${clockOffsetMs} ${writer.id}`);
    for (const reader of cluster.nodes)
      for (const headers of [LINEARIZABLE, { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' }])
        expect((await cluster.get(reader, namespace, 'k', headers)).json['value']).toBe(
          `${node.id} ${clockOffsetMs} ${cluster.nodes.at(-1)?.id}`,
        );
  }
  for (const node of cluster.nodes) await cluster.lab(node, { clockOffsetMs: 0 });
  // Stamps do not go back with the clock: what was an hour ahead is still to be seen.
  await until('the status says so', async () => (await cluster.status(a)).cluster.reasons.some(({ code }) => code === 'clock-ahead'));
  await expectEqualContents(cluster.nodes);
});

test('drops history and audit events of long ago through the log, on every replica the same', async () => {
  for (let at = 0; at < 6; at += 1) await acknowledged(a, 'kept', `v${at}`);
  for (const node of cluster.nodes) await cluster.lab(node, { clockOffsetMs: DAY_MS });
  const headers = { 'idempotency-key': `${namespace} late` };
  const late = await cluster.put(leader, namespace, 'late', 'v', { headers });
  expect(late.status).toBe(201);
  const list = async (node: NodeProcess, path: string): Promise<RawAnswer> =>
    cluster.api(node, path, { headers: { 'x-confman-min-version': late.token, 'x-confman-max-wait': '20s' } });
  const audited = async (node: NodeProcess): Promise<string> => {
    const { json } = await list(node, `${namespacePath(namespace)}/audit?limit=1000`);
    return (json['items'] as readonly { readonly key: string }[]).map(({ key }) => key).join();
  };
  const gone = 'only what was done after that day is left in the audit log';
  await until(gone, async () => (await audited(leader)) === 'late', RETENTION_MS_MAX);
  // Records of requests are kept a day and ten thousand requests: this one is among them.
  const again = await cluster.put(a, namespace, 'late', 'v', { headers });
  expect([again.headers['idempotent-replayed'], again.version]).toEqual(['true', late.version]);
  await expectEqualContents(cluster.nodes);
  for (const node of cluster.nodes) {
    const history = await list(node, `${entryPath(namespace, 'kept')}/history`);
    const revisions = (history.json['items'] as readonly { readonly revision: number }[]).map(({ revision }) => revision);
    expect([node.id, await audited(node), revisions, history.json['oldestKept']]).toEqual([node.id, 'late', [6], 6]);
    const first = await list(node, `${entryPath(namespace, 'kept')}?revision=1`);
    expect([first.code, first.json['oldest']]).toEqual(['revision-not-found', '6']);
  }
});
