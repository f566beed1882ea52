import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { build } from 'esbuild';
import { TestBed } from '../testing/test-io.ts';
import { Child } from './child.ts';
import { settleShape } from './cluster-file.ts';
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import type { Ended } from '../testing/test-io.ts';

/** Stands in for a node: answers readiness, stops on SIGTERM or at the end of its input, and can be told to misbehave. */
const nodeProgram = `
import { createServer } from 'node:http';
const flag = (name) => process.argv[process.argv.indexOf('--' + name) + 1];
const [host, port] = flag('listen').split(':');
if (process.env.TEST_DIE === flag('id')) { console.error('cannot start: ' + flag('id')); process.exit(3); }
let asked = 0;
const server = createServer((request, response) => {
  const ready = request.url === '/health/ready' && ++asked > 1;
  response.writeHead(ready ? 200 : 503).end(JSON.stringify({ checks: [{ name: 'leader', ok: ready, detail: 'none yet' }] }));
});
server.listen(Number(port), host, () => console.log('up ' + process.argv.slice(2).join(' ') + ' ' + process.env.CONFMAN_CLUSTER_SECRET));
const stop = (why) => { console.log('stop ' + why); process.exit(0); };
process.on('SIGTERM', () => { if (process.env.TEST_STUBBORN !== flag('id')) stop('signal'); });
process.stdin.on('end', () => stop('input')).resume();
`;

let bed: TestBed;
let port = 0;
beforeEach(async () => {
  bed = new TestBed();
  writeFileSync(join(bed.programs, 'node.mjs'), nodeProgram);
  port = await freeStretch();
});
afterEach(() => {
  bed.remove();
});

/** A port from which on those of three nodes are free. */
async function freeStretch(): Promise<number> {
  for (;;) {
    const first = await claim(0);
    if (first === null || first > 60_000) continue;
    const wanted = [first, first + 1, first + 100, first + 101, first + 200, first + 201];
    const claimed = await Promise.all(wanted.map(claim));
    if (claimed.every((got) => got !== null)) return first;
  }
}

async function claim(wanted: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null);
    });
    server.listen(wanted, '127.0.0.1', () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => {
        resolve(got);
      });
    });
  });
}

interface Ready {
  readonly ready: boolean;
  readonly adminKey: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly url: string;
    readonly peer: string;
    readonly pid: number;
    readonly data: string;
  }[];
}

const log = (id: string): string => readFileSync(join(bed.cwd, 'data', id, 'node.log'), 'utf8');

interface Started {
  /** What `up` has printed once every node was ready. */
  readonly ready: Promise<string>;
  readonly ended: Promise<Ended>;
  readonly interrupt: () => void;
}

function up(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const controller = new AbortController();
  let onOutput: (stdout: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => {
    onOutput = resolve;
  });
  const ended = bed.run(['up', '--data', 'data', '--port', String(port), ...argv], { env, interrupted: controller.signal, onOutput });
  return {
    ready,
    ended,
    interrupt: () => {
      controller.abort();
    },
  };
}

async function startAndStop(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { ready, ended, interrupt } = up(argv, env);
  await Promise.race([ready, ended]);
  interrupt();
  return ended;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('up', () => {
  test('starts nodes as processes of their own, says so in one line, and stops them all', async () => {
    const { code, stdout } = await startAndStop(['--json']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const { adminKey, nodes, ready } = JSON.parse(stdout) as Ready;
    expect(ready).toBe(true);
    expect(adminKey).toMatch(/^confman_[A-Za-z0-9_-]{43}$/);
    expect(nodes.map(({ id, url, peer, data }) => [id, url, peer, data])).toEqual([
      ['n1', `http://127.0.0.1:${port}`, `127.0.0.1:${port + 1}`, join(bed.cwd, 'data', 'n1')],
      ['n2', `http://127.0.0.1:${port + 100}`, `127.0.0.1:${port + 101}`, join(bed.cwd, 'data', 'n2')],
      ['n3', `http://127.0.0.1:${port + 200}`, `127.0.0.1:${port + 201}`, join(bed.cwd, 'data', 'n3')],
    ]);
    expect(new Set(nodes.map(({ pid }) => pid)).size).toBe(3);
    for (const { id, pid } of nodes) {
      expect(alive(pid)).toBe(false);
      expect(log(id)).toContain('stop signal');
      expect(log(id)).toContain(`--initial-cluster n1=127.0.0.1:${port + 1},n2=127.0.0.1:${port + 101},n3=127.0.0.1:${port + 201}`);
    }
    expect(statSync(join(bed.cwd, 'data', 'admin-key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(bed.cwd, 'data', 'cluster-secret')).mode & 0o777).toBe(0o600);
    expect(log('n1')).toContain(readFileSync(join(bed.cwd, 'data', 'cluster-secret'), 'utf8').trim());
  });

  test('keeps its key, and prints it with the addresses at every start', async () => {
    const first = await startAndStop(['--nodes', '1']);
    const second = await startAndStop([]);
    const key = readFileSync(join(bed.cwd, 'data', 'admin-key'), 'utf8').trim();
    for (const { stdout } of [first, second]) {
      expect(stdout).toContain(key);
      expect(stdout).toContain(`n1  http://127.0.0.1:${port}`);
      expect(stdout).not.toContain('n2');
    }
    const other = await startAndStop([], { CONFMAN_ADMIN_KEY: 'confman_another-key-0123456789' });
    expect(other.stdout).toContain(key);
    expect(other.stderr).toContain('the one given now is not used');
  });

  test('names the port that is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.listen(port + 101, '127.0.0.1', resolve);
    });
    const ended = await up([]).ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`port ${port + 101} is taken`);
    expect(existsSync(join(bed.cwd, 'data'))).toBe(false);
    await new Promise((resolve) => holder.close(resolve));
  });

  test('says which node could not start, with the end of its log, and stops the others', async () => {
    const ended = await up(['--json'], { TEST_DIE: 'n2' }).ended;
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('n2 ended with status 3 before it was ready');
    expect(ended.stderr).toContain('cannot start: n2');
  });

  test('reports a node that dies, leaves it dead, and ends when none is left', async () => {
    const { ready, ended: ending } = up(['--nodes', '2', '--json']);
    for (const { pid } of (JSON.parse(await ready) as Ready).nodes) process.kill(pid, 'SIGKILL');
    const ended = await ending;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('was ended by SIGKILL; 1 of 2 nodes run. It is not started again');
    expect(ended.stderr).toContain('no node runs any more');
  });

  test('never leaves a node behind, even when it is killed itself', async () => {
    const program = join(bed.programs, 'cli.mjs');
    await build({
      entryPoints: ['server/cli/main.ts'],
      outfile: program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['*/main/serve-node.ts'],
      loader: { '.node': 'copy' },
      logLevel: 'silent',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const parent = spawn(process.execPath, [program, 'up', '--data', join(bed.cwd, 'data'), '--port', String(port), '--json'], {
      cwd: bed.cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { nodes } = JSON.parse(await firstLine(parent)) as Ready;
    expect(nodes.map(({ pid }) => alive(pid))).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    await until(() => nodes.every(({ pid }) => !alive(pid)));
    expect(nodes.map(({ id }) => log(id).includes('stop input'))).toEqual([true, true, true]);
  });

  test('forces a node that does not stop', async () => {
    const node = { id: 'n1', port, peerPort: port + 1, url: `http://127.0.0.1:${port}`, peer: '', data: join(bed.cwd, 'n1') };
    const child = Child.start({
      node,
      program: join(bed.programs, 'node.mjs'),
      args: ['--id', 'n1', '--listen', `127.0.0.1:${port}`],
      env: { ...process.env, TEST_STUBBORN: 'n1' },
      cwd: bed.cwd,
    });
    await until(() => child.logTail().includes('up '));
    expect(await child.stop(50)).toBe(true);
    expect(child.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.stop(50)).toBe(false);
  });
});

describe('the shape of a kept cluster', () => {
  test('does not change by a flag', () => {
    const directory = join(bed.cwd, 'kept');
    mkdirSync(directory);
    writeFileSync(join(directory, 'cluster.json'), JSON.stringify({ port: 7100, nodes: [{ id: 'n1', url: 'http://127.0.0.1:7100' }] }));
    expect(settleShape(directory, { nodes: null, port: null })).toEqual({ nodes: 1, port: 7100, kept: true });
    expect(() => settleShape(directory, { nodes: 3, port: null })).toThrow('holds a cluster of 1');
    expect(() => settleShape(directory, { nodes: null, port: 6100 })).toThrow('on port 7100');
    writeFileSync(join(directory, 'cluster.json'), JSON.stringify({ format: 2, port: 7100, nodes: [] }));
    expect(() => settleShape(directory, { nodes: null, port: null })).toThrow(/has format 2, .* knows 1: start the version that wrote it$/);
    expect(settleShape(join(bed.cwd, 'absent'), { nodes: null, port: null })).toEqual({ nodes: 3, port: 6100, kept: false });
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error(`the process ended after ${JSON.stringify(text)}`);
}
