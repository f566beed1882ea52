import type { ConfState, Entry, HardState, Message, MessageType, PeerId } from '../types.ts';
import { confOf, testConfig, type TestSettings } from './cluster.ts';
import { MemoryStorage } from './memory-storage.ts';
import { TestNode } from './node.ts';

export interface LoneOptions {
  readonly id?: PeerId | undefined;
  readonly conf?: ConfState | undefined;
  /** Terms of the entries in the log, from index 1 on. */
  readonly terms?: readonly number[] | undefined;
  readonly hardState?: Partial<HardState> | undefined;
  readonly settings?: TestSettings | undefined;
}

export function entryOf(term: number, index: number, data = ''): Entry {
  return { term, index, type: 'normal', data: new TextEncoder().encode(data) };
}

/** Entries with these terms, from `first` on. */
export function entriesOf(terms: readonly number[], first = 1): readonly Entry[] {
  return terms.map((term, i) => entryOf(term, first + i));
}

export function storageOf({ conf = confOf(['1', '2', '3']), terms = [], hardState = {} }: LoneOptions): MemoryStorage {
  const storage = new MemoryStorage({ index: 0, term: 0, confState: conf });
  storage.append(entriesOf(terms));
  storage.hardState = { term: terms.at(-1) ?? 0, vote: null, commit: 0, ...hardState };
  return storage;
}

/** One node, with the test as the rest of the cluster. */
export class Lone {
  readonly node: TestNode;

  constructor(options: LoneOptions = {}) {
    const config = { ...testConfig, ...options.settings, id: options.id ?? '1', applied: 0 };
    this.node = new TestNode(config, storageOf(options));
  }

  get raw(): TestNode['raw'] {
    return this.node.raw;
  }

  /** Takes readies until there are none, without finishing any write; returns what has left. */
  sent(): readonly Message[] {
    const messages: Message[] = [];
    while (this.raw.hasReady()) messages.push(...this.node.takeReady().messages);
    return messages;
  }

  /** The same, with a disk that finishes at once. */
  settle(): readonly Message[] {
    const messages: Message[] = [];
    for (;;) {
      messages.push(...this.sent());
      if (this.node.writesPending === 0) return messages;
      while (this.node.writesPending > 0) this.node.persistOne();
    }
  }

  /** Hands over a message and returns what it leads to, the disk included. */
  tell(message: Message): readonly Message[] {
    this.node.step(message);
    return this.settle();
  }

  tick(times: number): readonly Message[] {
    for (let i = 0; i < times; i += 1) this.raw.tick();
    return this.settle();
  }

  /** Wins an election with the votes of `voters`. */
  lead(voters: readonly PeerId[] = ['2', '3']): readonly Message[] {
    this.raw.campaign();
    this.settle();
    const pre = this.raw.status().term + 1;
    for (const from of voters) this.node.step({ type: 'pre-vote-resp', from, to: this.node.id, term: pre, granted: true });
    this.settle();
    const { term } = this.raw.status();
    for (const from of voters) this.node.step({ type: 'vote-resp', from, to: this.node.id, term, granted: true });
    return this.settle();
  }

  /** `from` acknowledges everything up to `index`. */
  ack(from: PeerId, index: number): readonly Message[] {
    const { term } = this.raw.status();
    return this.tell({ type: 'app-resp', from, to: this.node.id, term, index, rejected: false, hintIndex: 0, hintTerm: 0 });
  }
}

export function ofType<T extends MessageType>(messages: readonly Message[], type: T): readonly Extract<Message, { type: T }>[] {
  return messages.filter((message): message is Extract<Message, { type: T }> => message.type === type);
}
