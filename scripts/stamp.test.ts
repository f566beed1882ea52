import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { filesUnder, readStamp, whyStale, writeStamp } from './stamp.mjs';

let root = '';
let stamp = '';
const put = (path: string, text: string) => {
  writeFileSync(join(root, path), text);
};
const age = (path: string, seconds: number) => {
  utimesSync(join(root, path), seconds, seconds);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'confman-stamp-'));
  stamp = join(root, '.build', 'part.json');
  mkdirSync(join(root, 'src'));
  for (const name of ['a', 'b']) {
    put(`src/${name}.ts`, name);
    age(`src/${name}.ts`, 1_000);
  }
  put('out.js', 'ab');
  writeStamp(root, stamp, { inputs: ['src/a.ts', 'src/b.ts'], outputs: ['out.js'], startedAtMs: 2_000_000 });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

test('is fresh when nothing has changed', () => {
  expect(whyStale(root, stamp, filesUnder(root, 'src'))).toBeNull();
});

test('is fresh when only times have changed, and remembers them', () => {
  age('src/a.ts', 3_000);
  expect(whyStale(root, stamp, [])).toBeNull();
  expect(readStamp(stamp)?.inputs['src/a.ts']).toEqual([1, 3_000_000]);
});

test('is stale when a content of the same size has changed', () => {
  put('src/a.ts', 'x');
  expect(whyStale(root, stamp, [])).toBe('src/a.ts has changed');
});

test('is stale when an input is gone, or new, or an output is missing, or nothing was ever built', () => {
  put('src/c.ts', 'c');
  expect(whyStale(root, stamp, filesUnder(root, 'src'))).toBe('src/c.ts is new');
  expect(whyStale(root, stamp, [])).toBeNull();
  rmSync(join(root, 'src/b.ts'));
  expect(whyStale(root, stamp, [])).toBe('src/b.ts is gone');
  rmSync(join(root, 'out.js'));
  expect(whyStale(root, stamp, [])).toBe('out.js is missing');
  rmSync(stamp);
  expect(whyStale(root, stamp, [])).toBe('not built yet');
});

test('leaves no stamp when an input was changed during the build', () => {
  age('src/a.ts', 2_001);
  writeStamp(root, stamp, { inputs: ['src/a.ts', 'src/b.ts'], outputs: ['out.js'], startedAtMs: 2_000_000 });
  expect(readStamp(stamp)).toBeNull();
});
