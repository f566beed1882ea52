import { assert, InvariantError } from '../../lib/kernel/assert.ts';
import type { Entry, EntryId, LogGap, RaftStorage, SnapshotMetadata } from './types.ts';
import { Unstable } from './unstable.ts';

/** Bytes of entries read at a time when looking for configuration changes. */
const scanBytes = 1 << 20;

/**
 * The log as the core sees it: what storage holds durably, followed by what is still on its way there.
 *
 *     firstIndex    applied    handedOut    commit                    lastIndex
 *     |-------------|----------|------------|-------------------------|
 *     |------------- durable (storage) ------------|---- unstable ----|
 *
 * Invariants: `applied <= handedOut <= min(commit, durableIndex)` and `commit <= lastIndex`.
 */
export class RaftLog {
  readonly #storage: RaftStorage;
  readonly #unstable: Unstable;
  #commit: number;
  #applied: number;
  #handedOut: number;

  /**
   * @param commit as last stored; it may lag behind `applied`, since it needs no fsync of its own
   * @param applied how far the state machine has come
   * @throws InvariantError when the stored log ends before what is known to be committed, or starts after it
   */
  constructor(storage: RaftStorage, commit: number, applied: number) {
    const lastIndex = storage.lastIndex();
    assert(applied <= lastIndex, () => `log regression: applied ${applied}, but the log ends at ${lastIndex}`);
    assert(commit <= lastIndex, () => `log regression: committed ${commit}, but the log ends at ${lastIndex}`);
    assert(applied >= storage.firstIndex() - 1, () => `log: starts at ${storage.firstIndex()}, but only ${applied} is applied`);
    this.#storage = storage;
    this.#unstable = new Unstable(lastIndex + 1);
    this.#commit = Math.max(commit, applied);
    this.#applied = applied;
    this.#handedOut = applied;
  }

  /** Committed, as far as this node knows. Never falls while the node runs. */
  get commit(): number {
    return this.#commit;
  }
  get applied(): number {
    return this.#applied;
  }
  /** Everything up to here is durable on this node, and equal to this log. */
  get durableIndex(): number {
    return this.#unstable.offset - 1;
  }
  /** A snapshot that is still to be installed. */
  get pendingSnapshot(): SnapshotMetadata | null {
    return this.#unstable.snapshot;
  }

  firstIndex(): number {
    const snapshot = this.#unstable.snapshot;
    return snapshot === null ? this.#storage.firstIndex() : snapshot.index + 1;
  }
  lastIndex(): number {
    return this.#unstable.lastIndex;
  }
  lastTerm(): number {
    return this.#termOf(this.lastIndex());
  }

  /** The term at `index`; known also just before `firstIndex`. */
  term(index: number): number | LogGap {
    if (index > this.lastIndex()) return 'unavailable';
    if (index >= this.#unstable.offset) return this.#unstable.at(index).term;
    const snapshot = this.#unstable.snapshot;
    if (snapshot !== null) return index === snapshot.index ? snapshot.term : 'compacted';
    return this.#storage.term(index);
  }

  matchTerm(id: EntryId): boolean {
    return this.term(id.index) === id.term;
  }

  /** Whether a log that ends with `last` is at least as complete as this one: by term, then by index (E1). */
  isUpToDate(last: EntryId): boolean {
    const lastTerm = this.lastTerm();
    return last.term > lastTerm || (last.term === lastTerm && last.index >= this.lastIndex());
  }

  /** Appends a leader's own entries. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    assert(first.index === this.lastIndex() + 1, 'log: a leader only appends');
    this.#unstable.truncateAndAppend(entries);
  }

  /**
   * Takes what a leader sent: `entries` that follow on `prev`. Returns the index of the last entry that is now known to
   * equal the leader's, or null when `prev` does not match. Only a real conflict removes anything: entries that are
   * already here stay, and so does what follows them (R4).
   *
   * @throws InvariantError when the leader contradicts a committed entry (R5)
   */
  maybeAppend(prev: EntryId, entries: readonly Entry[], leaderCommit: number): number | null {
    if (!this.matchTerm(prev)) return null;
    const lastNew = prev.index + entries.length;
    const fresh = entries.findIndex((entry) => !this.matchTerm(entry));
    const first = fresh < 0 ? undefined : entries[fresh];
    if (first !== undefined) {
      assert(first.index > this.#commit, () => `log: entry ${first.index} of term ${first.term} contradicts commit ${this.#commit}`);
      this.#unstable.truncateAndAppend(entries.slice(fresh));
    }
    // Not our own last index: what lies beyond `lastNew` this message has not proved (R3).
    this.commitTo(Math.min(leaderCommit, lastNew));
    return lastNew;
  }

  /**
   * The last position at or below `index` whose term is at most `term`: the best guess for a match with a log that has
   * `term` at `index`. Skips whole terms, so that finding the match takes at most one probe per term (R6).
   * The term of a compacted position is given as 0: unknown.
   */
  findConflictByTerm(index: number, term: number): EntryId {
    for (let at = index; at > 0; at -= 1) {
      const ours = this.term(at);
      if (typeof ours !== 'number') return { index: at, term: 0 };
      if (ours <= term) return { index: at, term: ours };
    }
    return { index: 0, term: 0 };
  }

  /** @throws InvariantError when `index` lies beyond the log: entries that were acknowledged are gone */
  commitTo(index: number): void {
    if (index <= this.#commit) return;
    assert(index <= this.lastIndex(), () => `log regression: ${index} is committed, but the log ends at ${this.lastIndex()}`);
    this.#commit = index;
  }

  appliedTo(index: number): void {
    assert(index >= this.#applied, () => `log: applied ${index} after ${this.#applied}`);
    assert(index <= this.#commit, () => `log: applied ${index}, but only ${this.#commit} is committed`);
    this.#applied = index;
    this.#handedOut = Math.max(this.#handedOut, index);
  }

  /** Whether the state machine has not yet seen all committed configuration changes (E11). */
  hasUnappliedConfChange(): boolean {
    for (let lo = this.#applied + 1; lo <= this.#commit;) {
      const page = this.#present(this.slice(lo, this.#commit + 1, scanBytes), lo);
      if (page.some((entry) => entry.type === 'conf-change')) return true;
      lo += page.length;
    }
    return false;
  }

  hasNextCommitted(): boolean {
    return this.#unstable.snapshot === null && this.#handedOut < this.#applicable();
  }

  /**
   * The next committed entries for the state machine, at least one if there is any. Only durable ones: the state
   * machine's own checkpoint could otherwise survive a crash that its log did not.
   */
  takeNextCommitted(bytesMax: number): readonly Entry[] {
    if (!this.hasNextCommitted()) return [];
    const lo = this.#handedOut + 1;
    const entries = this.#present(this.slice(lo, this.#applicable() + 1, bytesMax), lo);
    this.#handedOut += entries.length;
    return entries;
  }

  /** Entries from `lo` to the end, at least one, then as many as fit; none when `lo` is just beyond the end. */
  entriesFrom(lo: number, bytesMax: number): readonly Entry[] | LogGap {
    return this.slice(lo, this.lastIndex() + 1, bytesMax);
  }

  slice(lo: number, hi: number, bytesMax: number): readonly Entry[] | LogGap {
    assert(hi <= this.lastIndex() + 1, () => `log: slice to ${hi} reaches beyond ${this.lastIndex()}`);
    if (lo < this.firstIndex()) return 'compacted';
    if (lo >= hi) return [];
    const offset = this.#unstable.offset;
    if (lo >= offset) return fitting(this.#unstable.slice(lo, hi), bytesMax);
    const stored = this.#storage.entries(lo, Math.min(hi, offset), bytesMax);
    if (typeof stored === 'string' || hi <= offset || stored.length < offset - lo) return stored;
    return fitting([...stored, ...this.#unstable.slice(offset, hi)], bytesMax);
  }

  /** The whole log gives way to a snapshot, which is by definition committed. */
  restore(snapshot: SnapshotMetadata): void {
    assert(snapshot.index > this.#commit, 'log: a snapshot at or below commit would take back committed entries');
    this.#unstable.restore(snapshot);
    this.#commit = snapshot.index;
  }

  hasNextWrite(): boolean {
    return this.#unstable.hasNextEntries() || this.#unstable.nextSnapshot() !== null;
  }

  /** What is new for the disk; `writeStarted` notes that it is on its way. */
  nextWrite(): { readonly entries: readonly Entry[]; readonly snapshot: SnapshotMetadata | null } {
    return { entries: this.#unstable.nextEntries(), snapshot: this.#unstable.nextSnapshot() };
  }

  writeStarted(number: number): void {
    this.#unstable.writeStarted(number);
  }

  /** Writes up to `number` are durable. An installed snapshot counts as applied. */
  writesDone(number: number): void {
    const installed = this.#unstable.writesDone(number);
    this.#applied = Math.max(this.#applied, installed);
    this.#handedOut = Math.max(this.#handedOut, installed);
  }

  #applicable(): number {
    return Math.min(this.#commit, this.durableIndex);
  }

  #termOf(index: number): number {
    const term = this.term(index);
    if (typeof term === 'string') throw new InvariantError(`log: term of ${index} is ${term}`);
    return term;
  }

  #present(entries: readonly Entry[] | LogGap, lo: number): readonly Entry[] {
    if (typeof entries === 'string') throw new InvariantError(`log: entry ${lo} is needed, but ${entries}`);
    assert(entries.length > 0, () => `log: storage has nothing at ${lo}`);
    return entries;
  }
}

/** Data bytes of entries. */
export function dataBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.data.length;
  return bytes;
}

/** The longest start of `entries` that fits, but at least one entry. */
function fitting(entries: readonly Entry[], bytesMax: number): readonly Entry[] {
  let bytes = 0;
  for (const [i, entry] of entries.entries()) {
    bytes += entry.data.length;
    if (i > 0 && bytes > bytesMax) return entries.slice(0, i);
  }
  return entries;
}
