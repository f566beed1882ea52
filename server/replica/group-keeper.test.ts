import { describe, expect, test, vi } from 'vitest';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import { encodeCommand } from '../state/codec.ts';
import type { CommandBody, CommandResult } from '../state/types.ts';
import type { GroupList, GroupLister, ListedGroup } from './group-keeper.ts';
import { GROUP_DEFAULT, type NodeIdentity } from './identity.ts';
import { type Disk, formed, newDisk, type World, world } from './testing/one-node.ts';

const orders: ListedGroup = { id: 'orders', members: null, first: formed.members, level: 1, removed: false };

/** A registry that the test writes. */
function registry(...groups: readonly ListedGroup[]): GroupLister & { now: GroupList; set(...groups: readonly ListedGroup[]): void } {
  return {
    now: { epoch: 0, groups },
    epoch() {
      return this.now.epoch;
    },
    list() {
      return this.now;
    },
    set(...next) {
      this.now = { epoch: this.now.epoch + 1, groups: next };
    },
  };
}

async function running(disk: Disk, lister: GroupLister, check: (world: World) => Promise<void>): Promise<void> {
  const one = world(disk.identity, { disk, lister, electionTicks: 2 });
  try {
    await one.node.start();
    await check(one);
    expect(one.failures).toEqual([]);
  } finally {
    await one.node.stop(0);
    one.log.close();
  }
}

const leads = (one: World, group: string): Promise<void> => vi.waitFor(() => expect(one.node.view(group).role).toBe('leader'));

describe('a group that the registry lists', () => {
  test('begins on its first members while the node runs, takes writes, and is there again after a restart', async () => {
    const [disk, lister] = [newDisk(formed), registry()];
    await running(disk, lister, async (one) => {
      await leads(one, GROUP_DEFAULT);
      lister.set(orders);
      await leads(one, 'orders');
      const outcome = await new Promise((settle) => {
        one.node.host?.replica('orders')?.proposeMarker();
        void vi.waitFor(() => expect(one.node.view('orders').appliedIndex).toBeGreaterThan(2)).then(() => settle('applied'));
      });
      expect(outcome).toBe('applied');
      expect(one.identity().begun).toEqual(['orders']);
    });
    // The registry may be behind for a moment after a restart: what has begun is opened all the same.
    await running(disk, registry(), async (one) => {
      expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT, 'orders']);
      await leads(one, 'orders');
      await vi.waitFor(() => expect(one.node.view('orders').appliedIndex).toBeGreaterThan(3));
    });
  });

  test('is waited for by everybody else: such a node has nothing, votes for nothing and reads nothing', async () => {
    const others = [{ ...(formed.members[0] as (typeof formed.members)[number]), id: 'n1@earlier-disk' }];
    const disk = newDisk(formed);
    await running(disk, registry({ ...orders, first: others }), async (one) => {
      await vi.waitFor(() => expect(one.node.host?.groups()).toContain('orders'));
      expect(one.node.view('orders')).toMatchObject({ condition: 'joining', role: 'follower', term: 0, appliedIndex: 0 });
      expect(one.identity().awaiting).toEqual(['orders']);
    });
    // Whatever the registry says later, what it waits for is the state.
    await running(disk, registry(orders), async (one) => {
      expect(one.node.view('orders').condition).toBe('joining');
    });
  });

  test('is none of the business of a node that is not among its members', async () => {
    const lister = registry({ ...orders, members: ['n2'], first: [] });
    await running(newDisk(formed), lister, async (one) => {
      await leads(one, GROUP_DEFAULT);
      expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]);
    });
  });

  test('that has lost its log is out of service, alone', async () => {
    const disk = newDisk({ ...formed, begun: ['orders'] });
    await running(disk, registry(orders), async (one) => {
      await leads(one, GROUP_DEFAULT);
      expect(one.node.view('orders').condition).toBe('quarantined');
      expect(one.node.host?.quarantineReason('orders')).toContain('log files are missing');
    });
  });
});

describe('a group that was removed', () => {
  test('goes with its state and its log, and never begins again, whatever the registry says', async () => {
    const [disk, lister] = [newDisk(formed), registry(orders)];
    await running(disk, lister, async (one) => {
      await leads(one, 'orders');
      lister.set({ ...orders, removed: true });
      await vi.waitFor(() => expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]));
      await vi.waitFor(() => expect(one.log.group('orders').firstIndex()).toBe(one.log.group('orders').lastIndex() + 1));
      expect(disk.states.has('orders')).toBe(false);
      lister.set(orders);
      await leads(one, GROUP_DEFAULT);
      expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]);
    });
    await running(disk, registry(orders), async (one) => {
      expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]);
      expect(disk.states.has('orders')).toBe(false);
    });
  });

  test.each([
    ['before its state was', () => undefined],
    ['after its state was', (disk: Disk) => void disk.states.delete('orders')],
  ])('is gone after a crash, too, %s', async (_when, dropped) => {
    const disk = newDisk(formed);
    await running(disk, registry(orders), (one) => leads(one, 'orders'));
    const { begun: _begun, ...rest } = disk.identity;
    disk.identity = { ...rest, gone: ['orders'] } satisfies NodeIdentity;
    dropped(disk);
    await running(disk, registry({ ...orders, removed: true }), async (one) => {
      expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]);
      expect(disk.states.has('orders')).toBe(false);
      await leads(one, GROUP_DEFAULT);
    });
    const log = MemoryLogStore.open(disk.log);
    expect(log.group('orders').firstIndex()).toBe(log.group('orders').lastIndex() + 1);
    log.close();
  });
});

test('groups come and go by commands in the log of the main group', async () => {
  const disk = newDisk(formed);
  const one = world(formed, { disk, electionTicks: 2 });
  await one.node.start();
  await leads(one, GROUP_DEFAULT);
  await vi.waitFor(() => expect(one.node.view(GROUP_DEFAULT).level).toBe(2), 5_000);
  const propose = (body: CommandBody): Promise<CommandResult | null> =>
    new Promise((resolve, reject) => {
      const command = { level: 2, actor: { keyId: 'k', name: 'k' }, requestId: 'r', idempotency: null, body };
      one.node.propose(GROUP_DEFAULT, {
        bytes: encodeCommand(command),
        deadlineMs: performance.now() + 5_000,
        forward: 'never',
        frees: false,
        forwarded: false,
        settle: (outcome) => (outcome.kind === 'applied' ? resolve(outcome.applied.result) : reject(new Error(JSON.stringify(outcome)))),
      });
    });
  expect(await propose({ type: 'create-group', expectedEpoch: 0, id: 'orders', members: null })).toMatchObject({
    kind: 'registry',
    epoch: 1,
  });
  await leads(one, 'orders');
  expect(one.node.host?.replica('orders')?.machine.level()).toBe(2);
  expect(one.node.host?.replica('orders')?.raft.confState.voters).toEqual(['n1@0']);
  await propose({ type: 'retire-group', expectedEpoch: 1, id: 'orders' });
  expect(one.node.host?.groups()).toContain('orders');
  const remove: CommandBody = { type: 'remove-group', expectedEpoch: 2, id: 'orders' };
  expect(await propose(remove)).toMatchObject({ kind: 'registry-refused', code: 'group-in-use' });
  const history = { before: null, after: 0, final: { term: 1, index: 1 }, auditFloorIndex: 0, historyFloorIndex: 0, complete: true };
  await propose({ type: 'import-archive', group: 'orders', events: [], ...history });
  await propose(remove);
  await vi.waitFor(() => expect(one.node.host?.groups()).toEqual([GROUP_DEFAULT]));
  expect(one.identity().gone).toEqual(['orders']);
  expect(one.failures).toEqual([]);
  await one.node.stop(0);
  one.log.close();
});

test('a crash at any record of its first write makes a group begin anew, before any vote', async () => {
  for (let bytes = 0; bytes <= 320; bytes += 40) {
    const disk = newDisk(formed);
    await running(disk, registry(), (one) => leads(one, GROUP_DEFAULT));
    const crashed = world(disk.identity, { disk, lister: registry(orders), electionTicks: 20_000 });
    let torn = false;
    const begins = vi.spyOn(crashed.log, 'append').mockImplementationOnce((writes, ...rest) => {
      torn = writes.some(({ group }) => group === 'orders');
      begins.mockRestore();
      crashed.log.append(writes, ...rest);
      disk.log.crash('tear-prefix', (n) => Math.min(n - 1, bytes));
    });
    void crashed.node.start();
    await vi.waitFor(() => expect(torn).toBe(true));
    await running(disk, registry(orders), async (one) => {
      await leads(one, 'orders');
      expect(one.identity().begun).toEqual(['orders']);
    });
    // Its disk never answers any more, as after a loss of power.
    void crashed.node.stop(0);
  }
});
