/** A crash at any step between "everything is prepared" and the end leaves what can go on, and ends in the same. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { beginStaging, canGoOn, dropStaging, goOn, isUnfinished, putInPlace } from './staging.ts';

/** Steps that may still be made before the crash; null: no crash. */
let left: number | null = null;

class Crash extends Error {}

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const steps = [
    'renameSync',
    'mkdirSync',
    'rmSync',
    'unlinkSync',
    'rmdirSync',
    'openSync',
    'fsyncSync',
    'fdatasyncSync',
    'writeSync',
  ] as const;
  const counted = Object.fromEntries(
    steps.map((step) => [
      step,
      (...args: readonly unknown[]): unknown => {
        if (left !== null) {
          if (left === 0) throw new Crash();
          left -= 1;
        }
        // `rm` of a tree is many steps: a crash may fall between any two of them.
        if (step === 'rmSync' && left !== null) return removeInSteps(real, String(args[0]));
        return (real[step] as (...all: readonly unknown[]) => unknown)(...args);
      },
    ]),
  );
  return { ...real, ...counted };
});

function removeInSteps(real: typeof fs, path: string): void {
  if (!real.existsSync(path)) return;
  for (const name of real.statSync(path).isDirectory() ? real.readdirSync(path) : []) removeInSteps(real, join(path, name));
  if (left !== null) {
    if (left === 0) throw new Crash();
    left -= 1;
  }
  if (real.statSync(path).isDirectory()) real.rmdirSync(path);
  else real.unlinkSync(path);
}

const dirs: string[] = [];

afterEach(() => {
  left = null;
  for (const dir of dirs.splice(0)) fs.rmSync(dir, { recursive: true, force: true });
});

const PARTS = ['state/s.db', 'log/1.seg', 'identity.json'] as const;

function write(dir: string, what: string): void {
  for (const part of PARTS) {
    fs.mkdirSync(join(dir, part, '..'), { recursive: true });
    fs.writeFileSync(join(dir, part), what);
  }
}

function read(dir: string): readonly string[] {
  return PARTS.map((part) => (fs.existsSync(join(dir, part)) ? fs.readFileSync(join(dir, part), 'utf8') : 'nothing'));
}

/** Prepared aside, with `old` in place unless it is null. */
function prepared(old: string | null): string {
  const dir = fs.mkdtempSync(join(tmpdir(), 'confman-staging-'));
  dirs.push(dir);
  if (old !== null) write(dir, old);
  write(beginStaging(dir), 'new');
  return dir;
}

/** @returns whether it came to its end before the crash */
function crashesAfter(steps: number, work: () => void): boolean {
  left = steps;
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return false;
  } finally {
    left = null;
  }
}

describe.each([
  ['a directory that holds a node', 'old', 'kept'],
  ['an empty directory', null, null],
])('what was prepared beside %s', (_what, old, keepAs) => {
  test('is in place as a whole, or can still be put there, or was never begun, wherever a crash falls', () => {
    const before = PARTS.map(() => old ?? 'nothing');
    let crashes = 0;
    for (let steps = 0; ; steps += 1) {
      const dir = prepared(old);
      const ended = crashesAfter(steps, () => putInPlace(dir, keepAs));
      if (ended) {
        expect([isUnfinished(dir), read(dir)]).toEqual([false, PARTS.map(() => 'new')]);
        break;
      }
      crashes += 1;
      // A second crash, at every step of going on.
      for (let more = 0; canGoOn(dir) && !crashesAfter(more, () => goOn(dir)); more += 1);
      if (isUnfinished(dir)) {
        // Nothing but preparation was done: the old files are where they were.
        expect([steps, read(dir)]).toEqual([steps, before]);
        dropStaging(dir);
        expect(read(dir)).toEqual(before);
      } else {
        expect([steps, read(dir)]).toEqual([steps, PARTS.map(() => 'new')]);
        if (keepAs !== null) expect(read(join(dir, keepAs))).toEqual(before);
      }
      expect([steps, isUnfinished(dir)]).toEqual([steps, false]);
      dropStaging(dir);
      expect(fs.readdirSync(dir).filter((name) => name.startsWith('staging'))).toEqual([]);
    }
    expect(crashes).toBeGreaterThan(10);
  });
});
