import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Registry, ShardMove } from '../../lib/contract/schemas/shards.ts';
import { moveTimesOf } from '../../lib/queries/shards.ts';
import { statusOf } from '../cluster/testing.ts';
import { marksOf } from './marks.ts';
import { partitionsOf, partitionsText, rangeLines } from './ranges.ts';
import { heldPartitions, isAlone, stayRequest, underWay, waitsFor, whyKept } from './standing.ts';

function move(more: Partial<ShardMove> = {}): ShardMove {
  return {
    id: 'm3-1',
    from: 'default',
    to: 'g1',
    range: [{ prefix: null, except: ['teams'], partitions: [3, 4] }],
    epoch: 3,
    phase: 'announced',
    abort: false,
    step: 'copying',
    rows: 0,
    bytes: 0,
    ...more,
  };
}

function registry(more: Partial<Registry> = {}): Registry {
  const group = { members: null, createdEpoch: 0, state: 'active', partitions: 0, routes: 0 } as const;
  return {
    epoch: 3,
    groups: [
      { id: 'default', ...group, partitions: 254 },
      { id: 'g1', ...group, partitions: 2 },
    ],
    routes: [],
    partitions: Array.from({ length: 256 }, (_, at) => (at === 3 || at === 4 ? 'g1' : 'default')),
    ledger: [],
    moves: [],
    ...more,
  };
}

describe('partitions as text', () => {
  test('are read as they are written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 255 })), (partitions) => {
        expect(partitionsOf(partitionsText(partitions))).toEqual({ partitions: partitions.toSorted((a, b) => a - b), fault: null });
      }),
    );
  });

  test('say what is no partition', () => {
    expect(partitionsOf('0-3, 32 7')).toEqual({ partitions: [0, 1, 2, 3, 7, 32], fault: null });
    expect(['256', '5-2', 'x', '1-', '-1'].map((typed) => partitionsOf(typed).fault)).toEqual(['256', '5-2', 'x', '1-', '-1']);
  });

  test('stand in ranges beside prefixes', () => {
    expect(
      rangeLines([
        { prefix: null, except: ['teams'], partitions: [0, 1, 2, 9] },
        { prefix: 'teams', except: ['teams/a'], partitions: null },
        { prefix: 'teams/b', except: [], partitions: [7] },
      ]),
    ).toEqual(['4 partitions: 0–2, 9', 'teams and below, except teams/a', '1 partition (7) below teams/b']);
  });
});

test('groups have letters that never repeat', () => {
  const groups = Array.from({ length: 63 }, (_, at) => ({ id: `g${at}` }));
  const letters = [...marksOf(groups).values()].map(({ letter }) => letter);
  expect(new Set(letters).size).toBe(63);
  expect([letters[0], letters[25], letters[26], letters[62]]).toEqual(['A', 'Z', 'AA', 'BK']);
});

describe('what may be done', () => {
  test('depends on what leads to a group', () => {
    const shown = registry();
    expect(shown.groups.map((group) => whyKept(group, shown))).toEqual(['always there', 'in use: 2 partitions']);
    const free = { ...(shown.groups[1] as Registry['groups'][number]), partitions: 0 };
    expect(whyKept(free, shown)).toBeNull();
    expect(whyKept(free, registry({ moves: [move({ phase: 'voided' })] }))).toBe('in use: 1 move');
    expect(isAlone(shown)).toBe(false);
    expect(isAlone(registry({ groups: [shown.groups[0] as never, { ...free, state: 'retired' }] }))).toBe(true);
  });

  test('waits for moves that are announced, not for those that were undone', () => {
    expect(underWay(registry({ moves: [move({ phase: 'voided' })] }))).toBeNull();
    expect(underWay(registry({ moves: [move({ phase: 'voided' }), move({ id: 'm3-2' })] }))?.id).toBe('m3-2');
  });

  test('leaves what was undone where it is, by the lines that route it', () => {
    expect(stayRequest(move(), registry())).toEqual({ partitions: [3, 4] });
    const routed = move({ range: [{ prefix: 'teams', except: [], partitions: null }] });
    expect(stayRequest(routed, registry({ routes: [{ prefix: 'teams', group: 'g1' }] }))).toEqual({ prefix: 'teams' });
    expect(stayRequest(routed, registry())).toBeNull();
  });
});

test('shows where partitions still lie while they are on their way', () => {
  expect([...heldPartitions(registry({ moves: [move()] }))]).toEqual([
    [3, 'default'],
    [4, 'default'],
  ]);
});

test('says what a move waits for', () => {
  const status = statusOf({ commit: 5, replicas: [{ node: 'n1', last: 5, applied: 5 }] });
  const [first] = status.groups;
  if (first === undefined) throw new Error('there is a group');
  const stopped = { ...status, groups: [first, { ...first, id: 'g1', leader: null }] };
  const moves = [move(), move({ id: 'm3-2', step: 'announced' })];
  expect(waitsFor(move(), registry({ moves: [move()] }), status)).toBeNull();
  expect(waitsFor(move(), registry({ moves: [move()] }), stopped)).toContain('a leader of g1');
  expect(waitsFor(move(), registry(), { ...status, groups: [{ ...first, leader: null }] })).toContain('a leader of default');
  expect(moves.map((one) => waitsFor(one, registry({ moves }), status))).toEqual([null, 'Waits for its turn, after m3-1.']);
});

test('tells from the audit when a move was done and for how long its range was fenced', () => {
  const [fenced, done] = ['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.120Z'];
  expect(
    moveTimesOf([
      { action: 'move.completed', message: 'm3-1 from default to g1', time: done },
      { action: 'range.fenced', message: 'm3-1', time: fenced },
      { action: 'move.completed', message: 'm2-1 from default to g1', time: fenced },
    ]),
  ).toEqual({ 'm3-1': { doneAtMs: Date.parse(done), fenceMs: 120 }, 'm2-1': { doneAtMs: Date.parse(fenced), fenceMs: null } });
});
