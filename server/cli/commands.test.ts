import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { problem } from '../../lib/client/testing/scripted-server.ts';
import { apiKey, MemoryApi } from './testing/memory-api.ts';
import { TestBed } from './testing/test-io.ts';
import type { Ended, TestProcess } from './testing/test-io.ts';
import type { ProblemCode } from '../../lib/contract/problems.ts';

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
  return bed.run(argv, { ...process, env: { CONFMAN_ENDPOINT: api.url, CONFMAN_KEY: apiKey, ...process.env } });
}

describe('get and put', () => {
  test.each(['plain', '', 'with a line end\n', '\ufeffmark', 'grüße 👍\r\n\0', '{"a": 1}'])(
    'keeps %j to the byte, through a file and through standard input',
    async (value) => {
      writeFileSync(join(bed.cwd, 'value'), value);
      expect((await confman(['put', 'app', 'from/file', '--file', 'value'])).code).toBe(0);
      expect((await confman(['put', 'app', 'from/stdin', '-'], { stdin: value })).code).toBe(0);
      expect((await confman(['get', 'app', 'from/file'])).stdoutBytes).toEqual(Buffer.from(value));
      expect((await confman(['get', 'app', 'from/stdin'])).stdoutBytes).toEqual(Buffer.from(value));
    },
  );

  test('adds a line end on a terminal only, and only where there is none', async () => {
    api.put('app', 'a', 'x');
    api.put('app', 'b', 'x\n');
    expect((await confman(['get', 'app', 'a'], { terminal: true })).stdout).toBe('x\n');
    expect((await confman(['get', 'app', 'b'], { terminal: true })).stdout).toBe('x\n');
    expect((await confman(['get', 'app', 'a'])).stdout).toBe('x');
  });

  test('refuses what is not text, and says so', async () => {
    const ended = await confman(['put', 'app', 'k', '-'], { stdin: Buffer.from([0xff, 0xfe, 0x00]) });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('not UTF-8');
    expect(api.entry('app', 'k')).toBeNull();
  });

  test('prints the whole entry as JSON or YAML, and old revisions', async () => {
    api.put('app', 'k', 'one');
    api.put('app', 'k', 'two');
    expect(JSON.parse((await confman(['get', 'app', 'k', '-o', 'json'])).stdout)).toMatchObject({ value: 'two', revision: 2 });
    expect((await confman(['get', 'app', 'k', '--output', 'yaml'])).stdout).toContain('value: two\n');
    expect((await confman(['get', 'app', 'k', '--revision', '1'])).stdout).toBe('one');
  });

  test('binds a write to a version, or to absence', async () => {
    expect((await confman(['put', 'app', 'k', 'a', '--create'])).stdout).toContain('created, revision 1, version 1:1');
    expect((await confman(['put', 'app', 'k', 'b', '--create'])).code).toBe(4);
    expect((await confman(['put', 'app', 'k', 'b', '--if-match', '9:9'])).code).toBe(4);
    expect((await confman(['put', 'app', 'k', 'b', '--if-match', '1:1'])).code).toBe(0);
    expect((await confman(['put', 'app', 'k', '-m', 'why', '--', '-5'])).code).toBe(0);
    expect(api.entry('app', 'k')).toMatchObject({ value: '-5', message: 'why' });
  });
});

describe('other commands on entries', () => {
  test('deletes keys, several of them at once, and namespaces only when told twice', async () => {
    for (const key of ['a', 'b', 'c']) api.put('app', key, 'x');
    expect((await confman(['rm', 'app', 'a'])).code).toBe(0);
    expect((await confman(['rm', 'app', 'b', 'c', '-m', 'gone'])).code).toBe(0);
    expect(api.entries('app')).toEqual([]);
    expect((await confman(['rm', 'app'])).code).toBe(2);
    expect((await confman(['rm', 'app', '--recursive'])).stderr).toContain('--yes');
    expect((await confman(['rm', 'app', '--recursive'], { terminal: true, typed: ['n'] })).code).toBe(1);
    expect(api.revisions.has('app')).toBe(true);
    expect((await confman(['rm', 'app', '--recursive'], { terminal: true, typed: ['y'] })).code).toBe(0);
    expect(api.revisions.has('app')).toBe(false);
  });

  test('lists, finds, tells history and differences', async () => {
    for (let number = 0; number < 70; number++) api.put('app', `key-${String(number).padStart(2, '0')}`, `value ${number}`);
    api.put('app', 'key-00', 'value 0\nmore\n');
    expect((await confman(['ls'])).stdout.split('\n')[1]).toMatch(/^app +70 /);
    expect((await confman(['ls', 'app'])).stdout.trimEnd().split('\n')).toHaveLength(71);
    expect(JSON.parse((await confman(['ls', 'app', '--limit', '3', '-o', 'json'])).stdout)).toHaveLength(3);
    expect((await confman(['search', 'VALUE 42'])).stdout).toContain('key-42');
    const history = JSON.parse((await confman(['history', 'app', 'key-00', '-o', 'json'])).stdout) as readonly {
      readonly revision: number;
    }[];
    expect(history.map(({ revision }) => revision)).toEqual([2, 1]);
    expect((await confman(['diff', 'app', 'key-00'])).stdout).toBe(
      '--- revision 1\n+++ revision 2\n@@ -1 +1,2 @@\n-value 0\n\\ No newline at end of file\n+value 0\n+more\n',
    );
  });

  test('shows what values hold without obeying it', async () => {
    api.put('app', 'k', '\u001b[31mred\u001b[0m\u202e');
    const { stdout } = await confman(['ls', 'app', '--values']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u202e');
  });

  test('prints changes as they come', async () => {
    const ended = await confman(['watch', 'app']);
    expect(ended.stdout).toBe('1:2  put app k revision 2 = line⏎break  by ann: why\n');
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('list again');
  });

  test('edits with the version that was read, and keeps the text when somebody was faster', async () => {
    api.put('app', 'k', 'one');
    const editor = join(bed.cwd, 'editor');
    writeFileSync(editor, '#!/bin/sh\nprintf two > "$1"\n');
    chmodSync(editor, 0o755);
    expect((await confman(['edit', 'app', 'k'], { env: { EDITOR: editor } })).code).toBe(0);
    expect(api.entry('app', 'k')?.value).toBe('two');
    writeFileSync(editor, '#!/bin/sh\nprintf three > "$1"\n');
    api.intercept = ({ method }) => (method === 'PUT' ? problem('version-conflict') : null);
    const ended = await confman(['edit', 'app', 'k'], { env: { EDITOR: editor } });
    expect(ended.code).toBe(4);
    const kept = /your text is kept in (\S+)/.exec(ended.stderr)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe('three');
    expect((await confman(['edit', 'app', 'k'])).code).toBe(2);
  });
});

describe('how commands end', () => {
  test.each<[ProblemCode, number]>([
    ['entry-not-found', 3],
    ['namespace-not-found', 3],
    ['version-conflict', 4],
    ['version-of-another-cluster', 4],
    ['no-leader', 5],
    ['version-not-reached', 5],
    ['storage-full', 5],
    ['rate-limited', 5],
    ['unauthenticated', 6],
    ['forbidden', 6],
    ['invalid-value', 1],
    ['internal-error', 1],
  ])('answers %s with %i', async (code, expected) => {
    api.intercept = () => problem(code);
    const ended = await confman(['get', 'app', 'k', '--timeout', '200ms']);
    expect(ended.code).toBe(expected);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(code);
  });

  test.each([
    [['get', 'app']],
    [['frobnicate']],
    [['get', 'app', 'k', '--consistency', 'strong']],
    [['get', 'app', 'k', '--min-version', '007:1']],
    [['get', 'app', 'k', '--max-wait', '5']],
    [['get', '-bad-', 'k']],
    [['get', 'app', 'a//b']],
    [['put', 'app', 'k']],
    [['put', 'app', 'k', 'v', '--type', 'xml']],
    [['ls', '--limit', '0']],
    [['get', 'a', 'b', 'c']],
    [['get', 'app', 'k', '--endpoint', 'nowhere']],
    [['history', 'app', 'k', '--limit', 'x']],
    [['token', 'set', '5:42']],
    [['completion', 'tcsh']],
  ])('answers %j with 2, without asking anybody', async (argv) => {
    const ended = await confman(argv);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toBe('');
    expect(api.server.asked).toEqual([]);
  });

  test('says where nobody answers', async () => {
    const ended = await bed.run(['get', 'app', 'k', '--endpoint', 'http://127.0.0.1:1', '--timeout', '150ms']);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('127.0.0.1:1');
  });

  test('prints the problem itself where JSON was asked for', async () => {
    const ended = await confman(['get', 'app', 'absent', '-o', 'json']);
    expect(JSON.parse(ended.stderr)).toMatchObject({ code: 'entry-not-found', status: 404 });
  });

  test.each([
    [['--version']],
    [['--help']],
    [['get', '--help']],
    [['node', '--help']],
    [['keys', 'create', '--help']],
    [['completion', 'bash']],
    [['completion', 'zsh']],
    [['completion', 'fish']],
  ])('helps with %j', async (argv) => {
    const ended = await confman(argv);
    expect(ended.code).toBe(0);
    expect(ended.stdout).not.toBe('');
  });
});

describe('settings of commands', () => {
  test('sends what the flags say of a read', async () => {
    api.put('app', 'k', 'x');
    await confman([
      'get',
      'app',
      'k',
      '--consistency',
      'linearizable',
      '--min-version',
      '1:1',
      '--max-wait',
      '2s',
      '--on-timeout',
      'forward',
      '--node',
      'n3',
    ]);
    expect(api.server.asked[0]?.headers).toMatchObject({
      'x-confman-consistency': 'linearizable',
      'x-confman-min-version': '1:1',
      'x-confman-max-wait': '2000ms',
      'x-confman-on-timeout': 'forward',
      'x-confman-node': 'n3',
    });
  });

  test('takes the key from a file, and the local cluster’s own on this machine only', async () => {
    api.put('app', 'k', 'x');
    writeFileSync(join(bed.cwd, 'key'), `${apiKey}\n`);
    expect((await bed.run(['get', 'app', 'k', '--endpoint', api.url, '--key-file', join(bed.cwd, 'key')])).code).toBe(0);
    expect((await bed.run(['get', 'app', 'k', '--endpoint', api.url])).code).toBe(6);
    mkdirSync(join(bed.cwd, '.confman'));
    writeFileSync(join(bed.cwd, '.confman', 'admin-key'), `${apiKey}\n`, { mode: 0o600 });
    writeFileSync(join(bed.cwd, '.confman', 'cluster.json'), JSON.stringify({ port: 1, nodes: [{ id: 'n1', url: api.url }] }));
    expect((await bed.run(['get', 'app', 'k'])).stdout).toBe('x');
    const asked = api.server.asked.length;
    const away = await bed.run(['get', 'app', 'k', '--endpoint', 'http://confman.invalid:6100', '--timeout', '100ms']);
    expect(away.code).toBe(5);
    expect(api.server.asked).toHaveLength(asked);
  });

  test('reads a file that serves nodes and commands alike', async () => {
    api.put('app', 'k', 'x');
    writeFileSync(join(bed.cwd, 'c.yaml'), `endpoint: ["${api.url}"]\nkey: ${apiKey}\nlisten: 127.0.0.1:6100\nnodes: 3\n`);
    expect((await bed.run(['get', 'app', 'k', '--config', join(bed.cwd, 'c.yaml')])).stdout).toBe('x');
  });

  test('prints effective settings with their origins, and masks secrets', async () => {
    const ended = await bed.run(['config', 'check', '--id', 'n2', '-o', 'json'], {
      env: { CONFMAN_ADMIN_KEY: apiKey, CONFMAN_TICK: '50ms', CONFMAN_TYCK: '1' },
    });
    const rows = JSON.parse(ended.stdout) as readonly { readonly setting: string; readonly value: string; readonly from: string }[];
    const row = (name: string): unknown => rows.find(({ setting }) => setting === name);
    expect(row('id')).toEqual({ setting: 'id', value: 'n2', from: 'flag --id' });
    expect(row('tick')).toEqual({ setting: 'tick', value: '50ms', from: 'variable CONFMAN_TICK' });
    expect(row('admin-key')).toEqual({ setting: 'admin-key', value: '********', from: 'variable CONFMAN_ADMIN_KEY' });
    expect(row('web')).toEqual({ setting: 'web', value: 'true', from: 'default' });
    expect(ended.stdout).not.toContain(apiKey);
    expect(ended.stderr).toContain('CONFMAN_TYCK');
    expect((await bed.run(['config', 'check', '--lisen', 'x'])).code).toBe(2);
    expect((await bed.run(['config', 'check', '--client', '--key', apiKey])).stdout).toContain('********');
  });
});

describe('the version between calls', () => {
  const demanded = (): unknown => api.server.asked.at(-1)?.headers['x-confman-min-version'];
  const stateFile = (): string => join(bed.cwd, 'state', 'confman', 'tokens.json');

  test('is demanded by the next command, and kept for its owner only', async () => {
    await confman(['put', 'app', 'k', 'x']);
    expect(demanded()).toBeUndefined();
    await confman(['get', 'app', 'k']);
    expect(demanded()).toBe('aaaaaaaa.00000001/1:1');
    expect(statSync(stateFile()).mode & 0o777).toBe(0o600);
    expect((await confman(['token', 'show'])).stdout).toBe('aaaaaaaa.00000001/1:1\n');
    await confman(['token', 'clear']);
    await confman(['get', 'app', 'k']);
    expect(demanded()).toBeUndefined();
  });

  test('can be handed over', async () => {
    await confman(['token', 'set', 'aaaaaaaa.00000001/1:40']);
    api.put('app', 'k', 'x');
    await confman(['get', 'app', 'k']);
    expect(demanded()).toBe('aaaaaaaa.00000001/1:40');
  });

  test('does not meet that of another cluster', async () => {
    await confman(['put', 'app', 'k', 'x']);
    const other = await MemoryApi.start();
    other.put('app', 'k', 'y');
    await bed.run(['get', 'app', 'k', '--endpoint', other.url, '--key', apiKey]);
    expect(other.server.asked.at(-1)?.headers['x-confman-min-version']).toBeUndefined();
    await other.stop();
  });

  test('is dropped, said once and forgotten when the cluster was restored', async () => {
    await confman(['put', 'app', 'k', 'x']);
    const restored = 'aaaaaaaa.00000002/9:9';
    api.intercept = ({ headers }) =>
      String(headers['x-confman-min-version'] ?? '').includes('.00000001/')
        ? problem('version-lost-in-restore', { history: 'aaaaaaaa.00000001' }, { 'x-confman-token': restored })
        : { headers: { 'x-confman-token': restored }, body: { value: 'y' } };
    const first = await confman(['get', 'app', 'k']);
    expect(first).toMatchObject({ code: 0, stdout: 'y' });
    expect(first.stderr).toBe('confman: this cluster was restored; your change at 1:1 may be lost\n');
    expect((await confman(['get', 'app', 'k'])).stderr).toBe('');
    expect((await confman(['token', 'show'])).stdout).toBe(`${restored}\n`);
  });

  test('forgets what cannot be read', async () => {
    await confman(['put', 'app', 'k', 'x']);
    writeFileSync(stateFile(), readFileSync(stateFile(), 'utf8').replace('/1:1', '/1:x'));
    expect((await confman(['get', 'app', 'k'])).stdout).toBe('x');
    writeFileSync(stateFile(), '{');
    expect((await confman(['get', 'app', 'k'])).stdout).toBe('x');
    expect((await confman(['token', 'show'])).stdout).toBe('aaaaaaaa.00000001/1:1\n');
  });

  test('is left alone when a later version has kept it', async () => {
    await confman(['put', 'app', 'k', 'x']);
    const later = readFileSync(stateFile(), 'utf8').replace('"format": 1', '"format": 2');
    writeFileSync(stateFile(), later);
    const refused = await confman(['get', 'app', 'k']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('has format 2, this version of confman knows 1: use the newer version, or remove the file');
    expect(readFileSync(stateFile(), 'utf8')).toBe(later);
  });

  test('survives commands that run at the same time', async () => {
    await Promise.all(Array.from({ length: 12 }, async (_, number) => confman(['put', 'app', `k${number}`, 'x'])));
    expect((await confman(['token', 'show'])).stdout).toBe('aaaaaaaa.00000001/1:12\n');
    expect(existsSync(`${stateFile()}.lock`)).toBe(false);
  });
});
