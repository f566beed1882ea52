/** One order over several groups on real processes whose clocks disagree by seconds (specification 4, section 5). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { changeRegistry, movesEnd } from '../cluster/registry.ts';
import { until } from '../cluster/until.ts';

/** By the group that leads them, for most of the test: each group has a leader with another clock. */
const PLACES = [
  { group: 'default', namespace: 'rest', leader: 'n1' },
  { group: 'g1', namespace: 'one', leader: 'n2' },
  { group: 'g2', namespace: 'two', leader: 'n3' },
] as const;

let cluster: RealCluster;

async function lead(group: string, node: string): Promise<void> {
  await until(`${node} leads ${group}`, async () => {
    const { groups } = await cluster.status(cluster.node('n1'));
    if (groups.find(({ id }) => id === group)?.leader === node) return true;
    await cluster.api(cluster.node('n1'), `/cluster/groups/${group}/leader`, { method: 'POST', body: { node } });
    return null;
  });
}

/** A write by somebody who has seen `clock`. */
async function write(by: NodeProcess, namespace: string, message: string, clock: string | null): Promise<RawAnswer> {
  return until(`${message} is acknowledged`, async () => {
    const headers = { 'x-confman-max-wait': '20s', ...(clock === null ? {} : { 'x-confman-clock': clock }) };
    const answer = await cluster.put(by, namespace, 'k', message, { headers });
    if (answer.status >= 300) throw new Error(answer.text);
    return answer;
  });
}

function clockOf(answer: RawAnswer): string {
  const { 'x-confman-clock': clock = '' } = answer.headers;
  expect(clock).toMatch(/^\d{13}-[0-9a-f]{4}-n[123]$/);
  return clock;
}

const msOf = (clock: string): number => Number(clock.slice(0, 13));

/** Versions of all writes to the three places, newest first, as the audit of a node has them. */
async function audited(by: NodeProcess): Promise<readonly string[]> {
  const versions: string[] = [];
  let cursor = '';
  do {
    const page = await cluster.api(by, `/audit?limit=20${cursor}`, { headers: { 'x-confman-consistency': 'linearizable' } });
    expect([page.status, page.text]).toEqual([200, page.text]);
    for (const { version, action } of page.json['items'] as { readonly version: string; readonly action: string }[])
      if (action.startsWith('config.')) versions.push(version);
    const next = page.json['nextCursor'] as string | null;
    cursor = next === null ? '' : `&cursor=${next}`;
  } while (cursor !== '');
  return versions;
}

beforeAll(async () => {
  cluster = await RealCluster.start();
  for (const { group, namespace } of PLACES.slice(1)) {
    await changeRegistry(cluster, '/groups', 'POST', { id: group });
    await changeRegistry(cluster, '/routes', 'PUT', { prefix: namespace, group });
    await movesEnd(cluster, cluster.node('n1'));
  }
});

afterAll(async () => {
  await cluster?.stop();
});

test('puts a chain of writes over three groups and gateways in its order, the same from every node, with clocks seconds apart', async () => {
  for (const { group, leader } of PLACES) await lead(group, leader);
  await cluster.lab(cluster.node('n1'), { clockOffsetMs: 5_000 });
  await cluster.lab(cluster.node('n2'), { clockOffsetMs: -5_000 });
  const chain: string[] = [];
  let clock: string | null = null;
  for (let at = 0; at < 45; at += 1) {
    // Each place meets each gateway, and the clocks are swapped on the way.
    if (at === 20) {
      await cluster.lab(cluster.node('n1'), { clockOffsetMs: -5_000 });
      await cluster.lab(cluster.node('n3'), { clockOffsetMs: 5_000 });
    }
    const place = PLACES[(at * 2 + Math.floor(at / 3)) % PLACES.length] ?? PLACES[0];
    const by = cluster.nodes[at % 3] as NodeProcess;
    const answer = await write(by, place.namespace, `chain ${at}`, clock);
    const next = clockOf(answer);
    if (clock !== null) expect(next > clock).toBe(true);
    clock = next;
    chain.push(String(answer.json['version']));
  }
  expect(new Set(chain.map((version) => version.split('=')[0])).size).toBeGreaterThan(2);
  for (const node of cluster.nodes) expect(await audited(node)).toEqual(chain.toReversed());
});

test('does not follow a node whose clock is an hour ahead', async () => {
  const [n1, n2, n3] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  for (const node of cluster.nodes) await cluster.lab(node, { clockOffsetMs: 0 });
  // A log takes over what its own leader stamps: this one leads nothing.
  for (const { group } of PLACES) await lead(group, 'n1');
  const ignored = await cluster.metric(n1, 'confman_clock_ignored_total');
  await cluster.lab(n3, { clockOffsetMs: 3_600_000 });
  await until('its clock was ignored', async () => (await cluster.metric(n1, 'confman_clock_ignored_total')) > ignored);
  for (const [at, by] of [n3, n1, n2, n3].entries()) {
    const answer = await write(by, 'one', `ahead ${at}`, null);
    // Seconds at most: what the clocks of the test before have left.
    expect(msOf(clockOf(answer))).toBeLessThan(Date.now() + 60_000);
  }
  const far = `${Date.now() + 3_600_000}-0000-n3`;
  const told = await write(n2, 'two', 'far ahead', far);
  expect(told.headers['x-confman-clock-status']).toBe('ignored');
  expect(msOf(clockOf(told))).toBeLessThan(Date.now() + 60_000);
  await cluster.lab(n3, { clockOffsetMs: 0 });
});

test('rises over a restart with a clock that has stepped back, in whatever group the next write is', async () => {
  const [n1, n2] = cluster.nodes as [NodeProcess, NodeProcess];
  await lead('default', 'n1');
  await lead('g1', 'n1');
  await cluster.lab(n1, { clockOffsetMs: 20_000 });
  const before = clockOf(await write(n2, 'one', 'before', null));
  expect(before.endsWith('-n1')).toBe(true);
  expect(msOf(before)).toBeGreaterThan(Date.now() + 10_000);
  await n1.kill();
  // With the clock of the machine again, seconds behind what it has stamped.
  n1.start();
  await cluster.ready();
  await lead('g2', 'n1');
  const after = clockOf(await write(n2, 'two', 'after', null));
  expect(after.endsWith('-n1')).toBe(true);
  expect(after > before).toBe(true);
});
