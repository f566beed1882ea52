import type { Entry } from '../raft/types.ts';

/** Counted for every cached entry besides its data: the objects around it. */
const ENTRY_OVERHEAD_BYTES = 128;

/** The cached entries of one group: always a run that ends at the group's last index. */
export class CachedRun {
  readonly entries = new Map<number, Entry>();
  first = 1;
}

interface Addition {
  readonly run: CachedRun;
  readonly last: number;
}

/**
 * The most recent entries of all groups, bounded together: what was added first goes first.
 * It holds the very objects that were appended, so data that is a view of a larger buffer keeps that buffer alive.
 */
export class EntryCache {
  readonly #bytesMax: number;
  #bytes = 0;
  /** What was added, oldest first, from `#head` on; may name what is long gone. */
  #additions: Addition[] = [];
  #head = 0;
  /** Length at which `#additions` is next cleared of what is gone. */
  #additionsMax = 4096;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds entries that continue the run; the caller truncated it before. */
  add(run: CachedRun, entries: readonly Entry[]): void {
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    if (run.entries.size === 0) run.first = first.index;
    for (const entry of entries) {
      run.entries.set(entry.index, entry);
      this.#bytes += entry.data.length + ENTRY_OVERHEAD_BYTES;
    }
    this.#additions.push({ run, last: last.index });
    this.#evict();
  }

  truncateFrom(run: CachedRun, index: number): void {
    for (let i = run.first + run.entries.size - 1; i >= Math.max(index, run.first); i -= 1) this.#remove(run, i);
  }

  dropThrough(run: CachedRun, index: number): void {
    while (run.entries.size > 0 && run.first <= index) {
      this.#remove(run, run.first);
      run.first += 1;
    }
  }

  #evict(): void {
    while (this.#bytes > this.#bytesMax && this.#head < this.#additions.length) {
      const oldest = this.#additions[this.#head];
      this.#head += 1;
      if (oldest !== undefined) this.dropThrough(oldest.run, oldest.last);
    }
    if (this.#additions.length < this.#additionsMax) return;
    // Twice what is left, so that the cost per addition stays constant.
    this.#additions = this.#additions.slice(this.#head).filter(({ run, last }) => run.entries.size > 0 && run.first <= last);
    this.#head = 0;
    this.#additionsMax = Math.max(4096, this.#additions.length * 2);
  }

  #remove(run: CachedRun, index: number): void {
    const entry = run.entries.get(index);
    if (entry === undefined) return;
    run.entries.delete(index);
    this.#bytes -= entry.data.length + ENTRY_OVERHEAD_BYTES;
  }
}
