import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Inflights } from './inflights.ts';

describe('Inflights', () => {
  test('is full at the bound of messages, and free again after an acknowledgement', () => {
    const window = new Inflights(2, 1000);
    window.add(5, 1);
    expect(window.full()).toBe(false);
    window.add(6, 1);
    expect(window.full()).toBe(true);
    expect(() => window.add(7, 1)).toThrow(/full/);
    window.freeLE(4);
    expect(window.count).toBe(2);
    window.freeLE(5);
    expect(window.count).toBe(1);
    expect(window.full()).toBe(false);
  });

  test('is full at the bound of bytes, which one message may overshoot', () => {
    const window = new Inflights(10, 100);
    window.add(1, 99);
    expect(window.full()).toBe(false);
    window.add(2, 500);
    expect(window.full()).toBe(true);
    window.freeLE(2);
    expect(window.bytes).toBe(0);
  });

  test('holds what a plain list would hold, for any sequence', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ free: fc.nat(60) }),
      fc.constant({ reset: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const window = new Inflights(5, 60);
        let list: { index: number; bytes: number }[] = [];
        let last = 0;
        for (const one of steps) {
          if ('add' in one && !window.full()) {
            last += 1;
            window.add(last, one.add);
            list.push({ index: last, bytes: one.add });
          } else if ('free' in one) {
            window.freeLE(one.free);
            list = list.filter((item) => item.index > one.free);
          } else if ('reset' in one) {
            window.reset();
            list = [];
          }
          const bytes = list.reduce((sum, item) => sum + item.bytes, 0);
          expect([window.count, window.bytes]).toEqual([list.length, bytes]);
          expect(window.full()).toBe(list.length >= 5 || bytes >= 60);
        }
      }),
    );
  });
});
