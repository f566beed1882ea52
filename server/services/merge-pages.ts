/** Pages of several groups as one page, in one order, and where each group is to go on (spec 2: stable cursors). */

export interface GroupPage<R, P> {
  readonly group: string;
  /** In the order of the list. */
  readonly rows: readonly R[];
  /** Where the page began; null: at the start. */
  readonly start: P | null;
  /** Up to where the group has been looked through; null: there is no more. */
  readonly next: P | null;
}

export interface MergeOrder<R, P> {
  readonly placeOf: (row: R) => P;
  /** Orders places of different groups too; negative: `a` comes first. */
  readonly compare: (a: P, groupOfA: string, b: P, groupOfB: string) => number;
  readonly rowsMax: number;
  /** At least one row is given, however large. */
  readonly bytesMax?: number | undefined;
  readonly bytesOf?: ((row: R) => number) | undefined;
}

export interface MergedPage<R, P> {
  readonly rows: readonly { readonly group: string; readonly row: R }[];
  /** Of every group that has more: where it goes on; null: at its start. Empty after the last page. */
  readonly next: ReadonlyMap<string, P | null>;
}

/** Nothing is given that a group may still have something before. */
export function mergePages<R, P>(pages: readonly GroupPage<R, P>[], order: MergeOrder<R, P>): MergedPage<R, P> {
  const { placeOf, compare, rowsMax, bytesMax = Infinity, bytesOf } = order;
  const candidates = pages.flatMap(({ group, rows }) => rows.map((row) => ({ group, row, place: placeOf(row) })));
  candidates.sort((a, b) => compare(a.place, a.group, b.place, b.group));
  const given = new Map<string, { count: number; last: P }>();
  const rows: { readonly group: string; readonly row: R }[] = [];
  let bytes = 0;
  for (const { group, row, place } of candidates) {
    const hidden = pages.some((page) => page.next !== null && compare(place, group, page.next, page.group) > 0);
    bytes += bytesOf?.(row) ?? 0;
    if (hidden || rows.length === rowsMax || (bytes > bytesMax && rows.length > 0)) break;
    rows.push({ group, row });
    given.set(group, { count: (given.get(group)?.count ?? 0) + 1, last: place });
  }
  const next = new Map<string, P | null>();
  for (const page of pages) {
    const taken = given.get(page.group);
    if ((taken?.count ?? 0) < page.rows.length) next.set(page.group, taken?.last ?? page.start);
    else if (page.next !== null) next.set(page.group, page.next);
  }
  return { rows, next };
}
