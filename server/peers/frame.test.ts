import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WireError } from './bytes.ts';
import { encodeFrame, FLAG_FIRST, FLAG_LAST, type Frame, FRAME_HEADER_BYTES, FRAME_KINDS, type FrameKind, FrameReader } from './frame.ts';

const kinds = Object.keys(FRAME_KINDS) as FrameKind[];
const arbitraryFrame = fc
  .record({
    kind: fc.constantFrom(...kinds),
    flags: fc.constantFrom(0, FLAG_FIRST, FLAG_LAST, FLAG_FIRST | FLAG_LAST),
    clock: fc.record({ ms: fc.nat(2 ** 48 - 1), counter: fc.nat(0xffff) }),
    body: fc.uint8Array({ maxLength: 200 }),
  })
  .map((frame) => ({ ...frame, flags: frame.kind === 'request' || frame.kind === 'response' ? frame.flags : 0 }));

const plain = ({ kind, flags, clock, body }: Omit<Frame, 'body'> & { readonly body: Uint8Array }): unknown => ({
  kind,
  flags,
  clock,
  body: [...body],
});

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

describe('frames', () => {
  // History: level 1, first release.
  test('have their fields at the documented offsets when encoded', () => {
    const frame = encodeFrame('request', FLAG_FIRST, { ms: 0x0102_0304_0506, counter: 0x0708 }, Buffer.of(9, 10), Buffer.of(11));
    expect(frame.toString('hex')).toBe(['00000003', '83b3e145', '05', '01', '0000', '010203040506', '0708', '090a0b'].join(''));
  });

  test('come out whole and in order when the bytes arrive in any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryFrame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        (frames, sizes) => {
          const reader = new FrameReader(200);
          const bytes = Buffer.concat(frames.map(({ kind, flags, clock, body }) => encodeFrame(kind, flags, clock, body)));
          const read = cut(bytes, sizes).flatMap((chunk) => [...reader.push(chunk)].map(plain));
          expect(read).toEqual(frames.map(plain));
        },
      ),
    );
  });

  test('are refused when any single bit is flipped', () => {
    const good = encodeFrame('ping', 0, { ms: 1, counter: 2 }, Buffer.alloc(8, 7));
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
      const reader = new FrameReader(64);
      // A longer length only waits for more; what then comes belongs to the next frame, and the checksum fails.
      expect(() => [...reader.push(Buffer.concat([bad, good, good, good, good]))]).toThrow(WireError);
    }
  });

  test('are refused before the body is here when they promise more than is allowed', () => {
    const reader = new FrameReader(100);
    expect(() => [...reader.push(Buffer.from('00000065', 'hex'))]).toThrow('at most 100');
  });

  test('never crash the reader when bytes are random', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 10 }), (chunks) => {
        const reader = new FrameReader(1_000);
        try {
          for (const chunk of chunks) expect([...reader.push(Buffer.from(chunk))]).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['an unknown kind', 8, 200],
    ['unknown flags', 9, 4],
    ['flags where none belong', 9, 1],
    ['reserved bytes', 11, 1],
  ])('are refused when they show %s under a right checksum', async (_what, at, value) => {
    const { crc32c } = await import('@node-rs/crc32');
    const frame = encodeFrame('ping', 0, { ms: 1, counter: 2 }, Buffer.alloc(8));
    frame.writeUInt8(value, at);
    frame.writeUInt32BE(crc32c(frame.subarray(8)), 4);
    expect(() => [...new FrameReader(64).push(frame)]).toThrow(WireError);
    expect(frame.length).toBe(FRAME_HEADER_BYTES + 8);
  });
});
