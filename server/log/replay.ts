import { decodeConfState, decodeGroup } from './bodies.ts';
import type { GroupState } from './group-log.ts';
import type { GroupTable } from './group-table.ts';
import { FLAG_HAS_VOTE, FLAG_NEW_GROUP, KIND, type RecordHeader } from './record.ts';
import { noteEntry, type Segment } from './segment-set.ts';

/** Puts the records of a log, one after the other, back into the state of its groups. */
export class Replay {
  readonly #groups: GroupTable;
  readonly #segments: readonly Segment[];

  constructor(groups: GroupTable, segments: readonly Segment[]) {
    this.#groups = groups;
    this.#segments = segments;
  }

  /**
   * Applies one valid record.
   *
   * @returns what is wrong with it, or null: a record whose checksum holds but that cannot follow what came before
   */
  apply(segment: Segment, offset: number, header: RecordHeader, body: Uint8Array): string | null {
    const restated = header.kind === KIND.group && (header.flags & FLAG_NEW_GROUP) === 0;
    if (restated && segment.hasBody) return 'restates a group in the middle of a segment';
    if (!restated) segment.hasBody = true;
    if (header.kind === KIND.syncMark) return null;
    try {
      if (header.kind === KIND.group) return this.#group(segment, header, body);
      const group = this.#groups.byNumber(header.group);
      if (group === undefined) return `belongs to group number ${header.group}, which no record names`;
      return this.#inGroup(group, segment, offset, header, body);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return `has an unreadable body: ${error.message}`;
      throw error;
    }
  }

  #inGroup(group: GroupState, segment: Segment, offset: number, header: RecordHeader, body: Uint8Array): string | null {
    const { term, index } = header;
    switch (header.kind) {
      case KIND.entry:
        return this.#entry(group, segment, offset, header);
      case KIND.entryCopy:
        // Compacted since: of no use any more.
        if (index <= group.base().index) return null;
        if (index > group.lastIndex()) return `copies entry ${index} of ${group.group}, which ends at ${group.lastIndex()}`;
        group.index.set(index, term, segment.number, offset, header.bodyBytes);
        noteEntry(segment, group.number, index);
        return null;
      case KIND.hardState: {
        const vote = (header.flags & FLAG_HAS_VOTE) === 0 ? null : Buffer.from(body).toString('utf8');
        group.setHardState({ term, vote, commit: index });
        return null;
      }
      case KIND.compaction:
        if (index < group.base().index) return `moves the base of ${group.group} back to ${index}`;
        if (index > group.lastIndex()) return `compacts ${group.group} to ${index}, behind its end at ${group.lastIndex()}`;
        group.compactTo({ term, index, confState: decodeConfState(body) });
        return null;
      case KIND.snapshot:
        if (index < group.base().index) return `moves the base of ${group.group} back to ${index}`;
        group.restore({ term, index, confState: decodeConfState(body) });
        return null;
      default:
        return `has the unknown kind ${header.kind}`;
    }
  }

  #entry(group: GroupState, segment: Segment, offset: number, header: RecordHeader): string | null {
    const { index } = header;
    if (index <= group.base().index) return `is entry ${index} of ${group.group}, at or below its base ${group.base().index}`;
    if (index > group.lastIndex() + 1) return `is entry ${index} of ${group.group}, which ends at ${group.lastIndex()}`;
    group.truncateFrom(index);
    group.index.push(header.term, segment.number, offset, header.bodyBytes);
    noteEntry(segment, group.number, index);
    return null;
  }

  #group(segment: Segment, header: RecordHeader, body: Uint8Array): string | null {
    const stated = decodeGroup(body);
    const base = { term: header.term, index: header.index, confState: stated.confState };
    const known = this.#groups.byNumber(header.group);
    const isNew = (header.flags & FLAG_NEW_GROUP) !== 0;
    if (known !== undefined) {
      const same = !isNew && known.group === stated.name && known.lastIndex() === stated.last;
      const { term, vote } = known.hardState();
      if (!same || term !== stated.hardState.term || vote !== stated.hardState.vote || base.index < known.base().index) {
        return `states group ${header.group} differently than the records before it`;
      }
      known.setHardState(stated.hardState);
      if (base.index > known.base().index) known.compactTo(base);
      return null;
    }
    if (!isNew && segment !== this.#segments[0]) return `restates group ${stated.name}, of which nothing is known`;
    const group = this.#groups.byName(stated.name);
    if (group.number !== 0) return `gives group ${stated.name} a second number`;
    this.#groups.assignNumber(group, header.group);
    group.restore(base);
    group.setHardState(stated.hardState);
    // Entries of segments that are gone: each must be compacted or copied by a later record.
    for (let i = base.index + 1; i <= stated.last; i += 1) group.index.push(0, 0, 0, 0);
    return null;
  }

  /** What is still missing once every record is applied. */
  finish(): string | null {
    for (const group of this.#groups.numbered()) {
      for (let i = group.firstIndex(); i <= group.lastIndex(); i += 1) {
        if (group.index.segment(i) === 0) return `entry ${i} of ${group.group} is missing`;
      }
      const { term, vote, commit } = group.hardState();
      if (commit > group.lastIndex()) {
        // The hard state of a batch reached the disk, its entries did not: nobody was told of either. It has to be
        // written before other entries are, which would otherwise seem committed at the next opening.
        group.setHardState({ term, vote, commit: group.lastIndex() });
        group.commitUnwritten = true;
      }
      group.writtenBase = group.base().index;
      group.durableBase = group.base().index;
    }
    return null;
  }
}
