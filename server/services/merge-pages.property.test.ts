import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GroupPage, mergePages } from './merge-pages.ts';

/** Pages over lists of numbers, each group's own; a group may look through more than it gives, or end a page early. */
test('pages of several groups are one list in order, without a gap or a repetition, whatever the pages', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ group: fc.constantFrom('a', 'b', 'c'), value: fc.nat(200) }), {
        selector: ({ group, value }) => `${group}${value}`,
        maxLength: 40,
      }),
      fc.integer({ min: 1, max: 7 }),
      fc.infiniteStream(fc.nat(4)),
      (all, rowsMax, cuts) => {
        const compare = (a: number, groupOfA: string, b: number, groupOfB: string): number =>
          a - b || (groupOfA < groupOfB ? -1 : Number(groupOfA > groupOfB));
        const page = (group: string, start: number | null): GroupPage<number, number> => {
          const rest = all.filter((one) => one.group === group && one.value > (start ?? -1)).map(({ value }) => value);
          rest.sort((a, b) => a - b);
          const looked = (cuts.next().value as number) + 1;
          // Every second row is looked at and not given, as a filter does.
          const rows = rest.slice(0, looked);
          const last = rows.at(-1);
          return { group, rows, start, next: rest.length > rows.length && last !== undefined ? last : null };
        };
        const got: string[] = [];
        let open = new Map<string, number | null>([
          ['a', null],
          ['b', null],
          ['c', null],
        ]);
        for (let pages = 0; open.size > 0; pages += 1) {
          expect(pages).toBeLessThan(400);
          const merged = mergePages(
            [...open].map(([group, start]) => page(group, start)),
            { placeOf: (row: number) => row, compare, rowsMax },
          );
          expect(merged.rows.length).toBeLessThanOrEqual(rowsMax);
          for (const { group, row } of merged.rows) got.push(`${row} ${group}`);
          open = new Map(merged.next);
        }
        const wanted = all.toSorted((a, b) => compare(a.value, a.group, b.value, b.group)).map(({ group, value }) => `${value} ${group}`);
        expect(got).toEqual(wanted);
      },
    ),
  );
});
