/** Stands in for wrk where it is not installed: a process of its own that answers one load at a time. It saturates earlier. */
import { percentile } from '../stats.ts';
import { Connection } from './connection.ts';
import type { Load, LoadResult } from './plan.ts';
import { paddedNumber, requestPieces } from './plan.ts';

async function run({ port, connections, seconds, plan }: Load): Promise<LoadResult> {
  const pieces = requestPieces(plan, port);
  const timesMs: number[] = [];
  let errors = 0;
  let next = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  const client = async (): Promise<void> => {
    const connection = await Connection.open(port);
    while (performance.now() < endMs) {
      const number = paddedNumber(plan.first + (next % plan.count));
      next += 1;
      const { status, ms } = await connection.send(pieces.join(number));
      timesMs.push(ms);
      if (status >= 400) errors += 1;
    }
    connection.close();
  };
  await Promise.all(
    Array.from({ length: connections }, async () =>
      client().catch(() => {
        errors += 1;
      }),
    ),
  );
  const sorted = timesMs.toSorted((a, b) => a - b);
  const perSecond = sorted.length / ((performance.now() - startedMs) / 1_000);
  return { requests: sorted.length, perSecond, errors, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}

process.on('message', (load: Load) => {
  void run(load).then((result) => process.send?.(result));
});
