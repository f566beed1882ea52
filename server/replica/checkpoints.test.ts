import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { Entry, ProgressStatus } from '../raft/types.ts';
import { CHECKPOINT_LIMITS, Checkpointer } from './checkpoints.ts';
import { GENESIS } from './genesis.ts';
import { appendDurably } from './open-group.ts';

const confState = { voters: ['n1@0'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const CONTACT_MS = 3_000;
const limits = { ...CHECKPOINT_LIMITS, walBytes: 1, tailEntries: 2 };

function entriesOf(term: number, from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, place) => ({ term, index: from + place, type: 'normal', data: new Uint8Array(0) }));
}

async function logTo(last: number): Promise<MemoryLogStore> {
  const log = MemoryLogStore.open(new MemoryDisk((task) => queueMicrotask(task)));
  await appendDurably(log, {
    group: 'default',
    hardState: { term: 2, vote: null, commit: 1 },
    snapshot: { ...GENESIS, confState },
    entries: entriesOf(2, 2, last),
  });
  return log;
}

const IN_STEP: ProgressStatus = {
  state: 'replicate',
  match: 0,
  next: 1,
  recentActive: true,
  paused: false,
  pendingSnapshot: 0,
  inflightMessages: 0,
  learner: false,
};

/** As much of a replica as a checkpoint looks at. */
function replicaAt(term: number, index: number, followers: readonly Partial<ProgressStatus>[] = []): Parameters<Checkpointer['run']>[0] {
  const progress = new Map(followers.map((follower, at) => [`n${at + 2}@0`, { ...IN_STEP, ...follower }]));
  return {
    group: 'default',
    serving: true,
    machine: { applied: () => ({ term, index }), walBytes: () => 100, checkpoint: () => index, confState: () => confState },
    status: () => ({ progress: followers.length === 0 ? null : progress, lastIndex: index }),
  };
}

describe('the log behind a checkpoint', () => {
  test('is cut, up to its tail', async () => {
    const log = await logTo(12);
    new Checkpointer(log, CONTACT_MS, limits).run(replicaAt(2, 10), 0);
    expect(log.group('default').base()).toMatchObject({ term: 2, index: 8 });
  });

  test.each<[string, Partial<ProgressStatus>, number]>([
    ['from where a follower in contact is', { match: 20 }, 20],
    ['from where the copy is that a follower is being sent', { match: 3, state: 'snapshot', pendingSnapshot: 25 }, 25],
    ['from where a copy is whose receiver is not heard', { match: 3, state: 'snapshot', pendingSnapshot: 25, recentActive: false }, 25],
    ['for nobody further than so many entries', { match: 3, state: 'snapshot', pendingSnapshot: 4 }, 10],
  ])('is kept %s', async (_what, follower, base) => {
    const log = await logTo(50);
    new Checkpointer(log, CONTACT_MS, { ...limits, followerEntriesMax: 40 }).run(replicaAt(2, 50, [follower]), 0);
    expect(log.group('default').base().index).toBe(base);
  });

  test('is kept for a follower that was heard a moment ago, though the core has just begun to count anew, and for nobody who is gone', async () => {
    const log = await logTo(50);
    const checkpointer = new Checkpointer(log, CONTACT_MS, { ...limits, intervalMs: 0 });
    const follower = { match: 20 };
    checkpointer.run(replicaAt(2, 50, [follower]), 0);
    for (const [nowMs, base] of [
      [CONTACT_MS, 20],
      [CONTACT_MS + 1, 48],
    ] as const) {
      checkpointer.run(replicaAt(2, 50, [{ ...follower, recentActive: false }]), nowMs);
      expect(log.group('default').base().index).toBe(base);
    }
  });

  test('is kept by a new leader for all, until it can know who is there', async () => {
    const log = await logTo(50);
    new Checkpointer(log, CONTACT_MS, limits).run(replicaAt(2, 50, [{ match: 20, recentActive: false }]), 0);
    expect(log.group('default').base().index).toBe(20);
  });

  test('is left alone while the mark of an installed copy waits for the disk', async () => {
    const shorter = await logTo(5);
    new Checkpointer(shorter, CONTACT_MS, limits).run(replicaAt(3, 20), 0);
    expect(shorter.group('default').base().index).toBe(1);

    const divergent = await logTo(30);
    new Checkpointer(divergent, CONTACT_MS, limits).run(replicaAt(3, 20), 0);
    expect(divergent.group('default').base().index).toBe(1);
  });
});
