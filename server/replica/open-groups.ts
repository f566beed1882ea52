/**
 * The groups of this node as one thread has them: a reader of each, opened when it is first needed, and whoever waits there
 * for an index to be applied.
 */
import type { WaitOptions, WaitOutcome } from '../engine/types.ts';
import type { StateReader } from '../state/types.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Board } from './board.ts';
import type { GroupOpened } from './protocol.ts';
import { type Waiter, Waiters } from './waiters.ts';

export interface OpenGroup {
  readonly opened: GroupOpened;
  readonly answers: AnswerCache;
  readonly waiters: Waiters;
  readonly listeners: Set<(appliedIndex: number) => void>;
  /** Null: not asked for yet, or its file has been replaced. */
  reader: StateReader | null;
}

export interface OpenGroupsOptions {
  readonly board: Board;
  /** Place of this thread on the board. */
  readonly client: number;
  readonly waitersMax: number;
  readonly openReader: (path: string) => StateReader;
}

/** Of all groups together. */
const ANSWERS_BYTES_MAX = 16 * 1024 * 1024;

export class OpenGroups {
  readonly #options: OpenGroupsOptions;
  readonly #groups = new Map<string, OpenGroup>();
  readonly #bySlot = new Map<number, string>();
  #waiting = 0;

  constructor(options: OpenGroupsOptions) {
    this.#options = options;
  }

  names(): readonly string[] {
    return [...this.#groups.keys()].toSorted();
  }

  get(group: string): OpenGroup | undefined {
    return this.#groups.get(group);
  }

  /** Those who wait in this thread now, in all groups. */
  get waiting(): number {
    return this.#waiting;
  }

  // ------------------------------------------------------------------------------------------------------- coming and going

  /** A group, or another state of one. @returns whether it is new here */
  opened(opened: GroupOpened): boolean {
    const before = this.#groups.get(opened.group);
    before?.reader?.close();
    this.#groups.set(opened.group, {
      opened,
      reader: null,
      answers: before?.answers ?? new AnswerCache(() => ANSWERS_BYTES_MAX / this.#groups.size),
      waiters: before?.waiters ?? new Waiters(),
      listeners: before?.listeners ?? new Set(),
    });
    this.#bySlot.set(opened.slot, opened.group);
    this.wake(opened.slot);
    return before === undefined;
  }

  /** The group is gone from this node: nobody who waits there has anything to wait for. */
  closed(group: string): void {
    const open = this.#groups.get(group);
    if (open === undefined) return;
    this.#groups.delete(group);
    this.#bySlot.delete(open.opened.slot);
    open.reader?.close();
    for (const waiter of open.waiters.takeAll()) waiter.settle({ kind: 'timeout' });
  }

  /** Its reader; null when there is nothing to read. @throws what opening the file throws */
  reader(open: OpenGroup): StateReader | null {
    if (open.opened.path === null) return null;
    open.reader ??= this.#options.openReader(open.opened.path);
    return open.reader;
  }

  /** Ends every wait. */
  close(): void {
    for (const open of this.#groups.values()) {
      for (const waiter of open.waiters.takeAll()) waiter.settle({ kind: 'stopping' });
      open.reader?.close();
    }
  }

  // ------------------------------------------------------------------------------------------------------- waiting

  waitApplied(group: string, index: number, options: WaitOptions): Promise<WaitOutcome> {
    const open = this.#groups.get(group);
    if (open !== undefined && this.#options.board.applied(open.opened.slot) >= index) return Promise.resolve({ kind: 'applied' });
    if (options.signal?.aborted === true) return Promise.resolve({ kind: 'aborted' });
    if (open === undefined || options.timeoutMs <= 0) return Promise.resolve({ kind: 'timeout' });
    if (this.#waiting >= this.#options.waitersMax) return Promise.resolve({ kind: 'too-many' });
    return new Promise((resolve) => this.#addWaiter(group, open.waiters, index, options, resolve));
  }

  #addWaiter(group: string, waiters: Waiters, index: number, options: WaitOptions, resolve: (outcome: WaitOutcome) => void): void {
    const settle = (outcome: WaitOutcome): void => {
      this.#waiting -= 1;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const waiter: Waiter = { index, settle };
    const end = (kind: 'timeout' | 'aborted'): void => {
      waiters.remove(waiter);
      settle({ kind });
    };
    const onAbort = (): void => end('aborted');
    const timer = setTimeout(() => end('timeout'), options.timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting += 1;
    waiters.add(waiter);
    this.#want(group);
  }

  onApplied(group: string, listener: (appliedIndex: number) => void): () => void {
    this.#groups.get(group)?.listeners.add(listener);
    this.#want(group);
    return () => this.#groups.get(group)?.listeners.delete(listener);
  }

  /** Tells the board the smallest index that anybody here waits for, then looks once more: what was applied in between wakes nobody else. */
  #want(group: string): void {
    const open = this.#groups.get(group);
    if (open === undefined) return;
    const { board, client } = this.#options;
    const { slot } = open.opened;
    const seen = board.applied(slot);
    const next = open.listeners.size > 0 ? seen + 1 : open.waiters.next();
    board.want(slot, client, next);
    if (next !== null && board.applied(slot) >= next) setImmediate(() => this.wake(slot));
  }

  /** What a group waits for may be applied. */
  wake(slot: number): void {
    const group = this.#bySlot.get(slot);
    const open = group === undefined ? undefined : this.#groups.get(group);
    if (group === undefined || open === undefined) return;
    const applied = this.#options.board.applied(slot);
    for (const waiter of open.waiters.takeUpTo(applied)) waiter.settle({ kind: 'applied' });
    for (const listener of open.listeners) listener(applied);
    this.#want(group);
  }
}
