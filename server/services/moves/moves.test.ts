/**
 * Moves in a world of three groups whose replicas lag, whose proposals get lost, or their answers, and whose drivers die between
 * any two steps, while clients write to whatever group an old registry told them of.
 */
import { describe, expect, test } from 'vitest';
import { type Fate, GroupWorld } from '../../engine/testing/group-world.ts';
import { planChange } from '../../shards/changes.ts';
import type { Registry } from '../../shards/registry.ts';
import type { MoveProgress } from './drive.ts';
import { MoveDriver } from './driver.ts';
import type { MovePorts } from './ports.ts';
import { Clients, GROUPS, resultOf } from './testing/clients.ts';

/** The driver's process dies. */
class Crash extends Error {}

/** A small generator of chance with a seed: what fails can be run again. */
function chanceOf(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Ports whose every use may fail, or be the last thing that the driver does. */
function portsOf(world: GroupWorld, chance: (below: number) => number, trouble: { on: boolean }, between: () => void): MovePorts {
  const attempt = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    between();
    if (trouble.on && chance(25) === 0) throw new Crash();
    const done = work();
    // It was done, and nobody is left to know.
    if (trouble.on && chance(25) === 0) throw new Crash();
    return done;
  };
  const fate = (): Fate => {
    if (!trouble.on) return 'commit';
    const drawn = chance(12);
    return drawn === 0 ? 'lose-answer' : drawn === 1 ? 'lose' : drawn === 2 ? 'no-leader' : 'commit';
  };
  return {
    leads: () => true,
    propose: (group, body) => attempt(() => world.propose(group, body, fate())),
    read: (group, query, index) => attempt(() => (trouble.on && chance(15) === 0 ? null : world.read(group, query, index))),
    readLatest: (group, query) => attempt(() => (trouble.on && chance(15) === 0 ? null : world.readLatest(group, query))),
    nowMs: () => world.nowMs,
  };
}

async function stepped(driver: MoveDriver): Promise<'crashed' | boolean> {
  try {
    return await driver.step();
  } catch (error) {
    if (error instanceof Crash) return 'crashed';
    throw error;
  }
}

interface Run {
  readonly clients: Clients;
  readonly registry: Registry;
  readonly done: number;
  readonly undone: number;
}

async function run(seed: number): Promise<Run> {
  const chance = chanceOf(seed);
  const world = new GroupWorld(GROUPS, chance);
  const clients = new Clients(world, chance);
  for (const [epoch, id] of GROUPS.slice(1).entries())
    resultOf(world.propose('default', { type: 'create-group', expectedEpoch: epoch, id, members: null }));
  const trouble = { on: true };
  const ends = new Map<string, MoveProgress['step']>();
  const between = (): void => {
    for (let acts = chance(3); acts > 0; acts -= 1) clients.act();
    if (chance(10) === 0) world.elect(GROUPS[chance(GROUPS.length)] as string);
    if (chance(8) === 0) clients.check();
    world.sleep(chance(400));
  };
  const makeDriver = (): MoveDriver =>
    new MoveDriver({
      ports: portsOf(world, chance, trouble, between),
      onProgress: ({ move, step }) => ends.set(move, step),
      onRetired: () => undefined,
      onFailure: (move, error) => {
        if (!(error instanceof Crash)) throw new Error(`${move}: ${String(error)}`, { cause: error });
        throw error;
      },
    });
  let drivers = [makeDriver(), makeDriver()];
  for (let round = 0; round < 25; round += 1) {
    const registry = world.readLatest('default', { type: 'registry' }).data;
    const open = registry.moves.find(({ phase }) => phase === 'announced');
    if (open === undefined && chance(2) === 0) {
      const routes = ['x', 'x/1', 'y'].flatMap((prefix) => {
        const group = [null, ...GROUPS][chance(GROUPS.length + 1)];
        return group === null || group === undefined ? [] : [{ prefix, group }];
      });
      const after = { routes, partitions: registry.partitions };
      const moves = planChange(registry, after);
      world.propose('default', { type: 'change-routes', expectedEpoch: registry.epoch, ...after, moves });
    } else if (open !== undefined && chance(15) === 0) {
      world.propose('default', { type: 'abort-move', move: open.id });
    }
    const results = await Promise.all(drivers.map(stepped));
    drivers = drivers.map((driver, at) => (results[at] === 'crashed' ? makeDriver() : driver));
  }
  trouble.on = false;
  const last = makeDriver();
  for (let left = 200; (await stepped(last)) !== false; left -= 1) {
    if (left === 0) throw new Error('the driver never comes to an end');
    world.sleep(1000);
  }
  clients.checkAtRest();
  const registry = world.readLatest('default', { type: 'registry' }).data;
  expect(registry.moves.filter(({ phase }) => phase === 'announced')).toEqual([]);
  for (const group of GROUPS) {
    const open = world.readLatest(group, { type: 'moves' }).data.filter(({ state }) => ['fenced', 'voided', 'importing'].includes(state));
    expect([group, open]).toEqual([group, []]);
  }
  world.close();
  const count = (wanted: MoveProgress['step']): number => [...ends.values()].filter((step) => step === wanted).length;
  return { clients, registry, done: count('done'), undone: count('undone') };
}

describe('moves', () => {
  test('lose and double nothing, whatever fails and whoever dies', async () => {
    const sum = { done: 0, undone: 0, writes: 0, refused: 0, ledger: 0 };
    for (let seed = 1; seed <= 5; seed += 1) {
      try {
        const { clients, registry, done, undone } = await run(seed);
        sum.done += done;
        sum.undone += undone;
        sum.writes += clients.requests.length;
        sum.refused += clients.refused;
        sum.ledger += registry.ledger.length;
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error instanceof Error ? error.message : error)}`, { cause: error });
      }
    }
    // It has seen what it is about.
    expect(sum.ledger).toBeGreaterThan(8);
    expect(sum.undone).toBeGreaterThan(0);
    expect(sum.writes).toBeGreaterThan(200);
    expect(sum.refused).toBeGreaterThan(5);
  }, 120_000);
});
