import { expect, test } from 'vitest';
import { RandomPool } from './random-pool.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('gives every caller bytes of its own, as many as it wants', () => {
  const pool = new RandomPool();
  const taken = Array.from({ length: 2_000 }, () => pool.take(10));
  expect(new Set(taken.map(hex)).size).toBe(2_000);
  expect(taken.every((bytes) => bytes.length === 10 && bytes.buffer.byteLength === 10)).toBe(true);
});

test('draws what is larger than the pool by itself', () => {
  const pool = new RandomPool();
  expect(pool.take(10_000)).toHaveLength(10_000);
  expect(hex(pool.take(10_000))).not.toBe(hex(new Uint8Array(10_000)));
});

test('never gives bytes twice, however draws fall on its end', () => {
  const pool = new RandomPool();
  const taken = [4_090, 10, 4_096, 8, 4_088, 1].map((count) => hex(pool.take(count)));
  expect(taken.map((text) => text.length / 2)).toEqual([4_090, 10, 4_096, 8, 4_088, 1]);
  expect(taken.every((text) => text.length < 16 || !/^0+$/.test(text))).toBe(true);
});
