import { RealCluster } from '../cluster/cluster.ts';
import type { RealClusterOptions } from '../cluster/cluster.ts';
import { pagesAnswer } from './cluster.ts';
import { test as base } from './fixtures.ts';

interface WorkerFixtures {
  /** The cluster as processes that a test may kill, wipe and start again. It hands them back running. */
  readonly processes: RealCluster;
}

/** Tests of the console on a cluster whose nodes may die; those that are to join do not run yet. */
export function testOnProcesses({ nodes = 3, joining = 0 }: Pick<RealClusterOptions, 'nodes' | 'joining'>) {
  return base.extend<object, WorkerFixtures>({
    // A node that is gone answers nothing at all; one that was restored refuses versions of before.
    tolerated: /Failed to load resource: (?:net::ERR_|the server responded with a status of 409)/,
    processes: [
      // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from its first argument
      async ({}, provide) => {
        const cluster = await RealCluster.prepare({ nodes, joining, env: { CONFMAN_WEB: 'true' } });
        try {
          const founders = cluster.nodes.slice(0, nodes - joining);
          for (const node of founders) node.start();
          await cluster.ready(founders);
          await Promise.all(founders.map(pagesAnswer));
          await provide(cluster);
        } finally {
          await cluster.stop();
        }
      },
      { scope: 'worker', timeout: 120_000 },
    ],
    cluster: [
      async ({ processes }, provide) =>
        provide({ adminKey: processes.adminKey, nodes: processes.nodes.slice(0, nodes - joining), node: (id) => processes.node(id) }),
      { scope: 'worker' },
    ],
  });
}
