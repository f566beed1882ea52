// Builds the two parts of Confman, each only when it is older than what it is made of:
//   server   esbuild bundles of the entry points, in dist/
//   web      the Next.js app, in .next/
// Neither waits for the other, and each has its own lock, so that a command line client never waits for a web build.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureInstalled, ROOT, say, SetupError, WORK_DIR } from './install.mjs';
import { withLock } from './lock.mjs';
import { filesUnder, whyStale } from './stamp.mjs';

/** @typedef {'server' | 'web'} Part */
/** @type {readonly Part[]} */
export const PARTS = ['server', 'web'];

/** @param {Part} part */
export const stampFile = (part) => join(WORK_DIR, `${part}.stamp.json`);

/** The server's entry points: name of the bundle in dist/ -> source file. */
export function entryPoints() {
  return /** @type {Record<string, string>} */ (JSON.parse(readFileSync(join(ROOT, 'scripts', 'entry-points.json'), 'utf8')));
}

/** Routes and public files, which Next finds by their place. */
export function placedFiles() {
  return ['app', 'public'].flatMap((directory) => filesUnder(ROOT, directory)).filter((file) => !/\.test\.tsx?$|\.md$/.test(file));
}

/** @param {Part} part */
function whyPartStale(part) {
  // What no import names: a new one makes the build old though no known input has changed.
  const present = part === 'web' ? placedFiles() : Object.values(entryPoints()).filter((file) => existsSync(join(ROOT, file)));
  return whyStale(ROOT, stampFile(part), present);
}

/**
 * @param {readonly Part[]} parts
 * @returns {boolean} whether all of them are there and no older than their sources
 */
export function isBuilt(parts) {
  return parts.every((part) => whyPartStale(part) === null);
}

/** @param {Part} part */
async function run(part) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', `build-${part}.mjs`)], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  const [status, signal] = /** @type {[number | null, string | null]} */ (await once(child, 'exit'));
  if (status !== 0) throw new SetupError(`Building the ${part} failed (${status ?? signal}); the messages above say why.`);
}

/** @param {Part} part */
async function ensurePart(part) {
  if (whyPartStale(part) === null) return;
  await withLock(
    join(WORK_DIR, `${part}.lock`),
    (holder) => say(`waiting for process ${holder.pid}, which is building the ${part}`),
    async () => {
      const reason = whyPartStale(part);
      if (reason === null) return;
      say(`building the ${part} (${reason})`);
      const startedAtMs = Date.now();
      await run(part);
      say(`built the ${part} in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
    },
  );
}

/**
 * Installs and builds what is missing or older than its sources.
 * @param {readonly Part[]} parts
 */
export async function ensureBuilt(parts) {
  await ensureInstalled();
  const results = await Promise.allSettled(parts.map(ensurePart));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** @param {readonly string[]} args */
function partsOf(args) {
  if (args.length === 0) return PARTS;
  const part = PARTS.find((known) => known === args[1]);
  if (args[0] !== '--only' || args.length !== 2 || part === undefined) throw new SetupError('usage: npm run build [-- --only server|web]');
  return [part];
}

if (existsSync(process.argv[1] ?? '') && realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  try {
    await ensureBuilt(partsOf(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
