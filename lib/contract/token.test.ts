import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOKEN_BYTES_MAX, TokenError, dropHistory, formatBareToken, formatToken, historiesOf, mergeTokens, parseToken } from './token.ts';
import type { Token, TokenElement } from './token.ts';

function faultOf(text: string): TokenError {
  try {
    parseToken(text);
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was taken`);
}

const many = (count: number): string => Array.from({ length: count }, (_, at) => `g${at}=1:1`).join(',');

const el = (text: string): TokenElement => parseToken(text)[0] as TokenElement;

describe('parseToken', () => {
  test.each([
    ['5:42', { history: null, group: 'default', term: 5n, index: 42n }],
    ['0:0', { history: null, group: 'default', term: 0n, index: 0n }],
    ['default=5:42', { history: null, group: 'default', term: 5n, index: 42n }],
    ['payments=3:17', { history: null, group: 'payments', term: 3n, index: 17n }],
    ['registry=0:9', { history: null, group: 'registry', term: 0n, index: 9n }],
    ['0123abcd.ef456789/a-1=3:17', { history: '0123abcd.ef456789', group: 'a-1', term: 3n, index: 17n }],
    ['1:9007199254740993', { history: null, group: 'default', term: 1n, index: 9007199254740993n }],
    [
      '9223372036854775807:9223372036854775807',
      { history: null, group: 'default', term: 9223372036854775807n, index: 9223372036854775807n },
    ],
  ])('takes %s', (text, element) => {
    expect(parseToken(text)).toEqual([element]);
  });

  test('takes white space around commas', () => {
    expect(parseToken('5:42 \t,\t payments=3:17,b=1:1')).toHaveLength(3);
  });

  test.each([
    ['', 0, 0],
    ['5', 0, 0],
    ['5:', 0, 2],
    [':5', 0, 0],
    ['0:5', 0, 0],
    ['5:0', 0, 2],
    ['007:1', 0, 0],
    ['7:01', 0, 2],
    ['00:00', 0, 0],
    ['+5:1', 0, 0],
    ['-5:1', 0, 0],
    ['5:1e3', 0, 3],
    ['5:4 2', 0, 3],
    ['5: 42', 0, 2],
    [' 5:42', 0, 0],
    ['5:42 ', 0, 4],
    ['5:42,', 1, 5],
    ['5:42,,5:43', 1, 5],
    [',5:42', 0, 0],
    ['5:42;5:43', 0, 4],
    ['5:9223372036854775808', 0, 2],
    ['5:12345678901234567890', 0, 2],
    ['Payments=3:17', 0, 0],
    ['1a=3:17', 0, 0],
    [`${'a'.repeat(33)}=3:17`, 0, 0],
    ['=3:17', 0, 0],
    ['0123ABCD.ef456789/3:17', 0, 0],
    ['0123abcd/3:17', 0, 0],
    ['/3:17', 0, 0],
    ['0123abcd.ef456789//3:17', 0, 18],
    ['registry=1:9', 0, 9],
    ['5:42, payments=3', 1, 15],
    ['5:４2', 0, 2],
  ])('refuses %j and names element and offset', (text, element, offset) => {
    const fault = faultOf(text);
    expect(fault.kind).toBe('malformed');
    expect({ element: fault.element, offset: fault.offset }).toEqual({ element, offset });
  });

  test('takes 64 elements and refuses 65', () => {
    expect(parseToken(many(64))).toHaveLength(64);
    expect(faultOf(many(65))).toMatchObject({ kind: 'too-large', element: 64 });
  });

  test('refuses more than 4096 bytes', () => {
    const padded = `5:42${' '.repeat(TOKEN_BYTES_MAX - 9)},5:43`;
    expect(padded).toHaveLength(TOKEN_BYTES_MAX);
    expect(parseToken(padded)).toHaveLength(2);
    expect(faultOf(`5:42${' '.repeat(TOKEN_BYTES_MAX - 8)},5:43`).kind).toBe('too-large');
  });
});

describe('formatToken', () => {
  test('leaves the default group out and keeps histories', () => {
    expect(formatToken(parseToken('0123abcd.ef456789/default=5:42, payments=3:17'))).toBe('0123abcd.ef456789/5:42,payments=3:17');
    expect(formatBareToken(parseToken('0123abcd.ef456789/default=5:42'))).toBe('5:42');
    expect(formatToken([])).toBe('0:0');
  });
});

/** One log per group and history: term is a non-decreasing function of the index, so any two elements of it agree. */
const arbitraryElement = fc
  .record({
    history: fc.constantFrom(null, '00000000.00000000', '00000000.11111111'),
    group: fc.constantFrom('default', 'a', 'b-1'),
    index: fc.bigInt(0n, 1n << 62n),
  })
  .map(({ history, group, index }): TokenElement => ({ history, group, index, term: index === 0n ? 0n : 1n + index / 1000n }));
const arbitraryToken = fc.array(arbitraryElement, { maxLength: 12 });

describe('mergeTokens', () => {
  test('is commutative, associative and idempotent over tokens of one log', () => {
    fc.assert(
      fc.property(arbitraryToken, arbitraryToken, arbitraryToken, (a, b, c) => {
        const ab = formatToken(mergeTokens(a, b));
        expect(formatToken(mergeTokens(b, a))).toBe(ab);
        expect(formatToken(mergeTokens(mergeTokens(a, b), c))).toBe(formatToken(mergeTokens(a, mergeTokens(b, c))));
        expect(formatToken(mergeTokens(mergeTokens(a), mergeTokens(a)))).toBe(formatToken(mergeTokens(a)));
      }),
    );
  });

  test('never lowers an element', () => {
    fc.assert(
      fc.property(arbitraryToken, arbitraryToken, (a, b) => {
        const merged = mergeTokens(a, b);
        for (const element of [...a, ...b]) {
          const kept = merged.find((other) => other.group === element.group && other.history === element.history);
          expect(kept !== undefined && kept.index >= element.index).toBe(true);
        }
      }),
    );
  });

  test('survives formatting and parsing', () => {
    fc.assert(
      fc.property(arbitraryToken, (token) => {
        const merged: Token = mergeTokens(token);
        expect(formatToken(mergeTokens(parseToken(formatToken(merged))))).toBe(formatToken(merged));
      }),
    );
    expect(parseToken(formatToken([el('a=1:2')]))).toEqual([el('a=1:2')]);
  });

  test.each([
    ['5:42', '6:42'],
    ['6:41', '5:42'],
    ['00000000.00000000/6:41', '00000000.00000000/5:42'],
    ['9007199254740993:9007199254740993', '9007199254740992:9007199254740993'],
  ])('refuses %s with %s, either way round', (a, b) => {
    expect(() => mergeTokens(parseToken(a), parseToken(b))).toThrow(TokenError);
    expect(() => mergeTokens(parseToken(b), parseToken(a))).toThrow(TokenError);
  });

  test('keeps 2^53 and its neighbour apart', () => {
    expect(formatToken(mergeTokens(parseToken('1:9007199254740992'), parseToken('1:9007199254740993')))).toBe('1:9007199254740993');
  });

  test('never merges one history into another', () => {
    const merged = mergeTokens(parseToken('00000000.00000000/5:42'), parseToken('00000000.11111111/3:17'), parseToken('4:4'));
    expect(formatToken(merged)).toBe('4:4,00000000.00000000/5:42,00000000.11111111/3:17');
    expect(historiesOf(merged)).toEqual([null, '00000000.00000000', '00000000.11111111']);
    expect(formatToken(dropHistory(merged, '00000000.00000000'))).toBe('4:4,00000000.11111111/3:17');
    expect(formatToken(dropHistory(merged, null))).toBe('00000000.00000000/5:42,00000000.11111111/3:17');
  });

  test('lets any version win over 0:0', () => {
    expect(mergeTokens(parseToken('0:0'), parseToken('5:42'))).toEqual([el('5:42')]);
  });
});
