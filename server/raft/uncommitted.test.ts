import { expect, test } from 'vitest';
import { UncommittedTail } from './uncommitted.ts';

test('bounds what is not committed, and lets anything into an empty tail (R9)', () => {
  const tail = new UncommittedTail(100);
  expect(tail.hasRoomFor(5000)).toBe(true);
  tail.add(7, 60);
  expect([tail.hasRoomFor(40), tail.hasRoomFor(41)]).toEqual([true, false]);
  tail.add(9, 40);
  tail.commitTo(8);
  expect(tail.bytes).toBe(40);
  tail.commitTo(9);
  expect(tail.bytes).toBe(0);
});

test('frees a batch only when all of it is committed', () => {
  const tail = new UncommittedTail(100);
  tail.add(5, 50);
  tail.commitTo(4);
  expect(tail.bytes).toBe(50);
  tail.reset();
  expect([tail.bytes, tail.hasRoomFor(100)]).toEqual([0, true]);
});
