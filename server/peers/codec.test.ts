import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfState, Entry, Message, MessageType } from '../raft/types.ts';
import { ByteWriter, WireError } from './bytes.ts';
import { decodeMessage, encodeMessage, messageBytes, planRaftFrames, readRaftBody, writeRaftBody } from './codec.ts';

// ---------------------------------------------------------------- arbitrary messages

const position = fc.oneof(fc.nat(300), fc.maxSafeNat());
const id = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }));
const ids = fc.array(id, { maxLength: 5 });
const envelope = { from: id, to: id, term: position };
const confState: fc.Arbitrary<ConfState> = fc.record({
  voters: ids,
  learners: ids,
  votersOutgoing: ids,
  learnersNext: ids,
  autoLeave: fc.boolean(),
});

const app = fc
  .record({
    ...envelope,
    prevIndex: fc.oneof(fc.nat(300), fc.nat(Number.MAX_SAFE_INTEGER - 10)),
    prevTerm: position,
    commit: position,
    raw: fc.array(
      fc.record({ term: position, type: fc.constantFrom<Entry['type']>('normal', 'conf-change'), data: fc.uint8Array({ maxLength: 50 }) }),
      { maxLength: 6 },
    ),
  })
  .map(({ raw, ...rest }): Message => ({
    type: 'app',
    ...rest,
    entries: raw.map((entry, i) => ({ ...entry, index: rest.prevIndex + 1 + i })),
  }));

/** A committed position is named whole or not at all: `{commit}` or nothing. */
const committedPosition = fc.record({ index: position.map((at) => Math.max(1, at)), term: position.map((at) => Math.max(1, at)) });
const commit = fc.option(committedPosition, { nil: undefined });

/** Total: a new message does not compile before it is tested here. */
const byType: { readonly [T in MessageType]: fc.Arbitrary<Message> } = {
  vote: fc.record({ type: fc.constant('vote'), ...envelope, commit, lastIndex: position, lastTerm: position, transfer: fc.boolean() }),
  'vote-resp': fc.record({ type: fc.constant('vote-resp'), ...envelope, commit, granted: fc.boolean() }),
  'pre-vote': fc.record({ type: fc.constant('pre-vote'), ...envelope, commit, lastIndex: position, lastTerm: position }),
  'pre-vote-resp': fc.record({ type: fc.constant('pre-vote-resp'), ...envelope, commit, granted: fc.boolean() }),
  app,
  'app-resp': fc.record({
    type: fc.constant('app-resp'),
    ...envelope,
    index: position,
    rejected: fc.boolean(),
    hintIndex: position,
    hintTerm: position,
  }),
  heartbeat: fc.record({ type: fc.constant('heartbeat'), ...envelope, commit: position, read: position }),
  'heartbeat-resp': fc.record({ type: fc.constant('heartbeat-resp'), ...envelope, read: position }),
  snap: fc.record({ type: fc.constant('snap'), ...envelope, snapshot: fc.record({ index: position, term: position, confState }) }),
  'timeout-now': fc.record({ type: fc.constant('timeout-now'), ...envelope }),
  'read-index': fc.record({ type: fc.constant('read-index'), ...envelope, session: position, request: position }),
  'read-index-resp': fc.record({
    type: fc.constant('read-index-resp'),
    ...envelope,
    session: position,
    request: position,
    rejected: fc.boolean(),
    index: position,
  }),
};
const message = fc.oneof(...Object.values(byType));

function encodeBody(group: string, messages: readonly Message[]): Buffer {
  const { frames, tooLarge } = planRaftFrames(group, messages, 1 << 24);
  const [plan] = frames;
  if (plan === undefined || frames.length !== 1 || tooLarge.length > 0) throw new Error('meant to fit in one frame');
  const writer = new ByteWriter(Buffer.alloc(plan.bodyBytes));
  writeRaftBody(writer, group, plan);
  return writer.buffer;
}

// ---------------------------------------------------------------- the format

/** One message of every type, with values that show every byte of every field. */
function specimens(): Message[] {
  const head = { from: 'n1@0a1b2c', to: 'ñ2@ffffff', term: 0x1_0203_0405_0607 };
  return [
    { type: 'vote', ...head, lastIndex: 11, lastTerm: 12, transfer: true },
    { type: 'vote-resp', ...head, granted: true },
    { type: 'pre-vote', ...head, lastIndex: 13, lastTerm: 14, commit: { index: 15, term: 16 } },
    { type: 'pre-vote-resp', ...head, granted: false },
    {
      type: 'app',
      ...head,
      prevIndex: 20,
      prevTerm: 3,
      commit: 19,
      entries: [
        { term: 3, index: 21, type: 'normal', data: Uint8Array.of(1, 2, 3) },
        { term: 4, index: 22, type: 'conf-change', data: Uint8Array.of(255) },
        { term: 5, index: 23, type: 'normal', data: new Uint8Array() },
      ],
    },
    { type: 'app-resp', ...head, index: 30, rejected: true, hintIndex: 31, hintTerm: 32 },
    { type: 'heartbeat', ...head, commit: 40, read: 41 },
    { type: 'heartbeat-resp', ...head, read: 42 },
    {
      type: 'snap',
      ...head,
      snapshot: {
        index: 50,
        term: 51,
        confState: { voters: ['a', 'b'], learners: ['c'], votersOutgoing: ['d', 'e'], learnersNext: [], autoLeave: true },
      },
    },
    { type: 'timeout-now', ...head },
    { type: 'read-index', ...head, session: Number.MAX_SAFE_INTEGER, request: 60 },
    { type: 'read-index-resp', ...head, session: 61, request: 62, rejected: true, index: 63 },
  ];
}

describe('the wire format of Raft messages', () => {
  // History: level 1, first release. A change here is a new level: nodes of both versions must understand each other.
  test('is the pinned one when nothing was changed on purpose', () => {
    const body = encodeBody('default', specimens());
    expect(createHash('sha256').update(body).digest('hex')).toBe('5be44923a198bd78f5b7b7b363b3d9fdb2e013d67a54c8d8c08a29f7e56104f9');
  });

  test('has fields at the documented offsets when a heartbeat is encoded', () => {
    const bytes = Buffer.from(encodeMessage({ type: 'heartbeat', from: 'a', to: 'bc', term: 5, commit: 6, read: 0x1_0000_0007 }));
    expect(bytes.toString('hex')).toBe(['07', '00', '0161', '026263', '0000000000000005', '0000000000000006', '0000000100000007'].join(''));
  });
});

describe('every message', () => {
  test.each(Object.entries(byType))('%s comes back as it was when encoded and decoded', (_type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const bytes = encodeMessage(value);
        expect(bytes.length).toBe(messageBytes(value));
        expect(decodeMessage(bytes)).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  test('comes back in order with its group when many share a frame', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.array(message, { minLength: 1, maxLength: 20 }), (group, messages) => {
        expect(readRaftBody(encodeBody(group, messages))).toEqual({ group, messages });
      }),
    );
  });

  test('owns its memory when the bytes it came from are reused', () => {
    const [appended] = specimens().filter(({ type }) => type === 'app');
    if (appended === undefined) throw new Error('no specimen');
    const body = encodeBody('g', [appended]);
    const decoded = readRaftBody(body);
    body.fill(0xee);
    expect(decoded.messages).toEqual([appended]);
  });
});

describe('bytes that are no message', () => {
  /** Anything but a `WireError` is thrown on. */
  const outcome = (bytes: Uint8Array): string => {
    try {
      readRaftBody(bytes);
      return 'read';
    } catch (error) {
      if (error instanceof WireError) return 'refused';
      throw error;
    }
  };

  test('are refused and never crash when they are random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(outcome(bytes)).toMatch(/^(read|refused)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('are refused and never crash when bits were flipped', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (messages, flips) => {
          const body = encodeBody('default', messages);
          for (const flip of flips) {
            const at = (flip >>> 3) % body.length;
            body.writeUInt8(body.readUInt8(at) ^ (1 << (flip & 7)), at);
          }
          expect(outcome(body)).toMatch(/^(read|refused)$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('are refused when anything is cut off or added', () => {
    const body = encodeBody('default', specimens());
    for (let length = 0; length < body.length; length++) expect(() => readRaftBody(body.subarray(0, length))).toThrow(WireError);
    expect(() => readRaftBody(Buffer.concat([body, Buffer.of(0)]))).toThrow(WireError);
  });

  test('are refused before anything is allocated when a count promises more than is there', () => {
    const head = encodeMessage({ type: 'app', from: 'a', to: 'b', term: 1, prevIndex: 0, prevTerm: 0, commit: 0, entries: [] });
    const lie = Buffer.from(head);
    lie.writeUInt32BE(0xffff_ffff, lie.length - 4);
    expect(() => decodeMessage(lie)).toThrow('do not fit');
  });

  test.each([
    ['an unknown type', 0, 99, 'message type 99'],
    ['a flag that is no truth value', 1, 2, 'flag 2'],
    ['a flag where none belongs', 1, 1, 'carries no flag'],
    ['a number beyond the safe range', 6, 0xff, 'safe range'],
    ['text that is not UTF-8', 3, 0xff, 'not UTF-8'],
  ])('are refused when they show %s', (_what, at, value, reason) => {
    const bytes = Buffer.from(encodeMessage({ type: 'heartbeat', from: 'a', to: 'b', term: 5, commit: 6, read: 7 }));
    bytes.writeUInt8(value, at);
    expect(() => decodeMessage(bytes)).toThrow(reason);
  });
});

describe('cutting into frames', () => {
  test('keeps order and bound when messages exceed one frame', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), fc.integer({ min: 100, max: 600 }), (messages, bytesMax) => {
        const { frames, tooLarge } = planRaftFrames('g', messages, bytesMax);
        for (const { bodyBytes } of frames) expect(bodyBytes).toBeLessThanOrEqual(bytesMax);
        for (const large of tooLarge) expect(messageBytes(large) + 4).toBeGreaterThan(bytesMax);
        expect(frames.flatMap((frame) => frame.messages)).toEqual(messages.filter((one) => !tooLarge.includes(one)));
      }),
    );
  });

  test('refuses to encode when entries do not follow on prevIndex', () => {
    const entry: Entry = { term: 1, index: 7, type: 'normal', data: new Uint8Array() };
    expect(() =>
      encodeMessage({ type: 'app', from: 'a', to: 'b', term: 1, prevIndex: 5, prevTerm: 1, commit: 0, entries: [entry] }),
    ).toThrow('does not follow');
  });
});
