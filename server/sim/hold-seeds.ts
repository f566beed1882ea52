/** What the files of seeds have in common: the suite runs them beside each other, one per worker. */
import { expect, test } from 'vitest';
import type { ProfileOverrides } from './profile.ts';
import { describeTally, replay, replayCommand, runSeeds } from './runs.ts';

/** Seeds of one part of the suite. */
export const SEEDS_PER_FILE = 600;

const LINES = 60;

/** Holds every promise under `count` seeds; a seed that fails prints the end of its trace and the command that replays it. */
export function holdSeeds(from: number, count: number, overrides: ProfileOverrides = {}): void {
  test(`every promise is kept under the seeds ${from} to ${from + count - 1}`, async ({ annotate }) => {
    const { tally, failure } = await runSeeds(from, count, overrides);
    await annotate(describeTally(tally));
    if (failure !== null) {
      const lines: string[] = [];
      await replay({ ...overrides, seed: failure.seed }, LINES, (line) => void lines.push(line));
      expect.unreachable(`${lines.join('\n')}\nreplay: ${replayCommand(failure.seed, new Set(), overrides)}`);
    }
    // Runs in which nothing happens would prove nothing.
    const { counts, runs } = tally;
    expect(counts.committed / runs).toBeGreaterThan(20);
    expect(counts.leaders / runs).toBeGreaterThan(2);
    expect(counts.crashes / runs).toBeGreaterThan(2);
    expect(counts.installs / runs).toBeGreaterThan(0.2);
    expect(counts.changes / runs).toBeGreaterThan(0.2);
    expect(counts.losses / runs).toBeGreaterThanOrEqual(overrides.members === true ? 1 : 0);
    expect(counts.replays / runs).toBeGreaterThan(0.2);
    expect(counts.unknown / runs).toBeGreaterThan(1);
    expect(counts.conflicts / runs).toBeGreaterThan(2);
    expect(counts.tokenReads / runs).toBeGreaterThan(5);
    expect(counts.linearizableReads / runs).toBeGreaterThan(5);
  });
}
