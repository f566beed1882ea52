import type { GroupWrite, LogStore } from '../log/types.ts';

interface Item {
  readonly group: string;
  readonly number: number;
  readonly write: GroupWrite | null;
}

/** A write that belongs to no ready of a core: where a group begins, and where it ends. */
interface Single {
  readonly group: string;
  /** Asked when the append begins, so that it sees all that was written before. Null: nothing is to be written. */
  readonly write: () => GroupWrite | null;
  readonly done: () => void;
}

/**
 * Group commit: whatever all groups want durable while the disk is busy goes with the next append, under one fdatasync.
 * One append is under way at a time; order is kept per group.
 */
export class DiskQueue {
  readonly #log: LogStore;
  readonly #persisted: (group: string, number: number, count: number) => void;
  readonly #failed: (error: Error) => void;
  #queued: Item[] = [];
  #singles: Single[] = [];
  #writing = false;
  #counters = { appends: 0, entries: 0 };

  /**
   * @param persisted everything of the group up to `number` is durable: `count` readies since the last call
   * @param failed the log takes nothing more; the process has to end (rules D5, D6)
   */
  constructor(log: LogStore, persisted: (group: string, number: number, count: number) => void, failed: (error: Error) => void) {
    this.#log = log;
    this.#persisted = persisted;
    this.#failed = failed;
  }

  get counters(): Readonly<{ appends: number; entries: number }> {
    return this.#counters;
  }

  get idle(): boolean {
    return !this.#writing && this.#queued.length === 0 && this.#singles.length === 0;
  }

  /** `write` null: nothing of its own, but it may only be confirmed after what was queued before it. */
  push(group: string, number: number, write: GroupWrite | null): void {
    this.#queued.push({ group, number, write });
  }

  /** One write for a group whose core does not run, along with whatever the others want. Resolves when it is durable; never when the log fails. */
  alone(group: string, write: Single['write']): Promise<void> {
    return new Promise((resolve) => {
      this.#singles.push({ group, write, done: resolve });
      this.start();
    });
  }

  /** Lets go of what a group still wanted: it is closed, and nobody waits for it. */
  forget(group: string): void {
    this.#queued = this.#queued.filter((item) => item.group !== group);
  }

  /** Starts an append with everything queued, unless one is under way. */
  start(): void {
    if (this.#writing || (this.#queued.length === 0 && this.#singles.length === 0)) return;
    const items = this.#queued;
    const singles = this.#singles;
    [this.#queued, this.#singles] = [[], []];
    const writes = [...items.flatMap((item) => item.write ?? []), ...singles.flatMap(({ write }) => write() ?? [])];
    if (writes.length === 0) {
      this.#confirm(items, singles);
      return;
    }
    this.#writing = true;
    this.#counters.appends += 1;
    for (const write of writes) this.#counters.entries += write.entries?.length ?? 0;
    this.#log.append(
      writes,
      () => {
        this.#writing = false;
        this.#confirm(items, singles);
        // What came meanwhile for a group without a core wakes no turn.
        if (this.#singles.length > 0) this.start();
      },
      (error) => this.#failed(error),
      // Leave to skip the sync for what needs none; the log still syncs entries, snapshots, terms and votes.
      { sync: false },
    );
  }

  #confirm(items: readonly Item[], singles: readonly Single[]): void {
    const last = new Map<string, { number: number; count: number }>();
    for (const { group, number } of items) last.set(group, { number, count: (last.get(group)?.count ?? 0) + 1 });
    for (const [group, { number, count }] of last) this.#persisted(group, number, count);
    for (const { done } of singles) done();
  }
}
