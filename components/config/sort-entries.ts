import type { Entry } from '../../lib/contract/model.ts';

export type SortColumn = 'key' | 'type' | 'revision' | 'updatedAt' | 'updatedBy';

export interface Sorting {
  readonly column: SortColumn;
  readonly descending: boolean;
}

const byName = new Intl.Collator('en', { numeric: true }).compare;
const byCode = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

const orders: Readonly<Record<SortColumn, (a: Entry, b: Entry) => number>> = {
  key: (a, b) => byName(a.key, b.key),
  type: (a, b) => byCode(a.type, b.type),
  revision: (a, b) => a.revision - b.revision,
  updatedAt: (a, b) => byCode(a.updatedAt, b.updatedAt),
  updatedBy: (a, b) => byName(a.updatedBy, b.updatedBy),
};

/** Entries in the order of a column, equal ones in the order that they came in; null leaves them as they came. */
export function sortEntries(entries: readonly Entry[], sorting: Sorting | null): readonly Entry[] {
  if (sorting === null) return entries;
  const order = orders[sorting.column];
  return entries.toSorted(sorting.descending ? (a, b) => order(b, a) : order);
}

/** What a click on a column's head does: ascending, then descending, then as it came. */
export function nextSorting(now: Sorting | null, column: SortColumn): Sorting | null {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? null : { column, descending: true };
}
