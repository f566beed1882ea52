import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeErrorBody,
  decodeId,
  decodeStreamChunk,
  decodeStreamCredit,
  decodeStreamEnd,
  decodeStreamOpen,
  decodeStreamResult,
  decodeTransferPart,
  encodeCancel,
  encodeErrorBody,
  encodeStreamAbort,
  encodeStreamChunk,
  encodeStreamCredit,
  encodeStreamEnd,
  encodeStreamOpen,
  encodeStreamResult,
  encodeTransferPart,
} from './bulk-frames.ts';
import { WireError } from './bytes.ts';
import { encodeFrame, type Frame, FrameReader } from './frame.ts';

const clock = { ms: 5, counter: 6 };

function frameOf(bytes: Buffer): Frame {
  const [frame] = [...new FrameReader(1 << 20).push(bytes)];
  if (frame === undefined) throw new Error('no frame');
  return frame;
}

describe('bulk frames', () => {
  // History: level 1, first release. A change here is a new level.
  test('have the pinned bytes when nothing was changed on purpose', () => {
    const all = Buffer.concat([
      encodeTransferPart(clock, 'request', {
        id: 1,
        head: { fields: { kind: 'request', method: 'propose', timeoutMs: 5_000 }, totalBytes: 3 },
        last: true,
        part: Buffer.of(1, 2, 3),
      }),
      encodeTransferPart(clock, 'response', {
        id: 2,
        head: { fields: { kind: 'response', status: 'error' }, totalBytes: 9 },
        last: false,
        part: Buffer.of(4),
      }),
      encodeTransferPart(clock, 'response', { id: 2, head: null, last: true, part: Buffer.of(5) }),
      encodeErrorBody('not-leader', 'ask n2'),
      encodeCancel(clock, 3),
      encodeStreamOpen(clock, 4, Buffer.of(6)),
      encodeStreamChunk(clock, 4, 7, Buffer.of(8)),
      encodeStreamEnd(clock, 4, { chunks: 9, bytes: 2 ** 40, crc: 10 }),
      encodeStreamCredit(clock, 4, 11),
      encodeStreamResult(clock, 4, 'answer-lost', Buffer.of(12)),
      encodeStreamAbort(clock, 4),
    ]);
    expect(createHash('sha256').update(all).digest('hex')).toBe('9ed31891374b33eb2d3a4697271f9abc06d147c6a4a91a0dd39208c837066043');
  });

  test('come back as they were when encoded and decoded', () => {
    const part = Buffer.from('part');
    const request = {
      id: 7,
      head: { fields: { kind: 'request', method: 'läs', timeoutMs: 12 }, totalBytes: 100 },
      last: false,
      part,
    } as const;
    expect(decodeTransferPart('request', frameOf(encodeTransferPart(clock, 'request', request)))).toEqual(request);
    const response = {
      id: 0xffff_ffff,
      head: { fields: { kind: 'response', status: 'not-taken' }, totalBytes: 4 },
      last: true,
      part,
    } as const;
    expect(decodeTransferPart('response', frameOf(encodeTransferPart(clock, 'response', response)))).toEqual(response);
    expect(decodeErrorBody(encodeErrorBody('code', 'text'))).toEqual({ code: 'code', text: 'text' });
    expect(decodeId(frameOf(encodeCancel(clock, 3)))).toBe(3);
    expect(decodeStreamOpen(frameOf(encodeStreamOpen(clock, 4, part)))).toEqual({ id: 4, meta: part });
    expect(decodeStreamChunk(frameOf(encodeStreamChunk(clock, 4, 5, part)))).toEqual({ id: 4, number: 5, part });
    const sum = { chunks: 1, bytes: Number.MAX_SAFE_INTEGER, crc: 0xffff_ffff };
    expect(decodeStreamEnd(frameOf(encodeStreamEnd(clock, 4, sum)))).toEqual({ id: 4, sum });
    expect(decodeStreamCredit(frameOf(encodeStreamCredit(clock, 4, 5)))).toEqual({ id: 4, bytes: 5 });
    expect(decodeStreamResult(frameOf(encodeStreamResult(clock, 4, 'ok', part)))).toEqual({ id: 4, status: 'ok', answer: part });
  });

  test('are decoded or refused and never crash when bodies are random', () => {
    const decoders = [
      decodeId,
      decodeStreamOpen,
      decodeStreamChunk,
      decodeStreamEnd,
      decodeStreamCredit,
      decodeStreamResult,
      (frame: Frame) => decodeTransferPart('request', frame),
      (frame: Frame) => decodeTransferPart('response', frame),
      ({ body }: Frame) => decodeErrorBody(body),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (body, flags) => {
        const frame = frameOf(encodeFrame('request', flags, clock, body));
        for (const decode of decoders) {
          try {
            expect(decode(frame)).toBeDefined();
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
