import type { InfiniteData } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { Entry } from '../contract/model.ts';
import type { EntryList } from '../contract/schemas/entries.ts';

export type EntryPages = InfiniteData<Answer<EntryList>, string | undefined>;

/** Order of keys in a list: that of their code points, which the halves of surrogate pairs would upset. */
function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  for (;;) {
    const [x, y] = [left.next(), right.next()];
    if (x.done === true || y.done === true) return x.done === true ? -1 : 1;
    const difference = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
}

/**
 * The list with one key as it was read since: changed, new or gone. What was read of it at a later revision stays. All pages are of
 * one state, so a key that lies beyond those that have come cannot be put in.
 *
 * @param entry null: there is no such entry (any more)
 * @returns null when the list has to be read anew
 */
export function withEntry(list: EntryPages, key: string, entry: Entry | null): EntryPages | null {
  const at = list.pages.findIndex(({ data }) => {
    const last = data.items.at(-1);
    return last !== undefined && compareKeys(key, last.key) <= 0;
  });
  const number = at === -1 ? list.pages.length - 1 : at;
  const page = list.pages[number];
  if (page === undefined || (at === -1 && page.data.nextCursor !== null)) return null;
  const { items } = page.data;
  const place = items.findIndex((item) => compareKeys(key, item.key) <= 0);
  const index = place === -1 ? items.length : place;
  const known = items[index]?.key === key ? items[index] : undefined;
  if (known === undefined && entry === null) return list;
  if (known !== undefined && entry !== null && known.revision >= entry.revision) return list;
  const next = items.toSpliced(index, known === undefined ? 0 : 1, ...(entry === null ? [] : [entry]));
  return { ...list, pages: list.pages.with(number, { ...page, data: { ...page.data, items: next } }) };
}
