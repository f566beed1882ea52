import { must } from '../../../lib/kernel/assert.ts';
import { emptyConfState } from '../confchange.ts';
import type { ConfState, Message, PeerId, RaftConfig, Ready } from '../types.ts';
import { MemoryStorage } from './memory-storage.ts';
import { TestNode } from './node.ts';

/** What a test may set; the rest is generous enough not to be noticed. */
export type TestSettings = Partial<Omit<RaftConfig, 'id' | 'applied'>>;

export const testConfig: Omit<RaftConfig, 'id' | 'applied'> = {
  electionTicks: 10,
  heartbeatTicks: 1,
  random: () => 0,
  sizePerMsgBytesMax: 1 << 20,
  inflightMessagesMax: 256,
  inflightBytesMax: 1 << 24,
  uncommittedBytesMax: 1 << 24,
  committedBytesPerReadyMax: 1 << 20,
  pendingReadsMax: 100,
};

export function confOf(voters: readonly PeerId[], learners: readonly PeerId[] = []): ConfState {
  return { ...emptyConfState, voters, learners };
}

export interface ClusterOptions {
  readonly conf: ConfState;
  readonly settings?: TestSettings | undefined;
  /** Where the log starts: 1/1, as a formed cluster has it, unless told otherwise. */
  readonly start?: { readonly index: number; readonly term: number } | undefined;
}

/** Several test nodes, and the messages between them. Nothing happens unless the test asks for it. */
export class Cluster {
  readonly nodes = new Map<PeerId, TestNode>();
  /** Messages on their way, in the order in which they were sent. */
  network: Message[] = [];
  /** Links that lose everything, as `from>to`. */
  readonly cuts = new Set<string>();
  readonly #settings: TestSettings;
  readonly #start: { readonly index: number; readonly term: number };
  /** Sees every Ready that is taken, and every message before it is delivered. */
  onReady: (node: TestNode, ready: Ready) => void = () => undefined;
  onDeliver: (message: Message) => void = () => undefined;

  constructor({ conf, settings = {}, start = { index: 1, term: 1 } }: ClusterOptions) {
    this.#settings = settings;
    this.#start = start;
    for (const id of [...conf.voters, ...conf.learners]) this.add(id, conf);
  }

  /** Adds a node; without a configuration it is one that is to join and knows of nobody. */
  add(id: PeerId, conf?: ConfState): TestNode {
    const start = conf === undefined ? { index: 0, term: 0, confState: emptyConfState } : { ...this.#start, confState: conf };
    const number = Number(id);
    // Each node draws the same timeout every time, and none the same as another.
    const random = (): number => (Number.isInteger(number) ? (number - 1) / 10 : 0);
    const node = new TestNode({ ...testConfig, random, ...this.#settings, id, applied: start.index }, new MemoryStorage(start));
    this.nodes.set(id, node);
    return node;
  }

  node(id: PeerId): TestNode {
    return must(this.nodes.get(id), `no node ${id}`);
  }

  /** Cuts both directions between each of `ones` and each of `others`. */
  cut(ones: readonly PeerId[], others: readonly PeerId[]): void {
    for (const one of ones) {
      for (const other of others) this.cuts.add(`${one}>${other}`).add(`${other}>${one}`);
    }
  }

  isolate(id: PeerId): void {
    this.cut(
      [id],
      [...this.nodes.keys()].filter((other) => other !== id),
    );
  }

  heal(): void {
    this.cuts.clear();
  }

  /** Takes one Ready of a node and sends what may leave. */
  takeReady(id: PeerId): Ready {
    const node = this.node(id);
    const ready = node.takeReady();
    this.onReady(node, ready);
    for (const message of ready.messages) this.send(message);
    return ready;
  }

  send(message: Message): void {
    if (!this.cuts.has(`${message.from}>${message.to}`)) this.network.push(message);
  }

  /** Hands the `at`-th message on its way to its receiver. */
  deliver(at = 0): void {
    const [message] = this.network.splice(at, 1);
    if (message === undefined) return;
    const node = this.nodes.get(message.to);
    if (node === undefined || node.crashed) return;
    this.onDeliver(message);
    node.step(message);
  }

  /** Lets everybody run, disks and network included, until nothing is left to do. Returns whether there was anything. */
  stabilize(ids: readonly PeerId[] = [...this.nodes.keys()]): boolean {
    let worked = false;
    for (let turn = 0; turn < 10_000; turn += 1) {
      if (!this.#turn(ids)) return worked;
      worked = true;
    }
    throw new Error('the cluster does not come to rest');
  }

  /** Ticks a node and lets everybody run after each tick. */
  tick(id: PeerId, times = 1): void {
    for (let i = 0; i < times; i += 1) {
      this.node(id).raw.tick();
      this.stabilize();
    }
  }

  /** Makes `id` leader of everybody. */
  elect(id: PeerId): TestNode {
    this.node(id).raw.campaign();
    this.stabilize();
    return this.node(id);
  }

  /** One Ready, or one write, or one message: the smallest step that `stabilize` could take. */
  stepOnce(): void {
    for (const [id, node] of this.nodes) {
      if (node.crashed) continue;
      if (node.raw.hasReady()) return void this.takeReady(id);
      if (!node.diskHeld && node.writesPending > 0) return void node.persistOne();
    }
    this.deliver();
  }

  /** A node dies, and nothing that it has said arrives any more. */
  crashAndDrop(id: PeerId): void {
    this.node(id).crash();
    this.network = this.network.filter((message) => message.from !== id && message.to !== id);
  }

  #turn(ids: readonly PeerId[]): boolean {
    let worked = false;
    for (const id of ids) {
      const node = this.node(id);
      if (node.crashed) continue;
      while (node.raw.hasReady()) {
        this.takeReady(id);
        worked = true;
      }
      while (!node.diskHeld && node.writesPending > 0) {
        node.persistOne();
        worked = true;
      }
    }
    const mine = this.network.filter((message) => ids.includes(message.to));
    for (const message of mine) this.deliver(this.network.indexOf(message));
    return worked || mine.length > 0;
  }
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
