import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { LOCK_FILE, lockDataDir } from './data-dir-lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Takes the lock in plain JavaScript, as another process or thread that cannot load this source; prints `held` or the error's code. */
const takeLock = `
  const Database = require(${JSON.stringify(createRequire(import.meta.url).resolve('better-sqlite3'))});
  const database = new Database(process.env.LOCK, { timeout: 0 });
  let outcome = 'held';
  try { database.exec('BEGIN EXCLUSIVE'); } catch (error) { outcome = error.code; }
`;

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LOCK: join(dir, LOCK_FILE) };
}

async function startHolder(): Promise<{ child: ChildProcess; outcome: string }> {
  const script = `${takeLock} process.stdout.write(outcome + '\\n'); if (outcome === 'held') setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, outcome: chunk.toString().trim() };
}

async function outcomeInThread(): Promise<unknown> {
  const script = `${takeLock} require('node:worker_threads').parentPort.postMessage(outcome); database.close();`;
  const worker = new Worker(script, { eval: true, env: environment() });
  const exited = once(worker, 'exit');
  const [outcome] = (await once(worker, 'message')) as [unknown];
  await exited;
  return outcome;
}

describe('the lock on a data directory', () => {
  test('is refused to the same process, another thread and another process, until it is released', async () => {
    const lock = lockDataDir(join(dir, '.'));
    expect(() => lockDataDir(dir)).toThrow(`process ${process.pid}`);
    expect(() => lockDataDir(dir)).toThrow(expect.objectContaining({ kind: 'locked' }));
    expect(await outcomeInThread()).toBe('SQLITE_BUSY');
    // A refused attempt must not have dropped it.
    const other = await startHolder();
    expect(other.outcome).toBe('SQLITE_BUSY');

    lock.release();
    lock.release();
    lockDataDir(dir).release();
    expect(await outcomeInThread()).toBe('held');
  });

  test('is free as soon as its holder was killed', async () => {
    lockDataDir(dir).release();
    const { child, outcome } = await startHolder();
    try {
      expect(outcome).toBe('held');
      expect(() => lockDataDir(dir)).toThrow(expect.objectContaining({ kind: 'locked' }));
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    const lock = lockDataDir(dir);
    expect(lock.dir).toBe(dir);
    lock.release();
  });

  test('makes a directory that is not there', () => {
    const lock = lockDataDir(join(dir, 'a', 'b'));
    expect(lock.dir).toBe(join(dir, 'a', 'b'));
    lock.release();
  });
});
