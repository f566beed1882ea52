import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { committedIndex, jointCommittedIndex, jointVoteResult, majority, voteResult } from './quorum.ts';

/** `ids` with what each has acknowledged, by position; `-` for unknown. */
function table(acknowledged: string): { ids: string[]; lookup: (id: string) => number } {
  const words = acknowledged.split(' ').filter((word) => word !== '');
  const ids = words.map((_, i) => `n${i}`);
  return { ids, lookup: (id) => Number(words[Number(id.slice(1))]?.replace('-', '0') ?? 0) };
}

describe('committedIndex', () => {
  test.each([
    ['', Infinity],
    ['-', 0],
    ['12', 12],
    ['12 5', 5],
    ['12 -', 0],
    ['12 5 6', 6],
    ['12 12 -', 12],
    ['7 8 9 10', 8],
    ['7 8 9 10 11', 9],
    ['- - 9 10 11', 9],
    ['- - - 10 11', 0],
  ])('of (%s) is %s', (acknowledged, expected) => {
    const { ids, lookup } = table(acknowledged);
    expect(committedIndex(ids, lookup)).toBe(expected);
  });

  test('is the largest index that more than half have reached, for any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }), (acknowledged) => {
        const ids = acknowledged.map((_, i) => `n${i}`);
        const index = committedIndex(ids, (id) => acknowledged[ids.indexOf(id)] ?? 0);
        const reached = (at: number): number => acknowledged.filter((one) => one >= at).length;
        expect(reached(index)).toBeGreaterThan(acknowledged.length / 2);
        expect(reached(index + 1)).toBeLessThanOrEqual(acknowledged.length / 2);
      }),
    );
  });

  test('needs both halves of a joint configuration', () => {
    const acknowledged: Record<string, number> = { a: 10, b: 10, c: 1, d: 2, e: 3 };
    const lookup = (id: string): number => acknowledged[id] ?? 0;
    expect(jointCommittedIndex(['a', 'b', 'c'], ['c', 'd', 'e'], lookup)).toBe(2);
    expect(jointCommittedIndex(['a', 'b', 'c'], [], lookup)).toBe(10);
    expect(jointCommittedIndex([], [], lookup)).toBe(Infinity);
  });
});

describe('voteResult', () => {
  test.each([
    ['', 'won'],
    ['y', 'won'],
    ['n', 'lost'],
    ['-', 'pending'],
    ['y -', 'pending'],
    ['y n', 'lost'],
    ['y y -', 'won'],
    ['y n -', 'pending'],
    ['n n -', 'lost'],
    ['y y n n', 'lost'],
    ['y y - n', 'pending'],
    ['y y y n n', 'won'],
    ['y y - n n', 'pending'],
  ])('of (%s) is %s', (votes, expected) => {
    const words = votes.split(' ').filter((word) => word !== '');
    const vote = (id: string): boolean | undefined => ({ y: true, n: false })[words[Number(id)] ?? ''];
    expect(
      voteResult(
        words.map((_, i) => String(i)),
        vote,
      ),
    ).toBe(expected);
  });

  test('decides exactly when no further votes could change it', () => {
    const vote = fc.constantFrom(true, false, undefined);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const half = fc.subarray(ids, { maxLength: 4 });
    fc.assert(
      fc.property(half, half, fc.array(vote, { minLength: 6, maxLength: 6 }), (incoming, outgoing, votes) => {
        const missing = ids.filter((_, i) => votes[i] === undefined);
        const outcomes = new Set<boolean>();
        for (let bits = 0; bits < 2 ** missing.length; bits += 1) {
          const yes = new Set(ids.filter((id, i) => votes[i] ?? (bits >> missing.indexOf(id)) % 2 === 1));
          const wins = (voters: string[]): boolean =>
            voters.filter((id) => yes.has(id)).length >= majority(voters.length) || voters.length === 0;
          outcomes.add(wins(incoming) && wins(outgoing));
        }
        const expected = outcomes.size === 2 ? 'pending' : outcomes.has(true) ? 'won' : 'lost';
        expect(jointVoteResult(incoming, outgoing, (id) => votes[ids.indexOf(id)])).toBe(expected);
      }),
    );
  });
});
