import { describe, expect, test } from 'vitest';
import { ForwardedReads, LeaderReads } from './read-only.ts';
import { confOf } from './testing/cluster.ts';

const three = confOf(['1', '2', '3']);
const local = (requestId: number): { kind: 'local'; requestId: number } => ({ kind: 'local', requestId });

describe('LeaderReads', () => {
  test('confirms a read only by answers to a round that started after it (C1, C2)', () => {
    const reads = new LeaderReads(10);
    reads.add(local(1), 5);
    reads.startRound();
    // Asked while round 1 is under way: it must wait for round 2.
    reads.add(local(2), 6);
    expect(reads.roundDue()).toBe(true);
    reads.answered('2', 1);
    expect(reads.takeConfirmed(three, '1')).toEqual([{ asker: local(1), round: 1, index: 5 }]);
    reads.answered('3', 1);
    expect(reads.takeConfirmed(three, '1')).toEqual([]);
    reads.startRound();
    expect(reads.takeConfirmed(three, '1')).toEqual([]);
    reads.answered('3', 2);
    expect(reads.takeConfirmed(three, '1')).toEqual([{ asker: local(2), round: 2, index: 6 }]);
    expect(reads.roundUnderWay()).toBe(0);
  });

  test('shares one round between all reads that wait for it', () => {
    const reads = new LeaderReads(10);
    reads.add(local(1), 5);
    reads.add(local(2), 5);
    reads.startRound();
    expect(reads.roundDue()).toBe(false);
    reads.answered('2', 1);
    expect(reads.takeConfirmed(three, '1').map((read) => read.asker)).toEqual([local(1), local(2)]);
  });

  test('tells two reads apart that have the same client id (C2)', () => {
    const reads = new LeaderReads(10);
    reads.add(local(7), 5);
    reads.startRound();
    reads.answered('2', 1);
    reads.takeConfirmed(three, '1');
    reads.add(local(7), 9);
    reads.startRound();
    reads.answered('2', 1);
    expect(reads.takeConfirmed(three, '1')).toEqual([]);
    reads.answered('2', 2);
    expect(reads.takeConfirmed(three, '1')).toEqual([{ asker: local(7), round: 2, index: 9 }]);
  });

  test('gives early reads the index of the first commit, and a round after it (C1)', () => {
    const reads = new LeaderReads(10);
    reads.add(local(1), null);
    expect([reads.roundDue(), reads.count]).toEqual([false, 1]);
    reads.releaseEarly(8);
    expect(reads.roundDue()).toBe(true);
    reads.startRound();
    reads.answered('3', 1);
    expect(reads.takeConfirmed(three, '1')).toEqual([{ asker: local(1), round: 1, index: 8 }]);
  });

  test('asks both halves of a joint configuration', () => {
    const reads = new LeaderReads(10);
    const joint = { ...confOf(['1', '4', '5']), votersOutgoing: ['1', '2', '3'], autoLeave: true };
    reads.add(local(1), 5);
    reads.startRound();
    reads.answered('2', 1);
    expect(reads.takeConfirmed(joint, '1')).toEqual([]);
    reads.answered('4', 1);
    expect(reads.takeConfirmed(joint, '1')).toHaveLength(1);
  });

  test('never reuses a round number, also after it has given everything up', () => {
    const reads = new LeaderReads(10);
    reads.add(local(1), 5);
    reads.startRound();
    reads.answered('2', 1);
    reads.add(local(2), null);
    expect(reads.takeAll()).toEqual([local(1), local(2)]);
    reads.add(local(3), 6);
    reads.startRound();
    expect(reads.roundUnderWay()).toBe(2);
    expect(reads.takeConfirmed(three, '1')).toEqual([]);
  });

  test('is full at its bound, early reads included', () => {
    const reads = new LeaderReads(2);
    reads.add(local(1), null);
    expect(reads.full()).toBe(false);
    reads.add(local(2), 4);
    expect(reads.full()).toBe(true);
  });
});

describe('ForwardedReads', () => {
  test('answers each number once', () => {
    const reads = new ForwardedReads(10, 5);
    const first = reads.add(7);
    const second = reads.add(7);
    expect(first).not.toBe(second);
    expect(reads.take(first)).toBe(7);
    expect(reads.take(first)).toBeNull();
    expect(reads.take(second)).toBe(7);
    expect(reads.take(99)).toBeNull();
  });

  test('gives up what has waited too long, oldest first', () => {
    const reads = new ForwardedReads(10, 3);
    reads.add(1);
    reads.tick();
    reads.add(2);
    expect(reads.tick()).toEqual([]);
    expect(reads.tick()).toEqual([1]);
    expect(reads.tick()).toEqual([2]);
    expect(reads.count).toBe(0);
  });
});
