import { describe, expect, test } from 'vitest';
import type { EntryType } from '../../lib/contract/model.ts';
import { representationOf } from './negotiation.ts';
import { isUnchanged } from './preconditions.ts';
import { parseQueryString } from './query-string.ts';
import { jsonPointer } from './request-body.ts';

test.each<[string | undefined, EntryType, string | null]>([
  [undefined, 'text', 'json'],
  ['*/*', 'yaml', 'json'],
  ['application/json', 'json', 'json'],
  ['APPLICATION/JSON', 'json', 'json'],
  ['text/plain', 'json', 'text'],
  ['text/*', 'yaml', 'text'],
  ['application/yaml', 'yaml', 'yaml'],
  ['application/yaml', 'text', null],
  ['application/*', 'yaml', 'json'],
  ['text/plain, application/json;q=0.9', 'text', 'text'],
  ['text/plain;q=0.5, application/json;q=0.9', 'text', 'json'],
  ['text/plain, application/json', 'text', 'json'],
  ['*/*;q=0.1, text/plain', 'text', 'text'],
  ['application/json;q=0, */*', 'text', 'text'],
  ['application/json;q=0', 'text', null],
  ['text/html', 'text', null],
  ['application/problem+json', 'text', null],
  ['nonsense', 'text', null],
  ['', 'text', null],
  ['text/plain;q=banana', 'text', null],
])('gives for Accept %s of %s: %s', (accept, type, representation) => {
  expect(representationOf(accept, type)).toBe(representation);
});

test.each([
  ['"5:42"', true],
  ['W/"5:42"', true],
  ['"1:1","5:42"', true],
  [' "1:1" , W/"5:42" ', true],
  ['*', true],
  ['"5:42;text"', false],
  ['5:42', false],
  ['"5:4"', false],
  [undefined, false],
])('says of If-None-Match %s: unchanged %s', (ifNoneMatch, unchanged) => {
  expect(isUnchanged(ifNoneMatch, '"5:42"')).toBe(unchanged);
});

describe('parseQueryString', () => {
  test('decodes strictly and keeps what occurs more than once', () => {
    expect({ ...parseQueryString('a=1&b=%2F%25&c=x+y&d&a=2&=e&f==') }).toEqual({
      a: ['1', '2'],
      b: '/%',
      c: 'x y',
      d: '',
      '': 'e',
      f: '=',
    });
    expect({ ...parseQueryString('a=%zz&b=%ff') }).toEqual({ a: null, b: null });
    expect({ ...parseQueryString('') }).toEqual({});
  });

  test('takes no name for more than a name', () => {
    const query = parseQueryString('__proto__=1&constructor=2');
    expect([Object.getPrototypeOf(query), query['__proto__'], query['constructor']]).toEqual([null, '1', '2']);
  });
});

test('points into JSON as RFC 6901 says', () => {
  expect(jsonPointer([])).toBe('');
  expect(jsonPointer(['operations', 0, 'a/b~c'])).toBe('/operations/0/a~1b~0c');
});
