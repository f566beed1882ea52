import { describe, expect, test } from 'vitest';
import type { ProposeOutcome } from '../engine/types.ts';
import { type Proposal, ProposalQueue } from './proposal-queue.ts';

interface Watched {
  readonly proposal: Proposal;
  readonly outcomes: ProposeOutcome[];
}

function proposal(options: { readonly bytes?: number; readonly deadlineMs?: number } = {}): Watched {
  const outcomes: ProposeOutcome[] = [];
  return {
    outcomes,
    proposal: {
      bytes: new Uint8Array(options.bytes ?? 1),
      deadlineMs: options.deadlineMs ?? 1000,
      forward: 'always',
      frees: false,
      forwarded: false,
      settle: (outcome) => outcomes.push(outcome),
    },
  };
}

const limits = { queuedMax: 2, queuedBytesMax: 100 };

describe('queued proposals', () => {
  test('are refused as too busy beyond the bounds in number and bytes', () => {
    const queue = new ProposalQueue(limits);
    const [a, b, c] = [proposal({ bytes: 90 }), proposal({ bytes: 20 }), proposal({ bytes: 5 })];
    for (const { proposal: one } of [a, b, c]) queue.push(one);
    expect(b.outcomes).toEqual([{ kind: 'refused', code: 'too-busy' }]);
    expect(queue.queued).toBe(2);
    const d = proposal();
    queue.push(d.proposal);
    expect(d.outcomes).toEqual([{ kind: 'refused', code: 'too-busy' }]);
  });

  test('give their bytes back when taken, and take them again when put back', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal({ bytes: 90 }), proposal({ bytes: 90 })];
    queue.push(a.proposal);
    expect(queue.take(10, 1)).toEqual([a.proposal]);
    queue.push(b.proposal);
    expect(b.outcomes).toEqual([]);
    queue.putBack([a.proposal]);
    expect(queue.take(10, 1000)).toEqual([a.proposal, b.proposal]);
  });

  test('end as no-leader when their time is over: nothing can have happened', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal({ deadlineMs: 10 }), proposal({ deadlineMs: 20 })];
    queue.push(a.proposal);
    queue.push(b.proposal);
    queue.expire(10, () => 7);
    expect(a.outcomes).toEqual([{ kind: 'no-leader', waitedMs: 7 }]);
    expect(b.outcomes).toEqual([]);
    expect(queue.queued).toBe(1);
  });
});

describe('pending proposals', () => {
  test('are found at their index when their own term is applied there', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal(), proposal()];
    queue.accepted(3, 10, [a.proposal, b.proposal]);
    expect(queue.applied(11, 3)).toBe(b.proposal);
    expect(queue.applied(11, 3)).toBeNull();
    expect(queue.pending).toBe(1);
  });

  test('have lost their place when another term is applied at their index', () => {
    const queue = new ProposalQueue(limits);
    const a = proposal();
    queue.accepted(3, 10, [a.proposal]);
    expect(queue.applied(10, 4)).toBeNull();
    expect(a.outcomes).toEqual([{ kind: 'unknown', reason: 'leadership-lost' }]);
  });

  test('end when the same node puts something else at their index in a later term', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal(), proposal()];
    queue.accepted(3, 10, [a.proposal]);
    queue.accepted(5, 10, [b.proposal]);
    expect(a.outcomes).toEqual([{ kind: 'unknown', reason: 'leadership-lost' }]);
    expect(queue.applied(10, 5)).toBe(b.proposal);
  });

  test('are unknown, never refused, when their time is over', () => {
    const queue = new ProposalQueue(limits);
    const a = proposal({ deadlineMs: 10 });
    queue.accepted(3, 10, [a.proposal]);
    queue.expire(10, () => 0);
    expect(a.outcomes).toEqual([{ kind: 'unknown', reason: 'deadline' }]);
    expect(queue.pending).toBe(0);
  });

  test('are unknown when a snapshot goes over them', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal(), proposal()];
    queue.accepted(3, 10, [a.proposal, b.proposal]);
    queue.skippedTo(10);
    expect(a.outcomes).toEqual([{ kind: 'unknown', reason: 'leadership-lost' }]);
    expect(b.outcomes).toEqual([]);
  });

  test('end exactly once when everything ends', () => {
    const queue = new ProposalQueue(limits);
    const [a, b] = [proposal(), proposal()];
    queue.push(a.proposal);
    queue.accepted(3, 10, [b.proposal]);
    const stopping = { kind: 'refused', code: 'stopping' } as const;
    queue.endAll(stopping, { kind: 'unknown', reason: 'stopping' });
    queue.endAll(stopping, { kind: 'unknown', reason: 'stopping' });
    expect(a.outcomes).toEqual([stopping]);
    expect(b.outcomes).toEqual([{ kind: 'unknown', reason: 'stopping' }]);
  });
});
