import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecret, newSecret, readKeptSecret } from './kept-secret.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-secret-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

test('makes a secret once, for its owner only, and keeps it', () => {
  const file = join(dir, 'deep', 'key');
  expect(readKeptSecret(file)).toBeNull();
  const made = keptSecret(file, 'confman_');
  expect(made).toMatch(/^confman_[A-Za-z0-9_-]{43}$/);
  expect(keptSecret(file, 'confman_')).toBe(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dir, 'deep'))).toEqual(['key']);
});

test('draws a new one every time', () => {
  expect(newSecret()).not.toBe(newSecret());
});

test('refuses a file that others may read, and an empty one', () => {
  const file = join(dir, 'key');
  writeFileSync(file, 'x'.repeat(20), { mode: 0o600 });
  chmodSync(file, 0o644);
  expect(() => keptSecret(file)).toThrow('chmod 600');
  chmodSync(file, 0o600);
  writeFileSync(file, '\n');
  expect(() => keptSecret(file)).toThrow('empty');
});
