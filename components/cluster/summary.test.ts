import { describe, expect, test } from 'vitest';
import type { ClusterStatus, ReplicaRow } from '../../lib/contract/cluster.ts';
import { appliedOn, summarize } from './summary.ts';

function replica(node: string, appliedIndex: number, change: Partial<ReplicaRow> = {}): ReplicaRow {
  return {
    node,
    role: node === 'n1' ? 'leader' : 'follower',
    voter: true,
    term: 5,
    lastIndex: 42,
    commitIndex: 42,
    appliedIndex,
    lagEntries: 42 - appliedIndex,
    lagMs: 0,
    lastContactMs: 10,
    snapshotIndex: 0,
    ageMs: 0,
    ...change,
  };
}

function status(members: readonly ReplicaRow[], ages: Readonly<Record<string, number>> = {}): ClusterStatus {
  return {
    cluster: { id: '0123abcd', lineage: '89abcdef', name: 'test', level: 1, verdict: 'healthy', reasons: [], canLose: 1 },
    node: 'n2',
    nodes: members.map(({ node }) => ({
      id: node,
      url: `http://${node}`,
      state: 'live',
      version: '1',
      uptimeMs: 1,
      dataBytes: 1,
      diskFreeBytes: 1,
      lastContactMs: 0,
      ageMs: ages[node] ?? 0,
    })),
    groups: [{ id: 'default', leader: 'n1', term: 5, commitIndex: 42, members }],
  };
}

describe('the summary of a cluster', () => {
  test('names the greatest lag and the node that answered', () => {
    const summary = summarize(status([replica('n1', 42), replica('n2', 40), replica('n3', 37)]));
    expect(summary.lag).toBe(5);
    expect(summary.served).toMatchObject({ id: 'n2', role: 'follower', lag: 2, appliedIndex: 40 });
  });

  test('does not show the lag of a node whose row is old', () => {
    const summary = summarize(status([replica('n1', 42), replica('n2', 42), replica('n3', 2)], { n3: 9000 }));
    expect(summary.lag).toBe(0);
    expect(summary.nodes[2]).toMatchObject({ id: 'n3', lag: null, fresh: false, ageMs: 9000 });
  });

  test('knows no lag when no replica knows its own', () => {
    expect(summarize(status([replica('n1', 42, { lagEntries: null })])).lag).toBeNull();
  });

  test('takes all groups together, and knows no lag where one has no leader', () => {
    const [group] = status([replica('n1', 42), replica('n2', 40)]).groups;
    if (group === undefined) throw new Error('there is a group');
    const other = { ...group, id: 'payments', leader: 'n2', members: [replica('n1', 35), replica('n2', 42)] };
    const both = { ...status([replica('n1', 42), replica('n2', 40)]), groups: [other, group] };
    const summary = summarize(both);
    expect([summary.lag, summary.groups, summary.leaderless]).toEqual([7, 2, []]);
    expect(summary.nodes.map(({ leads, lag }) => [leads, lag])).toEqual([
      [1, 7],
      [1, 2],
    ]);
    const unled = { ...other, leader: null, members: other.members.map((member) => ({ ...member, lagEntries: null })) };
    const partly = summarize({ ...both, groups: [unled, group] });
    expect([partly.lag, partly.leaderless]).toEqual([null, ['payments']]);
  });

  test('counts voters that have applied an entry, learners not', () => {
    const members = [replica('n1', 42), replica('n2', 41), replica('n3', 42), replica('n4', 42, { role: 'learner', voter: false })];
    expect(appliedOn(status(members), 'default', 42)).toEqual({ applied: 2, of: 3 });
    expect(appliedOn(status(members), 'payments', 1)).toEqual({ applied: 0, of: 0 });
  });
});
