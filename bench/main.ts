/** `npm run bench`: what Confman does on this machine, as ratios to what else runs on it. See docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findGenerator } from './load/generator.ts';
import { describeMachine } from './machine.ts';
import { type Options, parseOptions, type Part, USAGE, UsageError } from './options.ts';
import { expectAddedWait, measureAddedWait } from './parts/added-wait.ts';
import { measureCatchUp } from './parts/catch-up.ts';
import type { Context } from './parts/context.ts';
import { measureFailover } from './parts/failover.ts';
import { expectLargeCopy, measureLargeCopy } from './parts/large-copy.ts';
import { expectLateness, measureLateness } from './parts/lateness.ts';
import { expectReads, measureReads } from './parts/reads.ts';
import { expectWrites, measureWrites } from './parts/writes.ts';
import { Processes } from './processes.ts';
import { formatReport, type Report } from './report.ts';

const ROOT = join(import.meta.dirname, '..');

/** Parts that need the console. */
const WEB_PARTS: readonly Part[] = ['a', 'd'];

function build(options: Options): void {
  const web = options.only.some((part) => WEB_PARTS.includes(part));
  execFileSync(process.execPath, [join('scripts', 'build.mjs'), ...(web ? [] : ['--only', 'server'])], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
}

async function measure(context: Context): Promise<Report> {
  const { options, generator } = context;
  const startedMs = performance.now();
  const startedAt = new Date().toISOString();
  const machine = describeMachine(ROOT);
  const wanted = (part: Part): boolean => options.only.includes(part);
  const reads = wanted('a') ? await measureReads(context) : null;
  const writes = wanted('b') ? await measureWrites(context) : null;
  const addedWait = wanted('c') ? await measureAddedWait(context) : null;
  const lateness = wanted('d') ? await measureLateness(context) : null;
  const failover = wanted('e') ? await measureFailover(context) : null;
  const catchUp = wanted('f') ? await measureCatchUp(context) : null;
  const largeCopy = wanted('g') ? await measureLargeCopy(context) : null;
  return {
    startedAt,
    seconds: (performance.now() - startedMs) / 1_000,
    machine,
    generator: generator.name,
    rounds: options.rounds,
    secondsPerMeasurement: options.seconds,
    reads,
    writes,
    addedWait,
    lateness,
    failover,
    catchUp,
    largeCopy,
    expectations: [
      ...(reads === null ? [] : expectReads(reads)),
      ...(writes === null ? [] : expectWrites(writes)),
      ...(addedWait === null ? [] : expectAddedWait(addedWait)),
      ...(lateness === null ? [] : expectLateness(lateness)),
      ...(largeCopy === null ? [] : expectLargeCopy(largeCopy)),
    ],
  };
}

async function run(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv);
  build(options);
  const processes = new Processes();
  const end = (): void => {
    void processes.end().then(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  try {
    const say = (text: string): void => void process.stderr.write(`${text}\n`);
    const generator = await findGenerator(processes);
    const report = await measure({ processes, generator, options, root: ROOT, say });
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${formatReport(report)}`);
  } finally {
    await processes.end();
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    error instanceof UsageError
      ? `bench: ${error.message}\n\n${USAGE}`
      : `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
