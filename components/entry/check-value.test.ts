import { describe, expect, test } from 'vitest';
import { checkValue, formatValue } from './check-value.ts';

describe('the check of a value while it is typed', () => {
  test('accepts what its type allows', async () => {
    for (const [type, value] of [
      ['text', '{'],
      ['number', '-1.5e3'],
      ['boolean', 'false'],
      ['json', '{"a": [1, null]}'],
      ['yaml', 'a: 1\nb:\n  - x\n---\nc: 2\n'],
    ] as const) {
      expect(await checkValue(type, value), `${type}: ${value}`).toBeNull();
    }
  });

  test('refuses numbers and booleans that only look right', async () => {
    for (const value of ['', '01', '1.', '.5', '1 ', 'NaN', '1\n']) expect(await checkValue('number', value), value).not.toBeNull();
    for (const value of ['True', 'yes', 'true\n', '']) expect(await checkValue('boolean', value), value).not.toBeNull();
  });

  test('says the line and column of a fault', async () => {
    expect(await checkValue('json', '{\n  "a": 1,\n  "b": x\n}')).toMatchObject({ line: 3, column: 8 });
    expect(await checkValue('json', '{"a": ')).toMatchObject({ line: 1, offset: 6 });
    expect(await checkValue('yaml', 'a: 1\nb: [1,\n')).toMatchObject({ line: 3 });
  });

  test('formats JSON and YAML, and leaves alone what it would change', async () => {
    expect(await formatValue('json', '{"a":[1,2]}')).toBe('{\n  "a": [\n    1,\n    2\n  ]\n}\n');
    expect(await formatValue('json', '{"id": 12345678901234567890}')).toBeNull();
    expect(await formatValue('json', '{')).toBeNull();
    expect(await formatValue('yaml', 'a:   1\n# kept\nb: 2\n')).toBe('a: 1\n# kept\nb: 2\n');
    expect(await formatValue('text', ' x ')).toBeNull();
  });
});
