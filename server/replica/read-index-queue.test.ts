import { expect, test } from 'vitest';
import type { ReadIndexOutcome } from '../engine/types.ts';
import { ReadIndexQueue, type ReadQuestion } from './read-index-queue.ts';

function question(deadlineMs = 1000): { readonly question: ReadQuestion; readonly outcomes: ReadIndexOutcome[] } {
  const outcomes: ReadIndexOutcome[] = [];
  return { outcomes, question: { deadlineMs, settle: (outcome) => outcomes.push(outcome) } };
}

test('shares one round among all questions of a turn', () => {
  const queue = new ReadIndexQueue();
  const [a, b] = [question(), question()];
  queue.push(a.question);
  queue.push(b.question);
  const request = queue.startRound(0) as number;
  expect(queue.startRound(0)).toBeNull();
  queue.answered(request, 42, 3);
  expect([a.outcomes, b.outcomes]).toEqual([[{ kind: 'ok', index: 42, term: 3 }], [{ kind: 'ok', index: 42, term: 3 }]]);
});

test('never lets a later question into a round that has begun', () => {
  const queue = new ReadIndexQueue();
  const [a, late] = [question(), question()];
  queue.push(a.question);
  const first = queue.startRound(0) as number;
  queue.push(late.question);
  queue.answered(first, 42, 3);
  expect(late.outcomes).toEqual([]);
  expect(queue.startRound(1)).not.toBe(first);
});

test('asks again under a new number when a round is lost', () => {
  const queue = new ReadIndexQueue();
  const a = question();
  queue.push(a.question);
  const first = queue.startRound(0) as number;
  queue.lost(first);
  const second = queue.startRound(1) as number;
  expect(second).toBeGreaterThan(first);
  queue.answered(first, 10, 3);
  expect(a.outcomes).toEqual([]);
  queue.answered(second, 42, 3);
  expect(a.outcomes).toEqual([{ kind: 'ok', index: 42, term: 3 }]);
});

test('takes a round for lost when no answer comes in the time a message may take', () => {
  const queue = new ReadIndexQueue();
  const a = question();
  queue.push(a.question);
  queue.startRound(0);
  queue.expire(99, 100, true);
  expect(queue.startRound(99)).toBeNull();
  queue.expire(100, 100, true);
  expect(queue.startRound(100)).not.toBeNull();
});

test('ends a question when its time is over, asked or not', () => {
  const queue = new ReadIndexQueue();
  const [asked, waiting, patient] = [question(10), question(10), question(1000)];
  queue.push(asked.question);
  queue.push(patient.question);
  const request = queue.startRound(0) as number;
  queue.push(waiting.question);
  queue.expire(10, 500, false);
  expect([asked.outcomes, waiting.outcomes, patient.outcomes]).toEqual([[{ kind: 'timeout' }], [{ kind: 'no-leader' }], []]);
  queue.answered(request, 42, 3);
  expect(asked.outcomes).toHaveLength(1);
  expect(patient.outcomes).toEqual([{ kind: 'ok', index: 42, term: 3 }]);
});
