import { describe, expect, test } from 'vitest';
import type { ConfState } from '../raft/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { type MembershipView, planAdd, planPromotion, planRemove } from './membership-plan.ts';

function member(name: string, more: Partial<MemberInfo> = {}): MemberInfo {
  return { id: `${name}@1`, name, incarnation: '1', peer: `${name}:1`, url: `http://${name}`, ...more };
}

function conf(voters: readonly string[], learners: readonly string[] = []): ConfState {
  return { voters, learners, votersOutgoing: [], learnersNext: [], autoLeave: false };
}

interface Scene {
  readonly voters?: readonly string[];
  readonly learners?: readonly MemberInfo[];
  readonly dead?: readonly string[];
  /** Alive, as far as anybody knows, but not heard from since the change was asked for. */
  readonly silent?: readonly string[];
  readonly self?: string;
}

const nameOf = (id: string): string => id.slice(0, id.indexOf('@'));

/** n1 to n3 vote and n1 looks, unless told otherwise. */
function view({ voters = ['n1', 'n2', 'n3'], learners = [], dead = [], silent = [], self = 'n1' }: Scene = {}): MembershipView {
  return {
    self: `${self}@1`,
    conf: conf(
      voters.map((name) => `${name}@1`),
      learners.map(({ id }) => id),
    ),
    members: [...voters.map((name) => member(name)), ...learners],
    alive: (id) => !dead.includes(nameOf(id)),
    answers: (id) => ![...dead, ...silent].includes(nameOf(id)),
    match: (id) => (id === 'n3@1' ? 9 : 5),
  };
}

const fresh = (name: string): MemberInfo => member(name, { id: `${name}@2`, incarnation: '2' });

describe('adding', () => {
  test('brings a learner that is waited for', () => {
    expect(planAdd(view(), fresh('n4'), null)).toMatchObject({
      kind: 'propose',
      changes: [{ type: 'add-learner', id: 'n4@2' }],
      members: [{ id: 'n4@2', claim: null }],
    });
  });

  test('is done when it was asked for before', () => {
    const awaited = member('n4', { claim: null });
    expect(planAdd(view({ learners: [awaited] }), fresh('n4'), null)).toEqual({ kind: 'done', member: awaited });
    expect(planAdd(view({ learners: [fresh('n4')] }), fresh('n4'), null)).toMatchObject({ kind: 'done' });
  });

  test.each([
    ['a name that votes', fresh('n2'), null, 'member-exists'],
    ['an address that is taken', { ...fresh('n4'), peer: 'n2:1' }, null, 'member-exists'],
    ['the place of nobody', fresh('n4'), 'n9', 'member-not-found'],
    ['a new disk for one that lives', fresh('n2'), 'n2', 'member-alive'],
    ['a new disk for the leader', fresh('n1'), 'n1', 'member-alive'],
  ] as const)('refuses %s', (_what, wanted, replaces, code) => {
    expect(planAdd(view(), wanted, replaces)).toMatchObject({ kind: 'refused', code });
  });

  test('refuses a name that has come, though it does not vote yet', () => {
    expect(planAdd(view({ learners: [member('n4', { claim: 'c' })] }), fresh('n4'), null)).toMatchObject({ code: 'member-exists' });
  });
});

describe('replacing', () => {
  test('takes out a lost disk and brings the new one in one change', () => {
    expect(planAdd(view({ dead: ['n2'] }), fresh('n2'), 'n2')).toMatchObject({
      kind: 'propose',
      changes: [
        { type: 'remove', id: 'n2@1' },
        { type: 'add-learner', id: 'n2@2' },
      ],
    });
  });

  test('keeps the vote of a member until its successor has caught up, and swaps both in one change', () => {
    const successor = member('n4', { claim: 'c', replaces: 'n2@1' });
    expect(planAdd(view(), fresh('n4'), 'n2')).toMatchObject({
      changes: [{ type: 'add-learner', id: 'n4@2' }],
      members: [{ replaces: 'n2@1' }],
    });
    const plan = planPromotion(view({ learners: [successor] }), 'n4@1', 3);
    expect(plan).toMatchObject({
      kind: 'propose',
      changes: [
        { type: 'add-voter', id: 'n4@1' },
        { type: 'remove', id: 'n2@1' },
      ],
    });
    expect(plan?.kind === 'propose' ? plan.members : null).toEqual([member('n4', { claim: 'c' })]);
  });

  test('is done by one successor only', () => {
    const rival = member('n5', { claim: null, replaces: 'n2@1' });
    expect(planAdd(view({ learners: [rival] }), fresh('n4'), 'n2')).toMatchObject({ code: 'member-change-pending' });
  });

  test('lets somebody else lead before the leader goes', () => {
    const successor = member('n4', { claim: 'c', replaces: 'n1@1' });
    expect(planPromotion(view({ learners: [successor] }), 'n4@1', 5)).toEqual({ kind: 'hand-over', to: 'n3@1' });
  });

  test('of the only voter goes by way of two', () => {
    const successor = member('n4', { claim: 'c', replaces: 'n1@1' });
    expect(planPromotion(view({ voters: ['n1'], learners: [successor] }), 'n4@1', 5)).toMatchObject({
      changes: [{ type: 'add-voter', id: 'n4@1' }],
      members: [],
    });
    const both = { ...view({ voters: ['n1', 'n4'] }), members: [member('n1'), successor] };
    expect(planPromotion(both, 'n4@1', 5)).toEqual({ kind: 'hand-over', to: 'n4@1' });
    expect(planPromotion({ ...both, self: 'n4@1' }, 'n4@1', 5)).toMatchObject({ changes: [{ type: 'remove', id: 'n1@1' }] });
  });
});

describe('removing', () => {
  test.each([
    ['a member', 'n2', {}, { kind: 'propose', changes: [{ type: 'remove', id: 'n2@1' }] }],
    ['a dead member', 'n2', { dead: ['n2'] }, { kind: 'propose' }],
    ['a learner, whoever is dead', 'n4', { learners: [member('n4')], dead: ['n2', 'n3'] }, { kind: 'propose' }],
    ['nobody', 'n9', {}, { kind: 'refused', code: 'member-not-found' }],
    ['the last voter', 'n1', { voters: ['n1'] }, { kind: 'refused', code: 'last-voter' }],
    ['a live voter beside a dead one', 'n2', { dead: ['n3'] }, { kind: 'refused', code: 'quorum-at-risk' }],
    ['a live voter beside one that was not heard from since', 'n2', { silent: ['n3'] }, { kind: 'refused', code: 'quorum-at-risk' }],
    ['a voter that was not heard from since', 'n2', { silent: ['n2'] }, { kind: 'propose' }],
    ['the leader', 'n1', {}, { kind: 'hand-over', to: 'n3@1' }],
  ] as const)('%s', (_what, name, scene, plan) => {
    expect(planRemove(view(scene as Scene), name)).toMatchObject(plan);
  });
});

describe('making voters', () => {
  const learner = member('n4', { claim: 'c' });

  test('stops at so many', () => {
    expect(planPromotion(view({ learners: [learner] }), 'n4@1', 3)).toBeNull();
    expect(planPromotion(view({ learners: [learner] }), 'n4@1', 4)).toMatchObject({ changes: [{ type: 'add-voter', id: 'n4@1' }] });
  });

  test('waits while it would leave too few that live', () => {
    expect(planPromotion(view({ learners: [learner], dead: ['n2', 'n3'] }), 'n4@1', 5)).toBeNull();
  });
});
