import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inScope, namespaceRanges, prefixEnd } from './access.ts';

/** Names over few letters, so that prefixes meet. `-`, `.` and `0` stand around `/` in ASCII. */
const name = fc.stringMatching(/^[ab0](?:[-.0ab]{0,2}\/[ab0])?[-.0ab]{0,2}$/);

describe('inScope', () => {
  test('covers by whole segments', () => {
    expect(inScope(['teams/a'], 'teams/a')).toBe(true);
    expect(inScope(['teams/a'], 'teams/a/b')).toBe(true);
    expect(inScope(['teams/a'], 'teams/ab')).toBe(false);
    expect(inScope(['teams/a'], 'teams')).toBe(false);
    expect(inScope([], 'teams')).toBe(false);
    expect(inScope(null, 'teams')).toBe(true);
  });
});

describe('namespaceRanges', () => {
  test('holds exactly the names that scope and prefix show, in disjoint ascending ranges', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 4 }),
        fc.oneof(fc.constant(''), name),
        fc.array(name, { maxLength: 20 }),
        (scope, prefix, names) => {
          const ranges = namespaceRanges(prefix, scope);
          for (const one of [...names, ...scope]) {
            const holding = ranges.filter((range) => one >= range.from && (range.to === null || one < range.to));
            expect(holding.length, one).toBe(inScope(scope, one) && one.startsWith(prefix) ? 1 : 0);
          }
          for (const [i, range] of ranges.entries()) {
            const next = ranges[i + 1];
            if (next !== undefined) expect(range.to !== null && range.to <= next.from).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('prefixEnd', () => {
  test('is above everything with the prefix and not above anything else, in code point order', () => {
    const bytes = (text: string): Buffer => Buffer.from(text);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (prefix, text) => {
        const end = prefixEnd(prefix);
        const within = Buffer.compare(bytes(text), bytes(prefix)) >= 0 && (end === null || Buffer.compare(bytes(text), bytes(end)) < 0);
        expect(within).toBe(text.startsWith(prefix));
        const longer = prefix + text;
        expect(end === null || Buffer.compare(bytes(longer), bytes(end)) < 0).toBe(true);
      }),
    );
  });

  test('steps over surrogates and gives up at the last code point', () => {
    expect(prefixEnd('a')).toBe('b');
    expect(prefixEnd('a\ud7ff')).toBe('a\ue000');
    expect(prefixEnd('a\u{10ffff}')).toBe('b');
    expect(prefixEnd('\u{10ffff}')).toBeNull();
    expect(prefixEnd('')).toBeNull();
  });
});
