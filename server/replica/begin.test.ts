import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { beginGroup } from './begin.ts';
import { GENESIS } from './genesis.ts';
import { IdentityKeeper, type IdentityStore, type NodeIdentity } from './identity.ts';
import type { StateStorage } from './state-storage.ts';

const member: MemberInfo = { id: 'n1@0', name: 'n1', incarnation: '0', peer: 'n1:1', url: 'http://n1' };
const formed: NodeIdentity = {
  nodeId: 'n1',
  stage: 'formed',
  clusterId: 'c0c0c0c0',
  clusterName: 'test',
  lineageId: '11110000',
  incarnation: '0',
  began: false,
  members: [member],
};

function identityStore(identity = formed): IdentityStore & { readonly saved: NodeIdentity[] } {
  const saved = [identity];
  return { saved, load: () => saved.at(-1) ?? identity, save: (next) => void saved.push(next) };
}

const first = { members: [member], level: 1 };
const SMALL = { segmentBytes: 4096 };

/** States are counted, not kept: what is looked at here is the log. */
function countingStorage(): StateStorage & { created: number } {
  const unused = (): never => {
    throw new Error('not asked for when a group begins');
  };
  return {
    created: 0,
    create() {
      this.created += 1;
    },
    open: unused,
    remove: unused,
    copy: unused,
    stage: unused,
    install: unused,
  };
}

/** Runs tasks of a disk until none is left. */
function scheduler(): { readonly schedule: (task: () => void) => void; run(): void } {
  const tasks: (() => void)[] = [];
  return {
    schedule: (task) => void tasks.push(task),
    run: () => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
    },
  };
}

async function begun(disk: MemoryDisk, run: () => void, storage: StateStorage, store: IdentityStore): Promise<MemoryLogStore> {
  const log = MemoryLogStore.open(disk, SMALL);
  const done = beginGroup('default', first, { log, storage, identity: new IdentityKeeper(store) });
  run();
  await done;
  return log;
}

describe('the beginning of a group', () => {
  test('is made anew when power is lost at any record of its first write', async () => {
    const { schedule, run } = scheduler();
    // Records stand at multiples of 8 bytes; header, group, snapshot and hard state of a first write are shorter than this.
    for (let bytes = 0; bytes <= 800; bytes += 8) {
      const disk = new MemoryDisk(schedule);
      const identity = new IdentityKeeper(identityStore());
      void beginGroup('default', first, { log: MemoryLogStore.open(disk, SMALL), storage: countingStorage(), identity });
      disk.crash('tear-prefix', (n) => Math.min(n - 1, bytes));
      const store = identityStore();
      const log = await begun(disk, run, countingStorage(), store);
      expect(log.group('default').base()).toMatchObject(GENESIS);
      expect(log.group('default').hardState().term).toBe(GENESIS.term);
      expect(store.saved.at(-1)?.began).toBe(true);
    }
  });

  test('is made once: a node that has begun does not begin again when its log is gone', async () => {
    const { schedule, run } = scheduler();
    const storage = countingStorage();
    const disk = new MemoryDisk(schedule);
    await begun(disk, run, storage, identityStore({ ...formed, began: true })).then(
      () => expect.unreachable('a log that is gone is damage'),
      (error: unknown) => expect(String(error)).toContain('log files are missing'),
    );
    expect(storage.created).toBe(0);
  });
});
