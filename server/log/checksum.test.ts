import { crc32c } from '@node-rs/crc32';
import { expect, test } from 'vitest';

import { checksum } from './checksum.ts';

test('checksum is CRC32C when the range is short or long', () => {
  expect(checksum(Buffer.from('123456789'), 0, 9, 0)).toBe(0xe3069283);
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 37) % 256));
  for (let length = 0; length <= 300; length += 1) {
    for (const seed of [0, 1, 0xffffffff, 0x12345678]) {
      expect(checksum(bytes, 0, length, seed)).toBe(crc32c(bytes.subarray(0, length), seed));
    }
  }
});

test('checksum continues where another one ended', () => {
  const bytes = Buffer.alloc(500, 'confman');
  const whole = checksum(bytes, 0, 500, 99);
  for (const cut of [0, 1, 36, 96, 97, 400, 500]) {
    expect(checksum(bytes, cut, 500, checksum(bytes, 0, cut, 99))).toBe(whole);
  }
});
