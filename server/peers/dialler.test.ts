import { describe, expect, test } from 'vitest';
import { Dialler, type DialOutcome } from './dialler.ts';
import { PEER_LIMITS } from './limits.ts';
import { ManualTimers } from './testing.ts';

function rig(
  random = 1,
  headStartMs = 0,
): { readonly timers: ManualTimers; readonly dialler: Dialler; readonly attempts: ((outcome: DialOutcome) => void)[]; given: number } {
  const timers = new ManualTimers();
  const attempts: ((outcome: DialOutcome) => void)[] = [];
  const all = { timers, attempts, given: 0, dialler: null as unknown as Dialler };
  all.dialler = new Dialler({
    timers,
    headStartMs,
    random: () => random,
    limits: { ...PEER_LIMITS, reconnectMsMin: 50, reconnectMsMax: 1_000 },
    dial: (done) => {
      attempts.push(done);
      return () => {
        all.given += 1;
      };
    },
  });
  return all;
}

/** Fails the attempt under way and says how long the pause before the next one is. */
function pause({ timers, attempts }: ReturnType<typeof rig>, outcome: DialOutcome = 'failed'): number {
  const before = attempts.length;
  attempts.at(-1)?.(outcome);
  const [delay = Number.NaN] = timers.delays;
  timers.advance(delay);
  expect(attempts.length).toBe(before + 1);
  return delay;
}

describe('dialling', () => {
  test('pauses longer and longer up to the bound when attempts fail', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    expect(Array.from({ length: 8 }, () => pause(all))).toEqual([50, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  test('spreads pauses by half when chance says so', () => {
    const all = rig(0);
    all.dialler.want();
    all.timers.advance(0);
    expect([pause(all), pause(all)]).toEqual([25, 50]);
  });

  test('is in no hurry when it was refused', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    expect(pause(all, 'refused')).toBe(1_000);
  });

  test('holds back by the head start when the other name is the lower one', () => {
    const all = rig(1, 200);
    all.dialler.want();
    expect(all.timers.delays).toEqual([200]);
  });

  test('dials once at a time however often it is wanted', () => {
    const all = rig();
    all.dialler.want();
    all.dialler.want();
    all.timers.advance(0);
    all.dialler.want();
    all.timers.advance(10_000);
    expect(all.attempts).toHaveLength(1);
  });

  test('stops dialling when there is a connection, and starts again when it is lost', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    all.attempts[0]?.('failed');
    all.dialler.rest();
    all.timers.advance(10_000);
    expect(all.attempts).toHaveLength(1);
    all.dialler.want();
    all.timers.advance(50);
    expect(all.attempts).toHaveLength(2);
  });

  test('pauses shortly again when a connection that stood for long is lost, longer when it did not', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    for (let i = 0; i < 4; i++) pause(all);
    all.attempts.at(-1)?.('connected');
    all.dialler.lost(10);
    all.dialler.want();
    expect(all.timers.delays).toEqual([800]);
    all.dialler.rest();
    all.dialler.lost(60_000);
    all.dialler.want();
    expect(all.timers.delays).toEqual([50]);
  });

  test('dials at once when the reason for earlier failures is gone', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    for (let i = 0; i < 6; i++) pause(all);
    all.attempts.at(-1)?.('failed');
    all.dialler.soon();
    expect(all.timers.delays).toEqual([0]);
  });

  test('gives up the attempt under way when it is stopped', () => {
    const all = rig();
    all.dialler.want();
    all.timers.advance(0);
    all.dialler.stop();
    all.timers.advance(10_000);
    expect({ given: all.given, attempts: all.attempts.length }).toEqual({ given: 1, attempts: 1 });
  });
});
