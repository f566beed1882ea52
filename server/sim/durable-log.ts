/**
 * What a node's disk has promised: the content of its log as of the last confirmed append. Kept beside the log by watching the
 * real store from below, so that a mutant above it cannot blind the checkers. After a power loss the reopened log must still
 * hold all of it.
 */
import { assert } from '../../lib/kernel/assert.ts';
import type { AppendOptions, GroupLog, GroupWrite, LogStore } from '../log/types.ts';
import type { ConfState, HardState } from '../raft/types.ts';

export class DurableLog {
  hardState: HardState = { term: 0, vote: null, commit: 0 };
  #base = { term: 0, index: 0 };
  /** Terms of the entries after the base. */
  readonly #terms = new Map<number, number>();
  #last = 0;
  /** First index that an append under way touches; null: none is under way. */
  #touchedFrom: number | null = null;

  get last(): number {
    return this.#last;
  }

  /** Term of the last entry. */
  get lastTerm(): number {
    return this.#last === this.#base.index ? this.#base.term : (this.#terms.get(this.#last) ?? 0);
  }

  /** Whether the entry is on this disk, or in a state that was installed on it. */
  has(index: number, term: number): boolean {
    return index <= this.#base.index || this.#terms.get(index) === term;
  }

  /** @internal An append begins. */
  begin(writes: readonly GroupWrite[]): void {
    const firsts = writes.flatMap(({ entries, snapshot }) => [
      entries?.[0]?.index ?? Number.MAX_SAFE_INTEGER,
      snapshot === undefined ? Number.MAX_SAFE_INTEGER : 0,
    ]);
    this.#touchedFrom = Math.min(...firsts, Number.MAX_SAFE_INTEGER);
  }

  /** @internal The append is confirmed. */
  confirm(writes: readonly GroupWrite[]): void {
    this.#touchedFrom = null;
    for (const { hardState, snapshot, entries } of writes) {
      if (snapshot !== undefined) {
        this.#base = { term: snapshot.term, index: snapshot.index };
        this.#last = snapshot.index;
        this.#terms.clear();
      }
      if (hardState !== undefined) this.hardState = hardState;
      const first = entries?.[0];
      if (first === undefined) continue;
      for (let index = first.index; index <= this.#last; index += 1) this.#terms.delete(index);
      for (const { index, term } of entries ?? []) this.#terms.set(index, term);
      this.#last = entries?.at(-1)?.index ?? this.#last;
    }
  }

  /** Compares what was found after a crash with what was promised, then takes it over: what survived of the rest is durable now. */
  reopened(name: string, log: GroupLog): void {
    const found = log.hardState();
    const { term, vote } = this.hardState;
    assert(found.term >= term, () => `disk of ${name}: term ${term} was durable, ${found.term} is left`);
    assert(
      found.term > term || vote === null || found.vote === vote,
      () => `disk of ${name}: the vote for ${vote} in ${term} was durable, ${found.vote} is left`,
    );
    const upTo = Math.min(this.#last, (this.#touchedFrom ?? Number.MAX_SAFE_INTEGER) - 1);
    for (let index = log.base().index + 1; index <= upTo; index += 1) {
      const was = this.#terms.get(index);
      if (was !== undefined)
        assert(log.term(index) === was, () => `disk of ${name}: entry ${was}:${index} was durable, ${String(log.term(index))} is left`);
    }
    this.hardState = found;
    this.#touchedFrom = null;
    if (log.base().index > this.#base.index) this.#base = { term: log.base().term, index: log.base().index };
    for (let index = log.lastIndex() + 1; index <= this.#last; index += 1) this.#terms.delete(index);
    for (let index = log.firstIndex(); index <= log.lastIndex(); index += 1) this.#terms.set(index, Number(log.term(index)));
    this.#last = log.lastIndex();
  }
}

/** What a node's disk has promised of every group. */
export class DurableLogs {
  readonly #groups = new Map<string, DurableLog>();

  group(id: string): DurableLog {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const made = new DurableLog();
    this.#groups.set(id, made);
    return made;
  }

  names(): readonly string[] {
    return [...this.#groups.keys()];
  }
}

/** A log store that tells a `DurableLog` what became durable, and when appends begin. */
export class WatchedLogStore implements LogStore {
  readonly #inner: LogStore;
  readonly #durable: DurableLogs;
  readonly #appending: () => void;
  readonly #confirmed: (groups: ReadonlySet<string>) => void;

  constructor(
    inner: LogStore,
    durable: DurableLogs,
    watcher: { readonly appending: () => void; readonly confirmed: (groups: ReadonlySet<string>) => void },
  ) {
    this.#inner = inner;
    this.#durable = durable;
    this.#appending = watcher.appending;
    this.#confirmed = watcher.confirmed;
  }

  append(writes: readonly GroupWrite[], done: () => void, failed: (error: Error) => void, options?: AppendOptions): void {
    const groups = new Set(writes.map(({ group }) => group));
    const of = (id: string): readonly GroupWrite[] => writes.filter(({ group }) => group === id);
    for (const id of groups) this.#durable.group(id).begin(of(id));
    this.#appending();
    this.#inner.append(
      writes,
      () => {
        for (const id of groups) this.#durable.group(id).confirm(of(id));
        this.#confirmed(groups);
        done();
      },
      failed,
      options,
    );
  }

  groups(): readonly string[] {
    return this.#inner.groups();
  }

  group(id: string): GroupLog {
    return this.#inner.group(id);
  }

  compact(group: string, to: number, confState: ConfState): void {
    this.#inner.compact(group, to, confState);
  }

  sizeBytes(): number {
    return this.#inner.sizeBytes();
  }

  close(): void {
    this.#inner.close();
  }
}
