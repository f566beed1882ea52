/** The end of a group, with a driver that dies before and after every step, while retention is at work. */
import { describe, expect, test } from 'vitest';
import { GroupWorld, WORLD_START_MS } from '../../engine/testing/group-world.ts';
import { planChange } from '../../shards/changes.ts';
import { ALL_AUDIT, ALL_CHANGES, EXPIRE_NOTHING } from '../../state/testing/harness.ts';
import type { CommandBody, Query } from '../../state/types.ts';
import { MoveDriver } from './driver.ts';
import type { MovePorts } from './ports.ts';
import { resultOf } from './testing/clients.ts';

const AUDIT = { type: 'audit', ...ALL_AUDIT } as const satisfies Query<'audit'>;
const CHANGES = { type: 'changes', ...ALL_CHANGES } as const satisfies Query<'changes'>;
const EXPIRE: CommandBody = { ...EXPIRE_NOTHING, revisionsPerKey: 100, rowsMax: 500 };

class Crash extends Error {}

/** Ports of a driver that dies at a step: before it for even numbers, after it for odd ones. */
function portsOf(world: GroupWorld, dies: { at: number }): MovePorts {
  const step = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    if (dies.at-- === 0) throw new Crash();
    const done = work();
    if (dies.at-- === 0) throw new Crash();
    return done;
  };
  return {
    leads: () => true,
    propose: (group, body) => step(() => world.propose(group, body)),
    read: (group, query, index) => step(() => world.read(group, query, index)),
    readLatest: (group, query) => step(() => world.readLatest(group, query)),
    nowMs: () => world.nowMs,
  };
}

function driverOf(ports: MovePorts): MoveDriver {
  return new MoveDriver({
    ports,
    onProgress: () => undefined,
    onRetired: () => undefined,
    onFailure: (what, error) => {
      throw error instanceof Crash ? error : new Error(`${what}: ${String(error)}`, { cause: error });
    },
  });
}

async function settled(world: GroupWorld): Promise<void> {
  const driver = driverOf(portsOf(world, { at: Infinity }));
  for (let left = 50; await driver.step(); left -= 1) {
    if (left === 0) throw new Error('the driver never comes to an end');
    world.sleep(1000);
  }
}

function route(world: GroupWorld, group: string | null): void {
  const registry = world.readLatest('default', { type: 'registry' }).data;
  const after = { routes: group === null ? [] : [{ prefix: 'x', group }], partitions: registry.partitions };
  const moves = planChange(registry, after);
  resultOf(world.propose('default', { type: 'change-routes', expectedEpoch: registry.epoch, ...after, moves }));
}

function put(world: GroupWorld, group: string, key: string, value: string): void {
  const operations = [{ op: 'put', key, value, type: null, validFor: ['text'] }] as const;
  const result = resultOf(world.propose(group, { type: 'write', namespace: 'x/1', operations, message: key, createNamespace: true }));
  expect(result.kind).toBe('written');
}

/** A group with a past: it took a namespace over, changed it, and gave it back. */
async function withPast(): Promise<GroupWorld> {
  const world = new GroupWorld(['default', 'a'], () => 0);
  resultOf(world.propose('default', { type: 'create-group', expectedEpoch: 0, id: 'a', members: null }));
  put(world, 'default', 'k', 'before');
  route(world, 'a');
  await settled(world);
  for (let at = 0; at < 3; at += 1) put(world, 'a', 'k', `in a ${at}`);
  // Two of these do not go into one command.
  for (const key of ['big', 'bigger']) put(world, 'a', key, key.repeat(100_000));
  resultOf(
    world.propose('a', { type: 'write', namespace: 'x/1', operations: [{ op: 'delete', key: 'k' }], message: '', createNamespace: false }),
  );
  world.elect('a');
  route(world, null);
  await settled(world);
  put(world, 'default', 'k', 'after');
  const { epoch } = world.readLatest('default', { type: 'registry' }).data;
  resultOf(world.propose('default', { type: 'retire-group', expectedEpoch: epoch, id: 'a' }));
  return world;
}

describe('the end of a group', () => {
  test('hands its audit and its changes over, wherever its driver dies', async () => {
    let died = 0;
    for (let at = 0; ; at += 1) {
      const world = await withPast();
      const audit = world.readLatest('a', AUDIT).data.rows;
      const changes = world.readLatest('a', CHANGES).data;
      expect(audit.length).toBeGreaterThan(7);
      const ended = await driverOf(portsOf(world, { at }))
        .step()
        .then(
          () => true,
          () => false,
        );
      // It comes in the middle, and finds nothing that is old enough.
      if (world.readLatest('a', { type: 'archive', group: 'a' }).data !== null) resultOf(world.propose('a', EXPIRE));
      await settled(world);
      expect(world.readLatest('default', { type: 'registry' }).data.groups.at(-1)).toMatchObject({ id: 'a', state: 'retired' });
      const kept = world.readLatest('default', { type: 'archive', group: 'a' }).data;
      expect(kept).toMatchObject({ complete: true });
      expect(world.readLatest('default', { ...AUDIT, of: 'a' }).data.rows).toEqual(audit);
      expect(world.readLatest('default', { ...CHANGES, of: 'a' }).data).toEqual({ ...changes, upTo: kept?.final });
      expect(world.hashes('default').size).toBe(1);
      world.close();
      if (ended) break;
      died += 1;
    }
    expect(died).toBeGreaterThan(10);
  }, 120_000);

  test('is over with a seal, behind which nothing happens in it', async () => {
    const world = await withPast();
    const before = world.readLatest('a', AUDIT).data.rows.length;
    const sealed = resultOf(world.propose('a', { type: 'seal-group' }));
    if (sealed.kind !== 'archive' || sealed.record === null) throw new TypeError('the group is not sealed');
    expect(resultOf(world.propose('a', { type: 'seal-group' }))).toEqual(sealed);
    resultOf(world.propose('a', { ...EXPIRE, revisionsPerKey: 1 }));
    expect(world.readLatest('a', AUDIT).data.rows).toHaveLength(before);
    expect(resultOf(world.propose('default', { type: 'seal-group' }))).toEqual({ kind: 'archive', record: null });
    world.close();
  });

  test('takes a page only where it follows, only of a group that retires, and lets no group go without its history', async () => {
    const world = await withPast();
    const page = { before: 5, after: 9, final: { term: 1, index: 3 }, auditFloorIndex: 0, historyFloorIndex: 0, events: [] };
    const take = (group: string, more: object): unknown =>
      resultOf(world.propose('default', { type: 'import-archive', ...page, group, complete: true, ...more }));
    expect(take('a', {})).toEqual({ kind: 'archive', record: null });
    expect(take('default', { before: null })).toEqual({ kind: 'archive', record: null });
    const { epoch } = world.readLatest('default', { type: 'registry' }).data;
    const remove: CommandBody = { type: 'remove-group', expectedEpoch: epoch, id: 'a' };
    expect(resultOf(world.propose('default', remove))).toMatchObject({ code: 'group-in-use' });
    expect(take('a', { before: null, complete: false })).toMatchObject({ record: { cursor: 9, complete: false } });
    expect(resultOf(world.propose('default', remove))).toMatchObject({ code: 'group-in-use' });
    expect(take('a', { before: null })).toMatchObject({ record: { cursor: 9, complete: false } });
    expect(take('a', { before: 9, after: 9 })).toMatchObject({ record: { complete: true } });
    expect(resultOf(world.propose('default', remove))).toMatchObject({ kind: 'registry' });
    world.close();
  });

  test('leaves what retention drops when it is old: values first, then events', async () => {
    const world = await withPast();
    await settled(world);
    const events = world.readLatest('default', { ...AUDIT, of: 'a' }).data.rows.length;
    const old = { ...EXPIRE, revisionsBeforeMs: world.nowMs } as const;
    expect(resultOf(world.propose('default', { ...old, rowsMax: 1 }))).toMatchObject({ more: true });
    resultOf(world.propose('default', old));
    expect(world.readLatest('default', { ...AUDIT, of: 'a' }).data.rows).toHaveLength(events);
    const gone = world.readLatest('default', { ...CHANGES, of: 'a' }).data;
    expect(gone).toMatchObject({ kind: 'compacted' });
    const end = world.readLatest('default', { type: 'archive', group: 'a' }).data?.final.index ?? 0;
    expect(world.readLatest('default', { ...CHANGES, of: 'a', afterIndex: end }).data).toMatchObject({ kind: 'ok', commands: [] });
    resultOf(world.propose('default', { ...old, auditBeforeMs: world.nowMs }));
    const left = world.readLatest('default', { ...AUDIT, of: 'a' }).data;
    expect(left.rows).toEqual([]);
    expect(world.nowMs).toBeGreaterThan(WORLD_START_MS);
    expect(world.hashes('default').size).toBe(1);
    world.close();
  });
});
