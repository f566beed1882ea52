import { describe, expect, test } from 'vitest';
import { type LeadersView, nextTransfer } from './leader-spread.ts';

const nodes = ['n1', 'n2', 'n3'];

function view(self: string, leaders: readonly (string | null)[], more: Partial<LeadersView> = {}): LeadersView {
  const groups = leaders.map((leader, place): [string, string | null] => [`g${place}`, leader]);
  return { self, leaders: new Map(groups), movable: groups.slice(1).map(([group]) => group), fit: () => true, nodes, ...more };
}

describe('leaders', () => {
  test('move one by one until nobody leads two more than another, whoever leads at the beginning', () => {
    const leaders = Array.from({ length: 8 }, () => 'n2');
    for (let moves = 0; moves < 20; moves += 1) {
      const transfers = nodes.flatMap((self) => nextTransfer(view(self, leaders)) ?? []);
      expect(transfers.length).toBeLessThanOrEqual(1);
      for (const { group, to } of transfers) leaders[Number(group.slice(1))] = to;
    }
    const counts = nodes.map((node) => leaders.filter((leader) => leader === node).length);
    expect(counts.toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
    // The group of the registry stays where it was.
    expect(leaders[0]).toBe('n2');
  });

  test('stay where they are while a difference is small, or a group has no leader', () => {
    expect(nextTransfer(view('n1', ['n1', 'n1', 'n2', 'n3']))).toBeNull();
    expect(nextTransfer(view('n1', ['n1', 'n1', 'n1', null]))).toBeNull();
    expect(nextTransfer(view('n1', ['n1']))).toBeNull();
  });

  test('go only to those who can take over', () => {
    const leaders = ['n1', 'n1', 'n1', 'n1'];
    expect(nextTransfer(view('n1', leaders, { fit: (_, node) => node === 'n3' }))).toEqual({ group: 'g1', to: 'n3' });
    expect(nextTransfer(view('n1', leaders, { fit: (group) => group === 'g3' }))).toEqual({ group: 'g3', to: 'n2' });
    expect(nextTransfer(view('n1', leaders, { fit: () => false }))).toBeNull();
  });
});
