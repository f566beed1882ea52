/** One node as one real process, and everything that may be done to it from outside. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** The build that is under test. */
export const PROGRAM = join(ROOT, 'dist', 'node.mjs');

/** Whatever a test leaves running ends with it, stopped processes too. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface NodeSpec {
  readonly id: string;
  readonly url: string;
  readonly peer: string;
  readonly data: string;
  /** Name and value by turns, without the program. */
  readonly flags: readonly string[];
  /** Added to an environment that has no `CONFMAN_` of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** File that everything said goes to, over all starts. */
  readonly logFile: string;
  /** Bundle to run; that of this checkout unless told otherwise. */
  readonly program?: string | undefined;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

export class NodeProcess {
  readonly spec: NodeSpec;
  /** What the next start runs. */
  program: string;
  #child: ChildProcess | null = null;
  #ended: Promise<Ending> | null = null;
  #said = '';
  /** Base URLs to join by, once it has lost its place among those that formed the cluster. */
  #join: string | null = null;

  constructor(spec: NodeSpec) {
    this.spec = spec;
    this.program = spec.program ?? PROGRAM;
  }

  get id(): string {
    return this.spec.id;
  }

  get url(): string {
    return this.spec.url;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.id} does not run`);
    return pid;
  }

  get runs(): boolean {
    return this.#child !== null;
  }

  /** Everything that the present or last process of this node has written. */
  get said(): string {
    return this.#said;
  }

  /** Log lines of the present or last process with this message. */
  logged(message: string): readonly LogLine[] {
    return this.#said.split('\n').flatMap((line) => {
      if (!line.startsWith('{')) return [];
      const parsed = JSON.parse(line) as LogLine;
      return parsed.msg === message ? [parsed] : [];
    });
  }

  /** Starts the process with the same flags as ever, but for `changed` (`{ '--tick': '50ms' }`); does not wait for it to serve. */
  start(changed: Readonly<Record<string, string>> = {}): void {
    if (this.#child !== null) throw new Error(`${this.id} runs already`);
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CONFMAN_|VITEST|NODE_OPTIONS|NODE_ENV)/.test(name)));
    const child = spawn(process.execPath, [this.program, ...this.#flags(changed), '--stop-with-stdin'], {
      cwd: ROOT,
      env: { ...env, ...this.spec.env } as NodeJS.ProcessEnv,
      // Should this process die, the other end of its input closes, and the node stops.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    this.#child = child;
    this.#said = '';
    const log = createWriteStream(this.spec.logFile, { flags: 'a' });
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
      log.write(chunk);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => undefined);
    // `close` comes after the last of what it said.
    this.#ended = once(child, 'close').then(([code, signal]: unknown[]) => {
      running.delete(child);
      this.#child = null;
      log.end();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  /** From now on it is started as a node that joins, not as one of those that formed the cluster. */
  joinBy(urls: readonly string[]): void {
    this.#join = urls.join(',');
  }

  #flags(changed: Readonly<Record<string, string>>): readonly string[] {
    const flags = new Map<string, string>();
    for (let at = 0; at < this.spec.flags.length; at += 2) flags.set(this.spec.flags[at] ?? '', this.spec.flags[at + 1] ?? '');
    if (this.#join !== null) {
      flags.delete('--initial-cluster');
      flags.set('--join', this.#join);
      flags.set('--advertise-peer', this.spec.peer);
    }
    for (const [name, value] of Object.entries(changed)) flags.set(name, value);
    return [...flags].flat();
  }

  /** Resolves when the process ends by itself, or has ended. */
  async ended(): Promise<Ending> {
    if (this.#ended === null) throw new Error(`${this.id} was never started`);
    return this.#ended;
  }

  async #signal(signal: NodeJS.Signals): Promise<Ending> {
    this.#child?.kill(signal);
    return this.ended();
  }

  /** kill -9, and waits until the process is gone. */
  async kill(): Promise<void> {
    if (this.#child !== null) await this.#signal('SIGKILL');
  }

  /** As an operator stops it. */
  async terminate(): Promise<Ending> {
    return this.#signal('SIGTERM');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** An empty disk in place of the one it had. */
  async wipe(): Promise<void> {
    if (this.#child !== null) throw new Error(`${this.id} still runs`);
    await rm(this.spec.data, { recursive: true, force: true });
  }
}
