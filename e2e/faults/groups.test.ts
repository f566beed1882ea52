import { afterEach, describe, expect, test } from 'vitest';
import { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

const GROUPS = ['orders', 'payments', 'stock'];

async function createGroup(of: RealCluster, by: NodeProcess, id: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  // The cluster rises to the level that knows groups a moment after it has formed.
  await until(`${id} is created`, async () => {
    const { status } = await of.api(by, '/api/v1/cluster/groups', { method: 'POST', body: JSON.stringify({ id }), headers });
    return status === 201;
  });
}

/** Every group has a leader, and these nodes as voters that have applied all of it. */
async function whole(of: RealCluster, seenBy: NodeProcess, voters: readonly string[]): Promise<void> {
  await until(`${voters.join(', ')} vote in every group`, async () => {
    const { groups } = await of.status(seenBy);
    expect(groups.map(({ id }) => id)).toEqual(['default', ...GROUPS]);
    for (const { leader, commitIndex, members } of groups) {
      expect(leader).not.toBeNull();
      expect(members.filter(({ voter }) => voter).map(({ node }) => node)).toEqual(voters);
      expect(members.every(({ appliedIndex }) => appliedIndex === commitIndex)).toBe(true);
    }
    return true;
  });
}

describe('a cluster of several groups', () => {
  test('keeps them when all nodes are killed at once, and they follow a node that joins, and one that is removed', async () => {
    cluster = await RealCluster.prepare({ nodes: 4, joining: 1 });
    const [n1, n2, n3, n4] = cluster.nodes as [NodeProcess, NodeProcess, NodeProcess, NodeProcess];
    const founders = [n1, n2, n3];
    for (const node of founders) node.start();
    await cluster.ready(founders);
    for (const group of GROUPS) await createGroup(cluster, n2, group);
    await whole(cluster, n3, ['n1', 'n2', 'n3']);
    await Promise.all(founders.map(async (node) => node.kill()));
    for (const node of founders) node.start();
    await cluster.ready(founders);
    await whole(cluster, n1, ['n1', 'n2', 'n3']);
    n4.start();
    expect((await cluster.addMember(n1, n4)).status).toBeLessThan(300);
    await whole(cluster, n2, ['n1', 'n2', 'n3', 'n4']);
    expect((await cluster.removeMember(n1, 'n3')).status).toBeLessThan(300);
    await whole(cluster, n4, ['n1', 'n2', 'n4']);
  });
});
