import { describe, expect, test } from 'vitest';

import { InvariantError } from '../../lib/kernel/assert.ts';
import type { Entry } from '../raft/types.ts';
import { append, confState, entries, entry, stateOf } from './test-support.ts';
import type { GroupWrite, LogStore } from './types.ts';

/** One disk for one test, on which stores are opened one after the other. */
export interface LogStoreHarness {
  /** Opens the store on what the disk holds. */
  open(options: { readonly segmentBytes: number; readonly cacheBytes: number }): LogStore;
  /** Lets everything happen that is under way, preparation of segments included. */
  settle(): Promise<void>;
  /** Ends the store as `kill -9` does: nothing is closed, what was written stays. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

const OPTIONS = { segmentBytes: 4096, cacheBytes: 1024 * 1024 };

/** The tests that every implementation of `LogStore` passes. */
export function runLogStoreSuite(name: string, makeHarness: () => LogStoreHarness): void {
  async function withHarness(body: (harness: LogStoreHarness) => Promise<void>): Promise<void> {
    const harness = makeHarness();
    try {
      await body(harness);
    } finally {
      await harness.dispose();
    }
  }

  describe(`${name}: contents`, () => {
    contentsTests(withHarness);
  });
  describe(`${name}: bases`, () => {
    baseTests(withHarness);
  });
  describe(`${name}: reading`, () => {
    readingTests(withHarness);
  });
  describe(`${name}: space`, () => {
    spaceTests(withHarness);
  });
  describe(`${name}: order and misuse`, () => {
    orderTests(withHarness);
  });
}

type WithHarness = (body: (harness: LogStoreHarness) => Promise<void>) => Promise<void>;

async function write(harness: LogStoreHarness, store: LogStore, ...writes: GroupWrite[]): Promise<void> {
  const written = append(store, writes);
  await harness.settle();
  await written;
}

/** Runs `check` on the store as it is, after a clean close, and after a kill. */
async function everywhere(harness: LogStoreHarness, store: LogStore, check: (store: LogStore) => void): Promise<void> {
  check(store);
  store.close();
  const reopened = harness.open(OPTIONS);
  check(reopened);
  await harness.settle();
  await harness.kill();
  const recovered = harness.open(OPTIONS);
  check(recovered);
  recovered.close();
}

function contentsTests(withHarness: WithHarness): void {
  test('is empty when nothing was written', () =>
    withHarness(async (harness) => {
      await everywhere(harness, harness.open(OPTIONS), (store) => {
        expect(store.groups()).toEqual([]);
        const log = store.group('g');
        expect(log.base()).toMatchObject({ index: 0, term: 0 });
        expect(log.hardState()).toEqual({ term: 0, vote: null, commit: 0 });
        expect([log.firstIndex(), log.lastIndex(), log.term(0), log.term(1)]).toEqual([1, 0, 0, 'unavailable']);
        expect(log.entries(1, 2, 100)).toBe('unavailable');
      });
    }));

  test('holds what was appended to several groups in one batch', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      const one = entries(1, 3, 1);
      const two: Entry[] = [{ term: 7, index: 1, type: 'conf-change', data: new Uint8Array([1, 2, 3]) }, entry(2, 7, 0)];
      await write(
        harness,
        store,
        { group: 'one', hardState: { term: 1, vote: 'n1@a', commit: 2 }, entries: one },
        { group: 'two', hardState: { term: 7, vote: null, commit: 0 }, entries: two },
      );
      await everywhere(harness, store, (reopened) => {
        expect(reopened.groups()).toEqual(['one', 'two']);
        expect(reopened.group('one').hardState()).toEqual({ term: 1, vote: 'n1@a', commit: 2 });
        expect(reopened.group('two').hardState()).toEqual({ term: 7, vote: null, commit: 0 });
        expect(stateOf(reopened.group('one')).entries).toEqual(plain(one));
        expect(stateOf(reopened.group('two')).entries).toEqual(plain(two));
      });
    }));

  test('applies several writes of one group in their order', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(
        harness,
        store,
        { group: 'g', hardState: { term: 1, vote: null, commit: 0 }, entries: entries(1, 3, 1) },
        { group: 'g', entries: entries(4, 6, 1) },
        { group: 'g', hardState: { term: 2, vote: 'v', commit: 3 }, entries: entries(5, 5, 2) },
      );
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('g')).entries).toEqual(plain([...entries(1, 4, 1), ...entries(5, 5, 2)]));
        expect(reopened.group('g').hardState()).toEqual({ term: 2, vote: 'v', commit: 3 });
      });
    }));

  test('replaces the suffix when an entry lies at or below the last index', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'g', entries: entries(1, 10, 1) });
      await write(harness, store, { group: 'g', entries: entries(4, 5, 2) });
      await everywhere(harness, store, (reopened) => {
        const log = reopened.group('g');
        expect(log.lastIndex()).toBe(5);
        expect([log.term(3), log.term(4), log.term(5), log.term(6)]).toEqual([1, 2, 2, 'unavailable']);
        expect(stateOf(log).entries).toEqual(plain([...entries(1, 3, 1), ...entries(4, 5, 2)]));
      });
    }));
}

function baseTests(withHarness: WithHarness): void {
  test('starts anew behind a snapshot, in the order snapshot, hard state, entries', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'g', hardState: { term: 1, vote: null, commit: 3 }, entries: entries(1, 10, 1) });
      const conf = confState('a', 'b');
      await write(harness, store, {
        group: 'g',
        snapshot: { index: 100, term: 4, confState: conf },
        hardState: { term: 5, vote: null, commit: 101 },
        entries: entries(101, 102, 5),
      });
      await everywhere(harness, store, (reopened) => {
        const log = reopened.group('g');
        expect(log.base()).toEqual({ index: 100, term: 4, confState: conf });
        expect([log.firstIndex(), log.lastIndex()]).toEqual([101, 102]);
        expect([log.term(99), log.term(100), log.term(101)]).toEqual(['compacted', 4, 5]);
        expect(log.hardState()).toEqual({ term: 5, vote: null, commit: 101 });
        expect(log.entries(100, 101, 10)).toBe('compacted');
      });
    }));

  test('forgets compacted entries and keeps index, term and configuration of the base', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'g', entries: [...entries(1, 5, 1), ...entries(6, 10, 2)] });
      store.compact('g', 6, confState('a'));
      // The base is on the disk with the next batch.
      await write(harness, store, { group: 'h', entries: entries(1, 1, 1) });
      await everywhere(harness, store, (reopened) => {
        const log = reopened.group('g');
        expect(log.base()).toEqual({ index: 6, term: 2, confState: confState('a') });
        expect([log.firstIndex(), log.lastIndex(), log.term(6), log.term(5)]).toEqual([7, 10, 2, 'compacted']);
        expect(stateOf(log).entries).toEqual(plain(entries(7, 10, 2)));
        expect(log.hardState().commit).toBe(6);
      });
    }));

  test('keeps term and vote of a group that wrote nothing but them', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'g', hardState: { term: 3, vote: 'ü@1', commit: 0 } });
      await everywhere(harness, store, (reopened) => {
        expect(reopened.groups()).toEqual(['g']);
        expect(reopened.group('g').hardState()).toEqual({ term: 3, vote: 'ü@1', commit: 0 });
      });
    }));
}

function readingTests(withHarness: WithHarness): void {
  test('returns at least one entry and then as many as fit', () =>
    withHarness(async (harness) => {
      const store = harness.open({ ...OPTIONS, cacheBytes: 0 });
      await write(harness, store, { group: 'g', entries: [1, 2, 3, 4].map((i) => entry(i, 1, 100)) });
      const read = (bytesMax: number): number => (store.group('g').entries(1, 5, bytesMax) as readonly Entry[]).length;
      expect([0, 100, 199, 200, 399, 400].map(read)).toEqual([1, 1, 1, 2, 3, 4]);
      store.close();
    }));

  test('reads the same from the disk, from memory, and from both', () =>
    withHarness(async (harness) => {
      const store = harness.open({ segmentBytes: 2048, cacheBytes: 3000 });
      const all = entries(1, 60, 1);
      for (const e of all)
        await write(
          harness,
          store,
          { group: 'g', entries: [e] },
          { group: `h${e.index % 3}`, hardState: { term: e.index, vote: null, commit: 0 } },
        );
      for (const lo of [1, 2, 30, 57, 60]) {
        expect(plain(store.group('g').entries(lo, 61, 1e9) as Entry[])).toEqual(plain(all.slice(lo - 1)));
      }
      store.close();
    }));

  test('stores an entry larger than a segment', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      const large = [entry(1, 1, 10), entry(2, 1, 50_000), entry(3, 1, 10), entry(4, 1, 9_000), entry(5, 1, 9_000)];
      await write(harness, store, { group: 'g', entries: large });
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('g')).entries).toEqual(plain(large));
      });
    }));
}

function spaceTests(withHarness: WithHarness): void {
  test('gives segments back once nothing in them is needed', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      const sizes: number[] = [];
      for (let i = 1; i <= 400; i += 1) {
        await write(harness, store, { group: 'g', entries: [entry(i, 1, 200)] });
        if (i > 10) store.compact('g', i - 10, confState('a'));
        sizes.push(store.sizeBytes());
      }
      expect(Math.max(...sizes)).toBeLessThan(8 * OPTIONS.segmentBytes);
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('g')).entries.slice(-10)).toEqual(plain([...range(391, 400)].map((i) => entry(i, 1, 200))));
      });
    }));

  test('gives segments back whose entries were all replaced', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      let largest = 0;
      for (let term = 1; term <= 150; term += 1) {
        await write(harness, store, { group: 'g', entries: [1, 2, 3].map((i) => entry(i, term, 200)) });
        largest = Math.max(largest, store.sizeBytes());
      }
      expect(largest).toBeLessThan(10 * OPTIONS.segmentBytes);
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('g')).entries).toEqual(plain([1, 2, 3].map((i) => entry(i, 150, 200))));
      });
    }));

  test('restates groups that have long been silent when their segment goes', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'silent', hardState: { term: 9, vote: 'me', commit: 0 } });
      await write(harness, store, { group: 'base', snapshot: { index: 7, term: 3, confState: confState('x', 'y') } });
      for (let i = 1; i <= 300; i += 1) {
        await write(harness, store, { group: 'g', entries: [entry(i, 1, 200)] });
        store.compact('g', i, confState('a'));
      }
      await everywhere(harness, store, (reopened) => {
        expect(reopened.group('silent').hardState()).toEqual({ term: 9, vote: 'me', commit: 0 });
        expect(reopened.group('base').base()).toEqual({ index: 7, term: 3, confState: confState('x', 'y') });
      });
    }));

  test('moves the few entries of a quiet group so that they hold no segment back', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'quiet', hardState: { term: 1, vote: null, commit: 2 }, entries: entries(1, 3, 1) });
      let largest = 0;
      for (let i = 1; i <= 600; i += 1) {
        await write(harness, store, { group: 'g', entries: [entry(i, 1, 200)] });
        store.compact('g', i, confState('a'));
        largest = Math.max(largest, store.sizeBytes());
      }
      expect(largest).toBeLessThan(10 * OPTIONS.segmentBytes);
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('quiet')).entries).toEqual(plain(entries(1, 3, 1)));
        expect(reopened.group('quiet').hardState()).toEqual({ term: 1, vote: null, commit: 2 });
      });
    }));
}

function orderTests(withHarness: WithHarness): void {
  test('shows a batch to readers at once and calls back later', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      const calls: string[] = [];
      store.append(
        [{ group: 'g', entries: entries(1, 2, 1) }],
        () => calls.push('done'),
        () => calls.push('failed'),
      );
      expect(store.group('g').lastIndex()).toBe(2);
      expect(calls).toEqual([]);
      await harness.settle();
      expect(calls).toEqual(['done']);
      store.append(
        [],
        () => calls.push('empty'),
        () => calls.push('failed'),
        { sync: false },
      );
      expect(calls).toEqual(['done']);
      await harness.settle();
      expect(calls).toEqual(['done', 'empty']);
      store.close();
    }));

  test('refuses gaps, entries below the base and a second append at once, and stays usable', () =>
    withHarness(async (harness) => {
      const store = harness.open(OPTIONS);
      await write(harness, store, { group: 'g', entries: entries(1, 5, 1) });
      store.compact('g', 3, confState('a'));
      const bad: GroupWrite[] = [
        { group: 'g', entries: entries(7, 8, 1) },
        { group: 'g', entries: entries(3, 8, 1) },
        { group: 'g', entries: [entry(6, 1, 1), entry(8, 1, 1)] },
        { group: 'g', hardState: { term: 1, vote: null, commit: 6 } },
        { group: 'g', snapshot: { index: 2, term: 1, confState: confState('a') } },
      ];
      for (const refused of bad)
        expect(() =>
          store.append(
            [refused],
            () => {},
            () => {},
          ),
        ).toThrow(InvariantError);
      expect(() => store.compact('g', 9, confState('a'))).toThrow(InvariantError);
      const first = append(store, [{ group: 'g', entries: entries(6, 6, 1) }]);
      expect(() =>
        store.append(
          [],
          () => {},
          () => {},
        ),
      ).toThrow(InvariantError);
      await harness.settle();
      await first;
      await everywhere(harness, store, (reopened) => {
        expect(stateOf(reopened.group('g')).entries).toEqual(plain(entries(4, 6, 1)));
      });
    }));
}

function plain(list: readonly Entry[]): readonly { index: number; term: number; type: string; data: string }[] {
  return list.map(({ index, term, type, data }) => ({ index, term, type, data: Buffer.from(data).toString('latin1') }));
}

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i <= to; i += 1) yield i;
}
