import { assert } from '../../lib/kernel/assert.ts';
import type { ConfState, Entry, HardState, SnapshotMetadata } from '../raft/types.ts';
import { CachedRun, type EntryCache } from './entry-cache.ts';
import { EntryIndex } from './entry-index.ts';
import type { GroupLog } from './types.ts';

const NO_CONF: ConfState = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const NO_HARD_STATE: HardState = { term: 0, vote: null, commit: 0 };

/** Reads stored entries `[lo, hi)` of a group from the disk and verifies them. */
export type ReadEntries = (group: GroupState, lo: number, hi: number) => Entry[];

/** What the store knows about one group. Only the store and recovery change it; everybody else sees a `GroupLog`. */
export class GroupState implements GroupLog {
  readonly group: string;
  /** What the group is called inside of records; 0 until its first record is written. */
  number = 0;
  readonly index = new EntryIndex(1);
  readonly cached = new CachedRun();
  readonly #cache: EntryCache;
  readonly #read: ReadEntries;
  #hardState = NO_HARD_STATE;
  #base: SnapshotMetadata = { index: 0, term: 0, confState: NO_CONF };
  /** Index of the base that the records say; behind `base().index` until the next append writes a compaction mark. */
  writtenBase = 0;
  /** Index of the base that is known to be durable: what lies at or below it is dead on disk. */
  durableBase = 0;
  /** Recovery took the commit index back to the last entry, and no record says so yet. */
  commitUnwritten = false;

  constructor(group: string, cache: EntryCache, read: ReadEntries) {
    this.group = group;
    this.#cache = cache;
    this.#read = read;
  }

  hardState(): HardState {
    return this.#hardState;
  }

  base(): SnapshotMetadata {
    return this.#base;
  }

  firstIndex(): number {
    return this.#base.index + 1;
  }

  lastIndex(): number {
    return this.index.last;
  }

  term(index: number): number | 'compacted' | 'unavailable' {
    if (index === this.#base.index) return this.#base.term;
    if (index < this.#base.index) return 'compacted';
    return index > this.index.last ? 'unavailable' : this.index.term(index);
  }

  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | 'compacted' | 'unavailable' {
    assert(lo < hi, () => `empty range [${lo}, ${hi}) of ${this.group}`);
    if (lo < this.firstIndex()) return 'compacted';
    if (hi > this.index.last + 1) return 'unavailable';
    let end = lo + 1;
    for (let bytes = this.index.bodyBytes(lo); end < hi; end += 1) {
      bytes += this.index.bodyBytes(end);
      if (bytes > bytesMax) break;
    }
    const cachedFrom = this.cached.entries.size === 0 ? end : Math.min(Math.max(this.cached.first, lo), end);
    const entries = lo < cachedFrom ? this.#read(this, lo, cachedFrom) : [];
    for (let i = cachedFrom; i < end; i += 1) {
      const entry = this.cached.entries.get(i);
      assert(entry !== undefined, () => `entry ${i} of ${this.group} is missing from the cache`);
      entries.push(entry);
    }
    return entries;
  }

  setHardState(hardState: HardState): void {
    // Whatever a snapshot holds is committed.
    const commit = Math.max(hardState.commit, this.#base.index);
    this.#hardState = { term: hardState.term, vote: hardState.vote, commit };
  }

  /** Forgets entries up to `base.index`. */
  compactTo(base: SnapshotMetadata): void {
    this.#base = base;
    this.index.dropThrough(base.index);
    this.#cache.dropThrough(this.cached, base.index);
    this.setHardState(this.#hardState);
  }

  /** Forgets all entries. */
  restore(base: SnapshotMetadata): void {
    this.#base = base;
    this.index.reset(base.index + 1);
    this.#cache.truncateFrom(this.cached, 0);
    this.setHardState(this.#hardState);
  }

  /** Forgets the suffix from `index` on. */
  truncateFrom(index: number): void {
    if (index > this.index.last) return;
    this.index.truncateFrom(index);
    this.#cache.truncateFrom(this.cached, index);
  }
}
