import { describe, expect, test } from 'vitest';
import type { LogPosition } from '../../lib/contract/model.ts';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { GroupWrite } from '../log/types.ts';
import type { Entry } from '../raft/types.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import { GENESIS } from './genesis.ts';
import { appendDurably, type GroupOpening, openGroup } from './open-group.ts';
import type { StateStorage } from './state-storage.ts';

const confState = { voters: ['n1@0'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

/** A storage with a state at `position` in it. */
function stateAt(position: LogPosition, installedAt: LogPosition | null): StateStorage {
  const identity = { group: 'default', clusterId: 'c0c0c0c0', lineages: [{ id: '11110000', forkIndex: null }] };
  const unused = (): never => {
    throw new Error('a group that opens only opens its state');
  };
  return {
    open: () => ({
      machine: SqliteStateMachine.open(':memory:', { create: { identity, confState, members: [], position } }),
      generation: 2,
      installedAt,
    }),
    create: unused,
    remove: unused,
    copy: unused,
    stage: unused,
    install: unused,
  };
}

function entriesOf(term: number, from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, place) => ({ term, index: from + place, type: 'normal', data: new Uint8Array(0) }));
}

async function open(
  entries: readonly Entry[],
  storage: StateStorage,
): Promise<{ readonly opening: GroupOpening; readonly log: MemoryLogStore }> {
  const log = MemoryLogStore.open(new MemoryDisk((task) => queueMicrotask(task)));
  const write: GroupWrite = {
    group: 'default',
    hardState: { term: 4, vote: null, commit: 1 },
    snapshot: { ...GENESIS, confState },
    entries,
  };
  await appendDurably(log, write);
  const opening = await openGroup('default', log, storage);
  if (opening.kind === 'ok') opening.state.machine.close();
  return { opening, log };
}

describe('a state that was installed, and a log without the mark of it', () => {
  test('come together when the log is shorter', async () => {
    const at: LogPosition = { term: 3, index: 20 };
    const { opening, log } = await open(entriesOf(2, 2, 9), stateAt(at, at));
    expect(opening.kind).toBe('ok');
    expect(log.group('default').base()).toMatchObject(at);
  });

  test('come together when the log is longer, with entries that were never committed', async () => {
    const at: LogPosition = { term: 3, index: 20 };
    const { opening, log } = await open(entriesOf(2, 2, 30), stateAt(at, at));
    expect(opening.kind).toBe('ok');
    expect(log.group('default').base()).toMatchObject(at);
    expect(log.group('default').lastIndex()).toBe(20);
  });
});

describe('a state and a log that contradict each other', () => {
  test('go out of service when the log has lost entries', async () => {
    const { opening } = await open(entriesOf(2, 2, 9), stateAt({ term: 2, index: 20 }, null));
    expect(opening.kind === 'quarantined' ? opening.reason : 'it opened').toContain('the log has lost entries');
  });

  test('go out of service when the log has another entry where the state stands', async () => {
    const { opening } = await open(entriesOf(2, 2, 30), stateAt({ term: 3, index: 20 }, { term: 3, index: 10 }));
    expect(opening.kind === 'quarantined' ? opening.reason : 'it opened').toContain('has term 2 at 20');
  });

  test('open when they agree', async () => {
    const { opening, log } = await open(entriesOf(2, 2, 30), stateAt({ term: 2, index: 20 }, { term: 2, index: 10 }));
    expect(opening.kind).toBe('ok');
    expect(log.group('default').lastIndex()).toBe(30);
  });
});
