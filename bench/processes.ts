/** Everything that a run starts, so that it can be stopped, by id, whatever happens. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STOP_MS_MAX = 15_000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Keeps what it says on standard error to itself. */
  readonly quiet?: boolean | undefined;
}

export class Processes {
  readonly #children = new Set<ChildProcess>();
  readonly #dirs: string[] = [];

  /** A directory that is gone after the run. */
  tempDir(): string {
    const dir = mkdtempSync(join(tmpdir(), 'confman-bench-'));
    this.#dirs.push(dir);
    return dir;
  }

  /** Starts a program whose standard output is read; what it says on standard error is shown unless it is to be quiet. */
  start({ program, args, cwd, env, quiet }: Command): ChildProcess {
    return this.#keep(spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', quiet === true ? 'ignore' : 'inherit'] }));
  }

  /** Starts a module of the benchmark in a process of its own, with a channel for messages. */
  fork(module: URL, args: readonly string[] = []): ChildProcess {
    return this.#keep(fork(module, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  async stop(child: ChildProcess): Promise<void> {
    if (!this.#children.has(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await exited;
    clearTimeout(timer);
  }

  /** Stops all that still runs and removes the directories. */
  async end(): Promise<void> {
    await Promise.all([...this.#children].map(async (child) => this.stop(child)));
    for (const dir of this.#dirs) rmSync(dir, { recursive: true, force: true });
    this.#dirs.length = 0;
  }
}

/** Loopback ports that nobody listens on: `count` of them, `step` apart. */
export async function freePorts(count: number, step: number): Promise<readonly number[]> {
  for (let first = 17_100; first < 60_000; first += 1_000) {
    const ports = Array.from({ length: count }, (_, at) => first + at * step);
    const free = await Promise.all(ports.flatMap((port) => [isFree(port), isFree(port + 1)]));
    if (free.every(Boolean)) return ports;
  }
  throw new Error('no free ports');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The first line that a child prints. */
export async function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', (cause) => reject(new Error(`${what} could not be started`, { cause })));
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code ?? 'a signal'} before it was ready`)));
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end !== -1) resolve(text.slice(0, end));
    });
  });
}
