import { expect, test } from 'vitest';
import { bytesText, durationText } from './measures.ts';

test('sizes and durations stand in the unit that people read', () => {
  expect([0, 1023, 1024, 1_572_864, 200 * 1024 * 1024, 3 * 1024 ** 4].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 MiB',
    '200 MiB',
    '3.0 TiB',
  ]);
  expect([900, 61_000, 121_000, 7_300_000, 900_000_000].map(durationText)).toEqual(['0 s', '61 s', '2 min', '2 h', '10 d']);
});
