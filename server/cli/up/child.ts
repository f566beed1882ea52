/** One node as a process of its own. */
import { spawn } from 'node:child_process';
import { closeSync, createWriteStream, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import type { LocalNode } from './ports.ts';

const logBytesMax = 16 * 1024 * 1024;
const logTailLines = 12;

export interface ChildOptions {
  readonly node: LocalNode;
  /** The program of a node, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Called with each line that the node logs. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Child {
  readonly node: LocalNode;
  readonly logFile: string;
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #exit: Exit | null = null;

  constructor(node: LocalNode, logFile: string, child: ChildProcess) {
    this.node = node;
    this.logFile = logFile;
    this.#process = child;
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      child.once('exit', (code, signal) => {
        end({ code, signal });
      });
      child.once('error', () => {
        end({ code: null, signal: null });
      });
    });
  }

  static start({ node, program, args, env, cwd, onLine }: ChildOptions): Child {
    mkdirSync(node.data, { recursive: true, mode: 0o700 });
    const logFile = join(node.data, 'node.log');
    if (existsSync(logFile) && statSync(logFile).size > logBytesMax) renameSync(logFile, `${logFile}.1`);
    const log = openSync(logFile, 'a', 0o600);
    try {
      const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
        cwd,
        env: env as NodeJS.ProcessEnv,
        // A process group of its own: Ctrl-C reaches `up` alone, which then stops the nodes. The other end of standard input is this
        // process: when it is gone, however it went, the input ends and the node stops by itself (--stop-with-stdin). The log does not
        // run through this process, so that a node can say why it stops even then.
        detached: true,
        stdio: onLine === undefined ? ['pipe', log, log] : ['pipe', 'pipe', 'pipe'],
      });
      // The node may be gone before its input is closed.
      child.stdin?.on('error', () => undefined);
      for (const stream of [child.stdout, child.stderr]) {
        if (stream === null || onLine === undefined) continue;
        const file = createWriteStream(logFile, { flags: 'a' });
        stream.pipe(file);
        createInterface({ input: stream }).on('line', onLine);
      }
      return new Child(node, logFile, child);
    } finally {
      closeSync(log);
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get exit(): Exit | null {
    return this.#exit;
  }

  /** Asks it to stop; forces it after `graceMs`. @returns whether force was needed */
  async stop(graceMs: number): Promise<boolean> {
    if (this.#exit !== null) return false;
    this.#process.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, graceMs, null);
    });
    const exit = await Promise.race([this.exited, patience]);
    clearTimeout(timer);
    if (exit !== null) return false;
    this.#process.kill('SIGKILL');
    await this.exited;
    return true;
  }

  /** The last lines that it logged. */
  logTail(): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-logTailLines).join('\n');
    } catch {
      return '';
    }
  }
}

export function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'could not be started' : `ended with status ${code}`;
}
