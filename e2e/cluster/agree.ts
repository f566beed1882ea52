/** What all replicas of a cluster must show alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { SqliteStateReader } from '../../server/state/sqlite-state-reader.ts';
import type { RealCluster } from './cluster.ts';
import type { Load } from './load.ts';
import type { NodeProcess } from './node-process.ts';
import { until } from './until.ts';

export interface Content {
  readonly index: number;
  /** Over every row of the state. */
  readonly hash: string;
}

/** Contents of a node's state database, read from its file. */
export function contentOf(node: NodeProcess): Content {
  const dir = join(node.spec.data, 'state');
  const [pointer = ''] = readFileSync(join(dir, 'state-default.json'), 'utf8').split('\n');
  const { generation } = JSON.parse(pointer) as { readonly generation: number };
  const reader = SqliteStateReader.open(join(dir, `state-default-${generation}.db`));
  try {
    const { data, applied } = reader.read({ type: 'hash' });
    return { index: applied.index, hash: data };
  } finally {
    reader.close();
  }
}

/** Waits until all nodes have applied the same index, and expects equal contents there. */
export async function expectEqualContents(nodes: readonly NodeProcess[]): Promise<Content> {
  const contents = await until('all replicas have applied the same index', () => {
    const found = nodes.map((node) => contentOf(node));
    return found.every(({ index }) => index === found[0]?.index) ? found : null;
  });
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
