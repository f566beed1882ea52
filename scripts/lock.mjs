// A lock between processes that outlives no holder.
//
// The lock is a numbered series of files `<name>.<n>`; the highest number says who holds it, or that it is free. Taking it over, from a
// dead holder or after a release, means creating the next number, which only one process can do. The highest file is never removed
// except by the holder of a higher one, so a slow contender that creates an outdated number always sees that it was overtaken.

import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** @typedef {{ pid: number, startedAt: string }} Holder `startedAt` tells a process from a later one that got the same pid. */
/** @typedef {{ number: number, holder: Holder | null }} LockState `holder` is null when the lock is free. */

/**
 * When the process started, in the kernel's own unit, or '' where the system does not tell, or 'gone'.
 * @param {number} pid
 */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may hold spaces; the start time is field 22, so the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {Holder} holder */
function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return false;
  }
  const start = startOf(holder.pid);
  return start === '' || holder.startedAt === '' || start === holder.startedAt;
}

/**
 * @param {string} path
 * @returns {LockState}
 */
function stateOf(path) {
  const numbers = numbersOf(path);
  const number = Math.max(0, ...numbers);
  if (number === 0) return { number: 0, holder: null };
  try {
    const holder = /** @type {Holder | null} */ (JSON.parse(readFileSync(`${path}.${number}`, 'utf8')));
    return { number, holder: holder === null || !isAlive(holder) ? null : holder };
  } catch (error) {
    // Gone between listing and reading: somebody holds a higher number by now.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return stateOf(path);
    throw error;
  }
}

/** @param {string} path */
function numbersOf(path) {
  const prefix = `${basename(path)}.`;
  const numbers = [];
  for (const name of readdirSync(dirname(path))) {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d+$/.test(number)) numbers.push(Number(number));
  }
  return numbers;
}

/**
 * One attempt.
 * @param {string} path
 * @returns {{ release: () => void } | { heldBy: Holder } | null} null: lost a race, look again
 */
function tryLock(path) {
  const { number, holder } = stateOf(path);
  if (holder !== null) return { heldBy: holder };
  const mine = number + 1;
  const draft = join(dirname(path), `.${basename(path)}-${process.pid}-${mine}`);
  writeFileSync(draft, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }));
  try {
    linkSync(draft, `${path}.${mine}`);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  if (Math.max(...numbersOf(path)) > mine) {
    rmSync(`${path}.${mine}`, { force: true });
    return null;
  }
  for (const older of numbersOf(path)) if (older < mine) rmSync(`${path}.${older}`, { force: true });
  const release = () => {
    writeFileSync(draft, 'null');
    renameSync(draft, `${path}.${mine}`);
  };
  return { release };
}

/**
 * Runs `work` while holding the lock, waiting for it as long as its holder lives.
 *
 * @template T
 * @param {string} path where the lock's files go; the directory is created
 * @param {(holder: Holder) => void} onWait called once, when somebody else holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  for (;;) {
    const attempt = tryLock(path);
    if (attempt !== null && 'release' in attempt) {
      try {
        return await work();
      } finally {
        attempt.release();
      }
    }
    if (attempt !== null && !told) {
      told = true;
      onWait(attempt.heldBy);
    }
    await sleep(POLL_MS);
  }
}
