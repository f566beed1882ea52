import { describe, expect, test } from 'vitest';
import { parseToken } from '../../lib/contract/token.ts';
import type { TokenElement } from '../../lib/contract/token.ts';
import type { TermAt } from './judge.ts';
import { afterEvent, beyondCommit, isCommitted } from './waiter.ts';
import type { Waiter, WaiterEvent } from './waiter.ts';

const HISTORY = 'c0ffee00.00000001';
const termAt: TermAt = (index) => (index < 10 ? 'below-floor' : 5);
const waiter = (text: string, ticket = 10): Waiter => ({ element: parseToken(text)[0] as TokenElement, ticket, commitIndex: null });

function kindAfter(start: Waiter, ...events: readonly WaiterEvent[]): string {
  let state = start;
  for (const [at, event] of events.entries()) {
    const outcome = afterEvent(state, event);
    if (outcome.kind !== 'waiting') {
      expect(at).toBe(events.length - 1);
      return outcome.kind === 'refuse' ? outcome.code : outcome.kind;
    }
    state = outcome.waiter;
  }
  return 'waiting';
}

const applied = (appliedIndex: number): WaiterEvent => ({ type: 'applied', appliedIndex, termAt });
const commit = (asked: number, commitIndex: number): WaiterEvent => ({ type: 'commit-index', asked, commitIndex });

describe('afterEvent', () => {
  test.each([
    ['5:100', [applied(99)], 'waiting'],
    ['5:100', [applied(99), applied(100)], 'served'],
    ['5:100', [applied(5000)], 'served'],
    ['6:100', [applied(100)], 'version-of-another-history'],
    ['5:9', [applied(100)], 'served'],
    // The commit index rules only on waiters that were there before the question left.
    [`${HISTORY}/5:100`, [commit(10, 50)], 'waiting'],
    [`${HISTORY}/5:100`, [commit(9, 50)], 'waiting'],
    [`${HISTORY}/5:100`, [commit(11, 50)], 'version-from-the-future'],
    [`${HISTORY}/5:100`, [commit(11, 99)], 'version-from-the-future'],
    [`${HISTORY}/5:100`, [commit(11, 100)], 'waiting'],
    [`${HISTORY}/5:100`, [commit(11, 100), applied(100)], 'served'],
    [`${HISTORY}/5:9007199254740993`, [commit(11, 9007199254740991)], 'version-from-the-future'],
    // A bare one keeps waiting, and may still be served.
    ['5:100', [commit(11, 50)], 'waiting'],
    ['5:100', [commit(11, 50), applied(100)], 'served'],
    ['5:100', [commit(11, 50), { type: 'deadline' }], 'timed-out'],
    ['5:100', [{ type: 'deadline' }], 'timed-out'],
    ['5:100', [{ type: 'client-gone' }], 'gone'],
    ['5:100', [{ type: 'stopping' }], 'stopping'],
  ] as const)('takes %s through %j to %s', (text, events, end) => {
    expect(kindAfter(waiter(text), ...events)).toBe(end);
  });

  test('gives the reason with the timeout of a bare version beyond the commit index, and only then', () => {
    const deadline: WaiterEvent = { type: 'deadline' };
    expect(afterEvent({ ...waiter('5:100'), commitIndex: 50 }, deadline)).toMatchObject({
      kind: 'timed-out',
      reason: expect.stringMatching(/no further than 50/) as unknown,
    });
    expect(afterEvent({ ...waiter('5:100'), commitIndex: 100 }, deadline)).toEqual({ kind: 'timed-out', reason: null });
    expect(afterEvent(waiter('5:100'), deadline)).toEqual({ kind: 'timed-out', reason: null });
  });

  test('says whether an entry proved unproven', () => {
    expect(afterEvent(waiter('5:9'), applied(100))).toEqual({ kind: 'served', proven: false });
    expect(afterEvent(waiter('5:10'), applied(100))).toEqual({ kind: 'served', proven: true });
  });
});

test('knows which waiters the leader has settled', () => {
  expect([isCommitted(waiter('5:100')), beyondCommit(waiter('5:100'))]).toEqual([false, false]);
  expect([isCommitted({ ...waiter('5:100'), commitIndex: 100 }), beyondCommit({ ...waiter('5:100'), commitIndex: 100 })]).toEqual([
    true,
    false,
  ]);
  expect([isCommitted({ ...waiter('5:100'), commitIndex: 99 }), beyondCommit({ ...waiter('5:100'), commitIndex: 99 })]).toEqual([
    false,
    true,
  ]);
});
