import { describe, expect, test } from 'vitest';
import { Progress } from './progress.ts';

const limits = { inflightMessagesMax: 2, inflightBytesMax: 1000 };

function at(match: number, next: number): Progress {
  return new Progress(next, limits, { match, recentActive: true, learner: false });
}

function replicating(match: number): Progress {
  const progress = at(match, match + 1);
  progress.becomeReplicate();
  return progress;
}

describe('Progress', () => {
  test('keeps match below next from the start', () => {
    expect(() => at(5, 5)).toThrow(/match/);
  });

  test('probes once, then waits for an answer or for a heartbeat that was answered (R7)', () => {
    const progress = at(0, 5);
    expect(progress.paused()).toBe(false);
    progress.sentEntries(0, 0);
    expect(progress.paused()).toBe(true);
    expect(progress.heartbeatAnswered()).toBe(false);
    expect(progress.paused()).toBe(true);
    progress.heartbeatSent();
    expect(progress.heartbeatAnswered()).toBe(true);
    expect(progress.paused()).toBe(false);
    // The answers to read rounds do not open it a second time.
    progress.sentEntries(1, 1);
    expect(progress.heartbeatAnswered()).toBe(false);
    expect(progress.paused()).toBe(true);
  });

  test('pipelines in replicate state until the window is full, and then only probes with empty appends (R7)', () => {
    const progress = replicating(3);
    progress.sentEntries(2, 10);
    expect([progress.next, progress.paused(), progress.windowFull()]).toEqual([6, false, false]);
    progress.sentEntries(1, 10);
    expect([progress.next, progress.paused(), progress.windowFull()]).toEqual([7, true, true]);
    progress.heartbeatSent();
    progress.heartbeatAnswered();
    expect([progress.paused(), progress.windowFull()]).toEqual([false, true]);
    progress.sentEntries(0, 0);
    expect([progress.next, progress.paused()]).toEqual([7, true]);
    progress.maybeUpdate(5);
    progress.freeInflights();
    expect([progress.paused(), progress.windowFull()]).toEqual([false, false]);
  });

  test.each([
    // match, next, acknowledged -> news, match, next
    [3, 5, 2, false, 3, 5],
    [3, 5, 3, false, 3, 5],
    [3, 5, 4, true, 4, 5],
    [3, 5, 5, true, 5, 6],
  ])('takes match %i next %i and an acknowledgement of %i', (match, next, acknowledged, news, newMatch, newNext) => {
    const progress = at(match, next);
    expect(progress.maybeUpdate(acknowledged)).toBe(news);
    expect([progress.match, progress.next]).toEqual([newMatch, newNext]);
  });

  test.each([
    // While probing: match, next, rejected, hint -> taken, next
    [0, 10, 9, 9, true, 9],
    [0, 10, 9, 4, true, 5],
    [0, 10, 9, 0, true, 1],
    [0, 10, 8, 4, false, 10],
    [5, 10, 9, 2, true, 6],
    [5, 10, 4, 2, false, 10],
    [0, 1, 0, 0, true, 1],
  ])('probing, takes match %i next %i and a rejection of %i with hint %i (R8)', (match, next, rejected, hint, taken, newNext) => {
    const progress = at(match, next);
    expect(progress.maybeDecrTo(rejected, hint)).toBe(taken);
    expect(progress.next).toBe(newNext);
    expect(progress.match).toBeLessThan(progress.next);
  });

  test('replicating, takes no rejection at or below match, and falls back to match + 1 on a real one (R8)', () => {
    const progress = replicating(5);
    progress.sentEntries(4, 10);
    expect(progress.maybeDecrTo(5, 1)).toBe(false);
    expect(progress.maybeDecrTo(2, 1)).toBe(false);
    expect(progress.next).toBe(10);
    expect(progress.maybeDecrTo(9, 1)).toBe(true);
    expect(progress.next).toBe(6);
  });

  test('sends nothing in snapshot state, and takes no rejection there', () => {
    const progress = at(2, 5);
    progress.becomeSnapshot(9);
    expect([progress.paused(), progress.next]).toEqual([true, 10]);
    expect(progress.maybeDecrTo(9, 1)).toBe(false);
    progress.heartbeatSent();
    progress.heartbeatAnswered();
    expect(progress.paused()).toBe(true);
    expect(() => progress.sentEntries(1, 1)).toThrow(/snapshot/);
  });

  test('probes after the snapshot when it is reported as delivered, and from match when it failed (R12)', () => {
    const delivered = at(2, 5);
    delivered.becomeSnapshot(9);
    delivered.becomeProbe();
    expect([delivered.state, delivered.next]).toEqual(['probe', 10]);
    const failed = at(2, 5);
    failed.becomeSnapshot(9);
    failed.snapshotFailed();
    expect([failed.state, failed.next]).toEqual(['probe', 3]);
    expect(() => at(9, 10).becomeSnapshot(9)).toThrow(/snapshot/);
  });

  test('tells a commit index once, and only as far as it can be used', () => {
    const progress = replicating(5);
    expect(progress.canBumpCommit(4)).toBe(true);
    progress.sentCommit(4);
    expect(progress.canBumpCommit(4)).toBe(false);
    progress.sentCommit(8);
    // Everything that the member can have is committed in its eyes.
    expect(progress.canBumpCommit(9)).toBe(false);
    progress.sentEntries(3, 1);
    expect(progress.canBumpCommit(9)).toBe(false);
    progress.sentEntries(1, 1);
    expect(progress.canBumpCommit(9)).toBe(true);
  });

  test('forgets what it knew with a new term', () => {
    const progress = replicating(5);
    progress.sentEntries(1, 1);
    const fresh = progress.restarted(8, 0);
    expect(fresh.status()).toMatchObject({ state: 'probe', match: 0, next: 8, recentActive: false, inflightMessages: 0 });
  });
});
