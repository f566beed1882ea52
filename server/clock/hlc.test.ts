import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareClock, formatClock, HybridClock, parseClock, successor, type ClockValue } from './hlc.ts';

const value = fc.record({ ms: fc.integer({ min: 0, max: 9_999_999_999_999 }), counter: fc.integer({ min: 0, max: 0xffff }) });

describe('hybrid logical clock', () => {
  test('rises strictly whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 200 }), (walls) => {
        const clock = new HybridClock();
        let last: ClockValue | null = null;
        for (const wall of walls) {
          const next = clock.stamp(wall);
          if (last !== null) expect(compareClock(next, last)).toBeGreaterThan(0);
          expect(next.ms).toBeGreaterThanOrEqual(Math.min(wall, next.ms));
          last = next;
        }
      }),
    );
  });

  test('rises strictly over a restart, and shows nobody a start that it has not stamped with', () => {
    const before = new HybridClock();
    const last = before.stamp(90_000);
    const clock = new HybridClock({ ms: 92_000, counter: 0 });
    expect(clock.observe(50_000)).toEqual({ ms: 50_000, counter: 0 });
    expect(compareClock(clock.stamp(50_000), last)).toBeGreaterThan(0);
    expect(clock.observe(50_000)).toEqual({ ms: 92_000, counter: 1 });
  });

  test('stamps above the floor of the log even when it is far ahead', () => {
    const clock = new HybridClock();
    expect(clock.stamp(1000, { ms: 9_000_000, counter: 7 })).toEqual({ ms: 9_000_000, counter: 8 });
  });

  test('carries the counter into the milliseconds', () => {
    expect(successor({ ms: 5, counter: 0xffff })).toEqual({ ms: 6, counter: 0 });
  });

  test('takes over a value within the limit, reports one above the warning, ignores one beyond the maximum', () => {
    const clock = new HybridClock();
    expect(clock.merge({ ms: 1_100, counter: 0 }, 1_000)).toBe('taken');
    expect(clock.merge({ ms: 1_050, counter: 0 }, 1_000)).toBe('behind');
    expect(clock.merge({ ms: 1_501, counter: 0 }, 1_000)).toBe('taken-ahead');
    expect(clock.merge({ ms: 61_001, counter: 0 }, 1_000)).toBe('ignored');
    expect(clock.last).toEqual({ ms: 1_501, counter: 0 });
  });

  test('orders a write after what its writer had seen elsewhere', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: -5_000, max: 5_000 }), (heard, skew) => {
        const wall = Math.max(0, heard.ms + skew);
        const clock = new HybridClock();
        clock.merge(heard, wall);
        expect(compareClock(clock.stamp(wall), heard)).toBeGreaterThan(0);
      }),
    );
  });

  test('sorts as text in clock order', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [x, y] = [formatClock(a, 'n1'), formatClock(b, 'n1')];
        expect(Math.sign(compareClock(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
        expect(parseClock(x)).toEqual({ ...a, node: 'n1' });
      }),
    );
  });

  test('refuses text that is no clock value', () => {
    for (const text of ['', '123-0000-n1', '0000000000001-00G0-n1', '0000000000001-0000-']) expect(parseClock(text)).toBeNull();
  });
});
