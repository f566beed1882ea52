// What a test stage's report says, as numbers. Whatever cannot be read as a success is counted as a failure.

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} notes why something is counted as failed that no test reported
 */

/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, message?: string, assertionResults: { status: string }[] }[] }} VitestReport */

/** @typedef {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: { message?: string }[] }} PlaywrightReport */

/**
 * @param {VitestReport} report
 * @returns {Tally}
 */
export function tallyVitest(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    notes: broken.map((file) => `${file.name} did not load: ${file.message?.split('\n')[0] ?? 'no reason given'}`),
  };
}

/**
 * A test that passed at the second try has failed once.
 *
 * @param {PlaywrightReport} report
 * @returns {Tally}
 */
export function tallyPlaywright({ stats, errors = [] }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    notes: errors.map((error) => error.message?.split('\n')[0] ?? 'an error without a message'),
  };
}

/**
 * The tally, made to agree with how the program ended: a runner that failed with all tests green, or that ran none, is a failure.
 *
 * @param {Tally | null} tally null: it left no report
 * @param {number | string | null} ending exit status, or the signal that ended it
 * @returns {Tally}
 */
export function reconcile(tally, ending) {
  if (tally === null) return { passed: 0, failed: 1, skipped: 0, notes: [`no report was left (ended with ${ending})`] };
  const fault = (/** @type {string} */ note) => ({ ...tally, failed: tally.failed + 1, notes: [...tally.notes, note] });
  if (tally.passed + tally.failed === 0) return fault(`it ran no test (ended with ${ending})`);
  if (ending !== 0 && tally.failed === 0) return fault(`it ended with ${ending} although no test failed`);
  return tally;
}

/**
 * The closing line, in the form that test reports are read for.
 * @param {readonly Tally[]} tallies
 */
export function closingLine(tallies) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) => tallies.reduce((total, tally) => total + tally[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
