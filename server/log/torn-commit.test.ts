import { expect, test } from 'vitest';
import { MemoryDisk } from './memory-device.ts';
import { MemoryLogStore } from './memory-log-store.ts';
import { confState, entries, ManualScheduler } from './test-support.ts';

test('a torn write leaves no replaced entry below the commit index', () => {
  for (let bytes = 0; bytes <= 600; bytes += 8) {
    const scheduler = new ManualScheduler();
    const disk = new MemoryDisk(scheduler.schedule);
    const store = MemoryLogStore.open(disk, { segmentBytes: 8192 });
    const fail = (error: Error): never => {
      throw error;
    };
    // Entries 3 to 6 of term 2 were never committed; a leader of term 4 replaces them, and 5 is committed.
    store.append(
      [
        {
          group: 'g',
          snapshot: { index: 1, term: 1, confState: confState('a') },
          hardState: { term: 3, vote: null, commit: 2 },
          entries: entries(2, 6, 2),
        },
      ],
      () => undefined,
      fail,
    );
    scheduler.run();
    store.append([{ group: 'g', hardState: { term: 4, vote: null, commit: 5 }, entries: entries(3, 6, 4) }], () => undefined, fail);
    disk.crash('tear-prefix', (n) => Math.min(n - 1, bytes));

    const log = MemoryLogStore.open(disk, { segmentBytes: 8192 }).group('g');
    const { commit } = log.hardState();
    for (let index = 3; index <= commit; index += 1) expect(log.term(index)).toBe(4);
    expect(commit).toBeGreaterThanOrEqual(2);
    expect(log.lastIndex()).toBeGreaterThanOrEqual(commit);
  }
});
