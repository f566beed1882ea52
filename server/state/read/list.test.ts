import { describe, expect, test } from 'vitest';
import { ALL_ENTRIES, EXPIRE_NOTHING, Harness, START_MS, del, put, write } from '../testing/harness.ts';
import type { Queries } from '../types.ts';
import { keyRange } from './list.ts';

function list(h: Harness, more: Partial<Queries['entries']['q']> = {}) {
  return h.ask('entries', { namespace: 'a', ...ALL_ENTRIES, ...more });
}

function keys(h: Harness, more: Partial<Queries['entries']['q']> = {}): readonly string[] {
  return list(h, more).rows.map((row) => row.key);
}

describe('listing entries', () => {
  test('is in code point order, which is not the order of JavaScript strings', () => {
    const h = new Harness();
    // U+FF5E comes before U+1D11E, but its UTF-16 unit after the surrogates.
    h.run(write('a', [put('𝄞', '1'), put('～', '2'), put('Z', '3'), put('a', '4'), put('é', '5')]));
    expect(keys(h)).toEqual(['Z', 'a', 'é', '～', '𝄞']);
    expect(['～', '𝄞'].toSorted()).toEqual(['𝄞', '～']);
    expect(keys(h, { after: '～' })).toEqual(['𝄞']);
    expect(keys(h, { after: 'é', rowsMax: 1 })).toEqual(['～']);
  });

  test('takes a prefix as text, wildcards of LIKE included', () => {
    const h = new Harness();
    h.run(
      write(
        'a',
        ['db', 'db/url', 'db/user', 'db%', 'db_', 'dc', 'DB/URL'].map((key) => put(key, 'v')),
      ),
    );
    expect(keys(h, { prefix: 'db' })).toEqual(['db', 'db%', 'db/url', 'db/user', 'db_']);
    expect(keys(h, { prefix: 'db/' })).toEqual(['db/url', 'db/user']);
    expect(keys(h, { prefix: 'db%' })).toEqual(['db%']);
    expect(keys(h, { prefix: 'db/', after: 'db/url' })).toEqual(['db/user']);
    expect(keys(h, { prefix: 'db/', after: 'aa' })).toEqual(['db/url', 'db/user']);
  });

  test('cuts a page by rows and by bytes, never to nothing', () => {
    const h = new Harness();
    h.run(write('a', [put('a', 'x'.repeat(5000)), put('b', 'x'.repeat(5000)), put('c', 'x')]));
    expect([keys(h, { rowsMax: 2 }), list(h, { rowsMax: 2 }).more]).toEqual([['a', 'b'], true]);
    expect([keys(h, { rowsMax: 3 }), list(h, { rowsMax: 3 }).more]).toEqual([['a', 'b', 'c'], false]);
    expect([keys(h, { bytesMax: 1 }), list(h, { bytesMax: 1 }).more]).toEqual([['a'], true]);
    expect(keys(h, { bytesMax: 6000 })).toEqual(['a']);
    expect(keys(h, { bytesMax: 6000, values: false })).toEqual(['a', 'b', 'c']);
  });

  test('leaves values out when told so', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'v')]));
    const [row] = list(h, { values: false }).rows;
    expect(row).toMatchObject({ key: 'k', revision: 1 });
    expect(row).not.toHaveProperty('value');
  });

  test('tells an empty namespace from none', () => {
    const h = new Harness();
    h.run({ type: 'put-namespace', namespace: 'a', description: '', owner: '' });
    expect(list(h)).toEqual({ rows: [], more: false, asOfGone: false, namespaceExists: true });
    expect(list(h, { namespace: 'b' }).namespaceExists).toBe(false);
  });
});

describe('pages of one listing', () => {
  test('fit together while keys are created, changed and deleted between them', () => {
    const h = new Harness();
    h.run(
      write(
        'a',
        ['b', 'd', 'f', 'h'].map((key) => put(key, `old ${key}`)),
      ),
    );
    const asOf = h.machine.applied().index;
    const first = list(h, { rowsMax: 2, asOf });
    h.run(write('a', [put('a', 'new'), put('e', 'new'), put('f', 'changed'), del('h'), put('d', 'changed')]));
    h.run(write('a', [put('h', 'again')]));
    const second = list(h, { rowsMax: 2, asOf, after: 'd' });
    expect([...first.rows, ...second.rows].map((row) => [row.key, row.value, row.revision])).toEqual([
      ['b', 'old b', 1],
      ['d', 'old d', 1],
      ['f', 'old f', 1],
      ['h', 'old h', 1],
    ]);
    expect([first.more, second.more]).toEqual([true, false]);
    expect(keys(h)).toEqual(['a', 'b', 'd', 'e', 'f', 'h']);
  });

  test('survive the deletion of the namespace', () => {
    const h = new Harness();
    h.run(write('a', [put('x', '1'), put('y', '1')]));
    h.run({ type: 'delete-namespace', namespace: 'a' });
    expect(keys(h, { asOf: 1 })).toEqual(['x', 'y']);
    expect(keys(h)).toEqual([]);
  });

  test('say so when retention has taken what they need, and only where they need it', () => {
    const h = new Harness();
    h.run(write('a', [put('hot', '1'), put('calm', '1'), put('even', '1')]));
    h.run(write('b', [put('calm', '1')]));
    const asOf = h.machine.applied().index;
    for (let i = 0; i < 5; i++) h.run(write('a', [put('hot', `${i}`)]));
    expect(list(h, { asOf })).toMatchObject({ asOfGone: false });
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 2 });
    expect(list(h, { asOf })).toMatchObject({ asOfGone: true });
    expect(list(h, { asOf, prefix: 'calm' })).toMatchObject({ asOfGone: false, rows: [{ key: 'calm' }] });
    expect(list(h, { asOf, rowsMax: 1 })).toMatchObject({ asOfGone: false, rows: [{ key: 'calm' }] });
    expect(list(h, { asOf, namespace: 'b' })).toMatchObject({ asOfGone: false, rows: [{ key: 'calm' }] });
    expect(list(h, { asOf: h.machine.applied().index })).toMatchObject({ asOfGone: false });
  });

  test('do not take a key that is younger than the listing for one that retention took', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [put('young', '1')]));
    h.run(write('a', [put('k', '2')]));
    h.run(write('a', [put('k', '3')]));
    h.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 4 });
    expect(list(h, { asOf: 1, prefix: 'y' })).toMatchObject({ rows: [], asOfGone: false });
    expect(list(h, { asOf: 1, prefix: 'k' })).toMatchObject({ asOfGone: true });
  });
});

describe('keyRange', () => {
  test('starts at the later of prefix and cursor, by bytes', () => {
    expect(keyRange('p', null).from).toBe('p');
    expect(keyRange('p', 'pz').from).toBe('pz\0');
    expect(keyRange('p', 'a').from).toBe('p');
    expect(keyRange('𝄞', '～').from).toBe('𝄞');
  });
});

describe('history', () => {
  test('goes from newest to oldest, deletions included, in pages', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')], { message: 'one' }));
    h.run(write('a', [put('k', '2')]), { actor: { keyId: 'k2', name: 'bob' } });
    h.run(write('a', [del('k')]));
    const page = h.ask('history', { namespace: 'a', key: 'k', beforeRevision: null, rowsMax: 2 });
    expect(page).toMatchObject({
      more: true,
      oldestKept: 1,
      rows: [
        { revision: 3, deleted: true, value: null },
        { revision: 2, author: 'bob', value: '2' },
      ],
    });
    const rest = h.ask('history', { namespace: 'a', key: 'k', beforeRevision: 2, rowsMax: 2 });
    expect(rest).toEqual({
      rows: [
        {
          namespace: 'a',
          key: 'k',
          revision: 1,
          value: '1',
          type: 'text',
          position: { term: 1, index: 1 },
          author: 'ann',
          message: 'one',
          timeMs: START_MS + 1,
          deleted: false,
        },
      ],
      more: false,
      oldestKept: 1,
    });
    expect(h.ask('history', { namespace: 'a', key: 'none', beforeRevision: null, rowsMax: 2 })).toEqual({
      rows: [],
      more: false,
      oldestKept: null,
    });
    expect(h.ask('revision', { namespace: 'a', key: 'k', revision: 2 })).toMatchObject({ value: '2' });
    expect(h.ask('revision', { namespace: 'a', key: 'k', revision: 3 })).toMatchObject({ value: null, deleted: true });
    expect(h.ask('revision', { namespace: 'a', key: 'k', revision: 4 })).toBeNull();
  });
});

describe('namespaces', () => {
  test('page in order, by prefix of the text and by scope of whole segments', () => {
    const h = new Harness();
    for (const name of ['teams', 'teams/a', 'teams/a/b', 'teams/ab', 'teams-x', 'other']) h.run(write(name, [put('k', 'v')]));
    const names = (q: Partial<Queries['namespaces']['q']>) => {
      const { rows, more } = h.ask('namespaces', { prefix: '', scope: null, after: null, rowsMax: 10, ...q });
      return [rows.map((row) => row.namespace), more];
    };
    expect(names({})).toEqual([['other', 'teams', 'teams-x', 'teams/a', 'teams/a/b', 'teams/ab'], false]);
    expect(names({ prefix: 'teams/a' })).toEqual([['teams/a', 'teams/a/b', 'teams/ab'], false]);
    expect(names({ scope: ['teams/a', 'other', 'teams/a/b'] })).toEqual([['other', 'teams/a', 'teams/a/b'], false]);
    expect(names({ scope: ['teams'], prefix: 'teams/a', rowsMax: 2 })).toEqual([['teams/a', 'teams/a/b'], true]);
    expect(names({ scope: ['teams'], after: 'teams/a', rowsMax: 2 })).toEqual([['teams/a/b', 'teams/ab'], false]);
    expect(names({ scope: [] })).toEqual([[], false]);
  });
});
