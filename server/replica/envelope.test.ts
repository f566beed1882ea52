import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packEnvelope, unpackEnvelope } from './envelope.ts';

test('gives back header and tail', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.uint8Array(), (header, tail) => {
      const unpacked = unpackEnvelope(packEnvelope(header, tail));
      expect(unpacked.header).toEqual(JSON.parse(JSON.stringify(header)));
      expect([...unpacked.tail]).toEqual([...tail]);
    }),
  );
});

test('refuses bytes that promise more than is there', () => {
  expect(() => unpackEnvelope(new Uint8Array(3))).toThrow(RangeError);
  expect(() => unpackEnvelope(Uint8Array.of(0, 0, 0, 9, 1))).toThrow(RangeError);
  expect(() => unpackEnvelope(Uint8Array.of(0, 0, 0, 1, 0x7b))).toThrow(SyntaxError);
});
