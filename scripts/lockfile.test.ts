import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { entryFor, leftOut } from './lockfile.mjs';
import type { LockedPackages } from './lockfile.mjs';

test('the lockfile names the packages of all platforms (npm run lockfile completes it)', () => {
  const lockfile = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as { packages: LockedPackages };
  expect(Object.keys(lockfile.packages).length).toBeGreaterThan(100);
  expect(leftOut(lockfile.packages)).toEqual([]);
});

test('finds what is left out, and nothing that an outer directory holds', () => {
  const packages = {
    'node_modules/a': { dev: true, optionalDependencies: { 'a-linux-x64': '1.0.0', 'a-darwin-x64': '1.0.0' } },
    'node_modules/a-linux-x64': { version: '1.0.0' },
    'node_modules/b/node_modules/c': { optionalDependencies: { 'a-linux-x64': '1.0.0', d: '2.0.0' } },
    'node_modules/b/node_modules/d': { version: '2.0.0' },
  };
  expect(leftOut(packages)).toEqual([{ name: 'a-darwin-x64', version: '1.0.0', dev: true }]);
});

test.each([
  { name: '@next/swc-win32-arm64-msvc', dev: false, entry: { version: '1.0.0', cpu: ['arm64'], optional: true, os: ['win32'] } },
  {
    name: '@oxlint/binding-linux-arm-musleabihf',
    dev: true,
    entry: { version: '1.0.0', cpu: ['arm'], dev: true, libc: ['musl'], optional: true, os: ['linux'] },
  },
  { name: '@x/linux-s390x-gnu', dev: false, entry: { version: '1.0.0', cpu: ['s390x'], libc: ['glibc'], optional: true, os: ['linux'] } },
  { name: '@x/wasm32-wasi', dev: false, entry: { version: '1.0.0', cpu: ['wasm32'], optional: true } },
])('reads the platform off the name $name', ({ name, dev, entry }) => {
  expect(entryFor({ name, version: '1.0.0', dev })).toEqual(entry);
});

test('guesses neither versions nor platforms', () => {
  expect(() => entryFor({ name: 'a-linux-x64', version: '^1.0.0', dev: false })).toThrow('cannot tell');
  expect(() => entryFor({ name: 'left-pad', version: '1.0.0', dev: false })).toThrow('cannot tell');
});
