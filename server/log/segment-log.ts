import { assert, must } from '../../lib/kernel/assert.ts';
import type { ConfState, Entry, HardState, SnapshotMetadata } from '../raft/types.ts';
import { encodeConfState, encodeGroup, encodeVote } from './bodies.ts';
import type { LogDevice } from './device.ts';
import { EntryCache } from './entry-cache.ts';
import { readEntries } from './entry-reader.ts';
import type { GroupState } from './group-log.ts';
import { GroupTable } from './group-table.ts';
import {
  emptyRecordHeader,
  FLAG_CONF_CHANGE,
  FLAG_HAS_VOTE,
  FLAG_NEW_GROUP,
  KIND,
  RECORD_BODY_BYTES_MAX,
  recordBytes,
  RecordBuffer,
} from './record.ts';
import { Relocation } from './relocation.ts';
import { recover, type Recovered } from './recovery.ts';
import { noteEntry, type Segment, SegmentSet } from './segment-set.ts';
import { LogCorruptionError, LogWriteError, type AppendOptions, type GroupLog, type GroupWrite, type LogStore } from './types.ts';

export interface SegmentLogOptions {
  /** Size of a segment file; a single record that is larger gets a larger segment. */
  readonly segmentBytes: number;
  /** Preallocates the first segment of a new log at once: opening takes longer, and every sync from then on less. */
  readonly fillsFirst?: boolean | undefined;
  /** Bound on the recent entries held in memory, for all groups together. */
  readonly cacheBytes: number;
  /** 32 random bits, for log id and salts. */
  readonly random: () => number;
}

/** The group number is a u16. */
const GROUPS_MAX = 65_535;
const NO_BYTES = new Uint8Array(0);

/** Part of a batch that lies in one segment: bytes of the record buffer from `start` on go to `offset`. */
interface Run {
  readonly segment: Segment;
  readonly start: number;
  readonly offset: number;
}

/**
 * The log on a device: encodes batches, writes each with one write per segment touched (nearly always one) and one
 * sync, and keeps the index. Opening is recovery.ts, files are segment-set.ts, the state per group is group-log.ts.
 */
export class SegmentLog implements LogStore {
  readonly #device: LogDevice;
  readonly #groups: GroupTable;
  readonly #segments: SegmentSet;
  readonly #relocation: Relocation;
  readonly #buffer = new RecordBuffer();
  readonly #header = emptyRecordHeader();
  #runs: Run[] = [];
  /** Segments written to since their last sync. */
  readonly #dirty = new Set<Segment>();
  /** Of the last record written. */
  #sequence: number;
  /** Everything up to here is durable. Invariant: `#syncedThrough <= #sequence`. */
  #syncedThrough: number;
  #closedCleanly: boolean;
  #busy = false;
  #closed = false;
  #failure: Error | null = null;
  /** Bytes of torn tail that opening cut, for the log of the node. */
  readonly cutBytes: number;

  /**
   * Opens the log, or begins one on an empty device.
   *
   * @throws LogCorruptionError, LogVersionError, or the error of the device
   */
  constructor(device: LogDevice, options: SegmentLogOptions) {
    this.#device = device;
    const cache = new EntryCache(options.cacheBytes);
    this.#groups = new GroupTable(cache, (group, lo, hi) => readEntries(this.#segments, group, lo, hi));
    const found = recoverOrClose(device, this.#groups);
    const { segmentBytes, random, fillsFirst = false } = options;
    const logId = found.logId ?? (BigInt(random() >>> 0) << 32n) | BigInt(random() >>> 0);
    const failed = (error: Error): void => {
      this.#failure ??= new LogWriteError(error);
    };
    this.#segments = new SegmentSet(device, { segmentBytes, fillsFirst, logId, random, failed }, found.live, found.spare);
    this.#relocation = new Relocation(this.#groups, this.#segments);
    this.#sequence = found.lastSequence;
    this.#syncedThrough = found.lastSequence;
    this.#closedCleanly = found.closedCleanly;
    this.cutBytes = found.cutBytes;
    if (found.live.length === 0) this.#segments.roll();
    this.#segments.prepareSpare();
    this.#relocation.plan();
  }

  /** Whether anything is under way: an append, or the preparation of the next segment. */
  get isBusy(): boolean {
    return this.#busy || this.#segments.isPreparing;
  }

  groups(): readonly string[] {
    return [...this.#groups.numbered()].map((group) => group.group);
  }

  group(id: string): GroupLog {
    return this.#groups.byName(id);
  }

  append(writes: readonly GroupWrite[], done: () => void, failed: (error: Error) => void, options?: AppendOptions): void {
    assert(!this.#closed, 'append to a closed log');
    assert(!this.#busy, 'append while another one is under way');
    const refused = this.#failure;
    if (refused !== null) return this.#device.schedule(() => failed(refused));
    this.#check(writes);
    this.#busy = true;
    try {
      let mustSync = options?.sync !== false;
      for (const group of this.#groups.numbered()) this.#putUnwritten(group);
      // First, while the file holds every entry that the index names.
      if (writes.length > 0) this.#relocation.step((group, entry) => this.#putCopy(group, entry));
      for (const write of writes) mustSync = this.#putWrite(write) || mustSync;
      this.#flush();
      if (mustSync && this.#dirty.size > 0) return this.#sync(done, failed);
    } catch (error) {
      return this.#fail(error, failed);
    }
    this.#device.schedule(() => {
      this.#busy = false;
      if (!this.#closed) done();
    });
  }

  compact(group: string, to: number, confState: ConfState): void {
    assert(!this.#closed, 'compaction of a closed log');
    // The owner may not have been told yet, and nothing would be written here anyway.
    if (this.#failure !== null) return;
    const state = this.#groups.byName(group);
    if (to <= state.base().index) return;
    const term = state.term(to);
    assert(typeof term === 'number', () => `compaction of ${group} to ${to}, behind its end at ${state.lastIndex()}`);
    state.compactTo({ index: to, term, confState });
  }

  sizeBytes(): number {
    return this.#segments.sizeBytes();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (!this.#busy && this.#failure === null) this.#markClosed();
    } finally {
      this.#segments.close();
      this.#device.close();
    }
  }

  /** Checks a batch before anything is changed. A group may come several times: each write then follows the one before. */
  #check(writes: readonly GroupWrite[]): void {
    const ranges = new Map<string, Range>();
    for (const write of writes) {
      const group = this.#groups.byName(write.group);
      const before = ranges.get(write.group) ?? { base: group.base().index, last: group.lastIndex(), commit: group.hardState().commit };
      ranges.set(write.group, checkWrite(write, before));
    }
  }

  /** Writes what one group wants; returns whether it has to be synced. */
  #putWrite({ group: name, snapshot, hardState, entries }: GroupWrite): boolean {
    const group = this.#groups.byName(name);
    let mustSync = false;
    if (group.number === 0) {
      assert(this.#groups.nextNumber <= GROUPS_MAX, () => `${name} is one group too many`);
      this.#put(KIND.group, FLAG_NEW_GROUP, this.#groups.nextNumber, 0, 0, encodeGroup(group));
      this.#groups.assignNumber(group, this.#groups.nextNumber);
    }
    if (snapshot !== undefined) {
      this.#putSnapshot(group, snapshot);
      mustSync = true;
    }
    const first = entries?.[0];
    if (hardState !== undefined) mustSync = this.#putHardState(group, committedBelow(hardState, first, group.lastIndex())) || mustSync;
    if (entries !== undefined && first !== undefined) {
      this.#putEntries(group, [first]);
      // The old suffix is gone now: whatever of the rest is torn off, the commit index comes down to what is there.
      if (hardState !== undefined) this.#putHardState(group, hardState);
      this.#putEntries(group, entries.slice(1));
      mustSync = true;
    }
    return mustSync;
  }

  #putSnapshot(group: GroupState, snapshot: SnapshotMetadata): void {
    this.#put(KIND.snapshot, 0, group.number, snapshot.term, snapshot.index, encodeConfState(snapshot.confState));
    group.restore(snapshot);
    group.writtenBase = snapshot.index;
  }

  /** Returns whether term or vote changed. */
  #putHardState(group: GroupState, { term, vote, commit }: HardState): boolean {
    const before = group.hardState();
    const changed = term !== before.term || vote !== before.vote;
    if (!changed && commit <= before.commit) return false;
    this.#put(KIND.hardState, vote === null ? 0 : FLAG_HAS_VOTE, group.number, term, commit, encodeVote(vote));
    group.setHardState({ term, vote, commit });
    return changed;
  }

  #putEntries(group: GroupState, entries: readonly Entry[]): void {
    for (let i = 0; i < entries.length; i += 1) {
      const { type, term, index, data } = must(entries[i], 'an entry');
      const offset = this.#put(KIND.entry, type === 'normal' ? 0 : FLAG_CONF_CHANGE, group.number, term, index, data);
      if (i === 0) group.truncateFrom(index);
      const segment = this.#segments.current;
      group.index.push(term, segment.number, offset, data.length);
      noteEntry(segment, group.number, index);
    }
    this.#groups.cache.add(group.cached, entries);
  }

  #putCopy(group: GroupState, { type, term, index, data }: Entry): void {
    const offset = this.#put(KIND.entryCopy, type === 'normal' ? 0 : FLAG_CONF_CHANGE, group.number, term, index, data);
    const segment = this.#segments.current;
    group.index.set(index, term, segment.number, offset, data.length);
    noteEntry(segment, group.number, index);
  }

  /** Writes how far a group is compacted and, after recovery, committed, when no record says it yet. */
  #putUnwritten(group: GroupState): void {
    if (group.commitUnwritten) {
      const { term, vote, commit } = group.hardState();
      this.#put(KIND.hardState, vote === null ? 0 : FLAG_HAS_VOTE, group.number, term, commit, encodeVote(vote));
      group.commitUnwritten = false;
    }
    const { index, term, confState } = group.base();
    if (group.writtenBase === index) return;
    this.#put(KIND.compaction, 0, group.number, term, index, encodeConfState(confState));
    group.writtenBase = index;
  }

  /**
   * Puts one record at the end of the log, in the next segment if it does not fit. What it changes must not show in
   * the groups yet: a new segment restates them as they are before this record.
   *
   * @returns where in the current segment it begins
   */
  #put(kind: number, flags: number, group: number, term: number, index: number, body: Uint8Array): number {
    if (!this.#segments.fits(recordBytes(body.length))) this.#roll();
    const offset = this.#encode(kind, flags, group, term, index, body);
    this.#segments.current.hasBody = true;
    this.#closedCleanly = kind === KIND.syncMark;
    return offset;
  }

  /** The next segment begins with the state of all groups, so that no older segment is needed for it. */
  #roll(): void {
    this.#segments.roll();
    for (const group of this.#groups.numbered()) {
      const { term, index } = group.base();
      this.#encode(KIND.group, 0, group.number, term, index, encodeGroup(group));
      group.writtenBase = index;
    }
    this.#segments.prepareSpare();
    this.#relocation.plan();
  }

  #encode(kind: number, flags: number, group: number, term: number, index: number, body: Uint8Array): number {
    const segment = this.#segments.current;
    const start = this.#buffer.length;
    const offset = segment.end;
    if (this.#runs.at(-1)?.segment !== segment) this.#runs.push({ segment, start, offset });
    this.#sequence += 1;
    const header = this.#header;
    header.kind = kind;
    header.flags = flags;
    header.group = group;
    header.sequence = this.#sequence;
    header.lag = this.#sequence - this.#syncedThrough;
    header.term = term;
    header.index = index;
    this.#buffer.add(header, body, segment.salt);
    segment.end += this.#buffer.length - start;
    return offset;
  }

  #flush(): void {
    const { bytes, length } = this.#buffer;
    for (let i = 0; i < this.#runs.length; i += 1) {
      const { segment, start, offset } = must(this.#runs[i], 'a run');
      this.#dirty.add(segment);
      segment.file.write(bytes, start, this.#runs[i + 1]?.start ?? length, offset);
    }
    this.#runs.length = 0;
    this.#buffer.clear();
  }

  #sync(done: () => void, failed: (error: Error) => void): void {
    const segments = [...this.#dirty];
    this.#dirty.clear();
    const through = this.#sequence;
    let left = segments.length;
    let failure: Error | null = null;
    for (const segment of segments) {
      segment.file.sync((error) => {
        failure ??= error;
        left -= 1;
        if (left > 0 || this.#closed) return;
        if (failure !== null) return this.#fail(failure, failed);
        this.#synced(through, done, failed);
      });
    }
  }

  #synced(through: number, done: () => void, failed: (error: Error) => void): void {
    this.#busy = false;
    this.#syncedThrough = through;
    for (const group of this.#groups.numbered()) group.durableBase = group.writtenBase;
    try {
      // Before `done`, which may write again: an unsynced truncation must not count as the death of a segment.
      this.#reclaim();
    } catch (error) {
      return this.#fail(error, failed);
    }
    done();
  }

  /** Takes the oldest segment out when none of its entries is needed any more: at most one per append. */
  #reclaim(): void {
    const oldest = this.#segments.live[0];
    if (oldest === undefined || oldest === this.#segments.current) return;
    for (const [number, last] of oldest.lastIndexes) {
      if (last > must(this.#groups.byNumber(number), 'a group').durableBase) return;
    }
    this.#segments.retireOldest();
    this.#relocation.plan();
  }

  /** After a failed write or sync nothing is known about the disk: nothing is written any more. */
  #fail(cause: unknown, failed: (error: Error) => void): void {
    const error = cause instanceof LogCorruptionError ? cause : new LogWriteError(cause);
    this.#failure ??= error;
    this.#busy = false;
    this.#device.schedule(() => failed(error));
  }

  /** Makes everything durable and says so in a last record, so that damage to the tail is told from a torn one. */
  #markClosed(): void {
    for (const segment of this.#dirty) segment.file.syncNow();
    this.#syncedThrough = this.#sequence;
    if (this.#closedCleanly || this.#sequence === 0 || !this.#segments.fits(recordBytes(0))) return;
    this.#put(KIND.syncMark, 0, 0, 0, 0, NO_BYTES);
    this.#flush();
    this.#segments.current.file.syncNow();
  }
}

function recoverOrClose(device: LogDevice, groups: GroupTable): Recovered {
  try {
    return recover(device, groups);
  } catch (error) {
    device.close();
    throw error;
  }
}

/** Where a write starts from, and what it leaves. */
interface Range {
  readonly base: number;
  readonly last: number;
  readonly commit: number;
}

/**
 * The hard state to write before entries. If they replace stored ones it names nothing of those as committed: torn off right
 * behind it, a write would leave the old entries, under a commit index that speaks of the new.
 */
function committedBelow(hardState: HardState, first: Entry | undefined, last: number): HardState {
  if (first === undefined || first.index > last) return hardState;
  return { ...hardState, commit: Math.min(hardState.commit, first.index - 1) };
}

/** @throws InvariantError when the write cannot follow a log of this range */
function checkWrite({ entries, snapshot, hardState, group }: GroupWrite, before: Range): Range {
  const base = snapshot?.index ?? before.base;
  const last = snapshot?.index ?? before.last;
  assert(base >= before.base, () => `snapshot of ${group} at ${base} lies below its base ${before.base}`);
  let next = entries?.[0]?.index ?? last + 1;
  assert(next > base, () => `entry ${next} of ${group} lies at or below its base ${base}`);
  assert(next <= last + 1, () => `entry ${next} of ${group} leaves a gap behind ${last}`);
  for (const entry of entries ?? []) {
    assert(entry.index === next, () => `entries of ${group} are not contiguous at ${next}`);
    assert(entry.data.length <= RECORD_BODY_BYTES_MAX, () => `entry ${next} of ${group} is too large`);
    next += 1;
  }
  const commit = Math.max(before.commit, hardState?.commit ?? 0, base);
  assert(commit < next, () => `${group} commits ${commit} and would end at ${next - 1}`);
  return { base, last: next - 1, commit };
}
