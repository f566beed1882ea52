import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { WireError } from './bytes.ts';
import { Handshake, handshakeKey, type HandshakeOptions, type HandshakeResult } from './handshake.ts';
import { hello, SECRET } from './testing.ts';
import type { PeerRefusal } from './types.ts';

type Over = Partial<HandshakeOptions>;

const shared: Pick<HandshakeOptions, 'key' | 'judge' | 'binding' | 'bytesMax' | 'send'> = {
  key: handshakeKey(SECRET),
  judge: () => 'accept',
  binding: new Uint8Array(32),
  bytesMax: 4_096,
  send: () => undefined,
};

function diallerOf(over: Over = {}): Handshake {
  return new Handshake({
    ...shared,
    role: { type: 'dialler', channel: 'raft', dialled: 'n2' },
    hello: hello('n1'),
    session: 's1',
    nonce: randomBytes(32),
    ...over,
  });
}

function acceptorOf(over: Over = {}): Handshake {
  return new Handshake({ ...shared, role: { type: 'acceptor' }, hello: hello('n2'), session: 's2', nonce: randomBytes(32), ...over });
}

/** Both sides in memory; every message is kept. */
class Meeting {
  readonly sent: { readonly by: 'dialler' | 'acceptor'; readonly bytes: Buffer }[] = [];
  readonly results: Record<'dialler' | 'acceptor', HandshakeResult | null> = { dialler: null, acceptor: null };
  readonly #dialler: Handshake;
  readonly #acceptor: Handshake;
  readonly #queue: { readonly to: 'dialler' | 'acceptor'; readonly bytes: Buffer }[] = [];

  constructor(dialler: Over = {}, acceptor: Over = {}) {
    this.#dialler = diallerOf({ send: this.#carry('dialler'), ...dialler });
    this.#acceptor = acceptorOf({ send: this.#carry('acceptor'), ...acceptor });
  }

  #carry(by: 'dialler' | 'acceptor'): (bytes: Uint8Array) => void {
    return (bytes) => {
      this.sent.push({ by, bytes: Buffer.from(bytes) });
      this.#queue.push({ to: by === 'dialler' ? 'acceptor' : 'dialler', bytes: Buffer.from(bytes) });
    };
  }

  run(piece = 10_000): this {
    this.#dialler.start();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const side = next.to === 'dialler' ? this.#dialler : this.#acceptor;
      for (let at = 0; at < next.bytes.length && this.results[next.to] === null; at += piece)
        this.results[next.to] = side.push(next.bytes.subarray(at, at + piece));
    }
    return this;
  }
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

/** How a handshake ends for whoever hears `heard` and itself said what it said in the recorded one. */
function resultOf(by: 'dialler' | 'acceptor', recorded: Meeting['sent'], heard: Meeting['sent']): string {
  const nonceOf = (side: 'dialler' | 'acceptor'): Buffer =>
    (recorded.find((message) => message.by === side)?.bytes ?? Buffer.alloc(0)).subarray(-32);
  const receiver = by === 'dialler' ? acceptorOf({ nonce: nonceOf('acceptor') }) : diallerOf({ nonce: nonceOf('dialler') });
  receiver.start();
  try {
    return heard.reduce<HandshakeResult | null>((result, { bytes }) => result ?? receiver.push(bytes), null)?.kind ?? 'nothing';
  } catch (error) {
    if (error instanceof WireError) return error.name;
    throw error;
  }
}

const refusedAs = (reason: PeerRefusal, by: 'us' | 'peer'): unknown => expect.objectContaining({ kind: 'refused', reason, by });

describe('a handshake', () => {
  test.each([1, 7, 10_000])('establishes both sides when both know the secret, in pieces of %i bytes', (piece) => {
    const { results } = new Meeting(
      { hello: hello('n1', { levelMin: 1, levelMax: 5 }) },
      { hello: hello('n2', { levelMin: 2, levelMax: 3 }) },
    ).run(piece);
    expect(results.dialler).toMatchObject({
      kind: 'established',
      channel: 'raft',
      session: 's2',
      remote: { name: 'n2', level: 3, hello: { incarnation: 'n2-i1' } },
    });
    expect(results.acceptor).toMatchObject({
      kind: 'established',
      channel: 'raft',
      session: 's1',
      remote: { name: 'n1', level: 3, hello: { incarnation: 'n1-i1' } },
    });
  });

  test('tells neither secret nor identity when the other side is not proven', () => {
    const { sent } = new Meeting({}, { key: handshakeKey('other') }).run();
    const fromAcceptor = Buffer.concat(sent.filter(({ by }) => by === 'acceptor').map(({ bytes }) => bytes)).toString('latin1');
    expect(fromAcceptor).not.toContain('n2');
    expect(Buffer.concat(sent.map(({ bytes }) => bytes)).toString('latin1')).not.toContain(SECRET);
  });

  test('refuses a stranger when the secrets differ, whoever is asked', () => {
    const { results } = new Meeting({ key: handshakeKey('other') }).run();
    expect(results.acceptor).toEqual(refusedAs('stranger', 'us'));
    expect(results.dialler).toEqual(refusedAs('stranger', 'peer'));
  });

  test('refuses the acceptor when it accepts without knowing the secret', () => {
    const honest = new Meeting().run();
    const fake = honest.sent.filter(({ by }) => by === 'acceptor').map(({ bytes }) => bytes);
    const dialler = diallerOf();
    dialler.start();
    expect(dialler.push(fake[0] ?? Buffer.alloc(0))).toBeNull();
    expect(dialler.push(fake[1] ?? Buffer.alloc(0))).toEqual(refusedAs('stranger', 'us'));
  });

  test('refuses a recorded handshake when it is played back', () => {
    const recorded = new Meeting()
      .run()
      .sent.filter(({ by }) => by === 'dialler')
      .map(({ bytes }) => bytes);
    const acceptor = acceptorOf();
    const [opening = Buffer.alloc(0), proof = Buffer.alloc(0)] = recorded;
    expect(acceptor.push(opening)).toBeNull();
    expect(acceptor.push(proof)).toEqual(refusedAs('stranger', 'us'));
  });

  test('refuses an honest proof when it is passed on to another node than the dialled one', () => {
    // n1 dials n2 and reaches an attacker, who dials n3 and lets the two talk through him.
    const toAttacker: Buffer[] = [];
    const dialler = diallerOf({ send: (bytes) => void toAttacker.push(Buffer.from(bytes)) });
    dialler.start();
    const answers: Buffer[] = [];
    const acceptor = acceptorOf({ hello: hello('n3'), send: (bytes) => void answers.push(Buffer.from(bytes)) });
    expect(acceptor.push(toAttacker[0] ?? Buffer.alloc(0))).toBeNull();
    expect(dialler.push(answers[0] ?? Buffer.alloc(0))).toBeNull();
    expect(acceptor.push(toAttacker[1] ?? Buffer.alloc(0))).toEqual(refusedAs('wrong-node', 'us'));
  });

  test('refuses a stranger when the TLS channels at the two ends differ', () => {
    expect(new Meeting({ binding: new Uint8Array(32).fill(1) }).run().results.acceptor).toEqual(refusedAs('stranger', 'us'));
  });

  test('refuses a stranger when any bit of proof, hello or verdict is changed on its way', () => {
    const { sent } = new Meeting().run();
    for (const [index, { by, bytes }] of sent.entries()) {
      for (let at = 3; at < bytes.length; at += 5) {
        const heard = sent
          .map((message, i) => (i === index ? { ...message, bytes: flipped(message.bytes, at) } : message))
          .filter((message) => message.by === by);
        expect(resultOf(by, sent, heard)).toMatch(/^(refused|WireError)$/);
      }
    }
  });

  test.each<[string, Over, Over, PeerRefusal, 'dialler' | 'acceptor']>([
    ['another node answers', {}, { hello: hello('n3') }, 'wrong-node', 'acceptor'],
    ['both have one name', { role: { type: 'dialler', channel: 'raft', dialled: 'n1' } }, { hello: hello('n1') }, 'same-name', 'acceptor'],
    [
      'there is no common level',
      { hello: hello('n1', { levelMin: 3, levelMax: 4 }) },
      { hello: hello('n2', { levelMin: 1, levelMax: 2 }) },
      'level',
      'acceptor',
    ],
    [
      'the acceptor sees a wrong cluster',
      {},
      { judge: (remote) => (remote.clusterId === 'c1' ? 'wrong-cluster' : 'accept') },
      'wrong-cluster',
      'acceptor',
    ],
    ['the acceptor sees a wrong lineage', {}, { judge: () => 'wrong-lineage' }, 'wrong-lineage', 'acceptor'],
    ['the acceptor sees a wrong incarnation', {}, { judge: () => 'wrong-incarnation' }, 'wrong-incarnation', 'acceptor'],
    ['the acceptor sees a wiped node', {}, { judge: () => 'wiped-node' }, 'wiped-node', 'acceptor'],
    ['the acceptor sees a removed node', {}, { judge: () => 'removed' }, 'removed', 'acceptor'],
    ['the dialler sees a wrong list', { judge: () => 'wrong-list' }, {}, 'wrong-list', 'dialler'],
    ['the dialler sees a wrong incarnation', { judge: () => 'wrong-incarnation' }, {}, 'wrong-incarnation', 'dialler'],
  ])('tells both sides why when %s', (_when, dialler, acceptor, reason, judge) => {
    const { results } = new Meeting(dialler, acceptor).run();
    expect(results[judge]).toEqual(refusedAs(reason, 'us'));
    expect(results[judge === 'dialler' ? 'acceptor' : 'dialler']).toEqual(refusedAs(reason, 'peer'));
  });

  test('believes an unproven refusal no more than that it is a stranger there', () => {
    const dialler = diallerOf();
    dialler.start();
    // 10 is `removed`: a forged one must not make a node stop itself.
    expect(dialler.push(Buffer.of(0, 2, 6, 10))).toEqual(refusedAs('stranger', 'peer'));
  });

  test('ends without a word when the acceptor has cut this peer off', () => {
    const meeting = new Meeting({}, { judge: () => 'cut' }).run();
    expect(meeting.results).toEqual({ acceptor: { kind: 'cut', name: 'n1' }, dialler: null });
    expect(meeting.sent.filter(({ by }) => by === 'acceptor')).toHaveLength(1);
  });

  test.each([
    ['another protocol speaks', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a message is longer than all may be', Buffer.of(0xff, 0xff)],
    ['the magic is wrong', Buffer.concat([Buffer.of(0, 39, 1), Buffer.from('XXXX'), Buffer.alloc(34, 1)])],
    ['the channel is unknown', Buffer.concat([Buffer.of(0, 39, 1), Buffer.from('CFMN'), Buffer.of(1, 9), Buffer.alloc(32)])],
    ['messages come in the wrong order', Buffer.concat([Buffer.of(0, 33, 5), Buffer.alloc(32)])],
    ['the opening is empty', Buffer.of(0, 0)],
  ])('is refused as no handshake when %s', (_when, bytes) => {
    const acceptor = acceptorOf();
    expect(() => acceptor.push(bytes)).toThrow(WireError);
  });

  test('is refused when the hello is larger than the bound', () => {
    expect(() => new Meeting({ hello: hello('n1', { url: `http://${'x'.repeat(5_000)}` }) }).run()).toThrow('more bytes');
  });

  test('refuses the level when the handshake version is another', () => {
    const acceptor = acceptorOf();
    expect(acceptor.push(Buffer.concat([Buffer.of(0, 39, 1), Buffer.from('CFMN'), Buffer.of(2, 1), Buffer.alloc(32)]))).toEqual(
      refusedAs('level', 'us'),
    );
  });

  test('hands on the bytes behind it when the first frames follow at once', () => {
    const meeting = new Meeting().run();
    const fromDialler = meeting.sent.filter(({ by }) => by === 'dialler').map(({ bytes }) => bytes);
    const acceptor = acceptorOf({ nonce: (meeting.sent[1]?.bytes ?? Buffer.alloc(0)).subarray(-32) });
    const result = acceptor.push(Buffer.concat([...fromDialler, Buffer.alloc(60_000, 7)]));
    expect(result).toMatchObject({ kind: 'established' });
    expect(result?.kind === 'established' && result.rest.equals(Buffer.alloc(60_000, 7))).toBe(true);
  });
});
