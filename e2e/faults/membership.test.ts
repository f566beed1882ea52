/** Nodes that come, go, and take the place of others while clients write. */
import { cp } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { expectAllWritten } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const EXIT_REMOVED = 6;

let cluster: RealCluster | null = null;

afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

/** As an administrator does it: again, when a leader was just elected or its answer was lost. */
async function ask(what: string, change: () => Promise<{ readonly status: number; readonly text: string }>): Promise<void> {
  await until(what, async () => {
    const { status, text } = await change();
    if (status === 503) throw new Error(text);
    expect([status, text]).toEqual([expect.toSatisfy((code: number) => code === 200 || code === 201), text]);
    return true;
  });
}

async function expectVoters(real: RealCluster, seenBy: NodeProcess, names: readonly string[]): Promise<void> {
  await until(`the voters are ${names.join(', ')}`, async () => (await real.voters(seenBy)).join() === names.toSorted().join());
}

/** It stops by itself and says why, and does not run again on its data. */
async function expectRemoved(node: NodeProcess): Promise<void> {
  const why = new RegExp(`${node.id} was removed from the cluster`);
  expect(await node.ended()).toEqual({ code: EXIT_REMOVED, signal: null });
  expect(node.said).toMatch(why);
  node.start();
  expect(await node.ended()).toEqual({ code: EXIT_REMOVED, signal: null });
  expect(node.said).toMatch(why);
}

async function waitsFor(node: NodeProcess, detail: RegExp): Promise<void> {
  await until(`${node.id} waits: ${String(detail)}`, () =>
    node.logged('joining-waits').some((line) => detail.test(String(line['detail']))),
  );
}

async function lastAudited(real: RealCluster, node: NodeProcess, action: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { json } = await real.api(node, `/audit?limit=1&action=${action}`, { headers: { 'x-confman-consistency': 'linearizable' } });
  return (json['items'] as readonly Readonly<Record<string, unknown>>[])[0];
}

test('grows from one node to three and shrinks to one while clients write, and loses and repeats nothing', async () => {
  const real = await RealCluster.prepare({ joining: 2 });
  cluster = real;
  const [n1, n2, n3] = real.nodes as [NodeProcess, NodeProcess, NodeProcess];
  n1.start();
  await real.ready([n1]);
  const load = Load.begin(real, 3);

  // Whoever comes first waits for the other: the node, or the administrator.
  n2.start();
  await waitsFor(n2, /n2 is no member of this cluster yet/);
  expect((await real.api(n2, '/cluster', {})).status).toBe(503);
  await ask('n2 is added', async () => real.addMember(n1, n2));
  n3.start({ '--cluster-secret': 'a-secret-of-somewhere-else' });
  await waitsFor(n3, /n3 does not know the secret of this cluster/);
  await n3.kill();
  await expectVoters(real, n1, ['n1', 'n2']);

  await ask('n3 is added', async () => real.addMember(n2, n3));
  expect((await real.addMember(n1, n3)).status).toBe(200);
  const taken = await real.api(n1, '/cluster/members', {
    method: 'POST',
    body: { id: 'n2', peer: '127.0.0.1:9', url: 'http://127.0.0.1:9' },
  });
  expect([taken.status, taken.code]).toEqual([409, 'member-exists']);
  const awaited = (await real.status(n1)).nodes.find(({ id }) => id === 'n3');
  expect(awaited?.state).toBe('joining');
  n3.start();
  await expectVoters(real, n1, ['n1', 'n2', 'n3']);
  await real.ready();
  expect((await real.status(n3)).cluster.canLose).toBe(1);

  // One that is cut off hears of its removal when it can be reached again.
  const leader = await real.leader();
  const [cut, last] = real.others(leader) as [NodeProcess, NodeProcess];
  await real.lab(cut, { dropPeers: [leader.id, last.id] });
  await ask('the one that is cut off is removed', async () => real.removeMember(leader, cut.id));
  await expectVoters(real, leader, [leader.id, last.id]);
  await real.lab(cut, { dropPeers: [] });
  await expectRemoved(cut);

  // Asked of another node: the one that goes may be gone before it can answer.
  await ask('the leader is removed', async () => real.removeMember(last, leader.id));
  await expectRemoved(leader);
  await expectVoters(real, last, [last.id]);
  const none = await until('the last one answers', async () => {
    const answer = await real.removeMember(last, last.id);
    return answer.status === 503 ? null : answer;
  });
  expect([none.status, none.code]).toEqual([409, 'last-voter']);

  await load.end();
  expect(load.acknowledged).toBeGreaterThan(0);
  await expectAllWritten(real, load, [last]);
});

test('replaces a killed and wiped node in one change, and lets its old disk never run again', async () => {
  const real = await RealCluster.start();
  cluster = real;
  const load = Load.begin(real, 3);
  const leader = await real.leader();
  const [lost, other] = real.others(leader) as [NodeProcess, NodeProcess];
  const alive = await real.addMember(leader, lost, lost.id);
  expect([alive.status, alive.code]).toEqual([409, 'member-alive']);

  await lost.kill();
  const kept = `${lost.spec.data}-old`;
  await cp(lost.spec.data, kept, { recursive: true });
  await lost.wipe();
  const risky = await real.removeMember(leader, other.id);
  expect([risky.status, risky.code]).toEqual([409, 'quorum-at-risk']);
  // Started as ever: it may not come back under the old identity, until it is replaced. Then it comes by itself.
  lost.start();
  await until('it is refused', () => lost.logged('wiped-node').length > 0);
  await ask('it is replaced', async () => real.addMember(leader, lost, lost.id));
  await expectVoters(real, leader, ['n1', 'n2', 'n3']);
  await real.ready();
  const [added, removed] = await Promise.all(['member.added', 'member.removed'].map(async (action) => lastAudited(real, leader, action)));
  expect([added?.['version'], added?.['actor'], removed?.['actor']]).toEqual([removed?.['version'], 'admin', 'admin']);

  await lost.terminate();
  await lost.wipe();
  await cp(kept, lost.spec.data, { recursive: true });
  lost.start();
  await expectRemoved(lost);

  // The one that was given its place is lost with the second disk: it is given up.
  await ask('the lost one is removed', async () => real.removeMember(leader, lost.id));
  await load.end();
  await expectAllWritten(real, load, [leader, other]);
});
