/** `npm run faults`: clients of all kinds and a nemesis against three real processes, once per seed. See docs/testing.md. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULT_KINDS } from './profile.ts';
import type { FaultKind } from './profile.ts';
import { formatRun } from './report.ts';
import { runMutants } from './run-mutants.ts';
import { runSeed } from './run.ts';

const USAGE = `npm run faults -- [options]

  --seed N             one run
  --runs N             so many runs, one after another (10); goes on after a failure
  --from N             the first seed of them (1)
  --seconds N          how long faults strike in each (6)
  --without KIND,KIND  leaves kinds of faults out
  --only KIND,KIND     these kinds in every run, instead of drawn ones
  --mistakes           instead: builds the product with mistakes in it and expects each to be found
  --mistake TEXT       those whose name has this in it
  kinds: ${FAULT_KINDS.join(', ')}
`;

class UsageError extends Error {}

function kindsOf(text: string | undefined): readonly FaultKind[] | undefined {
  return text?.split(',').map((word) => {
    const kind = FAULT_KINDS.find((known) => known === word);
    if (kind === undefined) throw new UsageError(`there is no kind of fault called ${word}`);
    return kind;
  });
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} takes a whole number`);
  return Number(text);
}

function parse(argv: readonly string[]): {
  readonly seeds: readonly number[];
  readonly seconds: number;
  readonly without: readonly FaultKind[] | undefined;
  readonly only: readonly FaultKind[] | undefined;
  /** Null: an honest run. */
  readonly mistakes: readonly string[] | null;
} {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { seed: text, runs: text, from: text, seconds: text, without: text, only: text, mistakes: { type: 'boolean' }, mistake: text },
  });
  const from = numberOf('from', values.seed ?? values.from ?? '1');
  const runs = values.seed === undefined ? numberOf('runs', values.runs ?? '10') : 1;
  return {
    seeds: Array.from({ length: runs }, (_, at) => from + at),
    seconds: numberOf('seconds', values.seconds ?? '6'),
    without: kindsOf(values.without),
    only: kindsOf(values.only),
    mistakes: values.mistake !== undefined ? [values.mistake] : values.mistakes === true ? [] : null,
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const { seeds, seconds, without, only, mistakes } = parse(argv);
  execFileSync(process.execPath, [join('scripts', 'build.mjs'), '--only', 'server'], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 2, 2],
  });
  if (mistakes !== null) return (await runMutants(mistakes, seconds, (line) => process.stdout.write(`${line}\n`))) === 0 ? 0 : 1;
  const failed: number[] = [];
  const total = new Map<string, number>();
  for (const seed of seeds) {
    const result = await runSeed({ seed, seconds, without, only });
    const same = [
      ...(without === undefined ? [] : [`--without ${without.join(',')}`]),
      ...(only === undefined ? [] : [`--only ${only.join(',')}`]),
    ];
    process.stdout.write(formatRun(result, ['npm run faults --', `--seed ${seed}`, `--seconds ${seconds}`, ...same].join(' ')));
    for (const { kind } of result.faults) total.set(kind, (total.get(kind) ?? 0) + 1);
    if (result.findings.length > 0) failed.push(seed);
  }
  const struck = [...total].map(([kind, count]) => `${kind} ${count}`).join(', ');
  process.stdout.write(
    `${seeds.length} runs, ${failed.length} failed${failed.length > 0 ? ` (seeds ${failed.join(', ')})` : ''}; ${struck}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof TypeError && 'code' in error)) throw error;
  process.stderr.write(`faults: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
