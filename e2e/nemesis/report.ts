/** A run as text. */
import type { RunResult } from './run.ts';

/** Seed, faults with their times, and counts; of a failed run also what was found, and how to look further. */
export function formatRun({ profile, faults, counts, findings, evidence }: RunResult, replay: string): string {
  const lines = [
    `seed ${profile.seed}: ${profile.kinds.join(', ')}; ${profile.flags.join(' ')}`,
    ...faults.map(({ atMs, kind, what }) => `  ${String(atMs).padStart(6)} ms  ${kind.padEnd(10)} ${what}`),
    `  ${Object.entries(counts)
      .map(([what, count]) => `${what}: ${count}`)
      .join('; ')}`,
    ...findings.map(({ rule, text }) => `  BROKEN (${rule}) ${text}`),
  ];
  if (evidence === null) return [...lines, '  every promise was kept', ''].join('\n');
  return [
    ...lines,
    `  evidence  ${evidence}`,
    `  replay    ${replay}`,
    ...['key-value', 'session'].map((model) => `  judge     npm run check:history -- --model ${model} ${evidence}/history.jsonl`),
    '',
  ].join('\n');
}
