/** What `npm run check:history` is asked for. */
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, type SearchLimits } from './operation.ts';

export const MODELS = ['register-cas', 'kv-append', 'key-value', 'session'] as const;
export type ModelName = (typeof MODELS)[number];

export interface Options {
  readonly model: ModelName;
  readonly files: readonly string[];
  readonly limits: SearchLimits;
}

export const USAGE = `usage: npm run check:history -- --model MODEL [options] FILE...

  --model register-cas   a register with compare-and-swap, logs like etcd_000.log
  --model kv-append      keys with append, logs like kv_c10-ok.txt
  --model key-value      Confman's keys: is the recorded history (JSON lines) linearizable
  --model session        the same history: are the promises of tokens kept
  --steps-max N          steps of the search per key (${DEFAULT_LIMITS.stepsMax})
  --memory-max-mib N     memory of the search per key (${DEFAULT_LIMITS.memoryBytesMax / (1024 * 1024)})

One line per file; why a file fails goes to the error output. Exit status, the worst of all files:
0 it holds, 3 undecided (a limit was reached), 1 it does not hold, 2 a file is unreadable, or this usage is wrong.
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals: files } = parse(argv);
  const model = MODELS.find((name) => name === values.model);
  if (model === undefined) throw new UsageError(`--model must be one of ${MODELS.join(', ')}`);
  if (files.length === 0) throw new UsageError('name at least one file');
  const stepsMax = whole('steps-max', values['steps-max']) ?? DEFAULT_LIMITS.stepsMax;
  const mebibytesMax = whole('memory-max-mib', values['memory-max-mib']);
  const memoryBytesMax = mebibytesMax === null ? DEFAULT_LIMITS.memoryBytesMax : mebibytesMax * 1024 * 1024;
  return { model, files, limits: { stepsMax, memoryBytesMax } };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { model: { type: 'string' }, 'steps-max': { type: 'string' }, 'memory-max-mib': { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function whole(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`--${name} must be a whole number above 0, not "${text}"`);
  return Number(text);
}
