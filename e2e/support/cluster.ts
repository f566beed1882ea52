import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { freeClusterPort } from './ports.ts';

export interface ClusterNode {
  readonly id: string;
  readonly url: string;
  readonly pid: number;
}

/** What tests of the console need of a cluster, whoever has started it. */
export interface ConsoleCluster {
  readonly adminKey: string;
  readonly nodes: readonly ClusterNode[];
  readonly node: (id: string) => ClusterNode;
}

interface Ready {
  readonly ready: true;
  readonly adminKey: string;
  readonly nodes: readonly ClusterNode[];
}

const START_MS = 60_000;
const STOP_MS = 20_000;
const POLL_MS = 100;

/** A real cluster of three processes on this machine, in lab mode, with its data in a folder of its own. */
export class Cluster {
  readonly adminKey: string;
  readonly nodes: readonly ClusterNode[];
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(ready: Ready, process: ChildProcess, folder: string) {
    this.adminKey = ready.adminKey;
    this.nodes = ready.nodes;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'confman-e2e-'));
    const port = await freeClusterPort();
    const child = spawn(
      join(import.meta.dirname, '..', '..', 'confman'),
      ['up', '--json', '--port', String(port), '--data', join(folder, 'data')],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, CONFMAN_LAB: '1' },
      },
    );
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    try {
      const ready = await readyLine(child, said);
      await Promise.all(ready.nodes.map(pagesAnswer));
      return new Cluster(ready, child, folder);
    } catch (error) {
      await end(child);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  node(id: string): ClusterNode {
    const node = this.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`this cluster has no ${id}`);
    return node;
  }

  async stop(): Promise<void> {
    await end(this.#process);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What the cluster says when it stands. Its output is read on afterwards, so that it never writes to a closed pipe. */
async function readyLine(child: ChildProcess, said: readonly string[]): Promise<Ready> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the cluster has no standard output');
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the cluster did not become ready (${why}):\n${said.join('')}`));
    const late = startTimer(() => fail(`within ${START_MS} ms`), START_MS);
    child.once('exit', (status) => fail(`it ended with ${status}`));
    createInterface({ input: stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const content = JSON.parse(line) as Partial<Ready>;
      if (content.ready !== true) return;
      clearTimeout(late);
      resolve(content as Ready);
    });
  });
}

/** Resolves when a node serves pages: it serves the API a little earlier. */
export async function pagesAnswer({ url }: Pick<ClusterNode, 'url'>): Promise<void> {
  const late = AbortSignal.timeout(START_MS);
  for (;;) {
    const { status } = await fetch(`${url}/sign-in`, { signal: late });
    if (status === 200) return;
    if (status !== 503) throw new Error(`${url} answers for its pages with ${status}`);
    await setTimeout(POLL_MS, undefined, { signal: late });
  }
}

/** Ctrl-C first; what does not stop by itself is ended. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  const late = startTimer(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(late);
}
