import { expect, test } from 'vitest';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { joiningNodes, joiningOf, removalEffect } from './joining.ts';
import { statusOf } from './testing.ts';

const replicas = ['n1', 'n2', 'n3'].map((node) => ({ node, last: 90, applied: 90 }));
const well = statusOf({ commit: 90, replicas });

/** The same cluster with one more node, as the status tells of it from step to step. */
function withAdded(step: 'awaited' | 'copying' | 'silent' | 'votes'): ClusterStatus {
  const status = statusOf({
    commit: 90,
    replicas: [...replicas, { node: 'n4', last: 80, applied: 70 }],
    silent: step === 'silent' ? ['n4'] : [],
  });
  return {
    ...status,
    nodes: status.nodes.map((node) =>
      node.id === 'n4'
        ? {
            ...node,
            version: step === 'awaited' ? null : '1',
            state: step === 'silent' ? 'unreachable' : step === 'votes' ? 'live' : 'joining',
          }
        : node,
    ),
    groups: status.groups.map((group) => ({
      ...group,
      members: group.members.flatMap((member) =>
        member.node !== 'n4'
          ? [member]
          : step === 'awaited'
            ? []
            : step === 'votes'
              ? [member]
              : [{ ...member, role: 'learner' as const, voter: false }],
      ),
    })),
  };
}

test('follows a node from being added to its vote', () => {
  expect(joiningOf(withAdded('awaited'), 'n4')).toMatchObject({ step: 'awaited', behind: null, replaces: null });
  expect(joiningOf(withAdded('copying'), 'n4')).toMatchObject({ step: 'copying', behind: 20 });
  expect(joiningOf(withAdded('silent'), 'n4')).toMatchObject({ step: 'silent', behind: null });
  expect(joiningOf(withAdded('votes'), 'n4')).toMatchObject({ step: 'votes' });
  expect(joiningOf(well, 'n4')).toBeNull();
});

test('tells a member from an earlier one of its name, by what is known of that', () => {
  const old = withAdded('votes');
  const renewed = { ...old, nodes: old.nodes.map((node) => ({ ...node, incarnation: 'b' })) };
  expect(joiningOf({ ...old, nodes: old.nodes.map((node) => ({ ...node, incarnation: 'a' })) }, 'n4', 'b')).toBeNull();
  expect(joiningOf(renewed, 'n4', 'b')?.step).toBe('votes');
  // Its last report is of before the change, and nobody has come since.
  const awaited = withAdded('silent');
  const nodes = awaited.nodes.map((node) => (node.id === 'n4' ? { ...node, state: 'joining' as const } : node));
  expect(joiningOf({ ...awaited, nodes }, 'n4')?.step).toBe('awaited');
});

test('waits for a vote in every group, but not in one that is on chosen nodes', () => {
  const status = withAdded('votes');
  const [group] = status.groups;
  if (group === undefined) throw new Error('there is a group');
  const without = group.members.filter(({ node }) => node !== 'n4');
  const behind = { ...status, groups: [{ ...group, id: 'a', members: without }, group] };
  expect(joiningOf(behind, 'n4')?.step).toBe('copying');
  const chosen = without.filter(({ node }) => node === 'n3');
  const apart = { ...status, groups: [{ ...group, id: 'a', members: chosen }, group] };
  expect(joiningOf(apart, 'n4')?.step).toBe('votes');
  expect(removalEffect(apart, 'n1')).toEqual({ votes: true, leads: true, left: 3, spare: 1 });
  expect(removalEffect(apart, '')).toMatchObject({ votes: false, left: 4 });
});

test('lists those that do not vote yet, and no voter that is away', () => {
  expect(joiningNodes(well)).toEqual([]);
  expect(joiningNodes(statusOf({ commit: 90, replicas, silent: ['n3'] }))).toEqual([]);
  for (const step of ['awaited', 'copying', 'silent'] as const)
    expect(joiningNodes(withAdded(step)).map(({ node }) => node)).toEqual(['n4']);
  expect(joiningNodes(withAdded('votes'))).toEqual([]);
});

test('counts what a removal leaves', () => {
  expect(removalEffect(well, 'n1')).toEqual({ votes: true, leads: true, left: 2, spare: 0 });
  expect(removalEffect(well, 'n2')).toEqual({ votes: true, leads: false, left: 2, spare: 0 });
  expect(removalEffect(withAdded('votes'), 'n4')).toEqual({ votes: true, leads: false, left: 3, spare: 1 });
  expect(removalEffect(withAdded('copying'), 'n4')).toEqual({ votes: false, leads: false, left: 3, spare: 1 });
});
