/** kill -9 at any time, of any node and of all of them, under load. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAllWritten } from '../cluster/agree.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { Seeded } from '../cluster/seeded.ts';
import { until } from '../cluster/until.ts';

const WRITERS = 8;

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start();
});
afterAll(async () => {
  await cluster.stop();
});

/** The next faults strike after a number of acknowledgements that the seed says, so at no special moment of the node. */
async function moreWritten(load: Load, count: number): Promise<void> {
  const goal = load.acknowledged + count;
  await until(`${goal} writes are acknowledged`, () => load.acknowledged >= goal);
}

/** What an operator sees of a node that died: everything goes on, and no other one may be lost. */
async function expectDegraded(dead: NodeProcess): Promise<void> {
  for (const node of cluster.others(dead)) {
    const { verdict, reasons, canLose } = await until(`${node.id} misses ${dead.id}`, async () => {
      const { cluster: seen } = await cluster.status(node);
      return seen.reasons.some((reason) => reason.code === 'node-unreachable' && reason.node === dead.id) ? seen : null;
    });
    expect([verdict, canLose, reasons.map(({ code }) => code)]).toEqual([
      'degraded',
      0,
      expect.arrayContaining(['node-unreachable']) as unknown,
    ]);
  }
}

test('loses and repeats nothing when single nodes are killed under load', async () => {
  const seeded = new Seeded();
  const load = Load.begin(cluster, WRITERS);
  try {
    for (let round = 0; round < 4; round += 1) {
      await moreWritten(load, 20 + seeded.below(120));
      // Every second time the one that leads, since that is where most can go wrong.
      const victim = round % 2 === 0 ? await cluster.leader() : seeded.pick(cluster.nodes);
      await victim.kill();
      await moreWritten(load, 1 + seeded.below(60));
      if (round === 0) await expectDegraded(victim);
      victim.start();
      await cluster.ready();
    }
  } finally {
    await cluster.ready();
    await load.end();
  }
  expect(load.readBack, `seed ${seeded.seed}`).toBeGreaterThan(0);
  await expectAllWritten(cluster, load);
});

test('loses and repeats nothing when all nodes are killed at once under load', async () => {
  const seeded = new Seeded();
  const load = Load.begin(cluster, WRITERS);
  try {
    for (let round = 0; round < 3; round += 1) {
      await moreWritten(load, 10 + seeded.below(150));
      await Promise.all(cluster.nodes.map(async (node) => node.kill()));
      // In any order, and while some are down still.
      const first = seeded.pick(cluster.nodes);
      first.start();
      for (const node of cluster.others(first)) node.start();
      await cluster.ready();
    }
  } finally {
    await cluster.ready();
    await load.end();
  }
  expect(load.readBack, `seed ${seeded.seed}`).toBeGreaterThan(0);
  await expectAllWritten(cluster, load);
});
