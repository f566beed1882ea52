import { describe, expect, test } from 'vitest';
import type { MemberInfo } from '../state/member-info.ts';
import { MemberFollower, nextChange, type MemberFollowerOptions } from './member-follow.ts';

function member(name: string, incarnation = '0', more: Partial<MemberInfo> = {}): MemberInfo {
  return { id: `${name}@${incarnation}`, name, incarnation, peer: `${name}:1`, url: `http://${name}`, ...more };
}
const [n1, n2, n3] = [member('n1'), member('n2'), member('n3')] as const;

describe('what a group has to do to have the members of the main group', () => {
  test.each([
    ['nothing when it has them', [n1, n2, n3], [n1, n2, n3], null, null],
    ['whoever was added comes', [n1, n2, n3], [n1, n2], null, { type: 'add', member: n3, replaces: null }],
    ['whoever was removed goes', [n1, n2], [n1, n2, n3], null, { type: 'remove', name: 'n3' }],
    ['before a new disk comes the old one goes', [n1, member('n2', '1')], [n1, n2], null, { type: 'remove', name: 'n2' }],
    [
      'whoever is to take a place is added for it',
      [n1, n2, member('n3', '0', { replaces: n2.id })],
      [n1, n2],
      null,
      { type: 'add', member: n3, replaces: 'n2' },
    ],
    [
      'whoever has taken a place is added, and then the other one goes',
      [n1, n3],
      [n1, n2],
      null,
      { type: 'add', member: n3, replaces: null },
    ],
    ['only those that it may have come', [n1, n2, n3], [n1, n2], ['n1', 'n2'], null],
    ['whoever was removed goes also from a group of its own', [n1], [n1, n2], ['n1', 'n2'], { type: 'remove', name: 'n2' }],
  ] as const)('%s', (_what, main, group, names, change) => {
    expect(nextChange(main, group, names)).toEqual(change);
  });
});

test('a change that breaks under its leader is told, and tried again', async () => {
  const confState = { voters: [n1.id], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  const replica = (members: readonly MemberInfo[]): unknown => ({
    serving: true,
    raft: { role: 'leader', confState },
    machine: { members: () => members },
  });
  let nowMs = 0;
  const outcomes = [() => Promise.reject(new Error('broken')), () => Promise.resolve({ kind: 'done' })];
  const said: unknown[] = [];
  const follower = new MemberFollower({
    host: {
      view: () => ({ condition: 'ok', contactMs: 0, commitIndex: 1, appliedIndex: 1 }),
      replica: (group: string) => replica(group === 'default' ? [n1] : [n1, n2]),
    },
    runtime: { nowMs: () => nowMs },
    changes: { change: () => outcomes.shift()?.() },
    mainGroup: 'default',
    groups: () => [{ id: 'g1', members: null, first: [], level: 1, removed: false }],
    staleMs: 1_000,
    logger: (level: string, _event: string, fields: { readonly outcome: string }) => void said.push([level, fields.outcome]),
  } as unknown as MemberFollowerOptions);
  for (; nowMs < 15_000; nowMs += 1_000) {
    follower.tick();
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(said).toEqual([
    ['warn', 'Error: broken'],
    ['info', 'done'],
  ]);
});
