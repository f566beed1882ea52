import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { problem } from '../../../lib/client/testing/scripted-server.ts';
import { isKey } from '../../../lib/contract/names.ts';
import { apiKey, MemoryApi } from '../testing/memory-api.ts';
import { TestBed } from '../testing/test-io.ts';
import { fileNameOf } from './file-name.ts';
import { scanTree } from './scan.ts';
import { TreeWriter } from './write-tree.ts';
import type { Ended, TestProcess } from '../testing/test-io.ts';
import type { BatchRequest } from '../../../lib/contract/schemas/entries.ts';

let api: MemoryApi;
let bed: TestBed;
beforeEach(async () => {
  api = await MemoryApi.start();
  bed = new TestBed();
});
afterEach(async () => {
  await api.stop();
  bed.remove();
});

async function confman(argv: readonly string[], process: TestProcess = {}): Promise<Ended> {
  return bed.run(argv, { ...process, env: { CONFMAN_ENDPOINT: api.url, CONFMAN_KEY: apiKey } });
}

function plant(files: Readonly<Record<string, string | Uint8Array>>, root = 'tree'): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(bed.cwd, root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Path to content of every file below a folder, without the manifest. */
function harvest(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (directory: string): void => {
    for (const item of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, item.name);
      if (item.isDirectory()) walk(path);
      else if (item.name !== '.confman.json') found[relative(join(bed.cwd, root), path)] = readFileSync(path, 'base64');
    }
  };
  walk(join(bed.cwd, root));
  return found;
}

const batches = (): readonly BatchRequest[] =>
  api.server.asked.filter(({ path }) => path.endsWith('/batch')).map(({ body }) => JSON.parse(body) as BatchRequest);

describe('import', () => {
  test('makes folders namespaces and files keys, with types by extension as far as the content keeps the promise', async () => {
    plant({
      'app/a.json': '{"a":1}',
      'app/b.yaml': 'a: 1\n',
      'app/c.yml': 'a: [',
      'app/d.json': '// no',
      'app/sub/e.toml': 'x=1',
      'app/f g.txt': '',
      'app/h.yaml': 'a: 1\na: 2\n',
    });
    const ended = await confman(['import', 'tree']);
    expect(ended.code).toBe(0);
    expect(api.entries('app').map(({ key, type }) => `${key} ${type}`)).toEqual([
      'a.json json',
      'b.yaml yaml',
      'c.yml text',
      'd.json text',
      'f g.txt text',
      'h.yaml text',
    ]);
    expect(api.entries('app/sub')).toMatchObject([{ key: 'e.toml', value: 'x=1' }]);
    expect(ended.stdout).toContain('note     app/d.json: not valid json');
    expect(ended.stdout).toContain('7 new, 0 changed, 0 equal (imported), 0 refused');
  });

  test('lists what breaks rules with the rule, stores everything else, and ends with 1', async () => {
    plant({
      'README.md': '# top',
      'app/fine': 'x',
      'app/binary': new Uint8Array([0xff, 0xfe]),
      'app/huge': 'x'.repeat(8 * 1024 * 1024 + 1),
      '-bad/k': 'x',
      'app/.hidden/k': 'x',
      'a b/k': 'x',
      'app/e\u0301': 'x',
    });
    symlinkSync('fine', join(bed.cwd, 'tree', 'app', 'link'));
    const socket = createServer();
    await new Promise<void>((resolve) => {
      socket.listen(join(bed.cwd, 'tree', 'app', 'pipe'), resolve);
    });
    writeFileSync(Buffer.concat([Buffer.from(`${join(bed.cwd, 'tree', 'app')}/`), Buffer.from([0x66, 0xff])]), 'x');
    const ended = await confman(['import', 'tree', '-o', 'json']);
    socket.close();
    expect(ended.code).toBe(1);
    const { refused } = JSON.parse(ended.stdout) as { readonly refused: readonly { readonly path: string; readonly reason: string }[] };
    const reasons = Object.fromEntries(refused.map(({ path, reason }) => [path, reason]));
    expect(reasons['README.md']).toContain('--namespace');
    expect(reasons['app/binary']).toContain('not UTF-8 text');
    expect(reasons['-bad/k']).toContain('starts with a letter or digit');
    expect(reasons['app/.hidden/k']).toContain('starts with a letter or digit');
    expect(reasons['a b/k']).toContain('not " "');
    expect(reasons['app/e\u0301']).toContain('NFC');
    expect(reasons['app/link']).toContain('symbolic link');
    expect(reasons['app/pipe']).toContain('neither a file nor a folder');
    expect(reasons['app/f\ufffd']).toContain('its name is not UTF-8');
    expect(reasons['app/huge']).toContain('no value may have more than 8388608');
    expect(refused).toHaveLength(10);
    expect(api.entries('app').map(({ key }) => key)).toEqual(['fine']);
  });

  test('puts files at the top where --namespace says, and folders below --prefix', async () => {
    plant({ 'README.md': '# top', 'app/k': 'x' });
    expect((await confman(['import', 'tree', '--namespace', 'docs', '--prefix', 'teams/a'])).code).toBe(0);
    expect([...api.revisions.keys()].toSorted()).toEqual(['docs', 'teams/a/app']);
  });

  test('skips what is equal, and changes only what differs', async () => {
    plant({ 'app/a': '1', 'app/b': '2', 'app/c': '3' });
    api.put('app', 'a', '1');
    api.put('app', 'b', 'old');
    expect((await confman(['import', 'tree'])).stdout).toContain('1 new, 1 changed, 1 equal');
    expect(api.revisions.get('app')?.get('a')).toHaveLength(1);
    api.server.asked.length = 0;
    expect((await confman(['import', 'tree'])).stdout).toContain('0 new, 0 changed, 3 equal');
    expect(batches()).toEqual([]);
  });

  test('only shows what it would do with --dry-run', async () => {
    plant({ 'app/a': '1', 'app/b.json': '{' });
    const ended = await confman(['import', 'tree', '--dry-run']);
    expect(ended.stdout).toContain('add     app  a  text\n');
    expect(ended.stdout).toContain('2 new, 0 changed, 0 equal (would be imported), 0 refused');
    expect(api.revisions.size).toBe(0);
  });

  test('asks on a terminal, and takes no for an answer', async () => {
    plant({ 'app/a': '1' });
    const refused = await confman(['import', 'tree'], { terminal: true, typed: ['no'] });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('add     app  a  text');
    expect(api.revisions.size).toBe(0);
    expect((await confman(['import', 'tree'], { terminal: true, typed: ['yes'] })).code).toBe(0);
    expect((await confman(['import', 'tree', '--yes'], { terminal: true })).code).toBe(0);
  });

  test('keeps every batch within the bounds of the API, whatever the values', async () => {
    // Each quote takes two bytes in JSON.
    plant(Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`app/${number}`, '"'.repeat(number < 20 ? 500_000 : 1000)])));
    expect((await confman(['import', 'tree'])).code).toBe(0);
    expect(api.entries('app')).toHaveLength(300);
    expect(Math.max(...batches().map(({ operations }) => operations.length))).toBeLessThanOrEqual(128);
    expect(api.server.asked.every(({ body }) => Buffer.byteLength(body) <= 4 * 1024 * 1024)).toBe(true);
  });

  test('takes what the node refuses out of its batch, and stores the rest', async () => {
    api.valueBytesMax = 100;
    plant({ 'app/a': 'x', 'app/big': 'y'.repeat(101), 'app/odd.yaml': 'a: node-refuses', 'app/raced': '1', 'app/z': 'x' });
    api.intercept = ({ body, path }) => {
      if (!path.endsWith('/batch') || !body.includes('"raced"')) return null;
      return problem('version-conflict', {
        operation: (JSON.parse(body) as BatchRequest).operations.findIndex(({ key }) => key === 'raced'),
      });
    };
    const ended = await confman(['import', 'tree']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('refused  app/big: the value is too large (value-too-large)');
    expect(ended.stdout).toContain('refused  app/raced: somebody has changed this entry');
    expect(ended.stdout).toContain('note     app/odd.yaml: not valid yaml (refused by the node), so it is kept as text');
    expect(api.entries('app').map(({ key, type }) => `${key} ${type}`)).toEqual(['a text', 'odd.yaml text', 'z text']);
  });

  test('finds the culprit also where the node does not name it', async () => {
    plant(Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`app/${number}`, number === 6 ? 'poison' : 'x'])));
    api.intercept = ({ body, path }) =>
      path.endsWith('/batch') && body.includes('poison') ? problem('forbidden', { detail: 'not this' }) : null;
    const ended = await confman(['import', 'tree']);
    expect(ended.stdout).toContain('refused  app/6: not this (forbidden)');
    expect(api.entries('app')).toHaveLength(8);
  });

  test('goes on from where a lost cluster left it', async () => {
    plant(Object.fromEntries(Array.from({ length: 12 }, (_, number) => [`ns${number}/k`, 'x'])));
    let down = true;
    api.intercept = ({ path }) => (down && path.includes('ns7/batch') ? problem('storage-full') : null);
    expect((await confman(['import', 'tree'])).code).toBe(5);
    down = false;
    expect((await confman(['import', 'tree'])).code).toBe(0);
    expect(api.revisions.size).toBe(12);
    expect([...api.revisions.values()].every((keys) => keys.get('k')?.length === 1)).toBe(true);
  });

  test('refuses a folder that is none', async () => {
    expect((await confman(['import', 'absent'])).code).toBe(2);
  });
});

describe('export', () => {
  test('is the inverse of import to the byte', async () => {
    plant({
      'a/x.json': '{"a":1}',
      'a/b/y.yaml': 'a: 1\n',
      'a/bad.json': '{',
      'c-1.0/IETF sample 1.json': ' 1 ',
      'c-1.0/100%.txt': 'p',
      'c-1.0/a%2Fb': 'q',
      'd/.dot': '\ufeff\r\n',
      'd/empty': '',
      'd/ü 👍': 'ß\0',
    });
    expect((await confman(['import', 'tree'])).code).toBe(0);
    const ended = await confman(['export', 'out']);
    expect(ended).toMatchObject({ code: 0 });
    expect(harvest('out')).toEqual(harvest('tree'));
  });

  test('brings keys and types back that file names cannot hold', async () => {
    const keys = ['db/url', 'a%2Fb', '%', 'x'.repeat(256), `deep/${'ü'.repeat(200)}.json`, '.confman.json', 'CON', 'trailing.'];
    for (const key of keys) {
      api.put('app', key, `value of ${key}`);
      api.put('top', key, `{"of":${JSON.stringify(key)}}`, 'json');
    }
    const before = { app: api.entries('app'), top: api.entries('top') };
    expect((await confman(['export', 'out'])).code).toBe(0);
    expect((await confman(['export', 'top-out', '--namespace', 'top'])).code).toBe(0);
    api.revisions.clear();
    expect((await confman(['import', 'out', '--yes'])).code).toBe(0);
    const strip = (entries: typeof before.app): unknown => entries.map(({ key, value, type }) => [key, value, type]);
    expect(strip(api.entries('app'))).toEqual(strip(before.app));
    expect(strip(api.entries('top'))).toEqual(strip(before.top));
    api.revisions.clear();
    expect((await confman(['import', 'top-out', '--namespace', 'top'])).code).toBe(0);
    expect(strip(api.entries('top'))).toEqual(strip(before.top));
  });

  test('refuses the second of two entries that need one place, also where the file system ignores case', async () => {
    api.put('case', 'Key', '1');
    api.put('case', 'key', '2');
    api.put('app', 'k', '0');
    api.put('App', 'other', '3');
    api.put('a', 'b', '4');
    api.put('a/b', 'c', '5');
    const ended = await confman(['export', 'out']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('refused  case  key: its place case/key is taken by case/Key, which differs only in how it is spelt');
    expect(ended.stdout).toContain('refused  a/b  c: its place a/b is taken by a/b');
    // Names sort by their bytes, so App comes first and app is the one that differs.
    expect(ended.stdout).toContain('its place app is taken by App');
    expect(readFileSync(join(bed.cwd, 'out', 'App', 'other'), 'utf8')).toBe('3');
  });

  test('takes a part of the tree when asked', async () => {
    api.put('teams/a', 'k', '1');
    api.put('teams/a/prod', 'k', '2');
    api.put('teams/ab', 'k', '3');
    expect((await confman(['export', 'part', '--prefix', 'teams/a'])).code).toBe(0);
    expect(Object.keys(harvest('part')).toSorted()).toEqual(['k', 'prod/k']);
    expect((await confman(['export', 'one', '--namespace', 'teams/a'])).code).toBe(0);
    expect(Object.keys(harvest('one'))).toEqual(['k']);
  });

  test('writes into an empty folder only, unless told', async () => {
    api.put('app', 'k', 'new');
    plant({ 'app/k': 'old' }, 'out');
    expect((await confman(['export', 'out'])).code).toBe(2);
    expect((await confman(['export', 'out', '--force'])).code).toBe(0);
    expect(readFileSync(join(bed.cwd, 'out', 'app', 'k'), 'utf8')).toBe('new');
  });

  test('writes nothing outside its folder, whatever a server sends', () => {
    const root = join(bed.cwd, 'out');
    const writer = new TreeWriter(root, false);
    const entry = {
      namespace: 'x',
      key: 'k',
      value: 'v',
      type: 'text' as const,
      revision: 1,
      version: '1:1',
      createdAt: '',
      updatedAt: '',
      updatedBy: '',
      message: '',
    };
    writer.write({ ...entry, key: '../../evil' }, 'app');
    writer.write({ ...entry, key: '..' }, 'app');
    writer.write(entry, '../up');
    expect(writer.written).toBe(0);
    expect(writer.refused).toHaveLength(3);
    expect(existsSync(join(bed.cwd, 'up'))).toBe(false);
  });
});

describe('names and a foreign manifest', () => {
  test('gives every key a file name that fits, and different keys different ones', () => {
    const key = fc
      .string({ unit: fc.constantFrom('a', '/', '%', '2', 'F', '~', 'ü', '👍', '.'), minLength: 1, maxLength: 256 })
      .filter(isKey);
    fc.assert(
      fc.property(key, (text) => {
        const name = fileNameOf(text, true);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/\/|^\.{0,2}$|^\.confman\.json$/);
      }),
    );
    expect(
      new Set(['db/url', 'db%2Furl/x', `${'x/'.repeat(120)}a`, `${'x/'.repeat(120)}b`].map((text) => fileNameOf(text, false))).size,
    ).toBe(4);
  });

  test('refuses a manifest that export did not write, and reads the rest', () => {
    const root = mkdtempSync(join(tmpdir(), 'confman-tree-'));
    writeFileSync(join(root, '.confman.json'), '{"name":"somebody else’s"}');
    writeFileSync(join(root, 'k'), 'x');
    const scan = scanTree(root, { topNamespace: 'app', prefix: null });
    expect(scan.refused).toMatchObject([{ path: '.confman.json' }]);
    expect(scan.files).toEqual([{ path: 'k', namespace: 'app', key: 'k', type: null }]);
    rmSync(root, { recursive: true });
  });
});
