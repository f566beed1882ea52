import { assert } from '../../../lib/kernel/assert.ts';
import type { ConfState, Entry, HardState, LogGap, RaftStorage, SnapshotMetadata } from '../types.ts';

/** A durable position of a state machine: how far it has applied, and the configuration in force there. */
export interface AppliedState {
  readonly index: number;
  readonly conf: ConfState;
}

/**
 * The disk of one test node: what is in here survives a crash. The log starts after `base`; writes arrive as whole
 * batches, when the test says that the disk has finished them.
 */
export class MemoryStorage implements RaftStorage {
  hardState: HardState = { term: 0, vote: null, commit: 0 };
  #base: { index: number; term: number };
  #entries: Entry[] = [];
  /** The state machine as checkpointed; what `initialState` and snapshots speak of. */
  checkpoint: AppliedState;
  /** Whether the shell can send a snapshot now. */
  snapshotsReady = true;
  /** How often entries were asked for, to show what does not touch the disk. */
  reads = 0;

  constructor(start: SnapshotMetadata) {
    this.#base = { index: start.index, term: start.term };
    this.checkpoint = { index: start.index, conf: start.confState };
    this.hardState = { term: start.term, vote: null, commit: start.index };
  }

  initialState(): { hardState: HardState; confState: ConfState } {
    return { hardState: this.hardState, confState: this.checkpoint.conf };
  }

  firstIndex(): number {
    return this.#base.index + 1;
  }

  lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  term(index: number): number | LogGap {
    if (index === this.#base.index) return this.#base.term;
    if (index < this.#base.index) return 'compacted';
    return this.#entries[index - this.firstIndex()]?.term ?? 'unavailable';
  }

  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | LogGap {
    this.reads += 1;
    if (lo < this.firstIndex()) return 'compacted';
    if (hi > this.lastIndex() + 1) return 'unavailable';
    const found: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#entries.slice(lo - this.firstIndex(), hi - this.firstIndex())) {
      bytes += entry.data.length;
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(entry);
    }
    return found;
  }

  snapshot(): SnapshotMetadata | null {
    const { index, conf } = this.checkpoint;
    const term = this.term(index);
    return this.snapshotsReady && typeof term === 'number' ? { index, term, confState: conf } : null;
  }

  /** Replaces the stored suffix from the first index on. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    assert(first.index <= this.lastIndex() + 1, 'disk: a gap in the log');
    assert(first.index >= this.firstIndex(), 'disk: an entry below the start of the log');
    this.#entries.length = first.index - this.firstIndex();
    this.#entries.push(...entries);
  }

  install(snapshot: SnapshotMetadata): void {
    this.#base = { index: snapshot.index, term: snapshot.term };
    this.#entries = [];
    this.checkpoint = { index: snapshot.index, conf: snapshot.confState };
  }

  /** Cuts the log up to and including `to`. */
  compact(to: number): void {
    assert(to <= this.checkpoint.index, 'disk: the state machine is not durable past the cut');
    const term = this.term(to);
    assert(typeof term === 'number', 'disk: nothing to cut there');
    this.#entries = this.#entries.slice(to - this.#base.index);
    this.#base = { index: to, term };
  }

  /** The whole stored log, for checks. */
  all(): readonly Entry[] {
    return this.#entries;
  }
}
