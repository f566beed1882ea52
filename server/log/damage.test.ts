import { crc32c } from '@node-rs/crc32';
import { describe, expect, test } from 'vitest';

import { MemoryDisk } from './memory-device.ts';
import { MemoryLogStore } from './memory-log-store.ts';
import { readRecord, emptyRecordHeader } from './record.ts';
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts';
import { append, confState, entry, ManualScheduler, stateOf, type PlainGroup } from './test-support.ts';
import { type GroupWrite, LogCorruptionError, LogVersionError } from './types.ts';

const FIRST = segmentName(1);

/** What opening a damaged log did: the state it found, or that it refused. */
type Outcome = { readonly kind: 'open'; readonly state: string } | { readonly kind: 'corrupt'; readonly message: string };

class Fixture {
  readonly scheduler = new ManualScheduler();
  readonly disk = new MemoryDisk(this.scheduler.schedule);
  readonly segmentBytes: number;
  store: MemoryLogStore;
  /** State after each batch, as text; `[0]` is the empty log. */
  readonly states: string[];

  constructor(segmentBytes = 64 * 1024) {
    this.segmentBytes = segmentBytes;
    this.store = MemoryLogStore.open(this.disk, { segmentBytes });
    this.scheduler.run();
    this.states = [describeState(this.store)];
  }

  async write(...writes: GroupWrite[]): Promise<void> {
    const written = append(this.store, writes);
    this.scheduler.run();
    await written;
    this.states.push(describeState(this.store));
  }

  /** Opens a copy of the disk, changed by `damage`. */
  open(damage: (disk: MemoryDisk) => void): Outcome {
    const scheduler = new ManualScheduler();
    const disk = this.disk.clone(scheduler.schedule);
    damage(disk);
    try {
      const state = describeState(MemoryLogStore.open(disk, { segmentBytes: this.segmentBytes }));
      // Whatever was cut is cut for good: the next opening finds the same.
      scheduler.run();
      disk.crash('lose-unsynced');
      if (describeState(MemoryLogStore.open(disk, { segmentBytes: this.segmentBytes })) !== state)
        throw new Error('a second opening found something else');
      return { kind: 'open', state };
    } catch (error) {
      if (!(error instanceof LogCorruptionError)) throw error;
      return { kind: 'corrupt', message: error.message };
    }
  }

  /** Offsets at which records begin in a segment, and behind the last one. */
  records(name: string): number[] {
    const bytes = this.disk.readFile(name);
    const { salt } = decodeSegmentHeader(name, bytes);
    const offsets = [SEGMENT_HEADER_BYTES];
    for (let at = SEGMENT_HEADER_BYTES; ; offsets.push(at)) {
      const length = readRecord(bytes, at, bytes.length, salt, emptyRecordHeader());
      if (length === 0) return offsets;
      at += length;
    }
  }
}

function describeState(store: MemoryLogStore): string {
  const groups: Record<string, PlainGroup> = {};
  for (const name of store.groups()) groups[name] = stateOf(store.group(name));
  return JSON.stringify(groups);
}

/** Three batches: [group, hard state, 2 entries], [1 entry, group, hard state], [2 entries, hard state + 1 entry]. */
async function threeBatches(): Promise<Fixture> {
  const fixture = new Fixture();
  await fixture.write({ group: 'g', hardState: { term: 1, vote: 'n1', commit: 0 }, entries: [entry(1, 1, 10), entry(2, 1, 33)] });
  await fixture.write({ group: 'g', entries: [entry(3, 1, 5)] }, { group: 'h', hardState: { term: 2, vote: null, commit: 0 } });
  await fixture.write(
    { group: 'g', entries: [entry(4, 1, 20), entry(5, 1, 0)] },
    { group: 'h', hardState: { term: 3, vote: 'n2', commit: 0 }, entries: [entry(1, 3, 40)] },
  );
  return fixture;
}

describe('a flipped bit', () => {
  test('is damage anywhere but in the very last record, which is cut', async () => {
    const fixture = await threeBatches();
    const offsets = fixture.records(FIRST);
    const end = offsets.at(-1)!;
    const lastRecord = offsets.at(-2)!;
    const withoutLast = fixture.open((disk) => zero(disk, FIRST, lastRecord, end));
    expect(withoutLast).toMatchObject({ kind: 'open' });

    for (let at = 0; at < end; at += 1) {
      const outcome = fixture.open((disk) => disk.flipBit(FIRST, at, at % 8));
      if (at < lastRecord) expect(outcome, `byte ${at}`).toMatchObject({ kind: 'corrupt' });
      else expect(outcome, `byte ${at}`).toEqual(withoutLast);
    }
  });

  test('is damage in every byte that was written before a clean close', async () => {
    const fixture = await threeBatches();
    fixture.store.close();
    const mark = fixture.records(FIRST).at(-2)!;
    const complete = { kind: 'open', state: fixture.states.at(-1) };
    for (let at = 0; at < mark; at += 1) {
      expect(
        fixture.open((disk) => disk.flipBit(FIRST, at, at % 8)),
        `byte ${at}`,
      ).toMatchObject({ kind: 'corrupt' });
    }
    for (let at = mark; at < mark + 40; at += 1) {
      expect(
        fixture.open((disk) => disk.flipBit(FIRST, at, at % 8)),
        `byte ${at}`,
      ).toEqual(complete);
    }
  });

  test('behind the last record changes nothing', async () => {
    const fixture = new Fixture();
    await fixture.write({ group: 'g', entries: [entry(1, 1, 10)] });
    const spare = segmentName(2);
    expect(fixture.open((disk) => disk.flipBit(spare, 5000, 3))).toEqual({ kind: 'open', state: fixture.states.at(-1) });
  });

  test('names file and offset of the damage', async () => {
    const fixture = await threeBatches();
    const second = fixture.records(FIRST)[1]!;
    const outcome = fixture.open((disk) => disk.flipBit(FIRST, second + 20, 0));
    expect(outcome.kind === 'corrupt' && outcome.message).toContain(`${FIRST}, byte ${second}:`);
  });

  test('is found when an entry is read later', async () => {
    const scheduler = new ManualScheduler();
    const disk = new MemoryDisk(scheduler.schedule);
    const store = MemoryLogStore.open(disk, { cacheBytes: 0 });
    const written = append(store, [{ group: 'g', entries: [entry(1, 1, 100), entry(2, 1, 100)] }]);
    scheduler.run();
    await written;
    disk.flipBit(FIRST, disk.readFile(FIRST).length - 20, 1);
    expect(store.group('g').entries(1, 2, 10)).toHaveLength(1);
    expect(() => store.group('g').entries(1, 3, 1000)).toThrow(LogCorruptionError);
  });
});

describe('a torn write', () => {
  test('keeps a prefix of its records, whatever byte it ends at', async () => {
    const fixture = await threeBatches();
    const offsets = fixture.records(FIRST);
    const thirdBatch = offsets.at(-5)!;
    expect(fixture.open((disk) => zero(disk, FIRST, thirdBatch, offsets.at(-1)!))).toEqual({ kind: 'open', state: fixture.states[2] });
    const bytes = fixture.disk.readFile(FIRST);
    for (let at = thirdBatch; at < offsets.at(-1)!; at += 1) {
      // Zeros over zeros tear nothing: padding, mostly.
      const changed = bytes.findIndex((byte, i) => i >= at && byte !== 0);
      const whole = offsets.filter((offset) => offset <= changed || changed === -1).at(-1)!;
      const expected = fixture.open((disk) => zero(disk, FIRST, whole, offsets.at(-1)!));
      expect(expected).toMatchObject({ kind: 'open' });
      expect(
        fixture.open((disk) => zero(disk, FIRST, at, offsets.at(-1)!)),
        `torn at ${at}`,
      ).toEqual(expected);
    }
  });

  test('is no damage whichever of its sectors are missing', async () => {
    const fixture = new Fixture();
    await fixture.write({ group: 'g', hardState: { term: 1, vote: 'n1', commit: 0 }, entries: [entry(1, 1, 700)] });
    const start = fixture.records(FIRST).at(-1)!;
    const before = fixture.disk.readFile(FIRST);
    const batch = [2, 3, 4, 5, 6, 7].map((i) => entry(i, 1, i * 90));
    await fixture.write({ group: 'g', entries: batch });
    const after = fixture.disk.readFile(FIRST);

    const firstSector = Math.floor(start / 512);
    const sectors = Math.ceil(after.length / 512) - firstSector;
    const seen = new Set<number>();
    for (let subset = 0; subset < 2 ** sectors; subset += 1) {
      const bytes = Buffer.from(after);
      for (let i = 0; i < sectors; i += 1) {
        if ((subset & (1 << i)) !== 0) continue;
        const at = (firstSector + i) * 512;
        bytes.fill(0, at, Math.min(at + 512, bytes.length));
        if (at < before.length) before.copy(bytes, at, at, at + 512);
      }
      const outcome = fixture.open((disk) => disk.writeFile(FIRST, bytes));
      expect(outcome, `sectors ${subset.toString(2)}`).toMatchObject({ kind: 'open' });
      if (outcome.kind !== 'open') continue;
      const state = JSON.parse(outcome.state) as { g: PlainGroup };
      const complete = JSON.parse(fixture.states[2]!) as { g: PlainGroup };
      expect(state.g.entries).toEqual(complete.g.entries.slice(0, state.g.entries.length));
      expect(state.g.entries.length).toBeGreaterThanOrEqual(1);
      seen.add(state.g.entries.length);
    }
    expect(sectors).toBeGreaterThan(4);
    // From nothing of the batch to all of it.
    expect(Math.min(...seen)).toBe(1);
    expect(Math.max(...seen)).toBe(7);
    expect(seen.size).toBeGreaterThan(3);
  });

  test('is damage when a later batch proves that it had been synced', async () => {
    const fixture = await threeBatches();
    const offsets = fixture.records(FIRST);
    const secondBatch = offsets[4]!;
    const thirdBatch = offsets.at(-5)!;
    const bytes = fixture.disk.readFile(FIRST);
    for (let at = secondBatch; bytes.subarray(at, thirdBatch).some((byte) => byte !== 0); at += 1) {
      expect(
        fixture.open((disk) => zero(disk, FIRST, at, thirdBatch)),
        `zeros from ${at}`,
      ).toMatchObject({ kind: 'corrupt' });
    }
  });
});

describe('files', () => {
  /** Many batches over at least five segments. */
  async function manySegments(): Promise<Fixture> {
    const fixture = new Fixture(2048);
    await fixture.write({ group: 'g', hardState: { term: 1, vote: 'n1', commit: 0 } });
    for (let i = 1; i <= 30; i += 1) await fixture.write({ group: 'g', entries: [entry(i, 1, 300)] });
    return fixture;
  }

  const segments = (fixture: Fixture): string[] =>
    fixture.disk
      .files()
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.seg'));

  test('are missed wherever in the log they are', async () => {
    const fixture = await manySegments();
    const names = segments(fixture);
    expect(names.length).toBeGreaterThan(5);
    // The last one is the empty segment that waits for use.
    for (const name of names.slice(0, -1)) {
      expect(
        fixture.open((disk) => disk.removeFile(name)),
        name,
      ).toMatchObject({ kind: 'corrupt' });
    }
    expect(fixture.open((disk) => disk.removeFile(names.at(-1)!))).toEqual({ kind: 'open', state: fixture.states.at(-1) });
  });

  test("under each other's names, or of another log, are damage", async () => {
    const fixture = await manySegments();
    const other = await manySegments();
    const [, second, third] = segments(fixture);
    const swapped = fixture.open((disk) => {
      const bytes = disk.readFile(second!);
      disk.writeFile(second!, disk.readFile(third!));
      disk.writeFile(third!, bytes);
    });
    expect(swapped).toMatchObject({ kind: 'corrupt' });
    const foreign = other.disk.readFile(second!);
    foreign.writeBigUInt64LE(12345n, 24);
    foreign.writeUInt32LE(crc32c(foreign.subarray(0, 60)), 60);
    const outcome = fixture.open((disk) => disk.writeFile(second!, foreign));
    expect(outcome.kind === 'corrupt' && outcome.message).toContain('another log');
  });

  test('with a damaged header are damage, the empty one included', async () => {
    const fixture = await manySegments();
    for (const name of segments(fixture)) {
      for (const at of [0, 9, 13, 20, 30, 36, 59, 63]) {
        expect(
          fixture.open((disk) => disk.flipBit(name, at, 2)),
          `${name} byte ${at}`,
        ).toMatchObject({ kind: 'corrupt' });
      }
    }
  });

  test('that lost their end are damage at every length, once they were preallocated', async () => {
    const fixture = await manySegments();
    const name = segments(fixture).at(-2)!;
    const bytes = fixture.disk.readFile(name);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(
        fixture.open((disk) => disk.writeFile(name, bytes.subarray(0, length))),
        `${length} bytes`,
      ).toMatchObject({ kind: 'corrupt' });
    }
  });

  test('of a newer format are refused as such', async () => {
    const fixture = await manySegments();
    const bytes = fixture.disk.readFile(FIRST);
    bytes.writeUInt32LE(2, 8);
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, 60)), 60);
    expect(() => fixture.open((disk) => disk.writeFile(FIRST, bytes))).toThrow(LogVersionError);
  });

  test('with a record twice, or one left out, are damage', async () => {
    const fixture = await threeBatches();
    const bytes = fixture.disk.readFile(FIRST);
    const offsets = fixture.records(FIRST);
    for (let i = 0; i + 2 < offsets.length; i += 1) {
      const [from, to] = [offsets[i]!, offsets[i + 1]!];
      const twice = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)]);
      expect(
        fixture.open((disk) => disk.writeFile(FIRST, twice)),
        `record ${i} twice`,
      ).toMatchObject({ kind: 'corrupt' });
      const without = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
      expect(
        fixture.open((disk) => disk.writeFile(FIRST, without)),
        `record ${i} left out`,
      ).toMatchObject({ kind: 'corrupt' });
    }
  });

  test('half made when the process died are removed', async () => {
    const fixture = await threeBatches();
    const outcome = fixture.open((disk) => disk.writeFile('spare-9.tmp', Buffer.alloc(100, 1)));
    expect(outcome).toEqual({ kind: 'open', state: fixture.states.at(-1) });
  });

  test('reused for a later segment show nothing of what they held', async () => {
    const fixture = new Fixture(2048);
    const seen = new Set<number>();
    for (let i = 1; i <= 120; i += 1) {
      await fixture.write({ group: 'g', entries: [entry(i, 1, 200)] });
      fixture.store.compact('g', i, confState('a'));
      const newest = fixture.disk
        .files()
        .filter(({ name }) => name.endsWith('.seg'))
        .at(-1)!;
      const bytes = fixture.disk.readFile(newest.name);
      const end = fixture.records(newest.name).at(-1)!;
      expect(bytes.subarray(end).every((byte) => byte === 0)).toBe(true);
      seen.add(decodeSegmentHeader(newest.name, bytes).salt);
    }
    expect(seen.size).toBeGreaterThan(5);
  });
});

function zero(disk: MemoryDisk, name: string, from: number, to: number): void {
  const bytes = disk.readFile(name);
  bytes.fill(0, from, to);
  disk.writeFile(name, bytes);
}
