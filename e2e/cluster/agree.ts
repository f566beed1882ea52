/** What all replicas of a cluster must show alike. */
import { expect } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import type { RealCluster } from './cluster.ts';
import { contentsAtOneIndex } from './content.ts';
import type { Content } from './content.ts';
import type { Load } from './load.ts';
import type { NodeProcess } from './node-process.ts';

/** Waits until all nodes have applied the same index, and expects equal contents there. */
export async function expectEqualContents(nodes: readonly NodeProcess[]): Promise<Content> {
  const contents = await contentsAtOneIndex(nodes);
  expect(contents.map(({ hash }) => hash)).toEqual(contents.map(() => contents[0]?.hash));
  return contents[0] as Content;
}

/** Every acknowledged write is on every node, with its version, once and in order; and nothing else is. */
export async function expectAllWritten(cluster: RealCluster, load: Load, nodes: readonly NodeProcess[] = cluster.nodes): Promise<void> {
  expect(load.faults).toEqual([]);
  for (const { namespace, key, written } of load.entries()) {
    const token = written.at(-1)?.token ?? '';
    for (const node of nodes) {
      const history = await cluster.api(node, `${entryPath(namespace, key)}/history?limit=1000`, {
        headers: { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' },
      });
      const items = (history.json['items'] ?? []) as readonly Record<string, unknown>[];
      expect([node.id, history.status, items.map(({ value, version, revision }) => ({ value, version, revision }))]).toEqual([
        node.id,
        200,
        written.map(({ value, version }, at) => ({ value, version, revision: at + 1 })).toReversed(),
      ]);
    }
  }
  await expectEqualContents(nodes);
}
