import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { partsFor } from './confman.mjs';
import { isSameTree } from './install.mjs';

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));

/** A command line client that answers with its arguments, or waits for a signal. */
const PROGRAM = `
  import { greeting } from './greeting.ts';
  const args = process.argv.slice(2);
  if (args[0] === 'wait') {
    process.on('SIGTERM', () => process.exit(7));
    setInterval(() => {}, 1_000);
  }
  console.log(JSON.stringify({ greeting, args }));
  if (args[0] === 'fail') process.exitCode = Number(args[1]);
`;

let root = '';
let confman = '';
const put = (path: string, content: string) => {
  writeFileSync(join(root, path), content);
};

/** A checkout of its own with a tiny command line client; only the installed packages are shared. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'confman-checkout-')));
  for (const path of ['confman', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(CHECKOUT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'server', 'cli'), { recursive: true });
  put('scripts/entry-points.json', '{"cli":"server/cli/main.ts"}');
  put('server/cli/greeting.ts', "export const greeting: string = 'hello';\n");
  put('server/cli/main.ts', PROGRAM);
  confman = join(root, 'confman');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

async function run(args: readonly string[], options: { program?: string; env?: Record<string, string> } = {}) {
  const child = spawn(options.program ?? confman, args, {
    cwd: tmpdir(),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { stdout, stderr, code };
}

describe('./confman', () => {
  test('builds what is missing, says so on standard error only, and is silent the next time', async () => {
    const first = await run(['ls', '--json', 'a b']);
    expect(first).toMatchObject({ stdout: '{"greeting":"hello","args":["ls","--json","a b"]}\n', code: 0 });
    expect(first.stderr).toContain('confman: building the server (not built yet)');
    expect(await run(['ls'])).toEqual({ stdout: '{"greeting":"hello","args":["ls"]}\n', stderr: '', code: 0 });
  });

  test('builds again when a source has changed, and only then', async () => {
    await run(['ls']);
    put('server/cli/greeting.ts', "export const greeting: string = 'howdy';\n");
    const changed = await run(['ls']);
    expect(changed.stdout).toBe('{"greeting":"howdy","args":["ls"]}\n');
    put('server/cli/unused.ts', 'export const unused = 1;\n');
    expect((await run(['ls'])).stderr).toBe('');
  });

  test('works through a link, from anywhere, with a home that cannot be written', async () => {
    const link = join(root, 'link');
    symlinkSync('confman', link);
    const away = await run(['fail', '5'], { program: link, env: { HOME: join(root, 'nowhere') } });
    expect(away).toMatchObject({ stdout: '{"greeting":"hello","args":["fail","5"]}\n', code: 5 });
  });

  test('builds once when several come at the same time', async () => {
    const runs = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => run([name])));
    expect(runs.map(({ stdout }) => stdout)).toEqual(['a', 'b', 'c', 'd'].map((name) => `{"greeting":"hello","args":["${name}"]}\n`));
    expect(runs.filter(({ stderr }) => stderr.includes('built the server'))).toHaveLength(1);
  });

  test('hands signals and the exit status straight through', async () => {
    const child = spawn(confman, ['wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  test('says what is wrong and answers nothing when the sources do not build', async () => {
    put('server/cli/greeting.ts', 'export const greeting = ;\n');
    const broken = await run(['ls']);
    expect(broken).toMatchObject({ stdout: '', code: 1 });
    expect(broken.stderr).toContain('Building the server failed');
  });
});

describe('./confman on a machine without a C++ toolchain', () => {
  test('names the tools that are missing when the installation fails', async () => {
    rmSync(join(root, 'node_modules'));
    const bin = join(root, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const tool of ['dirname', 'readlink']) symlinkSync(join('/usr/bin', tool), join(bin, tool));
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const failed = await run(['ls'], { env: { PATH: bin } });
    expect(failed).toMatchObject({ stdout: '', code: 1 });
    expect(failed.stderr).toContain('python3, make, g++ not found');
  });
});

describe('partsFor', () => {
  test.each([
    { line: 'up --json', web: true },
    { line: 'node --id n1', web: true },
    { line: '--config file node', web: true },
    { line: 'get app/key', web: false },
    { line: 'get node', web: false },
    { line: 'put app/key -- up', web: false },
    { line: 'up --help', web: false },
    { line: '', web: false },
  ])('builds the pages for "$line": $web', ({ line, web }) => {
    expect(partsFor(line.split(' ').filter((word) => word !== '')).includes('web')).toBe(web);
  });
});

describe('isSameTree', () => {
  const lockfile = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } } };

  test.each([
    { when: 'all is there', installed: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }, same: true },
    { when: 'an optional package is for another platform', installed: { 'node_modules/a': { version: '1.0.0' } }, same: true },
    { when: 'a version differs', installed: { 'node_modules/a': { version: '1.0.1' } }, same: false },
    { when: 'a package is missing', installed: { 'node_modules/b': { version: '2.0.0' } }, same: false },
  ])('answers $same when $when', ({ installed, same }) => {
    expect(isSameTree(lockfile, { packages: installed })).toBe(same);
  });
});
