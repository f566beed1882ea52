/** What stands in the state of a node, read from its files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteStateReader } from '../../server/state/sqlite-state-reader.ts';
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

/** Contents of all these nodes at one applied index, as soon as they have one. */
export async function contentsAtOneIndex(nodes: readonly NodeProcess[]): Promise<readonly Content[]> {
  return until('all replicas have applied the same index', () => {
    const found = nodes.map((node) => contentOf(node));
    return found.every(({ index }) => index === found[0]?.index) ? found : null;
  });
}
