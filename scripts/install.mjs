// Brings node_modules in line with the lockfile, with nothing but what Node ships.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { withLock } from './lock.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Locks, stamps and reports; nothing here is worth keeping. */
export const WORK_DIR = join(ROOT, '.build');

const NODE_MIN = /** @type {const} */ ([20, 20]);
const STAMP = join(ROOT, 'node_modules', '.confman-install.json');

/** A reason to stop that the reader can act on: its message is all that is shown. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Tells people what goes on. Standard output belongs to the command's answer.
 * @param {string} message
 */
export function say(message) {
  process.stderr.write(`confman: ${message}\n`);
}

/** @throws {SetupError} when this Node is too old */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new SetupError(`Node ${NODE_MIN.join('.')} or later is needed, and this is ${process.versions.node} (${process.execPath}).`);
}

/** What an installation was made of: another lockfile, Node ABI or platform needs another one. */
function wantedInstall() {
  const lockfileHash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  return JSON.stringify({ lockfileHash, abi: process.versions.modules, platform: process.platform, arch: process.arch });
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

export function isInstalled() {
  return readIfThere(STAMP) === wantedInstall();
}

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, link?: boolean }> }} PackageList */

/**
 * Whether somebody ran npm by hand and got just what the lockfile says: then there is nothing to do but to remember it.
 *
 * @param {PackageList} lockfile package-lock.json
 * @param {PackageList} installed npm's own list, node_modules/.package-lock.json
 */
export function isSameTree(lockfile, installed) {
  return Object.entries(lockfile.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link === true) return true;
    const found = installed.packages[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

function isInstalledByHand() {
  const text = readIfThere(join(ROOT, 'node_modules', '.package-lock.json'));
  if (text === null) return false;
  const installed = /** @type {PackageList} */ (JSON.parse(text));
  const lockfile = /** @type {PackageList} */ (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  return isSameTree(lockfile, installed) && nativeModuleFault() === null;
}

/** Why SQLite's binding does not load, or null when it does. Tried in a process of its own, because a bad binding can crash. */
function nativeModuleFault() {
  const probe = spawnSync(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"], { cwd: ROOT, encoding: 'utf8' });
  if (probe.status === 0) return null;
  return probe.stderr.split('\n').find((line) => /Error/.test(line)) ?? `the probe ended with ${probe.status ?? probe.signal}`;
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, command)));
}

/** The tools that node-gyp needs and that are not here. */
function missingCompilerTools() {
  const missing = [];
  if (!isOnPath('python3') && !isOnPath('python')) missing.push('python3');
  if (!isOnPath('make') && !isOnPath('gmake')) missing.push('make');
  if (!isOnPath('g++') && !isOnPath('c++') && !isOnPath('clang++')) missing.push('g++');
  return missing;
}

/** npm and node-gyp keep caches under HOME; when that cannot be written, they get a place of their own. */
function npmEnvironment() {
  const home = homedir();
  try {
    accessSync(home, constants.W_OK);
    return process.env;
  } catch {
    mkdirSync(WORK_DIR, { recursive: true });
    return { ...process.env, npm_config_cache: join(WORK_DIR, 'npm-cache'), npm_config_devdir: join(WORK_DIR, 'node-gyp') };
  }
}

/** @param {readonly string[]} args */
function npm(args) {
  // Both of its streams go to standard error: standard output belongs to the command that was asked for.
  const run = spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], env: npmEnvironment(), shell: process.platform === 'win32' });
  if (run.error !== undefined)
    throw new SetupError(`npm could not be started (${run.error.message}). It comes with Node; is it on the PATH?`);
  return run.status === 0;
}

/** @param {string} reason */
function compilerAdvice(reason) {
  const missing = missingCompilerTools();
  if (missing.length === 0) return new SetupError(`${reason} npm's messages above say why.`);
  return new SetupError(
    `${reason} SQLite (better-sqlite3) has to be compiled on this machine, and the C++ toolchain is incomplete: ${missing.join(', ')} not found. ` +
      `On Debian or Ubuntu: apt-get install ${missing.join(' ')}`,
  );
}

function installLocked() {
  if (isInstalled()) return;
  if (isInstalledByHand()) return writeFileSync(STAMP, wantedInstall());
  say(
    existsSync(STAMP)
      ? 'dependencies are older than the lockfile, installing them anew (npm ci)'
      : 'installing dependencies (npm ci), once',
  );
  if (!npm(['ci', '--no-audit', '--no-fund'])) throw compilerAdvice('Installing the dependencies failed.');
  if (nativeModuleFault() !== null) {
    say('compiling SQLite (better-sqlite3)');
    npm(['rebuild', 'better-sqlite3']);
  }
  const fault = nativeModuleFault();
  if (fault !== null) throw compilerAdvice(`SQLite's binding does not load: ${fault}.`);
  writeFileSync(STAMP, wantedInstall());
}

/** Installs the locked dependencies unless they are there. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(
    join(WORK_DIR, 'install.lock'),
    (holder) => say(`waiting for process ${holder.pid}, which is installing dependencies`),
    async () => installLocked(),
  );
}
