import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import { PeerError, type PeerTransport } from '../peers/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import { ConsensusNode, GROUP_DEFAULT } from './consensus-node.ts';
import type { NodeIdentity } from './identity.ts';
import type { StateStorage } from './state-storage.ts';

const empty: NodeIdentity = {
  nodeId: 'n1',
  stage: 'empty',
  clusterId: null,
  clusterName: 'test',
  lineageId: null,
  incarnation: null,
  began: false,
  members: [],
};
const formed: NodeIdentity = {
  ...empty,
  stage: 'formed',
  clusterId: 'c0c0c0c0',
  lineageId: '11110000',
  incarnation: '0',
  members: [{ id: 'n1@0', name: 'n1', incarnation: '0', peer: 'n1:1', url: 'http://n1' }],
};

interface World {
  readonly node: ConsensusNode;
  readonly log: MemoryLogStore;
  /** What the transport was told, in order. */
  readonly told: string[];
  /** States that are open now. */
  readonly open: Set<SqliteStateMachine>;
  readonly failures: string[];
}

function transportInto(told: string[]): PeerTransport {
  const note = (word: string) => () => void told.push(word);
  const turn = (word: string) => async () => {
    await new Promise((resolve) => setImmediate(resolve));
    told.push(word);
  };
  const transport: Partial<PeerTransport> = {
    start: async () => {
      await turn('start')();
      return { host: '127.0.0.1', port: 1 };
    },
    stop: turn('stop'),
    setPeers: note('setPeers'),
    reconnect: note('reconnect'),
    sendRaft: () => undefined,
    flush: () => undefined,
    state: () => null,
    request: () => Promise.reject(new PeerError('unreachable', 'not-connected', 'nobody is there')),
  };
  return transport as PeerTransport;
}

function storageInto(open: Set<SqliteStateMachine>, dress: (machine: SqliteStateMachine) => void): StateStorage {
  let image: Uint8Array | null = null;
  const unused = (): never => {
    throw new Error('nothing is copied here');
  };
  return {
    create: (identity, { position, voters }) => {
      const confState = { voters: voters.map(({ id }) => id), learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
      const machine = SqliteStateMachine.open(':memory:', { create: { identity, confState, members: voters, position } });
      image = machine.serialize();
      machine.close();
    },
    open: () => {
      if (image === null) return null;
      const machine = SqliteStateMachine.open(image);
      const close = machine.close.bind(machine);
      open.add(machine);
      machine.close = () => {
        open.delete(machine);
        close();
      };
      dress(machine);
      return { machine, generation: 1, installedAt: null };
    },
    copy: unused,
    stage: unused,
    install: unused,
  };
}

function world(first: NodeIdentity, dress: (machine: SqliteStateMachine) => void = () => undefined): World {
  const [told, failures, open]: [string[], string[], Set<SqliteStateMachine>] = [[], [], new Set()];
  const log = MemoryLogStore.open(new MemoryDisk((task) => void setImmediate(task)));
  let identity = first;
  const node = new ConsensusNode({
    name: 'n1',
    clusterName: 'test',
    peerAddress: 'n1:1',
    url: 'http://n1',
    initialMembers: [{ name: 'n1', peer: 'n1:1' }],
    version: '0',
    timing: { electionTicks: 1000, heartbeatTicks: 1, tickMs: 100 },
    readyLagEntriesMax: 100,
    clockStore: { ms: 0, save: () => undefined },
    seedKeyHash: 'ab'.repeat(32),
    retention: { revisionsPerKey: 10, revisionsMs: 1e9, auditMs: 1e9 },
    runtime: {
      nowMs: () => performance.now(),
      wallMs: () => 1e12,
      random: () => 0.5,
      defer: (run) => void setImmediate(run),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    log,
    storage: storageInto(open, dress),
    identities: { load: () => identity, save: (next) => void (identity = next) },
    createTransport: () => transportInto(told),
    logger: () => undefined,
    drawId: () => '0a0b0c0d',
    disk: () => ({ freeBytes: 1, dataBytes: 0, full: false }),
    observer: {
      published: () => undefined,
      reopened: () => undefined,
      membersChanged: () => undefined,
      roleChanged: () => undefined,
      fatal: (reason) => void failures.push(reason),
    },
    relayServer: () => Promise.resolve(null),
    onSeeded: () => undefined,
    onRemoved: () => undefined,
    join: null,
    votersMax: 5,
  });
  return { node, log, told, open, failures };
}

describe('a node that is stopped while it starts', () => {
  const moments = Array.from({ length: 8 }, (_, turns) => turns);

  test.each(moments.flatMap((turns) => [['a new one', empty, turns] as const, ['a formed one', formed, turns] as const]))(
    'goes no further and leaves nothing open: %s %#',
    async (_name, identity, turns) => {
      const { node, log, told, open, failures } = world(identity);
      const started = node.start();
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await node.stop(0);
      // As the composition root does next.
      log.close();
      await started;
      await new Promise((resolve) => setImmediate(resolve));
      expect(told.at(-1)).toBe('stop');
      expect(open.size).toBe(0);
      expect(failures).toEqual([]);
      expect(node.phase).toBe('stopped');
    },
  );
});

test('a quarantined node stops though its state refuses a checkpoint', async () => {
  const { node, open } = world(formed, (machine) => {
    machine.checkpoint = () => {
      throw new StateCorruptionError('the state database is damaged');
    };
  });
  await node.start();
  expect(node.view(GROUP_DEFAULT).condition).toBe('ok');
  node.damaged(GROUP_DEFAULT, 'the state database is damaged');
  await node.stop(0);
  expect(open.size).toBe(0);
});
