/** The command line as a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface CliEnding {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end, without a terminal. */
export async function confman(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliEnding> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CONFMAN_|VITEST|NODE_OPTIONS|NODE_ENV)/.test(name)));
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli.mjs'), ...args], {
    cwd: ROOT,
    env: { ...clean, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
