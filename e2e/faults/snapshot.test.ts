/** A follower that is behind the start of the leader's log gets the state itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namespacePath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const NAMESPACE = 'snapshot';
const BATCHES = 8;
const VALUES_PER_BATCH = 4;
const VALUE = 'x'.repeat(100_000);

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start({ flags: ['--log-tail-entries', '2', '--checkpoint-interval', '500ms'] });
});
afterAll(async () => {
  await cluster.stop();
});

async function writeMuch(node: NodeProcess, round: string): Promise<RawAnswer> {
  let last: RawAnswer | null = null;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const operations = Array.from({ length: VALUES_PER_BATCH }, (_, at) => ({
      op: 'put',
      key: `k${at}`,
      value: `${round} ${batch} ${at} ${VALUE}`,
    }));
    last = await cluster.api(node, `${namespacePath(NAMESPACE)}/batch`, { method: 'POST', body: { operations } });
    expect(last.status).toBe(200);
  }
  return last as RawAnswer;
}

/** The log is kept for a follower that was heard of lately. */
async function givenUp(leader: NodeProcess, follower: NodeProcess): Promise<void> {
  await until('the leader no longer reaches the follower', async () => {
    return (await cluster.status(leader)).nodes.some(({ id, state }) => id === follower.id && state === 'unreachable');
  });
}

async function behindTheLog(leader: NodeProcess, index: number): Promise<void> {
  await until('the log of the leader begins after what the follower has', async () => {
    const row = (await cluster.status(leader)).groups[0]?.members.find(({ node }) => node === leader.id);
    return row !== undefined && row.snapshotIndex > index;
  });
}

test('installs a copy in a follower that was away for too long, and lets waiting reads see it', async () => {
  const leader = await cluster.leader();
  const follower = cluster.others(leader)[0] as NodeProcess;
  const early = await cluster.put(leader, NAMESPACE, 'early', 'v');
  expect(
    (await cluster.get(follower, NAMESPACE, 'early', { 'x-confman-min-version': early.token, 'x-confman-max-wait': '20s' })).status,
  ).toBe(200);
  await follower.kill();
  await givenUp(leader, follower);
  const last = await writeMuch(leader, 'first');
  await behindTheLog(leader, early.index);

  follower.start();
  await until('it listens', () => follower.logged('listening').length > 0);
  const read = await cluster.get(follower, NAMESPACE, 'k1', { 'x-confman-min-version': last.token, 'x-confman-max-wait': '30s' });
  expect([read.status, String(read.json['value']).slice(0, 10)]).toEqual([200, `first ${BATCHES - 1} 1`.padEnd(10, ' ').slice(0, 10)]);
  expect(await cluster.metric(follower, 'confman_raft_snapshots_installed_total')).toBeGreaterThan(0);
  expect(await cluster.metric(leader, 'confman_raft_snapshots_sent_total')).toBeGreaterThan(0);
  // Proof of old terms travels with the copy.
  expect((await cluster.get(follower, NAMESPACE, 'early', { 'x-confman-min-version': early.token })).json['value']).toBe('v');
  const wrong = await cluster.get(follower, NAMESPACE, 'early', { 'x-confman-min-version': `99:${early.index}` });
  expect([wrong.status, wrong.code]).toEqual([409, 'version-of-another-history']);

  // It is a full member again: with it, another may go.
  const other = cluster.others(leader, follower)[0] as NodeProcess;
  await other.kill();
  const after = await cluster.put(follower, NAMESPACE, 'after', 'v');
  expect(after.status).toBe(201);
  other.start();
  await cluster.ready();
  await expectEqualContents(cluster.nodes);
});

test('installs a copy in a follower whose links were cut, and takes a kill at any time of it', async () => {
  const leader = await cluster.leader();
  const follower = cluster.others(leader)[0] as NodeProcess;
  await cluster.lab(follower, { dropPeers: cluster.others(follower).map(({ id }) => id) });
  const before = await cluster.get(leader, NAMESPACE, 'k0');
  await givenUp(leader, follower);
  const last = await writeMuch(leader, 'second');
  await behindTheLog(leader, before.index);
  // Of another generation than the one before: links, waits and readers that are open now live through the change.
  const waiting = cluster.get(follower, NAMESPACE, 'k0', { 'x-confman-min-version': last.token, 'x-confman-max-wait': '30s' });
  await cluster.lab(follower, { dropPeers: [] });
  const read = await waiting;
  expect([read.status, String(read.json['value']).startsWith('second')]).toEqual([200, true]);

  await follower.kill();
  await givenUp(leader, follower);
  const again = await writeMuch(leader, 'third');
  await behindTheLog(leader, last.index);
  follower.start();
  await until(
    'a copy is on its way',
    () => leader.logged('snapshot-sending').length > 0 || follower.logged('snapshot-installed').length > 0,
  );
  await follower.kill();
  follower.start();
  await cluster.ready();
  const seen = await cluster.get(follower, NAMESPACE, 'k0', { 'x-confman-min-version': again.token, 'x-confman-max-wait': '30s' });
  expect([seen.status, String(seen.json['value']).startsWith('third')]).toEqual([200, true]);
  await expectEqualContents(cluster.nodes);
});
