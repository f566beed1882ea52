import { readFileSync } from 'node:fs';
import { checkText } from './check-file.ts';
import { type Options, parseOptions, USAGE, UsageError } from './options.ts';
import type { Report } from './report.ts';

/** Where the command writes. */
export interface Output {
  /** A verdict per file, a line each. */
  readonly out: (text: string) => void;
  /** Evidence, and what is wrong with the command line. */
  readonly error: (text: string) => void;
}

/** From best to worst: a violation is a finding, and outranks a file that was given up; a file that was not read outranks both. */
const EXIT_STATUS = [
  ['fine', 0],
  ['undecided', 3],
  ['broken', 1],
  ['unreadable', 2],
] as const satisfies readonly (readonly [Report['kind'], number])[];

/** `npm run check:history`. Returns the exit status. */
export function runCheckHistory(argv: readonly string[], { out, error }: Output): number {
  let options: Options;
  try {
    options = parseOptions(argv);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    error(`${cause.message}\n\n${USAGE}`);
    return 2;
  }
  const kinds = new Set<Report['kind']>();
  for (const file of options.files) {
    const report = reportOf(file, options);
    kinds.add(report.kind);
    out(`${file}: ${report.summary}\n`);
    if (report.kind === 'unreadable') error(`${file}: ${report.summary}\n`);
    if (report.evidence.length > 0) error(`${file}:\n${report.evidence.map((line) => `  ${line}\n`).join('')}`);
  }
  return EXIT_STATUS.findLast(([kind]) => kinds.has(kind))?.[1] ?? 2;
}

function reportOf(file: string, { model, limits }: Options): Report {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    return { kind: 'unreadable', summary: `unreadable: ${cause instanceof Error ? cause.message : String(cause)}`, evidence: [] };
  }
  return checkText(model, text, limits);
}
