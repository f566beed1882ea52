import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseToken } from '../../lib/contract/token.ts';
import { isAtOrBelow } from './paths.ts';
import { balance, planMoves } from './plan.ts';
import { project } from './projection.ts';
import { covers } from './range.ts';
import { Router } from './routing.ts';
import { type LedgerRow, PARTITIONS, type Routing } from './types.ts';

const GROUPS = ['default', 'a', 'b', 'c'];
const group = fc.constantFrom(...GROUPS);
const segment = fc.constantFrom('x', 'y', 'x-eu', 'z');
const namespace = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
/** Few distinct runs of partitions, as in real registries. */
const partitions = fc
  .array(fc.tuple(group, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 5 })
  .map((runs) => Array.from({ length: PARTITIONS }, (_, at) => runs.find(([, end]) => at < end)?.[0] ?? 'default'));
const routing: fc.Arbitrary<Routing> = fc
  .tuple(fc.uniqueArray(namespace, { maxLength: 6 }), fc.array(group, { minLength: 6, maxLength: 6 }), partitions)
  .map(([prefixes, groups, map]) => ({ routes: prefixes.map((prefix, at) => ({ prefix, group: groups[at] ?? 'a' })), partitions: map }));
const partition = fc.integer({ min: 0, max: PARTITIONS - 1 });

const one = (prefix: string, to: string): Routing => ({
  routes: [{ prefix, group: to }],
  partitions: Array.from({ length: PARTITIONS }, () => 'default'),
});

describe('routing', () => {
  test('takes the longest prefix by whole segments, else the partition', () => {
    const router = new Router({
      ...one('teams/payments', 'payments'),
      partitions: Array.from({ length: PARTITIONS }, (_, at) => `p${at % 2}`),
    });
    const place = (name: string): string => router.place(name, () => 7).group;
    expect(place('teams/payments')).toBe('payments');
    expect(place('teams/payments/prod')).toBe('payments');
    expect(place('teams/payments-eu')).toBe('p1');
    expect(place('teams')).toBe('p1');
  });

  test('is what a search through all routes says', () => {
    fc.assert(
      fc.property(routing, namespace, partition, (all, name, number) => {
        const covering = all.routes.filter(({ prefix }) => isAtOrBelow(name, prefix)).toSorted((a, b) => b.prefix.length - a.prefix.length);
        expect(new Router(all).place(name, () => number).group).toBe(covering[0]?.group ?? all.partitions[number]);
      }),
    );
  });
});

describe('a plan', () => {
  test('moves exactly the namespaces whose group differs, each once', () => {
    fc.assert(
      fc.property(routing, routing, namespace, partition, (before, after, name, number) => {
        const [from, to] = [before, after].map((all) => new Router(all).place(name, () => number).group);
        const carrying = planMoves(before, after).filter(({ range }) => covers(range, name, () => number));
        const parts = carrying.flatMap(({ range }) => range).filter((part) => covers([part], name, () => number));
        expect(carrying.map((move) => [move.from, move.to])).toEqual(from === to ? [] : [[from, to]]);
        expect(parts).toHaveLength(from === to ? 0 : 1);
      }),
      { numRuns: 500 },
    );
  });

  test('is nothing where nothing changes', () => {
    fc.assert(
      fc.property(routing, (all) => {
        expect(planMoves(all, all)).toEqual([]);
      }),
    );
  });

  test('says a range so that later routes do not change it', () => {
    const [move] = planMoves(one('x', 'a'), { ...one('x', 'a'), routes: [{ prefix: 'x', group: 'b' }] });
    expect(move).toEqual({ from: 'a', to: 'b', range: [{ prefix: 'x', except: [], partitions: null }] });
    const [hashed] = planMoves(one('x/y', 'a'), {
      routes: [...one('x/y', 'a').routes, { prefix: 'x', group: 'b' }],
      partitions: one('x', 'a').partitions,
    });
    expect(hashed?.range).toEqual([{ prefix: 'x', except: ['x/y'], partitions: null }]);
  });
});

describe('balance', () => {
  test('gives every group its share and moves no more than it must', () => {
    fc.assert(
      fc.property(partitions, fc.uniqueArray(group, { minLength: 1 }), (map, groups) => {
        const balanced = balance(map, groups);
        const count = (all: readonly string[], name: string): number => all.filter((owner) => owner === name).length;
        const shares = groups.map((name) => count(balanced, name));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(PARTITIONS);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        const moved = balanced.filter((owner, at) => owner !== map[at]).length;
        // Whatever is above the final share of its group has to leave, and nothing else does.
        const surplus = GROUPS.reduce((sum, name) => sum + Math.max(0, count(map, name) - count(balanced, name)), 0);
        expect(moved).toBe(surplus);
      }),
    );
  });
});

describe('a token', () => {
  const row = (from: string, to: string, fromFinalIndex: number, toStartIndex: number, epoch: number): LedgerRow => ({
    from,
    to,
    range: [{ prefix: 'x', except: ['x/y'], partitions: null }],
    fromFinalIndex,
    toStartIndex,
    epoch,
  });
  const known = (name: string): boolean => GROUPS.includes(name);
  const read = (to: string, name = 'x/z'): { group: string; namespace: string; partition: () => number } => ({
    group: to,
    namespace: name,
    partition: () => 0,
  });

  test('of another group neither blocks nor counts', () => {
    expect(project(parseToken('3:50,b=2:9'), read('a'), [], known)).toEqual({ own: [], appliedMin: 0, epochMin: 0n, unknown: [] });
  });

  test('of the group that the data came from asks for the start of the move, wherever its index lies', () => {
    for (const index of [3, 40, 4000]) {
      const token = parseToken(`a=2:${index}`);
      expect(project(token, read('b'), [row('a', 'b', 40, 7, 1)], known)).toMatchObject({ own: [], appliedMin: 7 });
      expect(project(token, read('b', 'x/y'), [row('a', 'b', 40, 7, 1)], known)).toMatchObject({ appliedMin: 0 });
    }
  });

  test('from before several moves asks for the start of the last one, and of the way back too', () => {
    const ledger = [row('a', 'b', 40, 7, 1), row('b', 'c', 30, 12, 2), row('c', 'a', 99, 300, 3)];
    expect(project(parseToken('a=2:10'), read('c'), ledger.slice(0, 2), known)).toMatchObject({ appliedMin: 12 });
    expect(project(parseToken('a=2:10,b=1:30'), read('a'), ledger, known)).toMatchObject({ own: parseToken('a=2:10'), appliedMin: 300 });
  });

  test('names the epoch that the registry must have reached, and the groups that nobody knows', () => {
    const token = parseToken('registry=0:5,registry=0:8,gone=1:1');
    expect(project(token, read('a'), [], known)).toEqual({ own: [], appliedMin: 0, epochMin: 8n, unknown: parseToken('gone=1:1') });
    // A retired group that a ledger row of the range names is no stranger.
    expect(project(parseToken('gone=1:1'), read('a'), [row('gone', 'a', 5, 6, 1)], known)).toMatchObject({ appliedMin: 6, unknown: [] });
  });

  test('never lets a reader miss a write of his, through any sequence of moves', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const) }),
      fc.record({ kind: fc.constantFrom('move' as const, 'elsewhere' as const), to: fc.constantFrom('a', 'b', 'c') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), (steps, lag) => {
        const ends = new Map<string, number>();
        const append = (name: string): number => {
          const index = (ends.get(name) ?? 0) + 1;
          ends.set(name, index);
          return index;
        };
        const ledger: LedgerRow[] = [];
        const seen = new Map<string, number>();
        let owner = 'a';
        /** From which index of the owner's log on the reader's last write can be read; 0 while he has written nothing. */
        let visibleFrom = 0;
        for (const action of steps) {
          if (action.kind === 'write') {
            visibleFrom = append(owner);
            seen.set(owner, visibleFrom);
          } else if (action.kind === 'elsewhere') {
            // Another range of that group: his token rises, the range does not.
            seen.set(action.to, append(action.to));
          } else if (action.to !== owner) {
            const [fromFinalIndex, toStartIndex] = [append(owner), append(action.to)];
            ledger.push(row(owner, action.to, fromFinalIndex, toStartIndex, ledger.length + 1));
            owner = action.to;
            if (visibleFrom > 0) visibleFrom = toStartIndex;
          }
        }
        const token = parseToken(seen.size === 0 ? '0:0' : [...seen].map(([name, index]) => `${name}=1:${index}`).join(','));
        const { own, appliedMin, unknown } = project(token, read(owner), ledger, known);
        const applied = lag % ((ends.get(owner) ?? 0) + 1);
        const served = applied >= appliedMin && own.every(({ index }) => BigInt(applied) >= index);
        expect(unknown).toEqual([]);
        if (served) expect(applied).toBeGreaterThanOrEqual(visibleFrom);
        // Nor does it wait for what will never come: a replica that has everything serves.
        expect(appliedMin).toBeLessThanOrEqual(ends.get(owner) ?? 0);
      }),
      { numRuns: 2000 },
    );
  });
});
