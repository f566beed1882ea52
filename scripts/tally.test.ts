import { describe, expect, test } from 'vitest';

import { closingLine, reconcile, tallyPlaywright, tallyVitest } from './tally.mjs';

const GREEN = { passed: 3, failed: 0, skipped: 0, notes: [] };

describe('tallyVitest', () => {
  test('counts a file that did not load as a failure', () => {
    const report = {
      numPassedTests: 2,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
        { name: 'b.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] },
        { name: 'c.test.ts', status: 'failed', message: 'no such module\nat …', assertionResults: [] },
      ],
    };
    expect(tallyVitest(report)).toEqual({ passed: 2, failed: 2, skipped: 0, notes: ['c.test.ts did not load: no such module'] });
  });
});

describe('tallyPlaywright', () => {
  test('counts a flaky test and an error outside tests as failures', () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{ message: 'no browser' }] };
    expect(tallyPlaywright(report)).toEqual({ passed: 5, failed: 3, skipped: 2, notes: ['no browser'] });
  });
});

describe('reconcile', () => {
  test('leaves a green run alone', () => {
    expect(reconcile(GREEN, 0)).toEqual(GREEN);
  });

  test('adds no second failure to a run that reported one', () => {
    const red = { ...GREEN, failed: 1 };
    expect(reconcile(red, 1)).toEqual(red);
  });

  test.each([
    { when: 'the runner failed with every test green', tally: GREEN, ending: 1 },
    { when: 'the runner was killed', tally: GREEN, ending: 'SIGKILL' },
    { when: 'it ran no test', tally: { ...GREEN, passed: 0 }, ending: 0 },
    { when: 'it only skipped tests', tally: { ...GREEN, passed: 0, skipped: 4 }, ending: 0 },
    { when: 'it left no report', tally: null, ending: 0 },
  ])('counts one failure when $when', ({ tally, ending }) => {
    const { failed, notes } = reconcile(tally, ending);
    expect(failed).toBe(1);
    expect(notes).toHaveLength(1);
  });
});

test('closes with the sums, and names skipped tests only when there are any', () => {
  expect(closingLine([GREEN, { ...GREEN, failed: 2 }])).toBe('6 passed, 2 failed');
  expect(closingLine([GREEN, { ...GREEN, skipped: 1 }])).toBe('6 passed, 0 failed, 1 skipped');
});
