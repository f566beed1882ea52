import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { HardState } from '../raft/types.ts';
import { difference, GROUPS, lastOf, World } from './crash-world.ts';
import type { CrashMode } from './memory-device.ts';
import { segmentName } from './segment-header.ts';
import { confState, entry } from './test-support.ts';
import type { GroupWrite } from './types.ts';

type Command =
  | { readonly type: 'append'; readonly parts: readonly Part[]; readonly sync: boolean }
  | { readonly type: 'compact'; readonly group: number; readonly keep: number }
  | { readonly type: 'run'; readonly steps: number }
  | { readonly type: 'finish' }
  | { readonly type: 'close' }
  | { readonly type: 'fail'; readonly what: 'write' | 'sync'; readonly after: number }
  | { readonly type: 'crash'; readonly mode: CrashMode; readonly seed: number };

interface Part {
  readonly group: number;
  readonly back: number;
  readonly sizes: readonly number[];
  readonly newTerm: boolean;
  readonly commit: boolean;
  readonly snapshot: boolean;
}

const part = fc.record<Part>({
  group: fc.nat(2),
  back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4)),
  sizes: fc.array(fc.oneof(fc.nat(60), fc.nat(900), fc.constant(3000)), { maxLength: 6 }),
  newTerm: fc.boolean(),
  commit: fc.boolean(),
  snapshot: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const mode = fc.constantFrom<CrashMode>('keep-all', 'lose-unsynced', 'tear-prefix', 'tear-sectors');

const command = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ type: fc.constant('append' as const), parts: fc.array(part, { maxLength: 3 }), sync: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('compact' as const), group: fc.nat(2), keep: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('run' as const), steps: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.constant({ type: 'finish' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'close' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('fail' as const),
      what: fc.constantFrom('write' as const, 'sync' as const),
      after: fc.nat(3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('crash' as const), mode, seed: fc.nat() }) },
);

function writesOf(world: World, parts: readonly Part[]): GroupWrite[] {
  const writes: GroupWrite[] = [];
  const seen = new Set<number>();
  for (const p of parts) {
    if (seen.has(p.group)) continue;
    seen.add(p.group);
    const group = GROUPS[p.group]!;
    const g = world.model.get(group)!;
    const term = g.hardState.term + (p.newTerm ? 1 : 0);
    const snapshot = p.snapshot ? { index: lastOf(g) + 5, term, confState: confState('s') } : undefined;
    const base = snapshot?.index ?? g.base;
    const committed = Math.max(base, g.hardState.commit);
    const last = snapshot?.index ?? lastOf(g);
    // Raft never takes back what is committed.
    const first = Math.max(committed, last - p.back) + 1;
    const entries = p.sizes.map((size, i) => entry(first + i, term, size));
    const end = entries.at(-1)?.index ?? last;
    const commit = p.commit ? Math.max(committed, end - 1) : committed;
    const vote = p.newTerm ? `n${term}` : g.hardState.vote;
    writes.push({ group, snapshot, hardState: { term, vote, commit }, entries: entries.length > 0 ? entries : undefined });
  }
  return writes;
}

function randomOf(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function runCommand(world: World, c: Command): void {
  switch (c.type) {
    case 'append':
      if (!world.busy && !world.failed) world.append(writesOf(world, c.parts), c.sync);
      return;
    case 'compact': {
      const name = GROUPS[c.group]!;
      const g = world.model.get(name)!;
      const to = Math.min(g.hardState.commit, lastOf(g) - c.keep);
      if (!world.failed && to > g.base) world.compact(name, to);
      return;
    }
    case 'run':
      for (let i = 0; i < c.steps; i += 1) world.scheduler.step();
      return;
    case 'finish':
      world.scheduler.run();
      expect(world.busy).toBe(false);
      return;
    case 'close':
      if (world.faulty || world.busy) return;
      world.store.close();
      world.disk.crash('lose-unsynced');
      return world.reopen(true);
    case 'fail':
      world.faulty = true;
      if (c.what === 'write') world.disk.failWriteAfter(c.after);
      else world.disk.failSyncAfter(c.after);
      return;
    case 'crash':
      return world.crash(c.mode, randomOf(c.seed));
  }
}

/** A fixed workload: batches of different sizes, compactions close behind, now and then a quiet group. */
function workload(seed: number, length: number): Command[] {
  const random = randomOf(seed);
  const commands: Command[] = [];
  for (let i = 0; i < length; i += 1) {
    const one = (group: number, sizes: readonly number[]): Part => ({
      group,
      back: random(3),
      sizes,
      newTerm: random(8) === 0,
      commit: true,
      snapshot: false,
    });
    const parts = [one(0, [random(300), random(300)])];
    if (random(4) === 0) parts.push(one(1 + random(2), [random(100)]));
    commands.push(
      { type: 'append', parts, sync: true },
      { type: 'compact', group: random(3), keep: random(3) },
      { type: 'run', steps: 1 + random(3) },
    );
  }
  return commands;
}

const MODES: readonly CrashMode[] = ['keep-all', 'lose-unsynced', 'tear-prefix', 'tear-sectors'];

describe('a log that crashes', () => {
  test.each(MODES)('at any step of a long run and again later holds what it must: %s', (crashMode) => {
    let retired = 0;
    for (let seed = 1; seed <= 3; seed += 1) {
      const commands = workload(seed, 30);
      for (let at = 0; at < commands.length; at += 1) {
        const world = new World(1024, 0);
        commands.forEach((c, i) => {
          runCommand(world, c);
          if (i === at) world.crash(crashMode, randomOf(seed * 1000 + at));
        });
        world.crash('lose-unsynced', () => 0);
        if (world.disk.files()[0]!.name !== segmentName(1)) retired += 1;
      }
    }
    expect(retired).toBeGreaterThan(100);
  });

  test('at any step of its disk holds what it must, while segments are retired and reused', () => {
    const finished = (stopAt: number): boolean => {
      const world = new World(1024, 0);
      let steps = 0;
      for (let i = 1; i <= 25; i += 1) {
        world.append([{ group: 'a', entries: [entry(i, 1, 250)] }], true);
        if (i > 1) world.compact('a', i - 1);
        while (world.scheduler.pending > 0) {
          if (steps === stopAt) {
            world.crash('lose-unsynced', () => 0);
            return false;
          }
          world.scheduler.step();
          steps += 1;
        }
      }
      return true;
    };
    let at = 0;
    while (!finished(at)) at += 1;
    expect(at).toBeGreaterThan(60);
  });

  test('does not take later entries for committed when the commit index outlived the ones it meant', () => {
    const world = new World(4096, 0);
    const hardState: HardState = { term: 1, vote: 'n1', commit: 2 };
    world.append([{ group: 'a', hardState, entries: [entry(1, 1, 600), entry(2, 1, 600)] }], true);
    world.crash('tear-prefix', (n) => Math.min(500, n - 1));
    expect(world.store.group('a').hardState()).toEqual({ term: 1, vote: 'n1', commit: 0 });
    world.append([{ group: 'a', entries: [entry(1, 2, 5), entry(2, 2, 5)] }], true);
    world.scheduler.run();
    world.crash('keep-all', () => 0);
    expect(world.store.group('a').hardState()).toEqual({ term: 1, vote: 'n1', commit: 0 });
    expect(world.store.group('a').lastIndex()).toBe(2);
  });

  test('retires nothing for a compaction that only a wiped segment restated', () => {
    let wiped = 0;
    for (let filler = 0; filler < 500; filler += 8) {
      for (let kept = 0; kept < 600; kept += 100) {
        const world = new World(1024, 0);
        world.append([{ group: 'a', entries: [entry(1, 1, 300), entry(2, 1, 300), entry(3, 1, 300), entry(4, 1, filler)] }], true);
        world.scheduler.run();
        world.append([{ group: 'b', entries: [entry(1, 1, 10)] }], true);
        world.scheduler.run();
        world.compact('a', 4);
        world.append([{ group: 'b', entries: [entry(2, 1, 10)] }], true);
        const last = world.disk
          .files()
          .filter(({ name }) => name.endsWith('.seg'))
          .at(-1)!.name;
        world.crash('tear-prefix', (n) => Math.min(kept, n - 1));
        if (
          world.store.group('a').base().index === 4 &&
          world.disk
            .readFile(last)
            .subarray(64)
            .every((byte) => byte === 0)
        )
          wiped += 1;
        world.append([{ group: 'b', hardState: { term: 1, vote: null, commit: 0 } }], true);
        world.scheduler.run();
        world.crash('lose-unsynced', () => 0);
      }
    }
    expect(wiped).toBeGreaterThan(0);
  });

  test('holds everything acknowledged and a prefix of the rest, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1024, 2048, 16_384),
        fc.constantFrom(0, 2000, 1e6),
        fc.array(command, { minLength: 5, maxLength: 80, size: 'max' }),
        (segmentBytes, cacheBytes, commands) => {
          const world = new World(segmentBytes, cacheBytes);
          for (const c of commands) {
            runCommand(world, c);
            if (!world.faulty) expect(difference(world.store, world.model)).toBeNull();
          }
          expect(() => world.crash('lose-unsynced', () => 0)).not.toThrow();
        },
      ),
      { numRuns: 200 },
    );
  });
});
