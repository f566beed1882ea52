import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Waiter, Waiters } from './waiters.ts';

function waiter(index: number, ended: number[]): Waiter {
  return { index, settle: () => ended.push(index) };
}

test('takes out exactly those whose index is applied, in order, and skips those that ended before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ index: fc.integer({ min: 1, max: 100 }), gone: fc.boolean() }), { maxLength: 300 }),
      fc.integer({ min: 0, max: 110 }),
      (rows, applied) => {
        const waiters = new Waiters();
        const all = rows.map(({ index, gone }) => ({ waiter: waiter(index, []), gone }));
        for (const { waiter: one } of all) waiters.add(one);
        for (const { waiter: one, gone } of all) if (gone) waiters.remove(one);
        const live = all.filter(({ gone }) => !gone).map(({ waiter: one }) => one);
        expect(waiters.size).toBe(live.length);
        const taken = waiters.takeUpTo(applied);
        expect(taken.map(({ index }) => index)).toEqual(
          live
            .filter(({ index }) => index <= applied)
            .map(({ index }) => index)
            .toSorted((a, b) => a - b),
        );
        expect(new Set(taken).size).toBe(taken.length);
        const rest = live.filter(({ index }) => index > applied).map(({ index }) => index);
        expect(waiters.next()).toBe(rest.length === 0 ? null : Math.min(...rest));
        expect(waiters.size).toBe(rest.length);
      },
    ),
  );
});
