/** A process that only exists for a test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Called with everything on standard output so far, whenever there is more. */
  readonly onOutput?: (stdout: string) => void;
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
  /** Stands in for `dist/`. */
  readonly programs = join(this.cwd, 'dist');

  constructor() {
    mkdirSync(this.programs);
    writeFileSync(join(this.cwd, 'package.json'), '{"version":"1.2.3"}');
  }

  async run(argv: readonly string[], process: TestProcess = {}): Promise<Ended> {
    const env = { HOME: this.cwd, XDG_STATE_HOME: join(this.cwd, 'state'), ...process.env };
    const { io, ended } = captureIo(this.cwd, { ...process, env });
    return ended(await runCli(argv, io));
  }

  remove(): void {
    rmSync(this.cwd, { recursive: true, force: true });
  }
}

/** A process whose output is kept. */
export function captureIo(cwd: string, process: TestProcess): { readonly io: Io; readonly ended: (code: number) => Ended } {
  const [stdout, stderr] = [new Capture(process.terminal, process.onOutput), new Capture(process.terminal)];
  const typed = [...(process.typed ?? [])];
  const io: Io = {
    env: process.env ?? {},
    cwd,
    stdin: {
      isTerminal: process.terminal ?? false,
      readAll: () => Promise.resolve(Buffer.from(process.stdin ?? '')),
      readLine: () => Promise.resolve(typed.shift() ?? null),
    },
    stdout,
    stderr,
    interrupted: process.interrupted ?? new AbortController().signal,
    programs: join(cwd, 'dist'),
  };
  return { io, ended: (code) => ({ code, stdout: stdout.text, stdoutBytes: stdout.data, stderr: stderr.text }) };
}

class Capture implements Output {
  readonly isTerminal: boolean;
  readonly columns = 120;
  readonly #onOutput: ((text: string) => void) | undefined;
  #data = Buffer.alloc(0);

  constructor(isTerminal = false, onOutput?: (text: string) => void) {
    this.isTerminal = isTerminal;
    this.#onOutput = onOutput;
  }

  get data(): Buffer {
    return this.#data;
  }

  get text(): string {
    return this.#data.toString('utf8');
  }

  write(data: string | Uint8Array): Promise<void> {
    this.#data = Buffer.concat([this.#data, Buffer.from(data as string)]);
    this.#onOutput?.(this.text);
    return Promise.resolve();
  }
}
