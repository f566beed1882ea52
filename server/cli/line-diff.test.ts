import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './line-diff.ts';

/** Applies a unified diff, strictly: every line that it keeps or takes away must be there. */
function patch(before: string, diff: string): string {
  const source = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const lines = diff.replaceAll('\n\\ No newline at end of file', '\u0000').split('\n').slice(0, -1);
  const text = (line: string): string => (line.endsWith('\u0000') ? line.slice(1, -1) : `${line.slice(1)}\n`);
  const out: string[] = [];
  let at = 0;
  for (const line of lines) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1);
      out.push(...source.slice(at, start));
      at = start;
    } else if (line.startsWith('+')) {
      out.push(text(line));
    } else {
      expect(text(line)).toBe(source[at]);
      if (line.startsWith(' ')) out.push(source[at] ?? '');
      at++;
    }
  }
  return [...out, ...source.slice(at)].join('');
}

test('leads from the one text to the other', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      expect(patch(before, unifiedDiff(before, after))).toBe(after);
    }),
    { numRuns: 500 },
  );
});

test('says nothing of equal texts, and little of nearly equal ones', () => {
  const lines = Array.from({ length: 50 }, (_, number) => `line ${number}\n`);
  expect(unifiedDiff(lines.join(''), lines.join(''))).toBe('');
  const changed = lines.with(25, 'changed\n');
  expect(unifiedDiff(lines.join(''), changed.join('')).split('\n')).toEqual([
    '@@ -23,7 +23,7 @@',
    ' line 22',
    ' line 23',
    ' line 24',
    '-line 25',
    '+changed',
    ' line 26',
    ' line 27',
    ' line 28',
    '',
  ]);
});
