import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeText } from './time-text.ts';

test('writes every time as the host does', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        expect(timeText(date.getTime())).toBe(date.toISOString());
      },
    ),
    { numRuns: 2000 },
  );
});

test('knows leap days when centuries and epochs turn', () => {
  for (const text of [
    '1970-01-01T00:00:00.000Z',
    '2000-02-29T12:00:00.000Z',
    '2100-02-28T23:59:59.999Z',
    '2100-03-01T00:00:00.000Z',
    '2024-12-31T00:00:00.001Z',
  ]) {
    expect(timeText(Date.parse(text))).toBe(text);
  }
});
