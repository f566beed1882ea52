import { afterEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Message } from '../raft/types.ts';
import { BeatsIn, BeatsOut } from './beats.ts';
import { WireError } from './bytes.ts';
import { hello, introduce, TestNodes, until } from './testing.ts';

const beat = (term: number, commit: number, read = 0): Message => ({ type: 'heartbeat', from: 'n1@a', to: 'n2@b', term, commit, read });
const answer = (term: number, read = 0): Message => ({ type: 'heartbeat-resp', from: 'n1@a', to: 'n2@b', term, read });

/** Sends through one connection. @returns what leaves and what arrives, by group, and the bytes of the frames */
function through(
  out: BeatsOut,
  into: BeatsIn,
  queued: ReadonlyMap<string, readonly Message[]>,
): { readonly left: unknown; readonly got: unknown; readonly bytes: number } {
  const [left, got]: [ReadonlyMap<string, Message>[], ReadonlyMap<string, Message>[]] = [[], []];
  let bytes = 0;
  for (const frame of out.plan(queued, 1e6)) {
    bytes += frame.body.length;
    left.push(frame.beats);
    got.push(new Map([...into.read(frame.body)].map(({ group, beat: one }): [string, Message] => [group, one])));
    frame.sent();
  }
  return { left, got, bytes };
}

describe('heartbeats of many groups', () => {
  test('arrive as they were, whatever changes between two frames', () => {
    const message = fc.oneof(
      fc
        .record({ term: fc.nat(3), commit: fc.nat(3), read: fc.constantFrom(0, 0, 0, 7) })
        .map(({ term, commit, read }) => beat(term, commit, read)),
      fc.record({ term: fc.nat(3), read: fc.constantFrom(0, 0, 7) }).map(({ term, read }) => answer(term, read)),
      fc.record({ term: fc.nat(3) }).map(({ term }): Message => ({ ...beat(term, 0), to: 'n2@c' })),
    );
    const turn = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.array(message, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 20 }), (turns) => {
        const [out, into] = [new BeatsOut(), new BeatsIn()];
        for (const queued of turns) {
          const { left, got } = through(out, into, new Map(Object.entries(queued)));
          expect(got).toEqual(left);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('cost a few bytes while nothing changes, and a few more for a group that does', () => {
    const [out, into] = [new BeatsOut(), new BeatsIn()];
    const all = new Map(Array.from({ length: 64 }, (_, place) => [`group-${place}`, [beat(3, 100 + place)]]));
    expect(through(out, into, all).bytes).toBeGreaterThan(64 * 18);
    expect(through(out, into, all).bytes).toBe(7);
    expect(through(out, into, new Map([...all, ['group-5', [beat(3, 200)]]])).bytes).toBe(7 + 18);
    all.delete('group-7');
    expect(through(out, into, all).bytes).toBe(7 + 18 + 2);
  });

  test('have these bytes on the wire', () => {
    const out = new BeatsOut();
    const frames = [...out.plan(new Map([['g', [beat(2, 3)]]]), 1e6)];
    for (const frame of frames) frame.sent();
    frames.push(...out.plan(new Map([['g', [beat(2, 4), answer(2)]]]), 1e6));
    expect(frames.map(({ body }) => body.toString('hex'))).toEqual([
      '070000000100000167046e314061046e324062000000000000000200000000000000030000',
      '070000000000010000000000000000000200000000000000 04'.replace(' ', ''),
      '080000000100000167046e314061046e3240620000000000000002000000000000 00000000'.replace(' ', ''),
    ]);
  });

  test('stand for nobody who did not send one: a few of many go by themselves, and the rest are not vouched for', () => {
    const [out, into] = [new BeatsOut(), new BeatsIn()];
    const all = new Map(Array.from({ length: 8 }, (_, place) => [`g${place}`, [beat(1, 1)]]));
    through(out, into, all);
    expect(through(out, into, new Map([['g0', [beat(1, 1)]]]))).toMatchObject({ got: [], bytes: 0 });
    expect(through(out, into, new Map([['g0', [beat(1, 1, 9)]]]))).toMatchObject({ got: [], bytes: 0 });
    expect(through(out, into, all).bytes).toBe(7);
  });

  test('are refused when they say what cannot be', () => {
    for (const body of [
      [9, 0, 0, 0, 0, 0, 0],
      [7, 0, 1, 0, 0, 0, 0, 0, 0],
      [7, 0, 0, 0, 0, 0, 1, 0, 0, ...Array.from({ length: 16 }, () => 0)],
      [7, 0, 0, 0, 0, 0, 0, 1],
      [7, 255, 255, 0, 0, 0, 0],
    ])
      expect(() => [...new BeatsIn().read(Uint8Array.from(body))]).toThrow(WireError);
  });
});

describe('between two nodes', () => {
  const nodes = new TestNodes();
  afterEach(() => nodes.stop());

  test.each([
    [2, 2, 1],
    [2, 1, 64],
    [1, 2, 64],
  ])('of levels %i and %i, 64 heartbeats go as %i messages, and all arrive', async (ours, theirs, messages) => {
    const a = await nodes.start('n1', { handlers: { hello: () => hello('n1', { levelMax: ours }) } });
    const b = await nodes.start('n2', { handlers: { hello: () => hello('n2', { levelMax: theirs }) } });
    await introduce(a, b);
    for (let round = 1; round <= 3; round += 1) {
      for (let group = 0; group < 64; group += 1) a.transport.sendRaft('n2', `g${group}`, [beat(1, group)]);
      a.transport.flush();
      await until(() => b.raft.length === 64 * round, 'all arrived');
      expect(a.transport.stats().raftMessagesOut).toBe(messages * round);
    }
    expect(b.raft.at(-1)).toEqual({ from: 'n1', group: 'g63', messages: [beat(1, 63)] });
    expect(b.transport.stats().framesInvalid).toBe(0);
    // A connection begins with nothing known.
    a.transport.reconnect();
    await until(() => a.transport.state('n2')?.connected !== true, 'cut');
    await introduce(a, b);
    a.transport.sendRaft('n2', 'g1', [beat(2, 5)]);
    a.transport.flush();
    await until(() => b.raft.length === 64 * 3 + 1, 'the one arrived');
    expect(b.raft.at(-1)).toEqual({ from: 'n1', group: 'g1', messages: [beat(2, 5)] });
  });
});
