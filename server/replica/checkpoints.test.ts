import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { Entry, ProgressStatus } from '../raft/types.ts';
import { CHECKPOINT_LIMITS, Checkpointer } from './checkpoints.ts';
import { GENESIS } from './genesis.ts';
import { appendDurably } from './open-group.ts';

const confState = { voters: ['n1@0'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
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
    new Checkpointer(log, limits).run(replicaAt(2, 10), 0);
    expect(log.group('default').base()).toMatchObject({ term: 2, index: 8 });
  });

  test.each<[string, Partial<ProgressStatus>, number]>([
    ['from where a follower in contact is', { match: 20 }, 20],
    ['from where the copy is that a follower is being sent', { match: 3, state: 'snapshot', pendingSnapshot: 25 }, 25],
    ['for no follower that is out of contact', { match: 20, recentActive: false }, 48],
    ['for nobody further than so many entries', { match: 3, state: 'snapshot', pendingSnapshot: 4 }, 10],
  ])('is kept %s', async (_what, follower, base) => {
    const log = await logTo(50);
    new Checkpointer(log, { ...limits, followerEntriesMax: 40 }).run(replicaAt(2, 50, [follower]), 0);
    expect(log.group('default').base().index).toBe(base);
  });

  test('is left alone while the mark of an installed copy waits for the disk', async () => {
    const shorter = await logTo(5);
    new Checkpointer(shorter, limits).run(replicaAt(3, 20), 0);
    expect(shorter.group('default').base().index).toBe(1);

    const divergent = await logTo(30);
    new Checkpointer(divergent, limits).run(replicaAt(3, 20), 0);
    expect(divergent.group('default').base().index).toBe(1);
  });
});
