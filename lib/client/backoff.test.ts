import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultRetry, mayRetry, pauseBefore, retryAfter } from './backoff.ts';
import { Endpoints } from './endpoints.ts';
import { ConfmanError } from './errors.ts';
import { parseReplicas } from './meta.ts';

describe('pauses', () => {
  test('grow up to their bound, are spread over the whole of it, and are never shorter than asked', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.option(fc.nat(60_000)),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (repetition, asked, chance) => {
          const delay = pauseBefore(repetition, defaultRetry, asked, () => chance);
          expect(delay).toBeGreaterThanOrEqual(asked ?? 0);
          expect(delay).toBeLessThan((asked ?? 0) + defaultRetry.pauseMsMax);
        },
      ),
    );
    expect(pauseBefore(0, defaultRetry, null, () => 0.5)).toBe(25);
    expect(pauseBefore(3, defaultRetry, null, () => 0.5)).toBe(200);
    expect(pauseBefore(40, defaultRetry, null, () => 0.5)).toBe(1000);
  });

  test.each([
    [{ 'x-confman-retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 4000],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('reads %j as %s ms', (headers: Record<string, string>, expected) => {
    expect(retryAfter((name) => headers[name] ?? null, 1000)).toBe(expected);
  });
});

describe('what may be repeated', () => {
  const any = { repeatable: true, waitIsExplicit: false, nodeIsExplicit: false };
  const error = (code: ConfmanError['code'], retryable = true): ConfmanError => new ConfmanError(code, '', { retryable });

  test.each([
    ['no-leader', true, any, true],
    ['write-outcome-unknown', true, any, true],
    ['version-not-reached', true, any, true],
    ['storage-full', false, any, false],
    ['no-leader', true, { ...any, repeatable: false }, false],
    ['version-not-reached', true, { ...any, waitIsExplicit: true }, false],
    ['read-index-timeout', true, { ...any, waitIsExplicit: true }, false],
    ['no-leader', true, { ...any, waitIsExplicit: true }, true],
    ['node-unreachable', true, { ...any, nodeIsExplicit: true }, false],
  ] as const)('judges %s (retryable %s) under %j: %s', (code, retryable, rules, expected) => {
    expect(mayRetry(error(code, retryable), rules)).toBe(expected);
  });
});

describe('endpoints', () => {
  test('stays with one until it fails, then takes the next that has not failed lately', () => {
    let now = 0;
    const endpoints = new Endpoints(['a/', 'b', 'c', 'b'], () => now);
    expect(endpoints.count).toBe(3);
    expect(endpoints.current()).toBe('a');
    endpoints.failed('a');
    expect(endpoints.current()).toBe('b');
    // A late failure of a call that was still with the old one moves nothing.
    endpoints.failed('a');
    expect(endpoints.current()).toBe('b');
    now = 10;
    endpoints.failed('b');
    now = 20;
    endpoints.failed('c');
    // All failed lately: the one whose failure is longest ago.
    expect(endpoints.current()).toBe('a');
    now = 6000;
    endpoints.failed('a');
    expect(endpoints.current()).toBe('b');
  });

  test('has nowhere to go with a single endpoint', () => {
    const endpoints = new Endpoints(['a'], () => 0);
    endpoints.failed('a');
    expect(endpoints.current()).toBe('a');
  });
});

describe('the replica header', () => {
  test('is read member by member', () => {
    expect(parseReplicas('n2;role=follower;group=default;lag=3;contact-ms=40;waited-ms=4, n1;role=leader;group=payments;lag=0')).toEqual([
      { node: 'n2', role: 'follower', group: 'default', lag: 3, contactMs: 40, waitedMs: 4, stale: false },
      { node: 'n1', role: 'leader', group: 'payments', lag: 0, contactMs: null, waitedMs: null, stale: false },
    ]);
  });

  test('shows as unknown what is not said or cannot be read', () => {
    expect(parseReplicas('n2;role=follower;contact-ms=x;stale=?1')).toMatchObject([{ lag: null, contactMs: null, stale: true }]);
    expect(parseReplicas('n2;stale')).toMatchObject([{ stale: true }]);
    expect(parseReplicas('')).toEqual([]);
  });
});
