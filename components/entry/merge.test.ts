import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conflictsOf, mergedText, mergeTexts } from './merge.ts';

const merge = (base: string, theirs: string, mine: string): string | null => {
  const parts = mergeTexts(base, theirs, mine);
  return conflictsOf(parts).length === 0 ? mergedText(parts, []) : null;
};

describe('merging two changes of one text', () => {
  test('takes both where they do not overlap', () => {
    expect(merge('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n')).toBe('A\nb\nc\nD\n');
    expect(merge('a\nb\nc', 'b\nc', 'a\nb\nc\nd')).toBe('b\nc\nd');
    expect(merge('a\nb\nc\n', 'b\nc\n', 'a\nb\nc\nd\n')).toBe('b\nc\nd\n');
  });

  test('takes once what both have changed alike', () => {
    expect(merge('a\nb\nc\nd\n', 'x\nb\nc\nd\n', 'x\nb\nc\ne\n')).toBe('x\nb\nc\ne\n');
  });

  test('leaves the choice where both have changed the same line', () => {
    const parts = mergeTexts('a\nb\nc\n', 'a\nT\nc\n', 'a\nM\nc\n');
    expect(conflictsOf(parts)).toEqual([{ kind: 'conflict', base: 'b\n', theirs: 'T\n', mine: 'M\n' }]);
    expect(mergedText(parts, ['theirs'])).toBe('a\nT\nc\n');
    expect(mergedText(parts, ['mine'])).toBe('a\nM\nc\n');
    expect(mergedText(parts, ['both'])).toBe('a\nT\nM\nc\n');
    expect(mergedText(parts, [null])).toBe('a\nM\nc\n');
  });

  test('puts a line end between both where theirs ends without one', () => {
    expect(mergedText(mergeTexts('1', '2', '3'), ['both'])).toBe('2\n3');
  });

  const text = fc.array(fc.constantFrom('a', 'b', 'c', '', 'a\r'), { maxLength: 12 }).map((lines) => lines.join('\n'));

  test('loses no letter of a side that alone has changed, whatever the texts', () => {
    fc.assert(
      fc.property(text, text, (base, other) => {
        expect(merge(base, base, other)).toBe(other);
        expect(merge(base, other, base)).toBe(other);
        expect(merge(base, other, other)).toBe(other);
      }),
    );
  });

  test('gives the same for both sides, whoever is called mine', () => {
    fc.assert(
      fc.property(text, text, text, (base, theirs, mine) => {
        const [one, other] = [mergeTexts(base, theirs, mine), mergeTexts(base, mine, theirs)];
        expect(conflictsOf(one).length).toBe(conflictsOf(other).length);
        expect(
          mergedText(
            one,
            conflictsOf(one).map(() => 'theirs' as const),
          ),
        ).toBe(
          mergedText(
            other,
            conflictsOf(other).map(() => 'mine' as const),
          ),
        );
      }),
    );
  });
});
