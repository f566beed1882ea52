import type { ConfState, Entry, HardState } from '../raft/types.ts';
import type { AppendOptions, GroupLog, GroupWrite, LogStore } from './types.ts';

/** An entry whose data, `bytes` long, follows from its index and term. */
export function entry(index: number, term: number, bytes: number): Entry {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i += 1) data[i] = 1 + ((index * 31 + term * 17 + i * 7) % 255);
  return { index, term, type: 'normal', data };
}

/** Entries `from` to `to`, both included, of different small sizes. */
export function entries(from: number, to: number, term: number): Entry[] {
  const list: Entry[] = [];
  for (let i = from; i <= to; i += 1) list.push(entry(i, term, (i * 13) % 50));
  return list;
}

export function confState(...voters: readonly string[]): ConfState {
  return { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
}

/** `append` as a promise. */
export function append(store: LogStore, writes: readonly GroupWrite[], options?: AppendOptions): Promise<void> {
  return new Promise((resolve, reject) => store.append(writes, resolve, reject, options));
}

export interface PlainGroup {
  readonly hardState: HardState;
  readonly base: number;
  readonly entries: readonly { readonly index: number; readonly term: number; readonly type: string; readonly data: string }[];
}

/** Everything a group holds, comparable and printable. */
export function stateOf(log: GroupLog): PlainGroup {
  const stored = log.lastIndex() < log.firstIndex() ? [] : log.entries(log.firstIndex(), log.lastIndex() + 1, Number.MAX_SAFE_INTEGER);
  if (typeof stored === 'string') throw new Error(`the stored range is ${stored}`);
  return {
    hardState: log.hardState(),
    base: log.base().index,
    entries: stored.map(({ index, term, type, data }) => ({ index, term, type, data: Buffer.from(data).toString('latin1') })),
  };
}

/** A scheduler that runs nothing until it is told to. */
export class ManualScheduler {
  readonly #tasks: (() => void)[] = [];
  readonly schedule = (task: () => void): void => {
    this.#tasks.push(task);
  };

  get pending(): number {
    return this.#tasks.length;
  }

  /** Runs the oldest task; returns whether there was one. */
  step(): boolean {
    const task = this.#tasks.shift();
    task?.();
    return task !== undefined;
  }

  /** Runs all tasks and those that they add. */
  run(): void {
    while (this.step());
  }
}
