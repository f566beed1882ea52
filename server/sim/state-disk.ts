/**
 * Where the state databases of a simulated node live. A killed process keeps every committed transaction (the page cache
 * survives); a power loss goes back to the last checkpoint, or to any later moment that happened to reach the disk.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import { GROUP_DEFAULT } from '../replica/identity.ts';
import type { FirstRows, OpenedState, SnapshotCopy, StagedState, StateStorage } from '../replica/state-storage.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { Applied, ApplyInput, StateIdentity, StateMachine } from '../state/types.ts';
import type { Look, MachineKind, SimMachine } from './machines.ts';
import type { Random } from './random.ts';
import type { Lifeline, Scheduler } from './scheduler.ts';

/** One generation of a state, as bytes. */
export interface StateImage {
  readonly bytes: Uint8Array;
  readonly generation: number;
  readonly installedAt: LogPosition | null;
}

/** Who watches what happens to states. */
export interface StateWatcher {
  /** Before a transaction commits. */
  applying(inputs: readonly ApplyInput[]): void;
  applied(machine: SimMachine, inputs: readonly ApplyInput[], results: readonly Applied[]): void;
  /** A moment at which a crash would be interesting. */
  point(name: 'checkpoint' | 'install' | 'stage'): void;
}

interface Live extends Omit<StateImage, 'bytes'> {
  readonly machine: WatchedMachine;
}

interface Staged extends StagedState {
  readonly bytes: Uint8Array;
}

const CHUNKS = 5;

/** The disk outlives the processes that use it. */
export class StateDisk {
  readonly kind: MachineKind;
  readonly #random: Random;
  readonly #groups = new Map<string, GroupDisk>();

  constructor(kind: MachineKind, random: Random) {
    this.kind = kind;
    this.#random = random;
    // The main group draws from the same source as it did when there was no other.
    this.#groups.set(GROUP_DEFAULT, new GroupDisk(kind, random));
  }

  group(id: string): GroupDisk {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const made = new GroupDisk(this.kind, this.#random.fork(id));
    this.#groups.set(id, made);
    return made;
  }

  /** Ends the life of whoever used the disk. */
  crash(mode: 'kill' | 'power'): void {
    for (const group of this.#groups.values()) group.crash(mode);
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  /** For one life of a process. */
  storage(context: {
    readonly scheduler: Scheduler;
    readonly lifeline: Lifeline;
    readonly watcher: (group: string) => StateWatcher;
  }): StateStorage {
    return new SimStateStorage(this, this.#random, context);
  }
}

/** What it keeps of one group. */
export class GroupDisk {
  readonly kind: MachineKind;
  readonly #random: Random;
  #durable: StateImage | null = null;
  /** What the next process finds. */
  #cached: StateImage | null = null;
  #live: Live | null = null;
  #damaged = false;

  constructor(kind: MachineKind, random: Random) {
    this.kind = kind;
    this.#random = random;
  }

  get live(): SimMachine | null {
    return this.#live?.machine.inner ?? null;
  }

  get generation(): number {
    return this.#live?.generation ?? 0;
  }

  /** Ends the life of whoever used the disk. */
  crash(mode: 'kill' | 'power'): void {
    const live = this.#live;
    this.#live = null;
    if (live === null) {
      if (mode === 'power') this.#cached = this.#durable;
      return;
    }
    const now: StateImage = { bytes: live.machine.inner.serialize(), generation: live.generation, installedAt: live.installedAt };
    live.machine.inner.close();
    this.#cached = mode === 'kill' || this.#random.chance(0.3) ? now : this.#durable;
  }

  /** Damage that the next opening finds. */
  damage(): void {
    this.#damaged = true;
  }

  close(): void {
    this.#live?.machine.inner.close();
    this.#live = null;
  }

  /** @internal */
  open(watcher: StateWatcher): OpenedState | null {
    if (this.#damaged) throw new StateCorruptionError('the state database is damaged');
    const image = this.#cached;
    if (image === null) return null;
    return this.#start(image, watcher);
  }

  #start(image: StateImage, watcher: StateWatcher): OpenedState {
    const { generation, installedAt } = image;
    const machine = new WatchedMachine(this.kind.load(image.bytes), watcher, this.#random, (bytes) => {
      this.#durable = { bytes, generation, installedAt };
    });
    this.#live = { machine, generation, installedAt };
    return { machine, generation, installedAt };
  }

  /** @internal The group is gone, durably. */
  remove(): void {
    this.close();
    [this.#durable, this.#cached] = [null, null];
  }

  /** @internal Durable at once. */
  put(image: StateImage): void {
    [this.#durable, this.#cached] = [image, image];
  }

  /** @internal */
  replace(image: StateImage, watcher: StateWatcher): OpenedState {
    this.#live?.machine.inner.close();
    this.put(image);
    return this.#start(image, watcher);
  }
}

class SimStateStorage implements StateStorage {
  readonly #disk: StateDisk;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #lifeline: Lifeline;
  readonly #watcher: (group: string) => StateWatcher;

  constructor(
    disk: StateDisk,
    random: Random,
    context: { readonly scheduler: Scheduler; readonly lifeline: Lifeline; readonly watcher: (group: string) => StateWatcher },
  ) {
    this.#disk = disk;
    this.#random = random;
    this.#scheduler = context.scheduler;
    this.#lifeline = context.lifeline;
    this.#watcher = context.watcher;
  }

  open(group: string): OpenedState | null {
    return this.#disk.group(group).open(this.#watcher(group));
  }

  remove(group: string): void {
    this.#disk.group(group).remove();
  }

  create(identity: StateIdentity, first: FirstRows): void {
    const disk = this.#disk.group(identity.group);
    const confState = {
      voters: first.voters.map(({ id }) => id).toSorted(),
      learners: [],
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    const machine = disk.kind.create({ identity, confState, members: first.voters, position: first.position, level: first.level });
    disk.put({ bytes: machine.serialize(), generation: 1, installedAt: null });
    machine.close();
  }

  #soon(): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(this.#random.between(0.2, 40), this.#lifeline, resolve);
    });
  }

  async copy(group: string): Promise<SnapshotCopy> {
    await this.#soon();
    const machine = this.#disk.group(group).live;
    if (machine === null) throw new Error(`group ${group} has no state to copy`);
    const metadata: SnapshotMetadata = { ...machine.applied(), confState: machine.confState() };
    const bytes = machine.serialize();
    await this.#soon();
    return { metadata, sizeBytes: bytes.byteLength, chunks: () => cut(bytes), dispose: () => undefined };
  }

  async stage(group: string, expected: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<StagedState> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = Buffer.concat(parts);
    await this.#soon();
    const found = this.#disk.kind.load(bytes);
    const { term, index } = found.applied();
    found.close();
    if (term !== expected.term || index !== expected.index)
      throw new Error(`the copy of ${group} is at ${term}:${index}, not at ${expected.term}:${expected.index}`);
    this.#watcher(group).point('stage');
    const staged: Staged = { metadata: expected, bytes, discard: () => undefined };
    return staged;
  }

  install(group: string, staged: StagedState, old: OpenedState): OpenedState {
    const { bytes, metadata } = staged as Staged;
    const opened = this.#disk
      .group(group)
      .replace(
        { bytes, generation: old.generation + 1, installedAt: { term: metadata.term, index: metadata.index } },
        this.#watcher(group),
      );
    this.#watcher(group).point('install');
    return opened;
  }
}

async function* cut(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const length = Math.ceil(bytes.byteLength / CHUNKS);
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

/** The machine as the replica gets it: watched, and durable only where it was checkpointed. */
class WatchedMachine implements StateMachine {
  readonly path = null;
  readonly inner: SimMachine;
  readonly #watcher: StateWatcher;
  readonly #random: Random;
  readonly #keep: (bytes: Uint8Array) => void;
  #sinceCheckpoint = 0;

  constructor(inner: SimMachine, watcher: StateWatcher, random: Random, keep: (bytes: Uint8Array) => void) {
    this.inner = inner;
    this.#watcher = watcher;
    this.#random = random;
    this.#keep = keep;
  }

  get identity(): StateIdentity {
    return this.inner.identity;
  }

  apply(inputs: readonly ApplyInput[]): readonly Applied[] {
    this.#watcher.applying(inputs);
    const results = this.inner.apply(inputs);
    this.#sinceCheckpoint += inputs.length;
    this.#watcher.applied(this.inner, inputs, results);
    return results;
  }

  /** Now and then a long reader is in the way. */
  checkpoint(): number | null {
    if (this.#random.chance(0.1)) return null;
    const { index } = this.inner.applied();
    this.#keep(this.inner.serialize());
    this.#sinceCheckpoint = 0;
    this.#watcher.point('checkpoint');
    return index;
  }

  /** One thousand bytes per entry: what checkpoints are triggered by. */
  walBytes(): number {
    return this.#sinceCheckpoint * 1000;
  }

  look(namespace: string, key: string): Look {
    return this.inner.look(namespace, key);
  }

  applied = (): LogPosition => this.inner.applied();
  confState = (): ReturnType<StateMachine['confState']> => this.inner.confState();
  members = (): readonly MemberInfo[] => this.inner.members();
  lastStamp = (): ReturnType<StateMachine['lastStamp']> => this.inner.lastStamp();
  registry = (): ReturnType<StateMachine['registry']> => this.inner.registry();
  level = (): number => this.inner.level();
  hash = (): string => this.inner.hash();
  sizeBytes = (): number => this.inner.sizeBytes();
  close = (): void => undefined;
}
