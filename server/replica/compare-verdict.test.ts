import { describe, expect, test } from 'vitest';
import { type HashReport, judgeHashes } from './compare-verdict.ts';

const report = (node: string, hash: string, index = 7, scheme = '1'): HashReport => ({ node, index, hash, scheme });
const VOTERS = ['n1', 'n2', 'n3'];

describe('hashes at one index', () => {
  test('that are equal say so, of whoever has reported', () => {
    expect(judgeHashes([report('n2', 'a'), report('n1', 'a')], 7, VOTERS)).toEqual({ kind: 'equal', index: 7, nodes: ['n1', 'n2'] });
  });

  test('name the odd one when a majority of all voters agrees', () => {
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b'), report('n3', 'a')], 7, VOTERS)).toEqual({
      kind: 'differ',
      index: 7,
      sides: [
        { hash: 'a', nodes: ['n1', 'n3'] },
        { hash: 'b', nodes: ['n2'] },
      ],
      odd: ['n2'],
    });
    // A learner can be odd, and counts for nobody.
    expect(judgeHashes([report('n1', 'a'), report('n2', 'a'), report('n4', 'b')], 7, VOTERS)).toMatchObject({ odd: ['n4'] });
    expect(judgeHashes([report('n1', 'a'), report('n4', 'b'), report('n5', 'b')], 7, VOTERS)).toMatchObject({ odd: [] });
  });

  test('name nobody when no majority of all voters agrees', () => {
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b')], 7, VOTERS)).toMatchObject({ kind: 'differ', odd: [] });
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b'), report('n3', 'c')], 7, VOTERS)).toMatchObject({ kind: 'differ', odd: [] });
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b')], 7, ['n1', 'n2'])).toMatchObject({ kind: 'differ', odd: [] });
    expect(judgeHashes([report('n1', 'a'), report('n2', 'a'), report('n3', 'b')], 7, [...VOTERS, 'n4'])).toMatchObject({ odd: [] });
  });

  test('of another index or another scheme are not compared', () => {
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b', 8)], 7, VOTERS)).toBeNull();
    expect(judgeHashes([report('n1', 'a'), report('n2', 'b', 7, '2')], 7, VOTERS)).toBeNull();
    expect(judgeHashes([report('n1', 'a')], 7, VOTERS)).toBeNull();
  });
});
