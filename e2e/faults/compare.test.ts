/** Replicas compare what they hold, and say so when it differs. On real processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { RealCluster } from '../cluster/cluster.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

/** What no checksum of a value or a page notices: another author of what is already written. */
function alter(node: NodeProcess): void {
  const dir = join(node.spec.data, 'state');
  const [pointer = ''] = readFileSync(join(dir, 'state-default.json'), 'utf8').split('\n');
  const { generation } = JSON.parse(pointer) as { readonly generation: number };
  const database = new Database(join(dir, `state-default-${generation}.db`));
  try {
    expect(database.prepare("UPDATE audit SET actor = 'nobody' WHERE id = (SELECT max(id) FROM audit)").run().changes).toBe(1);
  } finally {
    database.close();
  }
}

describe('replicas', () => {
  test('are compared at one applied index while writes go on, and one that differs from the majority goes out of service for good', async () => {
    cluster = await RealCluster.start({ flags: ['--compare-interval', '1s'] });
    const load = Load.begin(cluster, 3);
    const { nodes } = cluster;
    await until('all three are found equal under load', () =>
      nodes.every((node) => node.logged('states-equal').some((line) => String(line['nodes']) === 'n1,n2,n3')),
    );
    await load.end();
    expect(load.faults).toEqual([]);

    const [odd] = cluster.others(await cluster.leader()) as [NodeProcess];
    await odd.terminate();
    alter(odd);
    odd.start();
    const others = cluster.others(odd);
    await until('the others know it', () =>
      others.every((node) => node.logged('states-differ').some(({ odd: who }) => String(who) === odd.id)),
    );
    for (let start = 0; start < 2; start += 1) {
      const reasons = await until(`${odd.id} is out of service`, async () => {
        const { cluster: status } = await (cluster as RealCluster).status(others[0] as NodeProcess);
        const found = status.reasons.filter(({ code, node }) => code === 'replica-quarantined' && node === odd.id);
        return found.length > 0 ? found : null;
      });
      expect(reasons[0]?.text).toContain('is not that of the majority');
      await until('it serves nothing', async () => (await (cluster as RealCluster).api(odd, '/namespaces')).code === 'node-not-ready');
      // It stays so when it is started again.
      if (start > 0) break;
      await odd.terminate();
      odd.start();
    }
    await cluster.ready(others);
  });

  test('raise an alarm that stays, on every node, when no majority can tell which is wrong', async () => {
    cluster = await RealCluster.start({ nodes: 2, flags: ['--compare-interval', '1s'] });
    const [n1, n2] = cluster.nodes as [NodeProcess, NodeProcess];
    await cluster.put(n1, 'compare', 'a', 'v');
    await n2.terminate();
    alter(n2);
    n2.start();
    await cluster.ready();
    for (const node of [n1, n2]) {
      const reason = await until(`${node.id} shows the alarm`, async () =>
        (await (cluster as RealCluster).status(node)).cluster.reasons.find(({ code }) => code === 'replicas-differ'),
      );
      expect([reason.text, reason.help]).toEqual([expect.stringMatching(/^CRITICAL/), expect.stringContaining('backup')]);
      expect(await cluster.metric(node, 'confman_state_differs')).toBe(1);
      expect((await cluster.get(node, 'compare', 'a')).status).toBe(200);
    }
    expect(await cluster.metric(await cluster.leader(), 'confman_state_comparisons_total')).toBeGreaterThan(0);
  });
});
