/** The command line against a cluster, judged from outside: one suite for the API in a test's process and for real clusters alike. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ApiKey, AuditEvent, Entry, Revision } from '../../lib/contract/model.ts';

export interface CliTarget {
  readonly name: string;
  /** Base URLs of the nodes, at least one. */
  readonly endpoints: () => readonly string[];
  readonly adminKey: () => string;
  /** The built program, or how to run it in this process. */
  readonly cli: { readonly path: () => string } | { readonly run: RunInProcess };
  /** Another tree to load and to get back, beside the made-up one. */
  readonly tree?: (() => string) | undefined;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly signal: AbortSignal;
  readonly onOutput: (stdout: string) => void;
}
export type RunInProcess = (argv: readonly string[], options: RunOptions) => Promise<Outcome>;

interface Bed {
  readonly directory: string;
  readonly run: (argv: readonly string[], options?: Partial<RunOptions>) => Promise<Outcome>;
}

/** Declares the suite. Its names are random, so that it may run on a cluster that others use. */
export function runCliSuite(target: CliTarget): void {
  const directory = mkdtempSync(join(tmpdir(), 'confman-cli-suite-'));
  const bed: Bed = {
    directory,
    run: async (argv, options) => {
      const env = {
        HOME: directory,
        XDG_STATE_HOME: join(directory, 'state'),
        PATH: process.env['PATH'] ?? '',
        CONFMAN_ENDPOINT: target.endpoints().join(','),
        CONFMAN_KEY: target.adminKey(),
      };
      const full: RunOptions = {
        cwd: directory,
        stdin: '',
        signal: new AbortController().signal,
        onOutput: () => undefined,
        ...options,
        env: { ...env, ...options?.env },
      };
      return 'run' in target.cli ? target.cli.run(argv, full) : runProgram(target.cli.path(), argv, full);
    },
  };
  describe(`the command line on ${target.name}`, () => {
    afterAll(() => {
      rmSync(directory, { recursive: true, force: true });
    });
    entriesSuite(bed, target);
    treeSuite(bed, target);
    operationSuite(bed, target);
  });
}

async function runProgram(path: string, argv: readonly string[], { cwd, env, stdin, signal, onOutput }: RunOptions): Promise<Outcome> {
  // A built bundle, or the launcher of a checkout.
  const [command, args] = path.endsWith('.mjs') ? [process.execPath, [path, ...argv]] : [path, [...argv]];
  const child = spawn(command, args, { cwd, env: { ...env } as unknown as NodeJS.ProcessEnv, stdio: 'pipe' });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    onOutput(Buffer.concat(stdout).toString('utf8'));
  });
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  signal.addEventListener('abort', () => child.kill('SIGINT'));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve(status ?? -1);
    });
  });
  return {
    code,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stdoutBytes: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}

let drawn = 0;
function fresh(what: string): string {
  return `cli-${what}-${process.pid.toString(36)}${Math.random().toString(36).slice(2, 8)}${drawn++}`;
}

async function succeed(bed: Bed, argv: readonly string[], options?: Partial<RunOptions>): Promise<string> {
  const { code, stdout, stderr } = await bed.run(argv, options);
  expect(code, `confman ${argv.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

async function json<T>(bed: Bed, argv: readonly string[], options?: Partial<RunOptions>): Promise<T> {
  return JSON.parse(await succeed(bed, [...argv, '-o', 'json'], options)) as T;
}

function entriesSuite(bed: Bed, target: CliTarget): void {
  const namespace = fresh('entries');

  test('stores values to the byte, and reads them back through every node at once', async () => {
    for (const [at, value] of ['plain', '', 'line\n', '\ufeffgrüße 👍\r\n', '\0'].entries()) {
      await succeed(bed, ['put', namespace, `exact/${at}`, '-'], { stdin: value });
      for (const endpoint of target.endpoints()) {
        const { stdoutBytes, stderr } = await bed.run(['get', namespace, `exact/${at}`], { env: { CONFMAN_ENDPOINT: endpoint } });
        expect(stdoutBytes, stderr).toEqual(Buffer.from(value));
      }
    }
  });

  test('reads in every mode', async () => {
    await succeed(bed, ['put', namespace, 'mode', 'x']);
    for (const mode of ['eventual', 'read-your-writes', 'linearizable'])
      expect(await succeed(bed, ['get', namespace, 'mode', '--consistency', mode])).not.toBe('');
    const { version } = await json<Entry>(bed, ['get', namespace, 'mode']);
    expect(await succeed(bed, ['get', namespace, 'mode', '--min-version', version])).toBe('x');
  });

  test('keeps revisions, shows them, and brings them back', async () => {
    await succeed(bed, ['put', namespace, 'h', '{"a":1}', '--type', 'json', '-m', 'first']);
    await succeed(bed, ['put', namespace, 'h', '{"a":2}']);
    expect((await json<readonly { readonly value: string }[]>(bed, ['history', namespace, 'h'])).map(({ value }) => value)).toEqual([
      '{"a":2}',
      '{"a":1}',
    ]);
    expect(await succeed(bed, ['diff', namespace, 'h'])).toContain('-{"a":1}');
    await succeed(bed, ['rm', namespace, 'h']);
    expect((await bed.run(['get', namespace, 'h'])).code).toBe(3);
    expect(await json<readonly Revision[]>(bed, ['deleted', namespace])).toMatchObject([{ key: 'h', revision: 3, deleted: true }]);
    expect(await json<readonly Revision[]>(bed, ['deleted', namespace, '--prefix', 'x'])).toEqual([]);
    await succeed(bed, ['restore', namespace, 'h', '1']);
    expect(await json<Entry>(bed, ['get', namespace, 'h'])).toMatchObject({ value: '{"a":1}', type: 'json', revision: 4 });
    expect(await succeed(bed, ['get', namespace, 'h', '--revision', '2'])).toBe('{"a":2}');
  });

  test('binds writes to versions', async () => {
    const { version } = await json<{ readonly version: string }>(bed, ['put', namespace, 'cas', '1', '--create']);
    expect((await bed.run(['put', namespace, 'cas', '2', '--create'])).code).toBe(4);
    await succeed(bed, ['put', namespace, 'cas', '2', '--if-match', version]);
    expect((await bed.run(['put', namespace, 'cas', '3', '--if-match', version])).code).toBe(4);
    expect(await succeed(bed, ['get', namespace, 'cas'])).toBe('2');
  });

  test('edits with the version that was read', async () => {
    await succeed(bed, ['put', namespace, 'edited', 'before']);
    const editor = join(bed.directory, 'editor');
    writeFileSync(editor, '#!/bin/sh\nprintf after > "$1"\n');
    chmodSync(editor, 0o755);
    await succeed(bed, ['edit', namespace, 'edited'], { env: { EDITOR: editor } });
    expect(await succeed(bed, ['get', namespace, 'edited'])).toBe('after');
  });

  test('prints changes as they come', async () => {
    const controller = new AbortController();
    let seen = '';
    const watching = bed.run(['watch', namespace, '--values'], { signal: controller.signal, onOutput: (stdout) => (seen = stdout) });
    // The watch begins at some moment; from then on each change is printed.
    for (let number = 0; !seen.includes('ticking'); number++) await succeed(bed, ['put', namespace, 'ticking', String(number)]);
    controller.abort();
    expect((await watching).code).toBe(0);
    expect(seen).toMatch(/put \S+ ticking revision \d+ = \d+ {2}by /);
  });

  test('ends as each kind of failure asks for', async () => {
    expect((await bed.run(['get', namespace, 'absent'])).code).toBe(3);
    expect((await bed.run(['get', namespace, 'absent'], { env: { CONFMAN_KEY: 'confman_nobodys-key-0123456789' } })).code).toBe(6);
    expect((await bed.run(['put', namespace, 'k', '{', '--type', 'json'])).code).toBe(1);
    expect((await bed.run(['get', 'bad namespace', 'k'])).code).toBe(2);
    expect((await bed.run(['get', namespace, 'mode', '--min-version', '1:999999999', '--max-wait', '50ms'])).code).toBe(5);
    expect((await bed.run(['get', namespace, 'mode', '--min-version', 'bbbbbbbb.bbbbbbbb/1:1'])).code).toBe(4);
    expect(
      (await bed.run(['get', namespace, 'mode', '--timeout', '300ms'], { env: { CONFMAN_ENDPOINT: 'http://127.0.0.1:1' } })).code,
    ).toBe(5);
  });
}

/** Path to content, in base64, of every file below a folder but the manifest. */
function harvest(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (directory: string): void => {
    for (const item of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, item.name);
      if (item.isDirectory()) walk(path);
      else if (item.name !== '.confman.json') found.set(relative(root, path), readFileSync(path, 'base64'));
    }
  };
  walk(root);
  return found;
}

function treeSuite(bed: Bed, target: CliTarget): void {
  const made = join(bed.directory, 'made-up');
  const prefix = fresh('tree');

  beforeAll(() => {
    for (let number = 0; number < 300; number++) {
      const file = join(
        made,
        `kind-${number % 40}`,
        number % 3 === 0 ? 'deep/er' : '',
        `Sample ${number}.${['json', 'yaml', 'toml', 'txt'][number % 4]}`,
      );
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, number % 11 === 0 ? `: [broken "${number}\r\n` : `{"number": ${number}, "text": "${'grüße '.repeat(number)}"}\n`);
    }
    mkdirSync(join(made, 'odd'));
    writeFileSync(join(made, 'odd', '.hidden'), '\ufeff');
    writeFileSync(join(made, 'odd', 'empty.json'), '');
    writeFileSync(join(made, 'odd', '100% a%2Fb'), 'x');
  });

  const trees = [{ what: 'a made-up tree', tree: () => made, into: prefix, topToo: false }];
  if (target.tree !== undefined) trees.push({ what: 'a tree of real files', tree: target.tree, into: fresh('real'), topToo: true });

  test.each(trees)('loads $what, skips what is equal, and gives the same bytes back', async ({ tree, into, topToo }) => {
    // Files at the top go into the prefix itself, which is where export takes them from.
    const argv = ['import', tree(), '--prefix', into, ...(topToo ? ['--namespace', into] : [])];
    const files = harvest(tree());
    const report = await json<{ readonly added: readonly unknown[]; readonly refused: readonly unknown[] }>(bed, argv);
    expect([report.added.length, report.refused]).toEqual([files.size, []]);
    expect(await succeed(bed, argv)).toContain(`0 new, 0 changed, ${files.size} equal`);
    const out = join(bed.directory, `out-${into}`);
    await succeed(bed, ['export', out, '--prefix', into]);
    expect(harvest(out)).toEqual(files);
  });

  test('gives every imported entry back equal through every node', async () => {
    for (const [at, endpoint] of target.endpoints().entries()) {
      const out = join(bed.directory, `out-${prefix}-${at}`);
      await succeed(bed, ['export', out, '--prefix', prefix], { env: { CONFMAN_ENDPOINT: endpoint } });
      expect(harvest(out)).toEqual(harvest(made));
    }
  });
}

function operationSuite(bed: Bed, target: CliTarget): void {
  test('shows the cluster', async () => {
    const status = await json<ClusterStatus>(bed, ['status']);
    expect(status.nodes.length).toBeGreaterThanOrEqual(target.endpoints().length);
    expect(await succeed(bed, ['status'])).toContain(status.cluster.id);
    expect(await succeed(bed, ['members'])).toContain(status.node);
    expect(await succeed(bed, ['groups'])).toContain('default');
  });

  test('makes, lists and revokes keys that may do what their role and scope say', async () => {
    const namespace = fresh('scoped');
    const name = fresh('key');
    const made = await json<ApiKey & { readonly secret: string }>(bed, ['keys', 'create', name, '--role', 'viewer', '--scope', namespace]);
    await succeed(bed, ['put', namespace, 'k', 'x']);
    const env = { CONFMAN_KEY: made.secret };
    expect(await succeed(bed, ['get', namespace, 'k'], { env })).toBe('x');
    expect((await bed.run(['put', namespace, 'k', 'y'], { env })).code).toBe(6);
    expect((await json<readonly ApiKey[]>(bed, ['keys', 'list'])).map((key) => key.name)).toContain(name);
    await succeed(bed, ['keys', 'revoke', made.id, '--yes']);
    expect((await bed.run(['get', namespace, 'k', '--consistency', 'linearizable'], { env })).code).toBe(6);
  });

  test('finds entries, and who changed them', async () => {
    const namespace = fresh('found');
    await succeed(bed, ['put', namespace, 'needle', `hay-${namespace}`, '-m', 'why']);
    expect(await json<readonly Entry[]>(bed, ['search', `HAY-${namespace}`])).toMatchObject([{ namespace, key: 'needle' }]);
    const events = await json<readonly AuditEvent[]>(bed, ['audit', namespace]);
    expect(events.map(({ action }) => action)).toContain('config.created');
    expect(events.find(({ action }) => action === 'config.created')).toMatchObject({ key: 'needle', message: 'why' });
    expect(await json<readonly AuditEvent[]>(bed, ['audit', namespace, '--search', 'NEEDLE'])).toMatchObject([{ key: 'needle' }]);
    expect(await json<readonly AuditEvent[]>(bed, ['audit', namespace, '--search', 'no such thing'])).toEqual([]);
    await succeed(bed, ['rm', namespace, '--recursive', '--yes']);
    expect(await json<readonly AuditEvent[]>(bed, ['audit', namespace, '--action', 'namespace.deleted'])).toHaveLength(1);
  });
}
