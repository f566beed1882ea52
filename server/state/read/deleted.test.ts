import { expect, test } from 'vitest';
import { Harness, del, put, write } from '../testing/harness.ts';
import type { Queries } from '../types.ts';
import { DELETED_SCAN_ROWS } from './deleted.ts';

const ALL = { namespace: 'a', prefix: '', after: null, asOf: null, rowsMax: 1000 } as const satisfies Queries['deleted']['q'];

function deleted(h: Harness, more: Partial<Queries['deleted']['q']> = {}): readonly string[] {
  return h.ask('deleted', { ...ALL, ...more }).rows.map((row) => row.key);
}

function sample(): Harness {
  const h = new Harness();
  h.run(
    write(
      'a',
      ['b', 'c', 'd/1', 'd/2', 'e'].map((key) => put(key, 'v')),
    ),
  );
  h.run(write('b', [put('c', 'elsewhere')]));
  h.run(write('a', [del('c'), del('d/1'), del('d/2')], { message: 'tidied up' }));
  return h;
}

test('tells which keys are deleted now, by whom and why', () => {
  const h = sample();
  expect(deleted(h)).toEqual(['c', 'd/1', 'd/2']);
  expect(h.ask('deleted', ALL).rows[0]).toMatchObject({ revision: 2, value: null, deleted: true, author: 'ann', message: 'tidied up' });
  h.run(write('a', [put('c', 'back')]));
  expect(deleted(h)).toEqual(['d/1', 'd/2']);
  expect(deleted(h, { prefix: 'd/', after: 'd/1' })).toEqual(['d/2']);
  expect(deleted(h, { namespace: 'b' })).toEqual([]);
});

test('still has the keys of a deleted namespace', () => {
  const h = sample();
  h.run({ type: 'delete-namespace', namespace: 'a' });
  expect(deleted(h)).toEqual(['b', 'c', 'd/1', 'd/2', 'e']);
  expect(h.ask('deleted', ALL).namespaceExists).toBe(false);
});

test('has pages that fit together while keys are deleted and brought back between them', () => {
  const h = sample();
  const asOf = h.machine.applied().index;
  const first = h.ask('deleted', { ...ALL, rowsMax: 1 });
  expect([first.rows.map((row) => row.key), first.next]).toEqual([['c'], 'c']);
  h.run(write('a', [put('d/1', 'back'), del('e'), del('b')]));
  expect(deleted(h, { after: 'c', asOf })).toEqual(['d/1', 'd/2']);
  expect(deleted(h)).toEqual(['b', 'c', 'd/2', 'e']);
});

test('looks at a bounded number of keys, and goes on where it stopped', () => {
  const h = new Harness();
  const keys = Array.from({ length: DELETED_SCAN_ROWS + 20 }, (_, at) => `k${String(at).padStart(6, '0')}`);
  for (let from = 0; from < keys.length; from += 100) {
    h.run(
      write(
        'a',
        keys.slice(from, from + 100).map((key) => put(key, 'v')),
      ),
    );
  }
  const last = keys.at(-1) ?? '';
  h.run(write('a', [del(last)]));
  const first = h.ask('deleted', ALL);
  expect([first.rows.length, first.next]).toEqual([0, keys[DELETED_SCAN_ROWS - 1]]);
  const second = h.ask('deleted', { ...ALL, after: first.next });
  expect([second.rows.map((row) => row.key), second.next]).toEqual([[last], null]);
});
