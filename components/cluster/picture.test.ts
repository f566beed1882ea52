import { describe, expect, test } from 'vitest';
import { layoutPicture, NARROW, WIDE } from './picture.ts';
import { statusOf } from './testing.ts';

describe('the picture', () => {
  test('lines up what each replica has applied, holds and lacks', () => {
    const status = statusOf({
      commit: 42,
      replicas: [
        { node: 'n1', last: 43, applied: 42 },
        { node: 'n2', last: 42, applied: 40 },
        { node: 'n3', last: 39, applied: 39 },
      ],
    });
    const { lanes, commitX } = layoutPicture(status, 'default', WIDE, null);
    const tail = (lane: number): readonly string[] => lanes[lane]!.cells.slice(-4).map(({ index, state }) => `${index} ${state}`);
    expect(tail(0)).toEqual(['40 applied', '41 applied', '42 applied', '43 logged']);
    expect(tail(1)).toEqual(['40 applied', '41 committed', '42 committed', '43 missing']);
    expect(tail(2)).toEqual(['40 missing', '41 missing', '42 missing', '43 missing']);
    for (const { cells } of lanes) expect(cells.map(({ x }) => x)).toEqual(lanes[0]!.cells.map(({ x }) => x));
    expect(commitX).toBe(lanes[0]!.cells.at(-2)!.x + WIDE.cell);
    expect(lanes[0]!.cells.at(-1)!.x + WIDE.cell).toBeLessThanOrEqual(WIDE.width);
  });

  test('says how much is left of the first cell', () => {
    const status = statusOf({
      commit: 1000,
      replicas: [
        { node: 'n1', last: 1000, applied: 1000 },
        { node: 'n2', last: 1000, applied: 100 },
      ],
    });
    const { lanes } = layoutPicture(status, 'default', NARROW, null);
    expect(lanes.map(({ behindLeft }) => behindLeft)).toEqual([0, 1000 - NARROW.cells - 100]);
    expect(lanes[1]!.cells.every(({ state }) => state === 'committed')).toBe(true);
  });

  test('draws arrows from the leader to all others, dead ones to those that are silent', () => {
    const status = statusOf({
      commit: 5,
      leader: 'n2',
      silent: ['n3'],
      replicas: ['n1', 'n2', 'n3'].map((node) => ({ node, last: 5, applied: 5 })),
    });
    const { arrows, lanes } = layoutPicture(status, 'default', WIDE, null);
    expect(arrows.map(({ to, alive }) => [to, alive])).toEqual([
      ['n1', true],
      ['n3', false],
    ]);
    expect(lanes.map(({ leads, fresh }) => [leads, fresh])).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
  });

  test('has no arrows without a leader, and none with one node', () => {
    const replicas = [{ node: 'n1', last: 5, applied: 5 }];
    expect(layoutPicture(statusOf({ commit: 5, leader: null, replicas }), 'default', WIDE, null).arrows).toEqual([]);
    expect(layoutPicture(statusOf({ commit: 5, replicas }), 'default', WIDE, null).arrows).toEqual([]);
  });

  test('points at what the reader has seen, where it is in the picture', () => {
    const status = statusOf({ commit: 42, replicas: [{ node: 'n1', last: 42, applied: 42 }] });
    expect(layoutPicture(status, 'default', WIDE, 42).seenX).toBe(WIDE.cellsX + (WIDE.cells - 1) * WIDE.pitch + WIDE.cell / 2);
    expect(layoutPicture(status, 'default', WIDE, 3).seenX).toBeNull();
    expect(layoutPicture(status, 'default', WIDE, 99).seenX).toBeNull();
  });

  test('stands when nothing is known of a node, and for a young log', () => {
    const status = statusOf({ commit: 2, replicas: [{ node: 'n1', last: 2, applied: 2 }], nodes: ['n1', 'n2'] });
    const { lanes } = layoutPicture(status, 'default', WIDE, null);
    expect(lanes.map(({ cells }) => cells.length)).toEqual([2, 0]);
    expect(layoutPicture({ ...status, groups: [] }, 'default', WIDE, null).lanes.length).toBe(2);
  });
});
