import { assert } from '../../../lib/kernel/assert.ts';
import { decodeConfChange } from '../confchange-codec.ts';
import { RawNode } from '../raw-node.ts';
import type { ConfState, Entry, Message, PeerId, RaftConfig, Ready, ReadState } from '../types.ts';
import type { AppliedState, MemoryStorage } from './memory-storage.ts';

export interface Applied {
  readonly entry: Entry;
  readonly conf: ConfState;
}

/**
 * The shell of a test node: does what `README.md` asks of a caller, but only when told to, step by step, so that a
 * test can crash it or hold its disk anywhere in between.
 */
export class TestNode {
  readonly id: PeerId;
  readonly storage: MemoryStorage;
  readonly #config: RaftConfig;
  #raw: RawNode;
  /** Readies that the disk has not finished. A Ready without `mustSync` rides along: it may be lost. */
  #writes: Ready[] = [];
  /** Committed entries that were handed out while applying was held. */
  #unapplied: Entry[] = [];
  #state: AppliedState;
  applyHeld = false;
  diskHeld = false;
  crashed = false;
  readStates: ReadState[] = [];
  readsLost: number[] = [];
  /** Called for every entry that the state machine takes in. */
  onApplied: (applied: Applied) => void = () => undefined;
  /** Entries that a state machine with checks of its own turns down. */
  rejectsConfChange: (entry: Entry) => boolean = () => false;

  constructor(config: RaftConfig, storage: MemoryStorage) {
    this.id = config.id;
    this.#config = config;
    this.storage = storage;
    this.#state = storage.checkpoint;
    this.#raw = this.#start();
  }

  get raw(): RawNode {
    assert(!this.crashed, `${this.id} has crashed`);
    return this.#raw;
  }
  get state(): AppliedState {
    return this.#state;
  }
  get writesPending(): number {
    return this.#writes.length;
  }
  get nextWrite(): Ready | undefined {
    return this.#writes[0];
  }

  /** One turn: takes a Ready, hands its write to the disk, applies. What may leave is in the answer. */
  takeReady(): Ready {
    const ready = this.raw.ready();
    if (ready.hardState !== undefined || ready.mustSync) this.#writes.push(ready);
    this.readStates.push(...ready.readStates);
    this.readsLost.push(...ready.readsLost);
    this.#unapplied.push(...ready.committedEntries);
    if (!this.applyHeld) this.applyAll();
    return ready;
  }

  applyAll(): void {
    const entries = this.#unapplied;
    this.#unapplied = [];
    for (const entry of entries) this.#apply(entry);
  }

  /** The disk finishes its oldest write. */
  persistOne(): Ready {
    const ready = this.#writes.shift();
    assert(ready !== undefined, `${this.id} has nothing to write`);
    if (ready.snapshot !== undefined) {
      this.storage.install(ready.snapshot);
      this.#state = this.storage.checkpoint;
    }
    if (ready.hardState !== undefined) this.storage.hardState = ready.hardState;
    this.storage.append(ready.entries);
    if (ready.mustSync) this.raw.onPersisted(ready.number);
    return ready;
  }

  /** Makes the state machine durable as it is. */
  checkpoint(): void {
    this.storage.checkpoint = this.#state;
  }

  /** Everything that the disk has not finished is gone. */
  crash(): void {
    this.crashed = true;
    this.#writes = [];
    this.#unapplied = [];
    this.readStates = [];
    this.readsLost = [];
  }

  restart(): void {
    this.crashed = false;
    this.#state = this.storage.checkpoint;
    this.#raw = this.#start();
  }

  step(message: Message): void {
    this.raw.step(message);
  }

  #start(): RawNode {
    return new RawNode({ ...this.#config, applied: this.storage.checkpoint.index }, this.storage);
  }

  #apply(entry: Entry): void {
    assert(entry.index === this.#state.index + 1, `${this.id} applies ${entry.index} after ${this.#state.index}`);
    let { conf } = this.#state;
    if (entry.type === 'conf-change') {
      conf = this.raw.applyConfChange(this.rejectsConfChange(entry) ? null : decodeConfChange(entry.data));
    }
    this.#state = { index: entry.index, conf };
    this.onApplied({ entry, conf });
    this.raw.appliedTo(entry.index);
  }
}
