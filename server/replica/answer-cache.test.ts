import { expect, test } from 'vitest';
import type { ReadAnswer } from '../state/types.ts';
import { AnswerCache } from './answer-cache.ts';

const answer = (index: number): ReadAnswer<'entry'> => ({ applied: { term: 1, index }, data: null });

test('gives an answer again while nothing newer is applied', () => {
  const cache = new AnswerCache(() => 1_000_000);
  expect(cache.get('a', 5, 1)).toBeUndefined();
  const first = answer(5);
  cache.put('a', first, 0);
  expect(cache.get('a', 5, 1)).toBe(first);
  expect(cache.get('b', 5, 1)).toBeUndefined();
});

test('forgets everything with the first entry that is applied after it', () => {
  const cache = new AnswerCache(() => 1_000_000);
  cache.get('a', 5, 1);
  cache.put('a', answer(5), 0);
  expect(cache.get('a', 6, 1)).toBeUndefined();
  expect(cache.get('a', 5, 1)).toBeUndefined();
});

test('forgets everything when the state was replaced, at whatever index', () => {
  const cache = new AnswerCache(() => 1_000_000);
  cache.get('a', 5, 1);
  cache.put('a', answer(5), 0);
  expect(cache.get('a', 5, 2)).toBeUndefined();
});

test('does not keep an answer from a state older than the one shown', () => {
  const cache = new AnswerCache(() => 1_000_000);
  cache.get('a', 5, 1);
  cache.put('a', answer(4), 0);
  expect(cache.get('a', 5, 1)).toBeUndefined();
});

test('stays within its bound', () => {
  const cache = new AnswerCache(() => 10_000);
  cache.get('k', 5, 1);
  for (let i = 0; i < 100; i += 1) cache.put(`k${i}`, answer(5), 1000);
  let kept = 0;
  for (let i = 0; i < 100; i += 1) if (cache.get(`k${i}`, 5, 1) !== undefined) kept += 1;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(5);
});
