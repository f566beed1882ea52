/** A handful of entries, written through every node in turn, and found again. */
import { expect } from 'vitest';
import type { RealCluster } from './cluster.ts';
import type { NodeProcess } from './node-process.ts';

const COUNT = 12;

/** Writes `0` to `11` into a namespace. @returns the token of the last */
export async function fill(cluster: RealCluster, namespace: string, nodes: readonly NodeProcess[] = cluster.nodes): Promise<string> {
  let last = '';
  for (let at = 0; at < COUNT; at += 1) {
    const put = await cluster.put(nodes[at % nodes.length] as NodeProcess, namespace, String(at), `${namespace} ${at}`);
    expect([put.status, put.text]).toEqual([201, expect.anything() as unknown]);
    last = put.token;
  }
  return last;
}

/** Expects all of them on a node, read under these conditions. */
export async function expectFilled(
  cluster: RealCluster,
  node: NodeProcess,
  namespace: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let at = 0; at < COUNT; at += 1) {
    const read = await cluster.get(node, namespace, String(at), { 'x-confman-max-wait': '20s', ...headers });
    expect([node.id, at, read.status, read.json['value']]).toEqual([node.id, at, 200, `${namespace} ${at}`]);
  }
}
