/** One simulated node: its disks, which outlive its processes, its clocks, and the process that runs now, if one does. */
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert } from '../../lib/kernel/assert.ts';
import { MemoryDisk, type CrashMode } from '../log/memory-device.ts';
import { MemoryLogStore } from '../log/memory-log-store.ts';
import { type GroupLog, LogCorruptionError, type LogStore } from '../log/types.ts';
import type { Message, PeerId } from '../raft/types.ts';
import { ConsensusNode } from '../replica/consensus-node.ts';
import { GROUP_DEFAULT, type NodeIdentity } from '../replica/identity.ts';
import type { CheckpointLimits } from '../replica/checkpoints.ts';
import type { GroupLister } from '../replica/group-keeper.ts';
import type { CoreLimits, ReplicaTiming } from '../replica/group-options.ts';
import type { Runtime } from '../replica/runtime.ts';
import type { StateStorage } from '../replica/state-storage.ts';
import { UnreadableLog } from '../replica/unreadable-log.ts';
import { DurableLogs, WatchedLogStore } from './durable-log.ts';
import type { MachineKind, SimMachine } from './machines.ts';
import type { SimNetwork } from './network.ts';
import type { Random } from './random.ts';
import { Lifeline, ProcessExit, type Scheduler } from './scheduler.ts';
import { StateDisk, type StateWatcher } from './state-disk.ts';
import { SimTransport } from './transport.ts';

/** Ports between the shell and its surroundings that a test may put something of its own around, to break a rule on purpose. */
export interface Tampering {
  readonly log?: ((log: LogStore, node: SimNode) => LogStore) | undefined;
  readonly storage?: ((storage: StateStorage, node: SimNode) => StateStorage) | undefined;
  readonly machines?: ((kind: MachineKind) => MachineKind) | undefined;
}

/** What a node tells the world. */
export interface NodeWatcher {
  sent(node: SimNode, group: string, message: Message): void;
  appending(node: SimNode): void;
  confirmed(node: SimNode, groups: ReadonlySet<string>): void;
  state(node: SimNode, group: string): StateWatcher;
  published(node: SimNode, group: string): void;
  quarantined(node: SimNode, reason: string): void;
  /** The process wants to end. */
  fatal(node: SimNode, reason: string, error: Error): void;
  /** It is no member any more, by the word of others. */
  removed(node: SimNode): void;
  failed(error: unknown): void;
  trace(line: () => string): void;
}

export interface NodeOptions {
  readonly name: string;
  readonly names: readonly string[];
  readonly identity: NodeIdentity;
  /** What an empty disk says of itself. */
  readonly empty: NodeIdentity;
  readonly lister: GroupLister | undefined;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly random: Random;
  readonly kind: MachineKind;
  readonly timing: ReplicaTiming;
  readonly limits: CoreLimits;
  readonly checkpoints: CheckpointLimits;
  readonly segmentBytes: number;
  readonly watcher: NodeWatcher;
  readonly tampering: Tampering;
}

const WALL_START_MS = 1_700_000_000_000;
const KEY_HASH = 'ab'.repeat(32);

/** One life. */
interface Process {
  readonly lifeline: Lifeline;
  readonly node: ConsensusNode;
  readonly transport: SimTransport;
  readonly log: LogStore;
  readonly runtime: Runtime;
}

export class SimNode {
  readonly name: string;
  disk: MemoryDisk;
  durable = new DurableLogs();
  stateDisk: StateDisk;
  /** What disks had promised that were lost since, by the id of the member whose they were. */
  readonly #lost = new Map<PeerId, DurableLogs>();
  /** How long a sync takes. */
  diskMs: { min: number; max: number } = { min: 0.3, max: 3 };
  wallSkewMs: number;
  storageFull = false;
  /** A disk that fails was arranged: the process may end by itself. */
  diskFails = false;
  /** Damage was arranged: the replica may be quarantined, and stays so. */
  damaged = false;
  /** Processes that ended before their time. */
  crashes = 0;
  readonly #options: NodeOptions;
  readonly #random: Random;
  #identity: NodeIdentity;
  /** Survives every life, as the file of a real node does. */
  readonly #clockDisk = {
    ms: 0,
    save(ms: number): void {
      this.ms = ms;
    },
  };
  #process: Process | null = null;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.#random = options.random;
    this.#identity = options.identity;
    this.wallSkewMs = options.random.between(-2000, 2000);
    this.stateDisk = new StateDisk(options.kind, options.random.fork('state'));
    this.disk = this.#newDisk();
  }

  #newDisk(): MemoryDisk {
    const { scheduler } = this.#options;
    return new MemoryDisk(
      (task) => void scheduler.after(this.#random.between(this.diskMs.min, this.diskMs.max), this.#process?.lifeline ?? null, task),
    );
  }

  /** Its Raft id: `name@incarnation`. */
  get id(): string {
    return `${this.name}@${this.#identity.incarnation ?? ''}`;
  }

  get up(): boolean {
    return this.#process !== null;
  }

  get paused(): boolean {
    return this.#process?.lifeline.paused === true;
  }

  /** Null while no process runs. */
  get node(): ConsensusNode | null {
    return this.#process?.node ?? null;
  }

  /** Whether clients are served. */
  get serving(): boolean {
    return this.node?.view(GROUP_DEFAULT).condition === 'ok' && this.node.phase === 'serving';
  }

  /** The state of a group that clients may read. */
  machine(group: string): SimMachine | null {
    return this.node?.phase === 'serving' && this.node.view(group).condition === 'ok' ? this.stateDisk.group(group).live : null;
  }

  get leads(): boolean {
    return this.serving && this.node?.view(GROUP_DEFAULT).role === 'leader';
  }

  applied(group: string): LogPosition | null {
    return this.machine(group)?.applied() ?? null;
  }

  /** The stored log, durable or not; null while no process runs or it cannot be read. */
  log(group: string): GroupLog | null {
    const log = this.#process?.log;
    return log === undefined || log instanceof UnreadableLog || this.damaged ? null : log.group(group);
  }

  /** Hands something to the process as another thread would: it takes it up when it runs. */
  run(work: () => void): void {
    this.#options.scheduler.after(0, this.#process?.lifeline ?? null, work);
  }

  /** Monotonic, as the process sees it. */
  nowMs(): number {
    return this.#process?.runtime.nowMs() ?? 0;
  }

  // ------------------------------------------------------------------------------------------------- lives

  boot(): void {
    if (this.#process !== null) return;
    const { scheduler, network, watcher, tampering } = this.#options;
    const lifeline = new Lifeline();
    const log = this.#openLog();
    const runtime = this.#runtime(lifeline);
    const state = this.stateDisk.storage({ scheduler, lifeline, watcher: (group) => watcher.state(this, group) });
    const storage = tampering.storage?.(state, this) ?? state;
    const box: { transport: SimTransport | null } = { transport: null };
    const node = new ConsensusNode({
      ...this.#settings(),
      runtime,
      log: tampering.log?.(log, this) ?? log,
      storage,
      clockStore: this.#clockDisk,
      identities: { load: () => this.#identity, save: (identity) => void (this.#identity = identity) },
      createTransport: (handlers) => {
        box.transport = new SimTransport({
          name: this.name,
          network,
          handlers,
          lifeline,
          nowMs: () => runtime.nowMs(),
          onSent: (group, message) => watcher.sent(this, group, message),
        });
        return box.transport;
      },
      logger: (level, event, fields) => {
        watcher.trace(() => `${this.name} ${level} ${event} ${JSON.stringify(fields ?? {})}`);
        if (event === 'replica-quarantined') watcher.quarantined(this, String(fields?.['reason']));
      },
      drawId: () => this.#random.u32().toString(16).padStart(8, '0'),
      disk: () => ({ freeBytes: 0, dataBytes: 0, full: this.storageFull }),
      observer: {
        published: (group) => watcher.published(this, group),
        reopened: () => undefined,
        closed: () => undefined,
        membersChanged: () => undefined,
        roleChanged: () => undefined,
        fatal: (reason, error) => this.#fatal(lifeline, reason, error),
      },
      relayServer: async () => null,
      onSeeded: () => undefined,
      lister: this.#options.lister,
      onRemoved: (reason) => {
        watcher.trace(() => `${this.name} was removed: ${reason}`);
        watcher.removed(this);
      },
    });
    if (box.transport === null) throw new Error('a node makes its transport when it is made');
    this.#process = { lifeline, node, transport: box.transport, log, runtime };
    watcher.trace(() => `${this.name} boots`);
    node.start().catch((error: unknown) => {
      // The composition root ends a process that cannot start.
      if (lifeline.alive) watcher.fatal(this, 'the node cannot start', error instanceof Error ? error : new Error(String(error)));
      lifeline.alive = false;
    });
  }

  #settings(): Pick<
    ConstructorParameters<typeof ConsensusNode>[0],
    | 'name'
    | 'clusterName'
    | 'peerAddress'
    | 'url'
    | 'initialMembers'
    | 'join'
    | 'votersMax'
    | 'version'
    | 'timing'
    | 'limits'
    | 'readyLagEntriesMax'
    | 'seedKeyHash'
    | 'retention'
    | 'checkpoints'
  > {
    const { names, timing, limits, checkpoints } = this.#options;
    return {
      name: this.name,
      clusterName: 'sim',
      peerAddress: `${this.name}:1`,
      url: `http://${this.name}`,
      initialMembers: names.map((name) => ({ name, peer: `${name}:1` })),
      join: null,
      votersMax: names.length,
      version: '0',
      timing,
      limits,
      readyLagEntriesMax: 100,
      seedKeyHash: KEY_HASH,
      retention: { revisionsPerKey: 1000, revisionsMs: 1e12, auditMs: 1e12 },
      checkpoints,
    };
  }

  /** The log of the next process. What an opened log has lost of what was promised is found here. */
  #openLog(): LogStore {
    const { segmentBytes, watcher } = this.#options;
    try {
      const store = MemoryLogStore.open(this.disk, { segmentBytes, cacheBytes: 16 * 1024, random: () => this.#random.u32() });
      if (!this.damaged) for (const group of this.durable.names()) this.durable.group(group).reopened(this.name, store.group(group));
      return new WatchedLogStore(store, this.durable, {
        appending: () => watcher.appending(this),
        confirmed: (groups) => watcher.confirmed(this, groups),
      });
    } catch (error) {
      if (error instanceof LogCorruptionError) return new UnreadableLog(error.message);
      throw error;
    }
  }

  #runtime(lifeline: Lifeline): Runtime {
    const { scheduler } = this.#options;
    const random = this.#random;
    const [offsetMs, drift] = [random.between(0, 1e6), random.between(0.99, 1.01)];
    return {
      nowMs: () => offsetMs + scheduler.nowMs * drift,
      wallMs: () => WALL_START_MS + scheduler.nowMs + this.wallSkewMs,
      random: () => random.next(),
      defer: (run) => void scheduler.after(random.between(0, 0.05), lifeline, run),
      after: (delayMs, run) => scheduler.after(delayMs / drift, lifeline, run),
    };
  }

  #fatal(lifeline: Lifeline, reason: string, error: Error): never {
    const { watcher } = this.#options;
    // Code that has asked for the end of its process does nothing after it.
    if (lifeline.alive) {
      lifeline.alive = false;
      watcher.fatal(this, reason, error);
    }
    throw new ProcessExit(reason, { cause: error });
  }

  /** Ends the process: `keep-all` is a kill, the other modes are power losses. */
  crash(mode: CrashMode): void {
    const process = this.#process;
    this.#process = null;
    if (process !== null) {
      this.crashes += 1;
      process.lifeline.alive = false;
      this.#options.network.detach(process.transport);
    }
    this.disk.crash(mode, (n) => this.#random.int(n));
    this.stateDisk.crash(mode === 'keep-all' ? 'kill' : 'power');
    this.diskFails = false;
    this.#options.watcher.trace(() => `${this.name} crashes, ${mode}`);
  }

  /** Ends the process in order, as SIGTERM does: leadership is handed over, then everything closed. Resolves when it is down, or at once when a crash comes first. */
  async shutDown(graceMs: number): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    try {
      await process.node.stop(graceMs);
      if (this.#process !== process) return;
      process.log.close();
    } catch (error) {
      if (!this.diskFails) this.#options.watcher.failed(error);
    }
    if (this.#process === process) this.crash('keep-all');
  }

  /** Puts an empty disk in the place of the one it had, while no process runs. */
  wipe(): void {
    assert(this.#process === null, () => `${this.name} still uses its disk`);
    this.#lost.set(this.id, this.durable);
    this.stateDisk.close();
    this.disk = this.#newDisk();
    this.durable = new DurableLogs();
    this.stateDisk = new StateDisk(this.#options.kind, this.#random.fork(`state ${this.#lost.size}`));
    this.#identity = this.#options.empty;
    this.#clockDisk.ms = 0;
    this.#options.watcher.trace(() => `${this.name} has lost its disk`);
  }

  /** Whether the disk of this member had the entry, as far as it was ever promised: also one that was lost. */
  held(id: PeerId, group: string, index: number, term: number): boolean {
    const logs = this.id === id ? this.durable : this.#lost.get(id);
    return logs?.group(group).has(index, term) ?? false;
  }

  pause(): void {
    if (this.#process !== null) this.#process.lifeline.paused = true;
  }

  resume(): void {
    if (this.#process?.lifeline.paused === true) this.#options.scheduler.resume(this.#process.lifeline);
  }

  /** At the very end. */
  close(): void {
    if (this.#process !== null) this.#process.lifeline.alive = false;
    this.stateDisk.close();
  }
}
