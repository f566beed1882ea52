/** Namespaces that change their group on real processes, while clients write to them and the node that drives the move dies. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { movesEnd } from '../cluster/registry.ts';
import { until } from '../cluster/until.ts';

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start();
  await cluster.ready();
});

afterAll(async () => {
  await cluster.stop();
});

async function registry(node: NodeProcess): Promise<Record<string, unknown>> {
  return (await cluster.api(node, '/cluster/registry')).json;
}

test('takes a namespace to another group and back under load, and loses nothing when the driver dies', async () => {
  const [n1, n2, n3] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess];
  for (let i = 0; i < 40; i += 1) expect((await cluster.put(n1, 'teams/a', `k${i}`, `v${i}`)).status).toBe(201);
  const created = await until('the level has risen', async () => {
    const answer = await cluster.api(n2, '/cluster/groups', { method: 'POST', body: { id: 'g' } });
    return answer.status < 300 ? answer : null;
  });
  expect(created.json).toMatchObject({ epoch: 1 });

  const load = new AbortController();
  const written: string[] = [];
  const client = async (): Promise<void> => {
    for (let i = 0; !load.signal.aborted; i += 1) {
      const node = cluster.nodes[i % 3] as NodeProcess;
      if (!node.runs) continue;
      const answer = await cluster
        .put(node, 'teams/a', 'counter', `${i}`, { headers: { 'x-confman-max-wait': '20s' }, timeoutMs: 25_000 })
        .catch(() => null);
      if (answer !== null && answer.status < 300) written.push(`${answer.json['revision'] as number}:${i}`);
    }
  };
  const writing = client();
  const routed = await cluster.api(n1, '/cluster/routes', { method: 'PUT', body: { prefix: 'teams', group: 'g' } });
  expect(routed.status).toBe(202);
  await movesEnd(cluster, n3);
  expect(await registry(n2)).toMatchObject({ epoch: 3, ledger: [{ from: 'default', to: 'g' }] });
  const before = written.length;
  await until('writes go on', () => written.length > before + 5);

  const leader = await cluster.leader();
  const back = await cluster.api(n2, '/cluster/routes/teams', { method: 'DELETE' });
  expect(back.status).toBe(202);
  await leader.kill();
  const others = cluster.others(leader);
  await movesEnd(cluster, others[0] as NodeProcess);
  const after = written.length;
  await until('writes go on', () => written.length > after + 5);
  load.abort();
  await writing;
  for (const node of others) {
    for (let i = 0; i < 40; i += 1) {
      const { status, json } = await cluster.get(node, 'teams/a', `k${i}`, { 'x-confman-consistency': 'linearizable' });
      expect([status, json['value'], json['revision']]).toEqual([200, `v${i}`, 1]);
    }
  }
  const history = new Map<number, string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Record<string, unknown> = (
      await cluster.api(
        others[0] as NodeProcess,
        `/namespaces/teams%2Fa/config/counter/history?limit=1000&consistency=linearizable${cursor === '' ? '' : `&cursor=${cursor}`}`,
      )
    ).json;
    for (const row of page['items'] as { revision: number; value: string }[]) history.set(row.revision, row.value);
    cursor = page['nextCursor'] as string | null;
  }
  // The history keeps 100 revisions; of those, every write that was acknowledged is where it was said to be.
  let checked = 0;
  for (const one of written) {
    const [revision, value] = one.split(':') as [string, string];
    const kept = history.get(Number(revision));
    if (kept === undefined) continue;
    expect(kept).toBe(value);
    checked += 1;
  }
  expect(checked).toBeGreaterThan(5);
});

test('ends a group that nothing is routed to, also when the driver dies, and finds its history afterwards', async () => {
  for (const node of cluster.nodes) if (!node.runs) node.start();
  await cluster.ready();
  const audit = async (node: NodeProcess): Promise<readonly { readonly id: string; readonly group: string }[]> => {
    const { status, json, text } = await cluster.api(node, '/audit?namespace=teams%2Fa&limit=1000&consistency=linearizable');
    expect([status, text]).toEqual([200, text]);
    return json['items'] as { id: string; group: string }[];
  };
  const [n1] = cluster.nodes as [NodeProcess];
  const before = await audit(n1);
  expect(before.filter(({ group }) => group === 'g').length).toBeGreaterThan(5);
  const asked = await cluster.api(n1, '/cluster/groups/g', { method: 'DELETE' });
  expect([asked.status, asked.text]).toEqual([200, asked.text]);
  const leader = await cluster.leader();
  await leader.kill();
  leader.start();
  await cluster.ready();
  await until('the group has ended', async () => {
    const groups = (await registry(n1))['groups'] as { readonly id: string; readonly state: string }[];
    return groups.find(({ id }) => id === 'g')?.state === 'retired';
  });
  for (const node of cluster.nodes) {
    await until('its replicas are gone', async () => {
      const { groups } = await cluster.status(node);
      return groups.length === 1 && groups[0]?.id === 'default';
    });
    expect((await audit(node)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  }
});
