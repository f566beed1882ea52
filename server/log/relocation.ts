import { must } from '../../lib/kernel/assert.ts';
import type { Entry } from '../raft/types.ts';
import { readEntries } from './entry-reader.ts';
import type { GroupState } from './group-log.ts';
import type { GroupTable } from './group-table.ts';
import type { Segment, SegmentSet } from './segment-set.ts';

/** Bytes of entry data that are moved along with one batch. */
const MOVE_BYTES_MAX = 64 * 1024;
/** Below this many segments there is little to win. */
const SEGMENTS_MIN = 3;

/**
 * Moves live entries out of the oldest segment, so that one quiet group does not hold back the space of all others
 * (segments go in their order only), and finds out which entries of the segment have been replaced since. Done while at least half of the full segments is dead, so it writes at most as much
 * as it frees.
 */
export class Relocation {
  readonly #groups: GroupTable;
  readonly #segments: SegmentSet;
  #from: Segment | null = null;
  /** By group number, the next index to look at. */
  readonly #next = new Map<number, number>();

  constructor(groups: GroupTable, segments: SegmentSet) {
    this.#groups = groups;
    this.#segments = segments;
  }

  /** Decides whether the oldest segment is to be emptied; called when the set of segments has changed. */
  plan(): void {
    const { live, current } = this.#segments;
    const oldest = must(live[0], 'a log without a segment');
    if (this.#from !== null || live.length < SEGMENTS_MIN || oldest === current) return;
    let written = 0;
    for (const segment of live) written += segment.end;
    let alive = 0;
    for (const group of this.#groups.numbered()) alive += group.index.recordBytes;
    if (alive * 2 > written) return;
    this.#from = oldest;
    this.#next.clear();
  }

  /**
   * Moves one portion.
   *
   * @param put writes a copy of the entry at the end of the log and remembers where it lies
   */
  step(put: (group: GroupState, entry: Entry) => void): void {
    const from = this.#from;
    if (from === null) return;
    let left = MOVE_BYTES_MAX;
    for (const [number, last] of from.lastIndexes) {
      const group = must(this.#groups.byNumber(number), 'a group');
      const end = Math.min(last, group.lastIndex()) + 1;
      let i = Math.max(this.#next.get(number) ?? 0, group.firstIndex());
      for (; i < end && left > 0; i += 1) {
        if (group.index.segment(i) !== from.number) continue;
        for (const entry of readEntries(this.#segments, group, i, i + 1)) put(group, entry);
        left -= group.index.bodyBytes(i) + 1;
      }
      this.#next.set(number, i);
      if (i < end) return;
      // With the sync of this batch nothing of the group is needed in there.
      from.lastIndexes.delete(number);
    }
    this.#from = null;
  }
}
