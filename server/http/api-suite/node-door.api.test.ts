/** The suite on a cluster of three processes, through the HTTP server of the node that leads. */
import { afterAll, beforeAll } from 'vitest';
import { RealCluster } from '../../../e2e/cluster/cluster.ts';
import type { NodeProcess } from '../../../e2e/cluster/node-process.ts';
import { runApiSuite } from './run-api-suite.ts';

let cluster: RealCluster;
let leader: NodeProcess;

beforeAll(async () => {
  cluster = await RealCluster.start();
  leader = await cluster.leader();
});
afterAll(async () => {
  await cluster.stop();
});

runApiSuite({
  name: 'the API on three processes, by the door of the node',
  baseUrl: () => leader.url,
  adminKey: () => cluster.adminKey,
  follower: () => {
    const [{ id, url }] = cluster.others(leader) as [NodeProcess];
    return { node: id, url };
  },
});
