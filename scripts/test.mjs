// `npm test`: installs and builds what is missing, runs every stage, goes on after one that fails, and ends with one line of numbers.
// It may use nothing but what Node ships, because on a fresh clone there is nothing else.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { NOT_RUN } from './audit.mjs';
import { ensureChromium } from './browser.mjs';
import { ensureBuilt, PARTS } from './build.mjs';
import { checkNode, ensureInstalled, ROOT, SetupError, WORK_DIR } from './install.mjs';
import { STAGES } from './stages.mjs';
import { closingLine, reconcile, tallyPlaywright, tallyVitest } from './tally.mjs';

/** @typedef {import('./stages.mjs').Stage} Stage */
/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {{ title: string, seconds: number, tally: Tally }} Outcome */

const REPORTS = join(WORK_DIR, 'reports');

/** @type {Tally} */
const PASSED = { passed: 1, failed: 0, skipped: 0, notes: [] };
/** @param {string} note @returns {Tally} */
const failed = (note) => ({ passed: 0, failed: 1, skipped: 0, notes: [note] });

/** Process groups of running stages: each is ended with the runner. @type {Set<number>} */
const groups = new Set();
/** @param {NodeJS.Signals} signal */
function endGroups(signal) {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * @param {readonly string[]} command
 * @param {Record<string, string>} env
 * @param {number} minutesMax
 * @returns {Promise<number | string>} exit status, or what ended it
 */
async function run([program = '', ...args], env, minutesMax) {
  const path = program === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', program);
  // A group of its own, so that a stage that hangs is ended with all the nodes it has started.
  const child = spawn(path, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: true, env: { ...process.env, ...env } });
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    endGroups('SIGKILL');
  }, minutesMax * 60_000);
  try {
    const [status, signal] = /** @type {[number | null, string | null]} */ (await once(child, 'exit'));
    return hangs ? `the limit of ${minutesMax} minutes` : (status ?? signal ?? 'no status');
  } finally {
    clearTimeout(timer);
    endGroups('SIGKILL');
    groups.clear();
  }
}

/** @param {string} file */
function readReport(file) {
  try {
    return /** @type {unknown} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * @param {Stage} stage
 * @returns {Promise<Tally>}
 */
async function runStage(stage) {
  const file = join(REPORTS, `${stage.name}.json`);
  rmSync(file, { force: true });
  switch (stage.kind) {
    case 'check': {
      const ending = await run(stage.command, {}, stage.minutesMax);
      return ending === 0 ? PASSED : failed(`it ended with ${ending}`);
    }
    case 'audit': {
      const ending = await run(stage.command, {}, stage.minutesMax);
      if (ending === NOT_RUN) return { passed: 0, failed: 0, skipped: 1, notes: ['not run: the registry gave no answer'] };
      return ending === 0 ? PASSED : failed(`it ended with ${ending}`);
    }
    case 'vitest': {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const ending = await run([...stage.command, ...reporters], { CONFMAN_BUILD: 'none' }, stage.minutesMax);
      const report = /** @type {import('./tally.mjs').VitestReport | null} */ (readReport(file));
      return reconcile(report === null ? null : tallyVitest(report), ending);
    }
    case 'playwright': {
      ensureChromium();
      const env = { CONFMAN_BUILD: 'none', PLAYWRIGHT_JSON_OUTPUT_FILE: file };
      const ending = await run([...stage.command, '--reporter=list,json'], env, stage.minutesMax);
      const report = /** @type {import('./tally.mjs').PlaywrightReport | null} */ (readReport(file));
      return reconcile(report === null ? null : tallyPlaywright(report), ending);
    }
    default:
      throw new Error(`a stage of unknown kind: ${stage.name}`);
  }
}

/**
 * @param {string} title
 * @param {() => Promise<Tally>} work
 * @returns {Promise<Outcome>}
 */
async function timed(title, work) {
  console.log(`\n── ${title}`);
  const startedAtMs = performance.now();
  const tally = await work().catch((/** @type {unknown} */ error) => {
    if (!(error instanceof SetupError)) console.error(error);
    return failed(error instanceof Error ? error.message : String(error));
  });
  const outcome = { title, seconds: (performance.now() - startedAtMs) / 1000, tally };
  console.log(describe(outcome));
  return outcome;
}

/** @param {Outcome} outcome */
function describe({ title, seconds, tally }) {
  const counts = `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`;
  const notes = tally.notes.map((note) => `\n     ${note}`).join('');
  return `${tally.failed > 0 ? '✗' : '✓'} ${title.padEnd(28)} ${counts.padEnd(32)} ${seconds.toFixed(1).padStart(7)} s${notes}`;
}

/** @param {readonly string[]} args */
function stagesOf(args) {
  if (args.length === 0) return STAGES;
  const known = STAGES.map(({ name }) => name);
  const names = (args.length === 2 && args[0] === '--only' ? args[1] : '')?.split(',') ?? [];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new SetupError(`usage: npm test [-- --only STAGE,STAGE]; the stages are ${known.join(', ')}`);
  return STAGES.filter(({ name }) => names.includes(name));
}

/**
 * @param {readonly Stage[]} stages
 * @returns {Promise<Outcome[]>}
 */
async function runAll(stages) {
  const setup = async (/** @type {() => Promise<void>} */ work) => work().then(() => PASSED);
  const installation = await timed('installation', async () => setup(ensureInstalled));
  if (installation.tally.failed > 0) return [installation];

  const outcomes = [installation];
  let isBuilt = true;
  if (stages.some(({ built }) => built)) {
    const build = await timed('build', async () => setup(async () => ensureBuilt(PARTS)));
    isBuilt = build.tally.failed === 0;
    outcomes.push(build);
  }
  for (const stage of stages) {
    const runnable = isBuilt || !stage.built;
    outcomes.push(await timed(stage.title, async () => (runnable ? runStage(stage) : failed('not run, because the build failed'))));
  }
  return outcomes;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    endGroups(signal);
    process.exit(1);
  });
}

try {
  checkNode();
  const stages = stagesOf(process.argv.slice(2));
  mkdirSync(REPORTS, { recursive: true });
  const outcomes = await runAll(stages);
  const tallies = outcomes.map(({ tally }) => tally);
  console.log(`\n${outcomes.map(describe).join('\n')}\n\n${closingLine(tallies)}`);
  process.exitCode = tallies.some((tally) => tally.failed > 0) ? 1 : 0;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
