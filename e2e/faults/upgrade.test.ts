/** A rolling upgrade: node by node, under load, from the commit before this one to a program of the next level. */
import { cp, rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMAND_LEVEL_MAX } from '../../server/state/levels.ts';
import { expectAllWritten } from '../cluster/agree.ts';
import { nextLevelBuild, previousBuild } from '../cluster/builds.ts';
import type { Build } from '../cluster/builds.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { Load } from '../cluster/load.ts';
import { PROGRAM } from '../cluster/node-process.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const WRITERS = 4;
const NEXT = COMMAND_LEVEL_MAX + 1;

let cluster: RealCluster;
/** Null in a clone without history: the upgrade then begins at these sources. */
let previous: Build | null;
let next: Build;

beforeAll(async () => {
  [previous, next] = await Promise.all([previousBuild(), nextLevelBuild(COMMAND_LEVEL_MAX)]);
  cluster = await RealCluster.prepare();
  for (const node of cluster.nodes) {
    node.program = previous?.program ?? PROGRAM;
    node.start();
  }
  await cluster.ready();
});
afterAll(async () => {
  await cluster?.stop();
  await Promise.all([previous?.remove(), next?.remove()]);
});

async function moreWritten(load: Load, count: number): Promise<void> {
  const goal = load.acknowledged + count;
  await until(`${goal} writes are acknowledged`, () => load.acknowledged >= goal);
}

async function levelAt(node: NodeProcess): Promise<number> {
  return (await cluster.status(node)).cluster.level;
}

async function raisings(node: NodeProcess): Promise<readonly unknown[]> {
  const { json } = await cluster.api(node, '/audit?action=cluster.level-raised', { headers: { 'x-confman-consistency': 'linearizable' } });
  return (json['items'] as readonly Record<string, unknown>[]).map(({ message }) => message);
}

/** The data of n3 as it was before the level rose, as from a disk that somebody puts back. */
const aside = (node: NodeProcess): string => `${node.spec.data}.aside`;

test('goes from the commit before this one to the next level, node by node under load, without a failed write', async () => {
  const last = cluster.node('n3');
  const load = Load.begin(cluster, WRITERS);
  try {
    for (const node of cluster.nodes) {
      await moreWritten(load, 25);
      // A member of the old program is there still: nobody may propose what it would not understand.
      expect(await raisings(node)).not.toContain(`to level ${NEXT}`);
      expect((await node.terminate()).code).toBe(0);
      if (node === last) await cp(node.spec.data, aside(node), { recursive: true });
      node.program = next.program;
      node.start();
      await cluster.ready();
    }
    await until(`every node is at level ${NEXT}`, async () => {
      const levels = await Promise.all(cluster.nodes.map(levelAt));
      return levels.every((level) => level === NEXT);
    });
    // What is written now has the new spelling.
    await moreWritten(load, 25);
  } finally {
    await load.end();
  }
  // Once; to levels of before it may have risen earlier, as soon as it had formed.
  expect((await raisings(last)).filter((message) => message === `to level ${NEXT}`)).toHaveLength(1);
  expect((await cluster.status(last)).nodes.map(({ version }) => version)).toEqual(cluster.nodes.map(() => next.version));
  await expectAllWritten(cluster, load);
});

test('takes no program back that does not know the level, whatever its data says', async () => {
  const node = cluster.node('n3');
  await node.terminate();
  node.program = PROGRAM;

  node.start();
  expect((await node.ended()).code).toBe(1);
  expect(node.said).toContain(
    `this cluster has risen to level ${NEXT}, this program knows levels up to ${COMMAND_LEVEL_MAX}: start a newer version of Confman`,
  );

  // Data of before the rise knows nothing of it; the other members do.
  await rename(node.spec.data, `${node.spec.data}.new`);
  await rename(aside(node), node.spec.data);
  node.start();
  expect((await node.ended()).code).toBe(1);
  expect(node.said).toMatch(
    new RegExp(`the cluster has risen to level ${NEXT}, as n[12] says.*: start a newer version of Confman on this data`),
  );

  await rm(node.spec.data, { recursive: true });
  await rename(`${node.spec.data}.new`, node.spec.data);
  node.program = next.program;
  node.start();
  await cluster.ready();
  expect(await levelAt(node)).toBe(NEXT);
});
