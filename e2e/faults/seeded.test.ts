/** A few of the runs that `npm run faults` makes: clients of all kinds, a nemesis, and judgement of everything they saw. */
import { expect, test } from 'vitest';
import type { FaultKind } from '../nemesis/profile.ts';
import { formatRun } from '../nemesis/report.ts';
import { runSeed } from '../nemesis/run.ts';

const SECONDS = 4;
const RUNS: readonly (readonly [seed: number, only: readonly FaultKind[]])[] = [
  [1, ['kill', 'pause', 'isolate', 'one-way', 'partial', 'delay', 'reset', 'transfer', 'hold-apply', 'clock']],
  [2, ['kill-all', 'stop', 'disk-full', 'disk-fails', 'tear', 'flip', 'wipe', 'replace', 'rejoin']],
];

test.each(RUNS)('keeps every promise in the run of seed %i', async (seed, only) => {
  const result = await runSeed({ seed, seconds: SECONDS, only });
  const replay = `npm run faults -- --seed ${seed} --seconds ${SECONDS} --only ${only.join(',')}`;
  expect(result.findings, formatRun(result, replay)).toEqual([]);
  expect(result.faults.length).toBeGreaterThan(1);
  expect(result.counts['watch change']).toBeGreaterThan(0);
});
