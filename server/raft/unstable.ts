import { assert, must } from '../../lib/kernel/assert.ts';
import type { Entry, SnapshotMetadata } from './types.ts';

/** A write that the shell was asked for and has not confirmed. */
interface PendingWrite {
  readonly number: number;
  /** Last index that this write makes durable. Falls when a later truncation takes the entries away again. */
  to: number;
  /** Index of the snapshot that this write installs, or 0. */
  readonly snapshotIndex: number;
}

/**
 * The end of the log that is not known to be durable: entries from `offset` on, and a snapshot still to be installed.
 *
 * Several writes may be under way. A completion counts only for entries that no later append has replaced: every
 * truncation lowers `to` of the writes under way. Comparing terms alone would not do: the entry (3, term 1) may be
 * written, replaced by (3, term 2), and appended again by a third leader; the first completion then finds an equal
 * entry in memory while the disk still has to go through the second (D4, the ABA problem).
 */
export class Unstable {
  #offset: number;
  #entries: Entry[] = [];
  /** Entries below were handed out for writing. Invariant: `offset <= inProgress <= offset + entries.length`. */
  #inProgress: number;
  #snapshot: SnapshotMetadata | null = null;
  #snapshotInProgress = false;
  readonly #writes: PendingWrite[] = [];

  constructor(offset: number) {
    this.#offset = offset;
    this.#inProgress = offset;
  }

  /** First index that is not durable. */
  get offset(): number {
    return this.#offset;
  }

  get lastIndex(): number {
    return this.#offset + this.#entries.length - 1;
  }

  /** The snapshot that is still to be installed and made durable. */
  get snapshot(): SnapshotMetadata | null {
    return this.#snapshot;
  }

  at(index: number): Entry {
    return must(this.#entries[index - this.#offset], `log: no unstable entry ${index}`);
  }

  slice(lo: number, hi: number): readonly Entry[] {
    return this.#entries.slice(lo - this.#offset, hi - this.#offset);
  }

  /** Appends, replacing what is at or beyond the first index. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    assert(first.index <= this.lastIndex + 1, () => `log: entry ${first.index} leaves a gap after ${this.lastIndex}`);
    for (const write of this.#writes) write.to = Math.min(write.to, first.index - 1);
    if (first.index <= this.#offset) {
      this.#offset = first.index;
      this.#entries = [...entries];
    } else {
      this.#entries.length = first.index - this.#offset;
      for (const entry of entries) this.#entries.push(entry);
    }
    this.#inProgress = Math.min(this.#inProgress, first.index);
  }

  /** The whole log gives way to a snapshot. */
  restore(snapshot: SnapshotMetadata): void {
    for (const write of this.#writes) write.to = 0;
    this.#offset = snapshot.index + 1;
    this.#inProgress = this.#offset;
    this.#entries = [];
    this.#snapshot = snapshot;
    this.#snapshotInProgress = false;
  }

  /** Entries that were not handed out yet. */
  nextEntries(): readonly Entry[] {
    return this.#entries.slice(this.#inProgress - this.#offset);
  }

  hasNextEntries(): boolean {
    return this.#inProgress <= this.lastIndex;
  }

  /** The snapshot, unless it was handed out. */
  nextSnapshot(): SnapshotMetadata | null {
    return this.#snapshotInProgress ? null : this.#snapshot;
  }

  /** Everything new has been handed out as write `number`. */
  writeStarted(number: number): void {
    const snapshot = this.nextSnapshot();
    this.#writes.push({ number, to: this.lastIndex, snapshotIndex: snapshot?.index ?? 0 });
    this.#inProgress = this.lastIndex + 1;
    if (snapshot !== null) this.#snapshotInProgress = true;
  }

  /** Writes up to `number` are durable. Returns the index of a snapshot that now is, or 0. */
  writesDone(number: number): number {
    let installed = 0;
    for (let write = this.#writes[0]; write !== undefined && write.number <= number; write = this.#writes[0]) {
      this.#writes.shift();
      if (write.snapshotIndex > 0 && write.snapshotIndex === this.#snapshot?.index) {
        installed = write.snapshotIndex;
        this.#snapshot = null;
        this.#snapshotInProgress = false;
      }
      this.#stableTo(write.to);
    }
    return installed;
  }

  #stableTo(index: number): void {
    if (index < this.#offset) return;
    assert(index < this.#inProgress, () => `log: ${index} is durable but was never handed out`);
    this.#entries = this.#entries.slice(index + 1 - this.#offset);
    this.#offset = index + 1;
  }
}
