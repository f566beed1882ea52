import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RaftLog } from './log.ts';
import { confOf, text } from './testing/cluster.ts';
import { entriesOf, entryOf, storageOf } from './testing/lone.ts';
import type { MemoryStorage } from './testing/memory-storage.ts';
import type { Entry } from './types.ts';

function logOf(terms: readonly number[], commit = 0): { log: RaftLog; storage: MemoryStorage } {
  const storage = storageOf({ terms });
  return { log: new RaftLog(storage, commit, 0), storage };
}

function termsOf(log: RaftLog): readonly unknown[] {
  return Array.from({ length: log.lastIndex() }, (_, i) => log.term(i + 1));
}

/** Hands everything new to the disk and finishes it. */
function write(log: RaftLog, storage: MemoryStorage, number: number): void {
  const { entries, snapshot } = log.nextWrite();
  log.writeStarted(number);
  if (snapshot !== null) storage.install(snapshot);
  storage.append(entries);
  log.writesDone(number);
}

describe('RaftLog', () => {
  test.each([
    // Last of a log whose own last is 3/3.
    [3, 3, true],
    [4, 3, true],
    [2, 3, false],
    [1, 4, true],
    [9, 2, false],
  ])('takes a log that ends with index %i of term %i for up to date: %s (E1)', (index, term, expected) => {
    expect(logOf([1, 2, 3]).log.isUpToDate({ index, term })).toBe(expected);
  });

  test.each([
    // Own log 1 2 3 with commit 1: prev, terms sent, leader's commit -> last matched, log, commit
    [{ index: 3, term: 2 }, [4], 4, null, [1, 2, 3], 1],
    [{ index: 4, term: 3 }, [4], 4, null, [1, 2, 3], 1],
    [{ index: 3, term: 3 }, [], 3, 3, [1, 2, 3], 3],
    [{ index: 3, term: 3 }, [], 9, 3, [1, 2, 3], 3],
    [{ index: 3, term: 3 }, [4], 3, 4, [1, 2, 3, 4], 3],
    [{ index: 2, term: 2 }, [], 9, 2, [1, 2, 3], 2],
    [{ index: 2, term: 2 }, [3], 2, 3, [1, 2, 3], 2],
    [{ index: 2, term: 2 }, [4], 9, 3, [1, 2, 4], 3],
    [{ index: 1, term: 1 }, [4, 4], 2, 3, [1, 4, 4], 2],
    [{ index: 1, term: 1 }, [2], 9, 2, [1, 2, 3], 2],
    [{ index: 1, term: 1 }, [4], 0, 2, [1, 4], 1],
  ])('takes entries after %j of terms %j with commit %i (R3, R4)', (prev, sent, leaderCommit, matched, expected, commit) => {
    const { log } = logOf([1, 2, 3], 1);
    expect(log.maybeAppend(prev, entriesOf(sent, prev.index + 1), leaderCommit)).toBe(matched);
    expect(termsOf(log)).toEqual(expected);
    expect(log.commit).toBe(commit);
  });

  test('stops at a leader that contradicts a committed entry (R5)', () => {
    const { log } = logOf([1, 2, 3], 2);
    expect(() => log.maybeAppend({ index: 1, term: 1 }, entriesOf([3], 2), 0)).toThrow(/contradicts/);
  });

  test('stops when told that something beyond its end is committed (D10)', () => {
    expect(() => logOf([1, 2, 3]).log.commitTo(4)).toThrow(/regression/);
  });

  test('does not start on a log that is shorter than what is known to be committed or applied (D10)', () => {
    expect(() => new RaftLog(storageOf({ terms: [1, 1] }), 3, 0)).toThrow(/regression: committed/);
    expect(() => new RaftLog(storageOf({ terms: [1, 1] }), 0, 3)).toThrow(/regression: applied/);
  });

  test('does not start on a log that was cut beyond the state machine (R13)', () => {
    const storage = storageOf({ terms: [1, 1, 1] });
    storage.checkpoint = { index: 2, conf: confOf(['1']) };
    storage.compact(2);
    expect(() => new RaftLog(storage, 2, 1)).toThrow(/only 1 is applied/);
    expect(new RaftLog(storage, 2, 2).firstIndex()).toBe(3);
  });

  test('knows what is applied to be committed, although the stored commit index lags (D14)', () => {
    expect(new RaftLog(storageOf({ terms: [1, 1, 1] }), 0, 2).commit).toBe(2);
  });

  test.each([
    // Own log 1 1 3 3 5: asked about index, term -> position
    [5, 5, { index: 5, term: 5 }],
    [5, 4, { index: 4, term: 3 }],
    [5, 2, { index: 2, term: 1 }],
    [4, 3, { index: 4, term: 3 }],
    [3, 0, { index: 0, term: 0 }],
    [0, 9, { index: 0, term: 0 }],
  ])('finds the last possible match at %i for term %i (R6)', (index, term, expected) => {
    expect(logOf([1, 1, 3, 3, 5]).log.findConflictByTerm(index, term)).toEqual(expected);
  });

  test('gives the edge of what is compacted as a possible match of unknown term (R6)', () => {
    const { log, storage } = logOf([1, 1, 3, 3], 3);
    log.appliedTo(3);
    storage.checkpoint = { index: 3, conf: confOf(['1']) };
    storage.compact(2);
    expect(log.findConflictByTerm(4, 2)).toEqual({ index: 2, term: 1 });
    expect(log.findConflictByTerm(4, 0)).toEqual({ index: 1, term: 0 });
  });

  test('hands out committed entries once, only durable ones, and within the bound', () => {
    const { log, storage } = logOf([1, 1]);
    log.append([entryOf(1, 3, 'aaaa'), entryOf(1, 4, 'bbbb'), entryOf(1, 5, 'cccc')]);
    log.commitTo(5);
    expect(log.takeNextCommitted(100).map((entry) => entry.index)).toEqual([1, 2]);
    expect(log.hasNextCommitted()).toBe(false);
    write(log, storage, 1);
    expect(log.takeNextCommitted(9).map((entry) => entry.index)).toEqual([3, 4]);
    expect(log.takeNextCommitted(1).map((entry) => entry.index)).toEqual([5]);
    expect(log.takeNextCommitted(1)).toEqual([]);
  });

  test('does not apply backwards, nor beyond commit', () => {
    const { log } = logOf([1, 1, 1], 2);
    log.appliedTo(2);
    expect(() => log.appliedTo(1)).toThrow(/after 2/);
    expect(() => log.appliedTo(3)).toThrow(/only 2/);
  });

  test('finds a configuration change between applied and commit (E11)', () => {
    const { log, storage } = logOf([1]);
    const change: Entry = { term: 1, index: 2, type: 'conf-change', data: text('') };
    log.append([change, entryOf(1, 3)]);
    write(log, storage, 1);
    log.commitTo(1);
    expect(log.hasUnappliedConfChange()).toBe(false);
    log.commitTo(3);
    expect(log.hasUnappliedConfChange()).toBe(true);
    log.appliedTo(2);
    expect(log.hasUnappliedConfChange()).toBe(false);
  });

  test('reads entries across the edge between disk and memory, within the bound', () => {
    const { log } = logOf([1, 1]);
    log.append([entryOf(1, 3, 'aaaa'), entryOf(1, 4, 'bbbb')]);
    const indexes = (bytesMax: number, lo = 1): unknown => {
      const found = log.entriesFrom(lo, bytesMax);
      return typeof found === 'string' ? found : found.map((entry) => entry.index);
    };
    expect(indexes(100)).toEqual([1, 2, 3, 4]);
    expect(indexes(4)).toEqual([1, 2, 3]);
    expect(indexes(0)).toEqual([1, 2]);
    expect(indexes(0, 3)).toEqual([3]);
    expect(indexes(100, 5)).toEqual([]);
  });
});

describe('writes under way (D4)', () => {
  test('does not count a completion for entries that were replaced meanwhile and came back (ABA)', () => {
    const { log, storage } = logOf([1, 1]);
    // Write 1: entry 3 of term 1. Write 2: entry 3 of term 2. Write 3: entry 3 of term 1 again, from a third leader.
    for (const [number, term] of [
      [1, 1],
      [2, 2],
      [3, 1],
    ] as const) {
      log.maybeAppend({ index: 2, term: 1 }, [entryOf(term, 3)], 0);
      log.writeStarted(number);
    }
    log.writesDone(1);
    expect(log.durableIndex).toBe(2);
    log.writesDone(2);
    expect(log.durableIndex).toBe(2);
    storage.append([entryOf(1, 3)]);
    log.writesDone(3);
    expect(log.durableIndex).toBe(3);
  });

  test('counts what a later truncation has left of a write', () => {
    const { log } = logOf([1]);
    log.append(entriesOf([1, 1, 1], 2));
    log.writeStarted(1);
    log.maybeAppend({ index: 3, term: 1 }, [entryOf(2, 4)], 0);
    log.writesDone(1);
    expect(log.durableIndex).toBe(3);
  });

  test('hands out each entry once, and again what was replaced', () => {
    const { log } = logOf([1]);
    log.append(entriesOf([1, 1], 2));
    log.writeStarted(1);
    log.append(entriesOf([1], 4));
    expect(log.nextWrite().entries.map((entry) => entry.index)).toEqual([4]);
    log.maybeAppend({ index: 2, term: 1 }, entriesOf([3], 3), 0);
    expect(log.nextWrite().entries.map((entry) => [entry.term, entry.index])).toEqual([[3, 3]]);
  });

  test('does not take an older snapshot for the one that replaced it', () => {
    const { log } = logOf([1]);
    const confState = confOf(['1']);
    log.restore({ index: 5, term: 2, confState });
    log.writeStarted(1);
    log.restore({ index: 9, term: 2, confState });
    log.writeStarted(2);
    log.writesDone(1);
    expect(log.pendingSnapshot?.index).toBe(9);
    log.writesDone(2);
    expect([log.pendingSnapshot, log.applied]).toEqual([null, 9]);
  });
});

describe('a restored log (R10)', () => {
  test('knows nothing but the snapshot, and goes on after it', () => {
    const { log, storage } = logOf([1, 1, 1], 1);
    log.restore({ index: 7, term: 3, confState: confOf(['1']) });
    expect([log.firstIndex(), log.lastIndex(), log.lastTerm(), log.commit]).toEqual([8, 7, 3, 7]);
    expect([log.term(6), log.term(7), log.term(8)]).toEqual(['compacted', 3, 'unavailable']);
    expect(log.hasNextCommitted()).toBe(false);
    log.maybeAppend({ index: 7, term: 3 }, entriesOf([3], 8), 8);
    expect(log.hasNextCommitted()).toBe(false);
    write(log, storage, 1);
    expect([log.applied, log.durableIndex]).toEqual([7, 8]);
    expect(log.takeNextCommitted(10).map((entry) => entry.index)).toEqual([8]);
  });

  test('refuses to take back what is committed', () => {
    const { log } = logOf([1, 1, 1], 2);
    expect(() => log.restore({ index: 2, term: 1, confState: confOf(['1']) })).toThrow(/committed/);
  });
});

describe('a log under any sequence of appends and writes', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ at: fc.nat(12), count: fc.integer({ min: 1, max: 3 }), newTerm: fc.boolean() }) },
    { weight: 2, arbitrary: fc.constant({ start: true }) },
    { weight: 2, arbitrary: fc.constant({ finish: true }) },
    { weight: 1, arbitrary: fc.record({ commit: fc.nat(3) }) },
  );

  test('holds what a plain array would hold, and calls durable only what the disk really ends up with', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { log, storage } = logOf([1]);
        let model: Entry[] = [...entriesOf([1])];
        const disk: { number: number; entries: readonly Entry[] }[] = [];
        let term = 1;
        let number = 0;
        for (const one of steps) {
          if ('at' in one) {
            const prevIndex = Math.max(log.commit, Math.min(one.at, model.length));
            if (one.newTerm) term += 1;
            const entries = entriesOf(
              Array.from({ length: one.count }, () => term),
              prevIndex + 1,
            );
            const fresh = entries.findIndex((entry) => model[entry.index - 1]?.term !== entry.term);
            if (fresh >= 0) model = [...model.slice(0, prevIndex + fresh), ...entries.slice(fresh)];
            log.maybeAppend({ index: prevIndex, term: prevIndex === 0 ? 0 : (model[prevIndex - 1]?.term ?? 0) }, entries, 0);
          } else if ('start' in one && log.hasNextWrite()) {
            number += 1;
            disk.push({ number, entries: log.nextWrite().entries });
            log.writeStarted(number);
          } else if ('finish' in one) {
            const done = disk.shift();
            if (done !== undefined) storage.append(done.entries);
            if (done !== undefined) log.writesDone(done.number);
          } else if ('commit' in one) {
            log.commitTo(Math.min(log.durableIndex, log.commit + one.commit));
          }
          expect(termsOf(log)).toEqual(model.map((entry) => entry.term));
          // Durable: on disk now, and after each of the writes that are under way.
          for (let index = 1; index <= log.durableIndex; index += 1) {
            expect(storage.term(index)).toBe(log.term(index));
            for (const { entries } of disk) expect(entries.every((entry) => entry.index > log.durableIndex)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
