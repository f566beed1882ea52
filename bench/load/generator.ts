/** The load generator of a run: wrk, or a process of our own where wrk is not installed. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Processes } from '../processes.ts';
import type { Load, LoadResult } from './plan.ts';
import { NUMBER_DIGITS, requestPieces } from './plan.ts';

const execute = promisify(execFile);

export interface Generator {
  /** As the report names it. */
  readonly name: string;
  run(load: Load): Promise<LoadResult>;
}

export async function findGenerator(processes: Processes): Promise<Generator> {
  const version = await wrkVersion();
  return version === null ? nodeGenerator(processes) : wrkGenerator(version, processes.tempDir());
}

/** wrk prints its version with its usage, and ends with 1. */
async function wrkVersion(): Promise<string | null> {
  const said: unknown = await execute('wrk', ['--version']).catch((error: unknown) => error);
  const text = typeof said === 'object' && said !== null && 'stdout' in said ? String(said.stdout) : '';
  return /^wrk (\S+)/m.exec(text)?.[1] ?? null;
}

function wrkGenerator(version: string, dir: string): Generator {
  let scripts = 0;
  return {
    name: `wrk ${version}`,
    run: async (load) => {
      const script = join(dir, `${scripts}.lua`);
      scripts += 1;
      writeFileSync(script, wrkScript(load));
      const { connections, seconds, port } = load;
      const { stdout } = await execute('wrk', [
        '-t1',
        `-c${connections}`,
        `-d${seconds}s`,
        '--timeout',
        '30s',
        '-s',
        script,
        `http://127.0.0.1:${port}`,
      ]);
      return parseWrk(stdout);
    },
  };
}

/** JSON writes strings as Lua reads them, as long as they are ASCII. */
function luaString(text: string): string {
  if (!/^[\x20-\x7e\r\n]*$/.test(text)) throw new RangeError('requests of a load are ASCII');
  return JSON.stringify(text);
}

function wrkScript({ plan, port }: Load): string {
  const pieces = requestPieces(plan, port).map(luaString).join(' .. number .. ');
  return `local first, count, at = ${plan.first}, ${plan.count}, 0
function request()
  local number = string.format("%0${NUMBER_DIGITS}d", first + at % count)
  at = at + 1
  return ${pieces}
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("result %d %d %d %d %d\\n", summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;
}

function parseWrk(output: string): LoadResult {
  const found = /^result (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(output);
  if (found === null) throw new Error(`wrk said something else than was expected:\n${output}`);
  const [requests = 0, durationUs = 0, errors = 0, p50Us = 0, p99Us = 0] = found.slice(1).map(Number);
  return { requests, perSecond: requests / (durationUs / 1e6), errors, p50Ms: p50Us / 1_000, p99Ms: p99Us / 1_000 };
}

function nodeGenerator(processes: Processes): Generator {
  const child = processes.fork(new URL('./node-generator.ts', import.meta.url));
  return {
    name: 'node (wrk is not installed: figures are lower, above all at many connections)',
    run: async (load) => {
      child.send(load);
      const [result] = (await once(child, 'message')) as [LoadResult];
      return result;
    },
  };
}
