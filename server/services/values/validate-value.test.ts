import { describe, expect, test } from 'vitest';
import type { EntryType } from '../../../lib/contract/model.ts';
import { jsonFault } from './json-fault.ts';
import { valueFault } from './validate-value.ts';

const place = (type: EntryType, value: string): string => {
  const fault = valueFault(type, value);
  return fault === null ? 'valid' : `${fault.line}:${fault.column}`;
};

describe('valueFault', () => {
  test.each<[EntryType, string]>([
    ['text', ''],
    ['text', '{not json'],
    ['json', '{"a": [1, -2.5e3, true, null, "\\u00e4\\n"]}'],
    ['json', ' 1 '],
    ['json', '[[],{}]'],
    ['yaml', ''],
    ['yaml', 'a: 1\nb:\n  - x\n'],
    ['yaml', '---\na: 1\n---\nb: 2\n'],
    ['yaml', 'base: &b {x: 1}\nuse:\n  <<: *b\n'],
    ['yaml', '!Ref thing'],
    ['number', '0'],
    ['number', '-1.5e+10'],
    ['number', '123456789012345678901234567890'],
    ['boolean', 'true'],
    ['boolean', 'false'],
  ])('takes %s %j', (type, value) => {
    expect(valueFault(type, value)).toBeNull();
  });

  test.each<[EntryType, string, string]>([
    ['json', '', '1:1'],
    ['json', '{', '1:2'],
    ['json', '{"a":1,}', '1:8'],
    ['json', '{\n  "a": 1,\n  b: 2\n}', '3:3'],
    ['json', '[1 2]', '1:4'],
    ['json', '[1,]', '1:4'],
    ['json', '{"a" 1}', '1:6'],
    ['json', '{"a":1 "b":2}', '1:8'],
    ['json', '"a\nb"', '1:3'],
    ['json', '"\\x"', '1:2'],
    ['json', '"abc', '1:5'],
    ['json', '01', '1:2'],
    ['json', 'nul', '1:1'],
    ['json', '1\n\n2', '3:1'],
    ['json', "{'a':1}", '1:2'],
    ['json', '\ufeff{}', '1:1'],
    ['yaml', 'a: 1\nb: [1, 2\n', '3:1'],
    ['yaml', 'a: b: c', '1:4'],
    ['yaml', 'a: 1\nb: 2\na: 3\n', '3:1'],
    ['yaml', '\tx: 1', '1:1'],
    ['number', '', '1:1'],
    ['number', '1 ', '1:2'],
    ['number', '+1', '1:1'],
    ['number', '01', '1:2'],
    ['number', '1.', '1:3'],
    ['number', '1e', '1:3'],
    ['number', '0x10', '1:2'],
    ['number', 'NaN', '1:1'],
    ['number', '1\n', '1:2'],
    ['boolean', 'True', '1:1'],
    ['boolean', 'true\n', '1:1'],
    ['boolean', '1', '1:1'],
  ])('refuses %s %j at %s', (type, value, where) => {
    expect(place(type, value)).toBe(where);
  });

  test('survives deep nesting', () => {
    expect(place('json', '['.repeat(200_000))).toBe('1:200001');
    const [deep, tooDeep] = [100, 101].map((levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`) as [string, string];
    expect(valueFault('yaml', deep)).toBeNull();
    expect(valueFault('yaml', tooDeep)).toMatchObject({ detail: 'it is nested too deeply: at most 100 levels', line: 1 });
  });

  test.each([
    ['flow', '['.repeat(20_000)],
    ['blocks', Array.from({ length: 1_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['lists', `${'- '.repeat(20_000)}x`],
  ])('refuses deep nesting of %s in words of its own, before anything recurses into it', (_what, value) => {
    expect(valueFault('yaml', value)?.detail).toBe('it is nested too deeply: at most 100 levels');
  });

  test('judges thousands of keys in one map in no time that grows with their square', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => `key${at}: ${at}`).join('\n');
    expect(valueFault('yaml', many)).toBeNull();
    expect(place('yaml', `${many}\nkey7: 1`)).toBe('20001:1');
  });
});

test('agrees with JSON.parse on what is JSON', () => {
  for (const text of [
    '1',
    '-',
    '-0',
    '[',
    ']',
    '{}',
    '{"a":}',
    '[,]',
    '"\\ud800"',
    'true1',
    '1.e5',
    '1e5',
    '\u00a01',
    '"\u007f"',
    '{"a":{"b":[{}]}}',
    '[1],',
    'nullnull',
  ]) {
    let parses = true;
    try {
      JSON.parse(text);
    } catch {
      parses = false;
    }
    expect([text, jsonFault(text) === null]).toEqual([text, parses]);
  }
});
