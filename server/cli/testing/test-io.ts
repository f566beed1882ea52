/** A process that only exists for a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../run-cli.ts';
import type { Io, Output } from '../io.ts';

export interface TestProcess {
  readonly stdin?: string | Uint8Array;
  readonly terminal?: boolean;
  /** Lines that somebody types. */
  readonly typed?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

/** A directory of its own for commands: working directory and state at once. */
export class TestBed {
  readonly cwd = mkdtempSync(join(tmpdir(), 'confman-cli-'));

  async run(argv: readonly string[], process: TestProcess = {}): Promise<Ended> {
    const [stdout, stderr] = [new Capture(process.terminal), new Capture(process.terminal)];
    const typed = [...(process.typed ?? [])];
    const io: Io = {
      env: { HOME: this.cwd, XDG_STATE_HOME: join(this.cwd, 'state'), ...process.env },
      cwd: this.cwd,
      stdin: {
        isTerminal: process.terminal ?? false,
        readAll: () => Promise.resolve(Buffer.from(process.stdin ?? '')),
        readLine: () => Promise.resolve(typed.shift() ?? null),
      },
      stdout,
      stderr,
      interrupted: process.interrupted ?? new AbortController().signal,
      programs: this.cwd,
    };
    const code = await runCli(argv, io);
    return { code, stdout: stdout.text, stdoutBytes: stdout.data, stderr: stderr.text };
  }

  remove(): void {
    rmSync(this.cwd, { recursive: true, force: true });
  }
}

class Capture implements Output {
  readonly isTerminal: boolean;
  readonly columns = 120;
  #data = Buffer.alloc(0);

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  get data(): Buffer {
    return this.#data;
  }

  get text(): string {
    return this.#data.toString('utf8');
  }

  write(data: string | Uint8Array): Promise<void> {
    this.#data = Buffer.concat([this.#data, Buffer.from(data as string)]);
    return Promise.resolve();
  }
}
