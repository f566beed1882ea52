import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from './on-abort.ts';

test('calls everybody back who still listens, through one listener', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const stops = Array.from({ length: 50 }, (_, number) => onAbort(controller.signal, () => called.push(number)));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const stop of stops.slice(2)) stop();
  controller.abort();
  expect(called).toEqual([0, 1]);
});

test('calls back at once when it is too late to listen', () => {
  let called = 0;
  onAbort(AbortSignal.abort(), () => called++)();
  expect(called).toBe(1);
});
