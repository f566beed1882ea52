/** One node of the engine in memory, for tests of the shell around the core. */
import { MemoryDisk } from '../../log/memory-device.ts';
import { MemoryLogStore } from '../../log/memory-log-store.ts';
import { PeerError, type PeerTransport } from '../../peers/types.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import { ConsensusNode } from '../consensus-node.ts';
import type { GroupLister } from '../group-keeper.ts';
import type { NodeIdentity } from '../identity.ts';
import type { StateStorage } from '../state-storage.ts';

/** A data directory that nothing has been written to. */
export const empty: NodeIdentity = {
  nodeId: 'n1',
  stage: 'empty',
  clusterId: null,
  clusterName: 'test',
  lineageId: null,
  incarnation: null,
  began: false,
  members: [],
};
/** Of the one member of a cluster, before it has begun. */
export const formed: NodeIdentity = {
  ...empty,
  stage: 'formed',
  clusterId: 'c0c0c0c0',
  lineageId: '11110000',
  incarnation: '0',
  members: [{ id: 'n1@0', name: 'n1', incarnation: '0', peer: 'n1:1', url: 'http://n1' }],
};

export interface World {
  readonly node: ConsensusNode;
  readonly log: MemoryLogStore;
  /** What the transport was told, in order. */
  readonly told: string[];
  /** States that are open now. */
  readonly open: Set<SqliteStateMachine>;
  readonly failures: string[];
  readonly identity: () => NodeIdentity;
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

function storageInto(
  images: Map<string, Uint8Array>,
  open: Set<SqliteStateMachine>,
  dress: (machine: SqliteStateMachine) => void,
): StateStorage {
  const unused = (): never => {
    throw new Error('nothing is copied here');
  };
  return {
    create: (identity, { position, voters, level }) => {
      const confState = { voters: voters.map(({ id }) => id), learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
      const machine = SqliteStateMachine.open(':memory:', { create: { identity, confState, members: voters, position, level } });
      images.set(identity.group, machine.serialize());
      machine.close();
    },
    open: (group) => {
      const image = images.get(group);
      if (image === undefined) return null;
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
    remove: (group) => void images.delete(group),
    copy: unused,
    stage: unused,
    install: unused,
  };
}

/** What outlives the process of the one node. */
export interface Disk {
  readonly log: MemoryDisk;
  readonly states: Map<string, Uint8Array>;
  identity: NodeIdentity;
}

export interface WorldOptions {
  readonly dress?: (machine: SqliteStateMachine) => void;
  readonly lister?: GroupLister;
  /** Ticks of 5 ms. */
  readonly electionTicks?: number;
  readonly disk?: Disk;
}

export function newDisk(identity: NodeIdentity): Disk {
  return { log: new MemoryDisk((task) => void setImmediate(task)), states: new Map(), identity };
}

/** One node in memory, and a transport that reaches nobody. */
export function world(first: NodeIdentity, options: WorldOptions = {}): World {
  const { dress = () => undefined, lister, electionTicks = 20_000, disk = newDisk(first) } = options;
  const [told, failures, open]: [string[], string[], Set<SqliteStateMachine>] = [[], [], new Set()];
  const log = MemoryLogStore.open(disk.log);
  const node = new ConsensusNode({
    name: 'n1',
    clusterName: 'test',
    peerAddress: 'n1:1',
    url: 'http://n1',
    initialMembers: [{ name: 'n1', peer: 'n1:1' }],
    version: '0',
    timing: { electionTicks, heartbeatTicks: 1, tickMs: 5 },
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
    storage: storageInto(disk.states, open, dress),
    identities: { load: () => disk.identity, save: (next) => void (disk.identity = next) },
    createTransport: () => transportInto(told),
    logger: () => undefined,
    drawId: () => '0a0b0c0d',
    disk: () => ({ freeBytes: 1, dataBytes: 0, full: false }),
    observer: {
      published: () => undefined,
      reopened: () => undefined,
      closed: () => undefined,
      membersChanged: () => undefined,
      roleChanged: () => undefined,
      fatal: (reason) => void failures.push(reason),
    },
    relayServer: () => Promise.resolve(null),
    onSeeded: () => undefined,
    onRemoved: () => undefined,
    join: null,
    votersMax: 5,
    lister,
  });
  return { node, log, told, open, failures, identity: () => disk.identity };
}
