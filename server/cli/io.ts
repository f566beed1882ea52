/** What a command sees of its process, so that tests can stand in for all of it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Ends with SIGINT, SIGTERM or SIGHUP. */
  readonly interrupted: AbortSignal;
  /** Directory of the built programs, `dist/`. */
  readonly programs: string;
}

export interface Input {
  readonly isTerminal: boolean;
  /** Everything up to the end. */
  readAll(): Promise<Uint8Array>;
  /** The next line that somebody types, without its end; null at the end of input. */
  readLine(): Promise<string | null>;
}

export interface Output {
  readonly isTerminal: boolean;
  readonly columns: number;
  /** Resolves when more may be written. */
  write(data: string | Uint8Array): Promise<void>;
}

/** The process itself. */
export function processIo(programs: string): Io {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      controller.abort(signal);
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: {
      get isTerminal() {
        return process.stdin.isTTY;
      },
      readAll: async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) chunks.push(chunk);
        return Buffer.concat(chunks);
      },
      readLine: readTerminalLine,
    },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    interrupted: controller.signal,
    programs,
  };
}

async function readTerminalLine(): Promise<string | null> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return null;
  } finally {
    lines.close();
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns || 80;
    },
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
