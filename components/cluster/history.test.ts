import { describe, expect, test } from 'vitest';
import type { Sample } from './history.ts';
import { HISTORY_MS, lagRows, sampleOf, SAMPLES_MAX, seriesOf, withSample } from './history.ts';
import { statusOf } from './testing.ts';

const at = (atMs: number, applied: number, silent: readonly string[] = []): Sample =>
  sampleOf(
    statusOf({
      commit: 10,
      silent,
      replicas: [
        { node: 'n1', last: 10, applied: 10 },
        { node: 'n2', last: 10, applied, lagMs: 7 },
      ],
    }),
    atMs,
  );

describe('samples', () => {
  test('are bounded in time and in number', () => {
    let samples: readonly Sample[] = [];
    for (let n = 0; n < SAMPLES_MAX * 2; n += 1) samples = withSample(samples, at(n * 100, 10));
    expect(samples.length).toBe(SAMPLES_MAX);
    samples = withSample(samples, at(SAMPLES_MAX * 200 + HISTORY_MS, 10));
    expect(samples.length).toBe(1);
  });

  test('do not call the last known lag of a silent node the lag of now', () => {
    expect(at(1000, 4).replicas.map(({ entries, ms }) => [entries, ms])).toEqual([
      [0, 0],
      [6, 7],
    ]);
    expect(at(1000, 4, ['n2']).replicas[1]).toMatchObject({ entries: null, ms: null });
  });
});

describe('series', () => {
  test('have a value per node and time, and a gap where nothing came', () => {
    const { times, values } = seriesOf([at(1000, 9), at(1500, 8), at(60_000, 10)], 'default', ['n1', 'n2', 'n9'], 'entries');
    expect(times).toEqual([1, 1.5, 1.501, 60]);
    expect(values.get('n2')).toEqual([1, 2, null, 0]);
    expect(values.get('n9')).toEqual([null, null, null, null]);
  });

  test('are told as a table: now, the last minute, all', () => {
    const series = seriesOf([at(1000, 1), at(200_000, 7), at(201_000, 9)], 'default', ['n2'], 'entries');
    expect(lagRows(series)).toEqual([{ node: 'n2', now: 1, lastMinute: 3, all: 9 }]);
    expect(lagRows(seriesOf([], 'default', ['n2'], 'ms'))).toEqual([{ node: 'n2', now: null, lastMinute: null, all: null }]);
  });
});
