import { describe, expect, test } from 'vitest';
import type { Entry } from '../../lib/contract/model.ts';
import type { Sorting } from './sort-entries.ts';
import { nextSorting, sortEntries } from './sort-entries.ts';

function entry(key: string, revision: number, updatedAt = ''): Entry {
  return { namespace: 'a', key, type: 'text', revision, version: '1:1', createdAt: '', updatedAt, updatedBy: '', message: '' };
}

const keysOf = (entries: readonly Entry[]): string => entries.map(({ key }) => key).join(' ');

describe('sorting entries', () => {
  const entries = [entry('key-10', 1, '2026-03-02'), entry('key-9', 2, '2026-03-01'), entry('key-1', 2, '2026-03-03')];

  test('leaves them as they came without a column', () => {
    expect(sortEntries(entries, null)).toBe(entries);
  });

  test('sorts numbers in keys as numbers', () => {
    expect(keysOf(sortEntries(entries, { column: 'key', descending: false }))).toBe('key-1 key-9 key-10');
  });

  test('keeps equal ones in their order, in both directions', () => {
    expect(keysOf(sortEntries(entries, { column: 'revision', descending: false }))).toBe('key-10 key-9 key-1');
    expect(keysOf(sortEntries(entries, { column: 'revision', descending: true }))).toBe('key-9 key-1 key-10');
  });

  test('goes from ascending to descending to none', () => {
    const first = nextSorting(null, 'updatedAt');
    const second = nextSorting(first, 'updatedAt');
    expect([first, second, nextSorting(second, 'updatedAt')]).toEqual([
      { column: 'updatedAt', descending: false },
      { column: 'updatedAt', descending: true },
      null,
    ] satisfies (Sorting | null)[]);
    expect(nextSorting(second, 'key')).toEqual({ column: 'key', descending: false });
  });
});
