// Asks the registry whether anything is known against the packages that ship. Ends with 0 when nothing is, 1 when something is,
// and NOT_RUN when the registry gave no answer: that is neither, and is said so.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { ROOT } from './install.mjs';

export const NOT_RUN = 75;

/** From this level on a finding fails the suite; what is below is said. */
const FAILING = ['moderate', 'high', 'critical'];

/** @typedef {{ kind: 'clean' | 'found' | 'not-run', text: string }} Verdict */

/** @typedef {{ message?: string, vulnerabilities?: Record<string, { severity: string, range: string }>,
 *   metadata?: { vulnerabilities?: Record<string, number> } }} Report */

/**
 * @param {string} report what `npm audit --json` printed
 * @returns {Verdict}
 */
export function judgeAudit(report) {
  /** @type {Report} */
  let parsed;
  try {
    parsed = /** @type {Report} */ (JSON.parse(report));
  } catch {
    return { kind: 'not-run', text: 'npm audit left no report' };
  }
  const { vulnerabilities } = parsed;
  const counts = parsed.metadata?.vulnerabilities;
  if (counts === undefined || vulnerabilities === undefined)
    return { kind: 'not-run', text: `npm audit could not be answered: ${parsed.message ?? 'no reason given'}` };
  const lines = Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${severity}: ${name} ${range}`);
  const failing = FAILING.reduce((sum, level) => sum + (counts[level] ?? 0), 0);
  if (failing > 0) return { kind: 'found', text: lines.join('\n') };
  return { kind: 'clean', text: lines.length === 0 ? 'nothing is known against the packages that ship' : lines.join('\n') };
}

async function audit() {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
  const child = spawn('npm', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  const failed = new Promise((resolve) => child.once('error', (error) => resolve(JSON.stringify({ message: error.message }))));
  const verdict = judgeAudit(await Promise.race([text(child.stdout), /** @type {Promise<string>} */ (failed)]));
  console.log(verdict.text);
  return verdict.kind === 'clean' ? 0 : verdict.kind === 'found' ? 1 : NOT_RUN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await audit();
