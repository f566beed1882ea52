import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Birth,
  type RegistryChange,
  type RegistryRecord,
  abortMove,
  changeRoutes,
  createGroup,
  flipMove,
  planChange,
  removeGroup,
  retireGroup,
  voidMove,
} from './changes.ts';
import { mayOverlap, covers } from './range.ts';
import { FIRST_REGISTRY, RegistryRouter } from './registry.ts';
import { Router } from './routing.ts';
import { PARTITIONS, type PrefixRoute, type Routing } from './types.ts';

const BIRTH: Birth = {
  index: 5,
  level: 2,
  joint: false,
  voters: [{ id: 'n1@1', name: 'n1', incarnation: '1', peer: 'n1:1', url: 'http://n1' }],
};
const { ledger: _none, ...FIRST } = FIRST_REGISTRY;
const EMPTY: RegistryRecord = { ...FIRST, undo: null };

function ok(change: RegistryChange): RegistryRecord {
  if (change.kind !== 'changed') throw new Error(`not changed: ${JSON.stringify(change)}`);
  return change.registry;
}

function codeOf(change: RegistryChange): string {
  return change.kind === 'refused' ? change.code : change.kind;
}

const GROUPS = ['default', 'a', 'b', 'c'];
const WITH_GROUPS = GROUPS.slice(1).reduce((registry, id) => ok(createGroup(registry, id, null, BIRTH)), EMPTY);

const segment = fc.constantFrom('x', 'y', 'x-eu', 'z');
const namespace = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const group = fc.constantFrom(...GROUPS);
const partitions = fc
  .array(fc.tuple(group, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
  .map((runs) => Array.from({ length: PARTITIONS }, (_, at) => runs.find(([, end]) => at < end)?.[0] ?? 'default'));
const routing: fc.Arbitrary<Routing> = fc
  .tuple(fc.uniqueArray(namespace, { maxLength: 5 }), fc.array(group, { minLength: 5, maxLength: 5 }), partitions)
  .map(([prefixes, groups, map]) => ({ routes: prefixes.map((prefix, at) => ({ prefix, group: groups[at] ?? 'a' })), partitions: map }));

function announce(registry: RegistryRecord, after: Routing): RegistryChange {
  return changeRoutes(registry, after, planChange(registry, after));
}

function route(prefix: string, to: string): Routing {
  return { routes: [{ prefix, group: to } satisfies PrefixRoute], partitions: EMPTY.partitions };
}

describe('changes of the registry', () => {
  test('never lose sight of where a namespace is, through any sequence of moves that are done or not', () => {
    const step = fc.record({ after: routing, ends: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), namespace, fc.integer({ min: 0, max: PARTITIONS - 1 }), (steps, name, number) => {
        let registry = WITH_GROUPS;
        /** Where the data is, by the moves that were done. */
        let at = 'default';
        for (const { after, ends } of steps) {
          const changed = announce(registry, after);
          if (changed.kind !== 'changed') continue;
          ({ registry } = changed);
          const { moves } = registry;
          // One at most has it, and that one takes it to where it is to be.
          const carrying = moves.filter(({ range }) => covers(range, name, () => number));
          const target = new Router(after).place(name, () => number).group;
          expect(carrying.map(({ from, to }) => [from, to])).toEqual(at === target ? [] : [[at, target]]);
          expect(moves.every((one, i) => moves.every((other, j) => i === j || !mayOverlap(one.range, other.range)))).toBe(true);
          for (const [i, move] of moves.entries()) {
            expect(codeOf(announce(registry, after))).toBe('move-in-progress');
            const isDone = ends[i % ends.length] === true;
            registry = ok(isDone ? flipMove(registry, move.id) : voidMove(registry, move.id));
            if (isDone && carrying.includes(move)) at = move.to;
            expect(new RegistryRouter({ ...registry, ledger: [] }).place(name, () => number).group).toBe(at);
          }
        }
        // Tried once more to the end, everything is where the routes say.
        const final = ok({ kind: 'changed', registry });
        const again = announce(final, final);
        const moves = again.kind === 'changed' ? again.registry.moves : [];
        let done = again.kind === 'changed' ? again.registry : final;
        for (const move of moves) done = ok(flipMove(done, move.id));
        const place = new RegistryRouter({ ...done, ledger: [] }).place(name, () => number);
        expect(place).toEqual(new Router(done).place(name, () => number));
      }),
      { numRuns: 60 },
    );
  });

  test('raise the epoch by one, and leave everything as it is when refused', () => {
    const changed = ok(announce(WITH_GROUPS, route('x', 'a')));
    expect([WITH_GROUPS.epoch, changed.epoch]).toEqual([3, 4]);
    expect(codeOf(createGroup(changed, 'a', null, BIRTH))).toBe('group-exists');
    expect(codeOf(createGroup(changed, 'd', null, { ...BIRTH, joint: true }))).toBe('member-change-pending');
    expect(codeOf(createGroup(changed, 'd', ['n9'], BIRTH))).toBe('invalid-registry');
    expect(codeOf(changeRoutes(WITH_GROUPS, route('x', 'nowhere'), []))).toBe('invalid-registry');
    expect(codeOf(announce(WITH_GROUPS, EMPTY))).toBe('nothing-to-change');
    expect(codeOf(flipMove(changed, 'm9-9'))).toBe('move-not-found');
  });

  test('go back to what was when no move of a change has been done', () => {
    const changed = ok(
      announce(WITH_GROUPS, { ...route('x', 'a'), partitions: EMPTY.partitions.map((_, at) => (at < 9 ? 'b' : 'default')) }),
    );
    expect(changed.moves.map(({ id, to }) => [id, to])).toEqual([
      ['m4-1', 'a'],
      ['m4-2', 'b'],
    ]);
    const half = ok(voidMove(changed, 'm4-1'));
    expect(half.routes).toEqual(changed.routes);
    expect(codeOf(voidMove(half, 'm4-1'))).toBe('same');
    expect(ok(voidMove(half, 'm4-2'))).toEqual({ ...WITH_GROUPS, epoch: 6 });
    // Once one has been done, what has not stays behind until it is tried again.
    const stuck = ok(flipMove(half, 'm4-2'));
    expect(stuck.moves).toMatchObject([{ id: 'm4-1', phase: 'voided' }]);
    expect(ok(announce(stuck, stuck)).moves).toMatchObject([{ id: 'm7-1', from: 'default', to: 'a', phase: 'announced' }]);
    // Or is taken back.
    expect(ok(announce(stuck, { ...stuck, routes: [] })).moves).toMatchObject([{ from: 'default', to: 'b' }]);
    expect(ok(announce(stuck, EMPTY)).moves).toMatchObject([{ from: 'b', to: 'default' }]);
  });

  test('let go of a group only when nothing routes to it and nothing moves', () => {
    const moving = ok(announce(WITH_GROUPS, route('x', 'a')));
    expect(codeOf(retireGroup(moving, 'a'))).toBe('group-in-use');
    expect(codeOf(retireGroup(moving, 'default'))).toBe('group-in-use');
    const routed = ok(flipMove(moving, 'm4-1'));
    expect(codeOf(retireGroup(routed, 'a'))).toBe('group-in-use');
    const back = ok(flipMove(ok(announce(routed, EMPTY)), 'm6-1'));
    expect(codeOf(removeGroup(back, 'a', true))).toBe('group-in-use');
    const retiring = ok(retireGroup(back, 'a'));
    expect(codeOf(retireGroup(retiring, 'a'))).toBe('same');
    expect(codeOf(announce(retiring, route('y', 'a')))).toBe('invalid-registry');
    expect(codeOf(removeGroup(retiring, 'a', false))).toBe('group-in-use');
    const retired = ok(removeGroup(retiring, 'a', true));
    expect(codeOf(removeGroup(retired, 'a', true))).toBe('same');
    expect(codeOf(createGroup(retired, 'a', null, BIRTH))).toBe('group-exists');
  });

  test('note that an operator wants a move called off', () => {
    const moving = ok(announce(WITH_GROUPS, route('x', 'a')));
    const called = ok(abortMove(moving, 'm4-1'));
    expect(called.moves).toMatchObject([{ abort: true, phase: 'announced' }]);
    expect(codeOf(abortMove(called, 'm4-1'))).toBe('same');
  });
});
