/** A cluster of three Confman nodes on loopback, started as anybody starts one: `confman up --json`. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { firstLine, freePorts, type Processes } from '../processes.ts';

export interface ConfmanNode {
  readonly id: string;
  readonly port: number;
  readonly pid: number;
}

export interface StartOptions {
  /** Root of a built checkout. */
  readonly root: string;
  /** Whether the console runs, too. */
  readonly web: boolean;
  /** Which door serves `/api`. */
  readonly door: 'node' | 'next';
}

interface ReadyLine {
  readonly adminKey: string;
  readonly nodes: readonly { readonly id: string; readonly url: string; readonly pid: number }[];
}

const NODE_PORT_STEP = 100;

export class ConfmanCluster {
  readonly nodes: readonly ConfmanNode[];
  readonly adminKey: string;
  readonly #processes: Processes;
  readonly #child: ChildProcess;

  private constructor(processes: Processes, child: ChildProcess, ready: ReadyLine) {
    this.#processes = processes;
    this.#child = child;
    this.adminKey = ready.adminKey;
    this.nodes = ready.nodes.map(({ id, url, pid }) => ({ id, port: Number(new URL(url).port), pid }));
  }

  static async start(processes: Processes, { root, web, door }: StartOptions): Promise<ConfmanCluster> {
    const [port = 0] = await freePorts(3, NODE_PORT_STEP);
    const child = processes.start({
      program: process.execPath,
      args: [
        join(root, 'dist', 'cli.mjs'),
        'up',
        '--json',
        '--data',
        processes.tempDir(),
        '--port',
        String(port),
        ...(web ? [] : ['--no-web']),
      ],
      cwd: root,
      env: { ...process.env, CONFMAN_API_DOOR: door, CONFMAN_LOG_LEVEL: 'warn' },
    });
    const ready = JSON.parse(await firstLine(child, 'confman up')) as ReadyLine;
    return new ConfmanCluster(processes, child, ready);
  }

  get headers(): Readonly<Record<string, string>> {
    return { Authorization: `Bearer ${this.adminKey}` };
  }

  async #get(node: ConfmanNode, path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${node.port}${path}`, { headers: this.headers });
  }

  /** Who leads now, and one that follows. */
  async roles(): Promise<{ readonly leader: ConfmanNode; readonly follower: ConfmanNode }> {
    const [asked] = this.nodes;
    if (asked === undefined) throw new Error('a cluster has nodes');
    const status = (await (await this.#get(asked, '/api/v1/cluster')).json()) as ClusterStatus;
    const id = status.groups[0]?.leader;
    const leader = this.nodes.find((node) => node.id === id);
    const follower = this.nodes.find((node) => node.id !== id);
    if (leader === undefined || follower === undefined) throw new Error('the cluster has no leader');
    return { leader, follower };
  }

  /** What a node reports for Prometheus. */
  async metrics(node: ConfmanNode): Promise<string> {
    return (await this.#get(node, '/metrics')).text();
  }

  /** Waits until the console of a node answers. */
  async untilPages(node: ConfmanNode, path: string): Promise<void> {
    const deadlineMs = performance.now() + 60_000;
    for (;;) {
      const { status } = await this.#get(node, path);
      if (status === 200) return;
      if (performance.now() > deadlineMs) throw new Error(`${path} answers ${status}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  }

  async stop(): Promise<void> {
    await this.#processes.stop(this.#child);
  }
}
