import { describe, expect, test } from 'vitest';
import { Harness, del, put, write } from '../testing/harness.ts';
import type { Queries } from '../types.ts';
import { SEARCH_SCAN_BYTES, SEARCH_SCAN_ROWS } from './search.ts';

const ALL = {
  prefix: '',
  scope: null,
  search: '',
  inKey: true,
  inValue: true,
  after: null,
  asOf: null,
  rowsMax: 1000,
  bytesMax: 1e9,
} as const;

function search(h: Harness, q: Partial<Queries['search']['q']> = {}) {
  return h.ask('search', { ...ALL, ...q });
}

function found(h: Harness, q: Partial<Queries['search']['q']> = {}): readonly string[] {
  return search(h, q).rows.map((row) => `${row.namespace} ${row.key}`);
}

/** Follows `next` to the end. */
function foundInPages(h: Harness, q: Partial<Queries['search']['q']>): { names: readonly string[]; pages: number } {
  const names: string[] = [];
  let after: Queries['search']['q']['after'] = null;
  for (let pages = 1; ; pages++) {
    const page = search(h, { ...q, after });
    names.push(...page.rows.map((row) => `${row.namespace} ${row.key}`));
    if (!page.more) return { names, pages };
    expect(page.next).not.toEqual(after);
    after = page.next;
  }
}

function sample(): Harness {
  const h = new Harness();
  h.run(write('teams/a', [put('db/url', 'postgres://HOST'), put('host', 'x'), put('zone', 'eu')]));
  h.run(write('teams/ab', [put('db/url', 'mysql')]));
  h.run(write('ops', [put('db/user', 'root'), put('Über', 'ÄHREN')]));
  return h;
}

describe('search', () => {
  test('finds a substring in key or value, whatever the case', () => {
    const h = sample();
    expect(found(h, { search: 'host' })).toEqual(['teams/a db/url', 'teams/a host']);
    expect(found(h, { search: 'HOST', inKey: false })).toEqual(['teams/a db/url']);
    expect(found(h, { search: 'hOSt', inValue: false })).toEqual(['teams/a host']);
    expect(found(h, { search: 'ähren' })).toEqual(['ops Über']);
    expect(found(h, { search: '%' })).toEqual([]);
    expect(found(h)).toHaveLength(6);
    expect(search(h, { search: 'mysql' })).toMatchObject({ rows: [{ value: 'mysql' }], more: false, next: null, asOfGone: false });
  });

  test('keeps to scope, key prefix and namespace prefix', () => {
    const h = sample();
    expect(found(h, { scope: ['teams/a'] })).toEqual(['teams/a db/url', 'teams/a host', 'teams/a zone']);
    expect(found(h, { prefix: 'db/' })).toEqual(['ops db/user', 'teams/a db/url', 'teams/ab db/url']);
    expect(found(h, { namespacePrefix: 'teams/a', prefix: 'db/' })).toEqual(['teams/a db/url', 'teams/ab db/url']);
    expect(found(h, { scope: [] })).toEqual([]);
  });

  test('pages without gaps and repetitions', () => {
    const h = sample();
    for (const rowsMax of [1, 2, 5]) expect(foundInPages(h, { rowsMax }).names).toEqual(found(h));
    expect(foundInPages(h, { bytesMax: 1 }).names).toEqual(found(h));
    expect(foundInPages(h, { rowsMax: 1, scope: ['teams', 'ops'] }).names).toEqual(found(h));
  });

  test('sees one state on all of its pages', () => {
    const h = sample();
    const asOf = h.machine.applied().index;
    const before = found(h);
    h.run(write('ops', [put('new', 'x'), del('db/user')]));
    h.run({ type: 'delete-namespace', namespace: 'teams/a' });
    expect(foundInPages(h, { asOf, rowsMax: 2 }).names).toEqual(before);
    expect(found(h)).toEqual(['ops new', 'ops Über', 'teams/ab db/url']);
  });

  test('stops after a bounded number of rows, perhaps with none, and goes on from there', () => {
    const h = new Harness();
    for (let i = 0; i < SEARCH_SCAN_ROWS * 2.5; i += 100) {
      h.machine.apply([
        h.log.command(
          write(
            'a',
            Array.from({ length: 100 }, (_, j) => put(`k${String(i + j).padStart(6, '0')}`, 'hay')),
          ),
        ),
      ]);
    }
    h.run(write('z', [put('k', 'needle')]));
    const first = search(h, { search: 'needle' });
    expect(first).toMatchObject({ rows: [], more: true, next: { namespace: 'a' } });
    expect(foundInPages(h, { search: 'needle' })).toEqual({ names: ['z k'], pages: 3 });
  });

  test('stops after a bounded number of bytes', () => {
    const h = new Harness();
    const value = 'x'.repeat(4 * 1024 * 1024);
    for (let i = 0; i < 7; i++) h.run(write('a', [put(`k${i}`, value)]));
    const page = search(h, { search: 'needle' });
    expect(page).toMatchObject({ rows: [], more: true, next: { key: `k${SEARCH_SCAN_BYTES / value.length - 1}` } });
    expect(foundInPages(h, { search: 'needle' })).toEqual({ names: [], pages: 2 });
  });

  test('is bounded over very many namespaces too', () => {
    const h = new Harness();
    h.machine.apply(Array.from({ length: SEARCH_SCAN_ROWS }, (_, i) => h.log.command(write(`n${i}`, [put('k', 'v')]))));
    expect(foundInPages(h, { prefix: 'other' })).toEqual({ names: [], pages: 1 });
    // The last namespace takes the last of the budget, so that its first entry has to wait for the next page.
    h.run(write('n999', [put('match', 'v')]));
    expect(foundInPages(h, { prefix: 'match' })).toEqual({ names: ['n999 match'], pages: 2 });
    h.run(write('n999', [del('match')]));
    const { names, pages } = foundInPages(h, {});
    expect(new Set(names).size).toBe(SEARCH_SCAN_ROWS);
    expect([names.length, pages]).toEqual([SEARCH_SCAN_ROWS, 2]);
  });
});
