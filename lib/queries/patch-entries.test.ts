import { expect, test } from 'vitest';
import type { Entry } from '../contract/model.ts';
import type { EntryPages } from './patch-entries.ts';
import { withEntry } from './patch-entries.ts';

function entry(key: string, revision = 1): Entry {
  const time = '2026-01-01T00:00:00.000Z';
  return {
    namespace: 'n',
    key,
    type: 'text',
    revision,
    version: `1:${revision}`,
    createdAt: time,
    updatedAt: time,
    updatedBy: 'a',
    message: '',
  };
}

function listOf(pages: readonly (readonly string[])[], more = false): EntryPages {
  return {
    pageParams: pages.map(() => undefined),
    pages: pages.map((keys, at) => ({
      data: { items: keys.map((key) => entry(key)), nextCursor: more || at < pages.length - 1 ? 'next' : null },
      meta: {} as EntryPages['pages'][number]['meta'],
    })),
  };
}

function keysOf(list: EntryPages | null): readonly (readonly string[])[] | undefined {
  return list?.pages.map(({ data }) => data.items.map(({ key, revision }) => (revision === 1 ? key : `${key}@${revision}`)));
}

const two = listOf([
  ['a', 'c'],
  ['e', 'g'],
]);

test('changes, adds and takes out one key, in the page that it lies in', () => {
  expect(keysOf(withEntry(two, 'c', entry('c', 2)))).toEqual([
    ['a', 'c@2'],
    ['e', 'g'],
  ]);
  expect(keysOf(withEntry(two, 'b', entry('b')))).toEqual([
    ['a', 'b', 'c'],
    ['e', 'g'],
  ]);
  expect(keysOf(withEntry(two, 'd', entry('d')))).toEqual([
    ['a', 'c'],
    ['d', 'e', 'g'],
  ]);
  expect(keysOf(withEntry(two, 'g', null))).toEqual([['a', 'c'], ['e']]);
  expect(keysOf(withEntry(two, 'z', entry('z')))).toEqual([
    ['a', 'c'],
    ['e', 'g', 'z'],
  ]);
  expect(keysOf(withEntry(listOf([[]]), 'a', entry('a')))).toEqual([['a']]);
});

test('touches nothing but the page that changes', () => {
  expect(withEntry(two, 'f', entry('f'))?.pages[0]).toBe(two.pages[0]);
  expect(withEntry(two, 'f', null)).toBe(two);
});

test('keeps what was read at a later revision', () => {
  const later = withEntry(two, 'c', entry('c', 5));
  expect(later === null ? null : withEntry(later, 'c', entry('c', 4))).toBe(later);
});

test('asks for the list anew when the key lies beyond what has come', () => {
  const part = listOf([['a', 'c']], true);
  expect(withEntry(part, 'd', entry('d'))).toBeNull();
  expect(withEntry(part, 'd', null)).toBeNull();
  expect(keysOf(withEntry(part, 'b', entry('b')))).toEqual([['a', 'b', 'c']]);
});

test('orders keys by their code points, as the nodes do', () => {
  // U+FF5E comes before U+1F600, though its UTF-16 unit is the greater one.
  const list = listOf([['\uff5e', '\u{1f600}']]);
  expect(keysOf(withEntry(list, '\uff5f', entry('\uff5f')))).toEqual([['\uff5e', '\uff5f', '\u{1f600}']]);
});
