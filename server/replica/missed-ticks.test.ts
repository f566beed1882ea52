import { expect, test } from 'vitest';
import { HybridClock } from '../clock/hlc.ts';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import type { GroupWrite } from '../log/types.ts';
import type { Message, PeerId } from '../raft/types.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import { GENESIS } from './genesis.ts';
import { GroupReplica } from './group-replica.ts';
import type { Runtime } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';
import { ClockReserve } from './clock-reserve.ts';
import { Stamper } from './stamper.ts';

const VOTERS: readonly [PeerId, PeerId, PeerId] = ['n1@0', 'n2@0', 'n3@0'];
const confState = { voters: VOTERS, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const identity = { group: 'default', clusterId: 'c0c0c0c0', lineages: [{ id: '11110000', forkIndex: null }] };
const runtime: Runtime = { nowMs: () => 0, wallMs: () => 1000, random: () => 0, defer: () => undefined, after: () => () => undefined };

test('a leader that was stopped steps down for the time it missed, and stands for no election in it', () => {
  const tasks: (() => void)[] = [];
  const log = MemoryLogStore.open(new MemoryDisk((task) => void tasks.push(task)));
  const append = (write: GroupWrite): void => {
    const fail = (error: Error): never => {
      throw error;
    };
    log.append([write], () => undefined, fail);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  };
  append({ group: 'default', hardState: { term: 1, vote: null, commit: 1 }, snapshot: { ...GENESIS, confState } });
  const machine = SqliteStateMachine.open(':memory:', { create: { identity, confState, members: [], position: GENESIS } });
  const [sent, writes]: [Message[], { readonly number: number; readonly write: GroupWrite | null }[]] = [[], []];
  const nothing = (): void => undefined;
  const replica = new GroupReplica({
    group: 'default',
    self: VOTERS[0],
    runtime,
    log: log.group('default'),
    state: { machine, generation: 1, installedAt: null },
    storage: {} as StateStorage,
    timing: { electionTicks: 4, heartbeatTicks: 1, tickMs: 100 },
    stamper: new Stamper(new HybridClock(), new ClockReserve({ ms: 0, save: () => undefined }), 'n1'),
    logger: nothing,
    callbacks: {
      send: (messages) => void sent.push(...messages),
      sendSnapshot: nothing,
      write: (number, write) => void writes.push({ number, write }),
      forward: nothing,
      reopened: nothing,
      membersChanged: nothing,
      roleChanged: nothing,
      wake: nothing,
    },
  });
  const turn = (): void => {
    for (let more = true; more; more = writes.length > 0) {
      replica.collect();
      for (const { number, write } of writes.splice(0)) {
        if (write !== null) append(write);
        replica.persisted(number, 1);
      }
      replica.collect();
    }
  };
  const grant = (asked: 'pre-vote' | 'vote', type: 'pre-vote-resp' | 'vote-resp'): void => {
    const { term } = sent.findLast((message) => message.type === asked) ?? { term: 0 };
    replica.step([{ type, from: VOTERS[1], to: VOTERS[0], term, granted: true, commit: undefined }]);
    turn();
  };
  for (let tick = 0; tick < 4; tick += 1) replica.tick(1);
  turn();
  grant('pre-vote', 'pre-vote-resp');
  grant('vote', 'vote-resp');
  expect(replica.status().role).toBe('leader');
  // Nobody has answered since it was elected, and then it stands still for long.
  replica.tick(1);
  sent.length = 0;
  replica.tick(1000);
  turn();
  expect(replica.status().role).toBe('follower');
  expect(sent.map(({ type }) => type)).not.toContain('pre-vote');
  machine.close();
});
