import { describe, expect, test } from 'vitest';
import { HybridClock } from '../clock/hlc.ts';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { GroupWrite } from '../log/types.ts';
import { encodeCommand, readStamp } from '../state/codec.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import type { Stamp } from '../state/types.ts';
import { GENESIS } from './genesis.ts';
import { GroupReplica } from './group-replica.ts';
import type { Runtime } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';
import { ClockReserve } from './clock-reserve.ts';
import { Stamper } from './stamper.ts';

const SELF = 'n1@0';
const AHEAD: Stamp = { ms: 9_000_000_000_000, counter: 7, node: 'n2' };
const confState = { voters: [SELF], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const command = encodeCommand({
  level: 1,
  actor: { keyId: 'k', name: 'k' },
  requestId: 'r',
  idempotency: null,
  body: { type: 'put-namespace', namespace: 'app', description: null, owner: null },
});

const runtime: Runtime = { nowMs: () => 0, wallMs: () => 1000, random: () => 0, defer: () => undefined, after: () => () => undefined };

/** Nothing is copied here. */
const storage: StateStorage = {
  open: () => null,
  create: () => undefined,
  remove: () => undefined,
  copy: () => Promise.reject(new Error('no copies here')),
  stage: () => Promise.reject(new Error('no copies here')),
  install: () => {
    throw new Error('no copies here');
  },
};

interface OpenLog {
  readonly log: MemoryLogStore;
  /** Durable when it returns. */
  append(write: GroupWrite): void;
}

/** A log with one entry beyond what is applied, stamped by another node whose clock is far ahead. */
function openLog(): OpenLog {
  const tasks: (() => void)[] = [];
  const log = MemoryLogStore.open(new MemoryDisk((task) => void tasks.push(task)));
  const stamped = encodeCommand(
    {
      level: 1,
      actor: { keyId: 'k', name: 'k' },
      requestId: 'r',
      idempotency: null,
      body: { type: 'put-namespace', namespace: 'old', description: null, owner: null },
    },
    AHEAD,
  );
  const write: GroupWrite = {
    group: 'default',
    hardState: { term: 2, vote: null, commit: 1 },
    snapshot: { ...GENESIS, confState },
    entries: [{ term: 2, index: 2, type: 'normal', data: stamped }],
  };
  const fail = (error: Error): never => {
    throw error;
  };
  const append = (next: GroupWrite): void => {
    log.append([next], () => undefined, fail);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  };
  append(write);
  return { log, append };
}

describe('stamps of a new leader', () => {
  test('are above its unapplied log even for a proposal that was waiting when it was elected', () => {
    const { log, append } = openLog();
    const machine = SqliteStateMachine.open(':memory:', {
      create: {
        identity: { group: 'default', clusterId: 'c0c0c0c0', lineages: [{ id: '11110000', forkIndex: null }] },
        confState,
        members: [],
        position: GENESIS,
      },
    });
    const writes: { readonly number: number; readonly write: GroupWrite | null }[] = [];
    const nothing = (): void => undefined;
    const replica = new GroupReplica({
      group: 'default',
      self: SELF,
      runtime,
      log: log.group('default'),
      state: { machine, generation: 1, installedAt: null },
      storage,
      timing: { electionTicks: 3, heartbeatTicks: 1, tickMs: 100 },
      stamper: new Stamper(new HybridClock(), new ClockReserve({ ms: 0, save: () => undefined }), 'n1'),
      logger: nothing,
      callbacks: {
        send: nothing,
        sendSnapshot: nothing,
        write: (number, write) => void writes.push({ number, write }),
        forward: nothing,
        reopened: nothing,
        membersChanged: nothing,
        roleChanged: nothing,
        wake: nothing,
      },
    });
    replica.propose({ bytes: command, deadlineMs: 1e9, forward: 'always', frees: false, forwarded: false, settle: nothing });
    const stamps: Stamp[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      replica.tick(1);
      replica.drain(false);
      replica.collect();
      for (const { number, write } of writes.splice(0)) {
        if (write !== null) append(write);
        for (const { data } of write?.entries ?? []) stamps.push(...[readStamp(data) ?? []].flat());
        replica.persisted(number, 1);
      }
    }
    machine.close();
    expect(replica.status().role).toBe('leader');
    expect(stamps).toEqual([{ ms: AHEAD.ms, counter: AHEAD.counter + 1, node: 'n1' }]);
  });
});
