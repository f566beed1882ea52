/** Groups and routes of a real cluster, for tests. */
import type { RealCluster } from './cluster.ts';
import type { NodeProcess } from './node-process.ts';
import { until } from './until.ts';

/** A change of the registry, asked for again until it is made: a young cluster may still raise its level. */
export async function changeRegistry(cluster: RealCluster, path: string, method: 'POST' | 'PUT' | 'DELETE', body?: unknown): Promise<void> {
  await until(`${method} ${path}`, async () => {
    const request = { method, body, headers: { 'x-confman-max-wait': '20s' } };
    const answer = await cluster.api(cluster.nodes[0] as NodeProcess, `/cluster${path}`, request);
    if (answer.status >= 300) throw new Error(answer.text);
    return true;
  });
}

/** Resolves when no move is under way any more. */
export async function movesEnd(cluster: RealCluster, by: NodeProcess): Promise<void> {
  await until('the moves are done', async () => {
    const { status, json, text } = await cluster.api(by, '/cluster/registry', { headers: { 'x-confman-consistency': 'linearizable' } });
    if (status !== 200) throw new Error(text);
    const moves = json['moves'] as readonly unknown[];
    if (moves.length > 0) throw new Error(JSON.stringify(moves));
    return true;
  });
}
