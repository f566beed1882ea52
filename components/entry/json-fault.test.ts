import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonFault } from './json-fault.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the search for a fault in JSON', () => {
  test('agrees with JSON.parse on whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(findJsonFault(text)).toBeNull();
      }),
    );
  });

  test('agrees with JSON.parse on damaged documents', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', 'x', '\\', '0', '\n', ':', '-'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(put === '' ? place + 1 : place);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(findJsonFault(text) === null, text).toBe(parses(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('says where, and what belongs there', () => {
    expect(findJsonFault('{"a": 1 "b": 2}')).toEqual({ offset: 8, message: '"," or "}" belongs here' });
    expect(findJsonFault('[1, 2,]')).toEqual({ offset: 6, message: 'there is a comma before "]"' });
    expect(findJsonFault('{"a": yes}')).toEqual({ offset: 6, message: '"yes" is not a value' });
    expect(findJsonFault('{a: 1}')).toEqual({ offset: 1, message: 'a name in double quotes belongs here' });
    expect(findJsonFault('')).toEqual({ offset: 0, message: 'the document is empty' });
  });

  test('bears any depth', () => {
    expect(findJsonFault('['.repeat(200_000))).toMatchObject({ offset: 200_000 });
  });
});
