import { expect, test } from 'vitest';
import { type GroupMoves, disagreement } from './agreement.ts';
import type { MoveRecord } from './import.ts';

type State = MoveRecord['state'];
const parties = { from: 'a', to: 'b' };

function states(giver: State | null, taker: State | null): readonly GroupMoves[] {
  const of = (group: string, state: State | null): GroupMoves => ({ group, records: state === null ? [] : [{ move: 'm1-1', state }] });
  return [of('a', giver), of('b', taker)];
}

test.each<[State | null, State | null]>([
  [null, null],
  [null, 'importing'],
  [null, 'voided'],
  ['lifted', 'voided'],
  ['lifted', 'dropped'],
  ['lifted', null],
  ['fenced', 'owned'],
  ['released', 'owned'],
  ['forgotten', 'owned'],
])('states go together where one side keeps the range: %s, %s', (giver, taker) => {
  expect(disagreement(states(giver, taker), () => parties)).toBeNull();
});

test.each<[State | null, State | null]>([
  ['fenced', null],
  ['fenced', 'importing'],
  ['fenced', 'voided'],
  ['released', 'importing'],
  [null, 'owned'],
])('states do not go together where both sides or neither keep it: %s, %s', (giver, taker) => {
  expect(disagreement(states(giver, taker), () => parties)).toBe('m1-1');
  expect(disagreement(states(giver, taker), () => null)).toBe('m1-1');
});

test('a group that is gone has handed on what it had', () => {
  const [a, b] = states('released', 'owned') as [GroupMoves, GroupMoves];
  expect(disagreement([a], () => parties)).toBeNull();
  expect(disagreement([b], () => parties)).toBeNull();
});
