import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../lib/contract/model.ts';
import { inBatches } from './batches.ts';
import { decodeText, fileEntries } from './file-entries.ts';
import type { ParsedEntry } from './parse-import.ts';
import { formatOfName, parseDocument, TRANSFER_FORMATS } from './parse-import.ts';
import { importOperations, planImport } from './plan-import.ts';
import { writeExport } from './write-export.ts';

const entry = (key: string, value: string, type: Entry['type'] = 'text'): Entry => ({
  namespace: 'shop',
  key,
  value,
  type,
  revision: 1,
  version: '2:7',
  createdAt: '',
  updatedAt: '',
  updatedBy: '',
  message: '',
});

describe('documents', () => {
  const parsed: fc.Arbitrary<ParsedEntry> = fc.record({
    key: fc.string({ minLength: 1, unit: 'grapheme' }),
    value: fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\u0085', '')),
    type: fc.constantFrom('text', 'json', 'yaml', 'number', 'boolean'),
  });

  test.each(TRANSFER_FORMATS)('come back to the letter as %s', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(parsed, { maxLength: 6 }), async (entries) => {
        expect(await parseDocument(format, await writeExport(format, 'shop/prod', entries))).toEqual({ kind: 'entries', entries });
      }),
      { numRuns: 60 },
    );
  });

  test('that are plain maps keep the kind of their values', async () => {
    expect(await parseDocument('json', '{"a": "x", "b": 1.5, "c": true, "d": {"e": [1]}, "f": null}')).toEqual({
      kind: 'entries',
      entries: [
        { key: 'a', value: 'x', type: 'text' },
        { key: 'b', value: '1.5', type: 'number' },
        { key: 'c', value: 'true', type: 'boolean' },
        { key: 'd', value: '{\n  "e": [\n    1\n  ]\n}', type: 'json' },
        { key: 'f', value: 'null', type: 'json' },
      ],
    });
    expect(await parseDocument('yaml', 'a: x\nd:\n  e: [1]\n')).toEqual({
      kind: 'entries',
      entries: [
        { key: 'a', value: 'x', type: 'text' },
        { key: 'd', value: 'e:\n  - 1\n', type: 'yaml' },
      ],
    });
  });

  test('of variables have quotes, comments and escapes', async () => {
    const text = '# a comment\nexport A=plain # said\nB="two\\nlines"\nC=\'as $it is\'\n\nD=\nE="over\ntwo"\n';
    expect(await parseDocument('env', text)).toEqual({
      kind: 'entries',
      entries: [
        { key: 'A', value: 'plain', type: 'text' },
        { key: 'B', value: 'two\nlines', type: 'text' },
        { key: 'C', value: 'as $it is', type: 'text' },
        { key: 'D', value: '', type: 'text' },
        { key: 'E', value: 'over\ntwo', type: 'text' },
      ],
    });
  });

  test.each([
    ['json', '{', /JSON/],
    ['json', '[1]', /map of keys/],
    ['yaml', 'a: [', /line 1/i],
    ['env', 'A=1\nnot a variable\n', /line 2 is not NAME=value/],
    ['env', 'A="open', /line 1 is not closed/],
    ['json', '{"confman": 1, "entries": [{"key": "a"}]}', /entry 1 needs/],
  ] as const)('of %s that cannot be read say why: %s', async (format, text, message) => {
    expect(await parseDocument(format, text)).toEqual({ kind: 'fault', message: expect.stringMatching(message) as string });
  });

  test.each([
    ['a.json', 'json'],
    ['x/b.YML', 'yaml'],
    ['.env', 'env'],
    ['.env.local', 'env'],
    ['prod.env', 'env'],
    ['a.toml', null],
  ])('have their form by name: %s', (name, format) => {
    expect(formatOfName(name)).toBe(format);
  });
});

describe('a plan', () => {
  test('says what is added, changed, equal and refused, and is carried out only against what was seen', async () => {
    const rows = await planImport(
      [
        { key: 'new', value: '1', type: 'number' },
        { key: 'same', value: 'x', type: 'text' },
        { key: 'other', value: 'y', type: 'text' },
        { key: 'bad', value: '{', type: 'json' },
        { key: '/no', value: '', type: 'text' },
        { key: 'new', value: '2', type: 'number' },
      ],
      [entry('same', 'x'), entry('other', 'z'), entry('untouched', 'u')],
    );
    expect(rows.map(({ key, kind }) => [key, kind])).toEqual([
      ['new', 'added'],
      ['same', 'equal'],
      ['other', 'changed'],
      ['bad', 'refused'],
      ['/no', 'refused'],
      ['new', 'refused'],
    ]);
    expect(importOperations(rows, true)).toEqual([
      { op: 'put', key: 'new', value: '1', type: 'number', ifNoneMatch: '*' },
      { op: 'put', key: 'other', value: 'y', type: 'text', ifMatch: '2:7' },
    ]);
    expect(importOperations(rows, false)).toHaveLength(1);
  });

  test('goes into batches that the API takes', () => {
    const operations = Array.from({ length: 300 }, (_, at) => ({ op: 'delete' as const, key: `k${at}` }));
    expect(inBatches(operations).map(({ length }) => length)).toEqual([128, 128, 44]);
    const large = Array.from({ length: 5 }, (_, at) => ({ op: 'put' as const, key: `k${at}`, value: 'é'.repeat(600_000) }));
    expect(inBatches(large).map(({ length }) => length)).toEqual([3, 2]);
    expect(inBatches([])).toEqual([]);
  });
});

test('files become entries of the type that their content has', async () => {
  expect(
    await fileEntries([
      { path: 'a/b.json', text: '{"a": 1}' },
      { path: 'a/c.json', text: '// comment\n{}' },
      { path: 'd.yml', text: 'a: 1\n' },
      { path: 'e.toml', text: 'a = 1' },
      { path: 'f.png', text: decodeText(new Uint8Array([0x89, 0x50, 0xff]).buffer) },
    ]),
  ).toEqual([
    { key: 'a/b.json', value: '{"a": 1}', type: 'json' },
    { key: 'a/c.json', value: '// comment\n{}', type: 'text' },
    { key: 'd.yml', value: 'a: 1\n', type: 'yaml' },
    { key: 'e.toml', value: 'a = 1', type: 'text' },
    { key: 'f.png', value: '', type: 'text', fault: 'it is not text in UTF-8' },
  ]);
});
