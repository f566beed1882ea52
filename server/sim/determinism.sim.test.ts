import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

test('a seed gives the same trace every time', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const kind = seed % 4 === 0 ? 'sqlite' : undefined;
    const lines: [string[], string[]] = [[], []];
    const first = await simulate({ seed, kind, trace: (line) => void lines[0].push(line) });
    const second = await simulate({ seed, kind, trace: (line) => void lines[1].push(line) });
    expect(lines[1]).toEqual(lines[0]);
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.events).toBe(first.events);
    expect(second.counts).toEqual(first.counts);
  }
});

test('another seed gives another trace', async () => {
  const traces = new Set<number>();
  for (let seed = 1; seed <= 10; seed += 1) traces.add((await simulate({ seed, kind: 'reference' })).traceHash);
  expect(traces.size).toBe(10);
});

test('making the trace readable does not change it', async () => {
  const quiet = await simulate({ seed: 11 });
  const traced = await simulate({ seed: 11, trace: () => undefined });
  expect(traced.traceHash).toBe(quiet.traceHash);
});
