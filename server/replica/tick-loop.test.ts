import { expect, test } from 'vitest';
import { runTicks } from './tick-loop.ts';

test('ticks at even intervals, tells after a stall how many were due, and ends', () => {
  let nowMs = 1000;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const after = (delayMs: number, run: () => void): (() => void) => {
    due.push({ atMs: nowMs + delayMs, run });
    return () => undefined;
  };
  const ticked: (readonly [ticks: number, lateMs: number])[] = [];
  const stop = new AbortController();
  runTicks(
    { runtime: { nowMs: () => nowMs, after }, tickMs: 100, signal: stop.signal },
    (ticks, lateMs) => void ticked.push([ticks, lateMs]),
  );
  const runNext = (lateMs: number): void => {
    const [next] = due.splice(0);
    nowMs = (next?.atMs ?? 0) + lateMs;
    next?.run();
  };
  runNext(0);
  runNext(30);
  runNext(250);
  expect(ticked).toEqual([
    [1, 0],
    [1, 30],
    [3, 250],
  ]);
  // What was late does not move what comes after it.
  expect(due.map(({ atMs }) => atMs)).toEqual([1600]);
  stop.abort();
  runNext(0);
  expect(ticked).toHaveLength(3);
  expect(due).toEqual([]);
});
