import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startOf, withLock } from './lock.mjs';

const LOCK_MODULE = fileURLToPath(new URL('lock.mjs', import.meta.url));

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'confman-lock-'));
  path = join(directory, 'build.lock');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A process that is certainly gone. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('withLock', () => {
  test('lets one in at a time, whoever comes', async () => {
    const journal = join(directory, 'journal');
    // Each process notes that it entered and that it left; between the two it gives the others every chance to enter as well.
    const program = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(LOCK_MODULE)};
      await withLock(${JSON.stringify(path)}, () => {}, async () => {
        appendFileSync(${JSON.stringify(journal)}, 'in\\n');
        await sleep(20);
        appendFileSync(${JSON.stringify(journal)}, 'out\\n');
      });`;
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }));
    const codes = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect(readFileSync(journal, 'utf8')).toBe('in\nout\n'.repeat(6));
  });

  test('takes the lock over from a process that is gone', async () => {
    writeFileSync(`${path}.7`, JSON.stringify({ pid: deadPid(), startedAt: '' }));
    const waits: number[] = [];
    const result = await withLock(
      path,
      (holder) => waits.push(holder.pid),
      async () => 'done',
    );
    expect(result).toBe('done');
    expect(waits).toEqual([]);
  });

  test.runIf(startOf(process.pid) !== '')('takes the lock over when a later process only has the same number', async () => {
    writeFileSync(`${path}.7`, JSON.stringify({ pid: process.pid, startedAt: `${startOf(process.pid)}0` }));
    expect(
      await withLock(
        path,
        () => expect.unreachable(),
        async () => 'done',
      ),
    ).toBe('done');
  });

  test('waits for a living holder, and says so once', async () => {
    const order: string[] = [];
    const first = withLock(
      path,
      () => expect.unreachable(),
      async () => {
        await expect.poll(() => order).toContain('told');
        order.push('first');
      },
    );
    const second = withLock(
      path,
      () => order.push('told'),
      async () => order.push('second'),
    );
    await Promise.all([first, second]);
    expect(order).toEqual(['told', 'first', 'second']);
  });

  test('is free again when the work failed', async () => {
    const failure = new Error('no');
    await expect(
      withLock(
        path,
        () => expect.unreachable(),
        async () => Promise.reject(failure),
      ),
    ).rejects.toBe(failure);
    appendFileSync(join(directory, 'unrelated'), '');
    expect(
      await withLock(
        path,
        () => expect.unreachable(),
        async () => 'done',
      ),
    ).toBe('done');
  });
});
