/**
 * The handshake: both sides prove that they know the cluster secret, and tell who they are. Five messages:
 *
 *     1  dialler   magic, version, channel, nonce
 *     2  acceptor  magic, version, nonce
 *     3  dialler   proof, hello
 *     4  acceptor  proof, verdict, hello
 *     5  dialler   proof, verdict
 *     6  acceptor  refusal without proof: to a stranger, who could not check one
 *
 * A proof is an HMAC-SHA256 under a key derived from the secret, over a label that differs per message, the binding of the TLS
 * channel (zeros without TLS), every message so far and the rest of its own message. The nonces make a recorded handshake worthless;
 * the labels keep a proof from being reflected, and the dialled name inside the hello from being passed on to another node.
 *
 * A machine over bytes: no socket, no timer.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { assert } from '../../lib/kernel/assert.ts';
import { ByteReader, WireError } from './bytes.ts';
import { commonLevel, decodeHello, encodeHello, type WireHello } from './hello.ts';
import type { Hello, PeerRefusal, RemotePeer } from './types.ts';

/** What a connection is for. */
export type Channel = 'raft' | 'bulk';
/** Frozen, like all numbers on the wire. */
const CHANNELS: readonly (Channel | null)[] = [null, 'raft', 'bulk'];

const MAGIC = Buffer.from('CFMN');
const VERSION = 1;
export const NONCE_BYTES = 32;
const PROOF_BYTES = 32;
const OPENING_BYTES = MAGIC.length + 2 + NONCE_BYTES;

/** Frozen; 0 accepts. */
const VERDICTS: readonly ('accept' | PeerRefusal)[] = [
  'accept',
  'stranger',
  'level',
  'same-name',
  'wrong-node',
  'wrong-cluster',
  'wrong-lineage',
  'wrong-incarnation',
  'wrong-list',
  'wiped-node',
  'removed',
];

const MESSAGE = { open: 1, challenge: 2, prove: 3, answer: 4, confirm: 5, refuse: 6 } as const;

/** The key of all proofs. The secret itself is used for nothing else. */
export function handshakeKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'confman peer handshake 1', 32));
}

export type HandshakeResult =
  | {
      readonly kind: 'established';
      readonly channel: Channel;
      readonly remote: RemotePeer;
      readonly session: string;
      /** What came behind the last message: the first frames. */ readonly rest: Buffer;
    }
  | {
      readonly kind: 'refused';
      readonly reason: PeerRefusal;
      readonly by: 'us' | 'peer';
      /** As the peer calls itself; null when it proved nothing. */ readonly name: string | null;
      /** All that it said of itself, under the same condition. */ readonly hello: Hello | null;
      readonly detail: string;
    }
  /** To be closed without a word: the peer is cut off on purpose. */
  | { readonly kind: 'cut'; readonly name: string };

export interface HandshakeOptions {
  readonly role:
    | { readonly type: 'dialler'; readonly channel: Channel; /** Name of the node that should answer. */ readonly dialled: string }
    | { readonly type: 'acceptor' };
  readonly key: Uint8Array;
  readonly session: string;
  readonly hello: Hello;
  readonly judge: (remote: Hello) => 'accept' | 'cut' | PeerRefusal;
  /** Fresh from a cryptographic source. */
  readonly nonce: Uint8Array;
  /** Binding of the TLS channel, 32 bytes. */
  readonly binding: Uint8Array;
  readonly bytesMax: number;
  readonly send: (bytes: Uint8Array) => void;
}

/** One side of one handshake. `push` what arrives until it returns a result; `WireError` means that the other side does not speak this. */
export class Handshake {
  readonly #options: HandshakeOptions;
  /** Every message so far, both directions, as sent. */
  #transcript: Buffer = Buffer.alloc(0);
  #pending: Buffer = Buffer.alloc(0);
  #taken = 0;
  #expected: number;
  #channel: Channel | null = null;
  #remote: { readonly wire: WireHello; readonly level: number } | null = null;

  constructor(options: HandshakeOptions) {
    assert(options.nonce.length === NONCE_BYTES && options.binding.length === 32, 'nonce and binding have 32 bytes');
    this.#options = options;
    this.#expected = options.role.type === 'dialler' ? MESSAGE.challenge : MESSAGE.open;
    if (options.role.type === 'dialler') this.#channel = options.role.channel;
  }

  /** The dialler speaks first. */
  start(): void {
    const { role, nonce } = this.#options;
    if (role.type === 'dialler') this.#send(MESSAGE.open, MAGIC, Buffer.of(VERSION, CHANNELS.indexOf(role.channel)), nonce);
  }

  /** @throws WireError */
  push(chunk: Buffer): HandshakeResult | null {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 2) {
      const length = 2 + this.#pending.readUInt16BE(0);
      if (this.#taken + length > this.#options.bytesMax) throw new WireError('more bytes than a handshake has');
      if (this.#pending.length < length) return null;
      const message = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      this.#taken += length;
      const result = this.#receive(message);
      if (result !== null) return result;
    }
    return null;
  }

  #receive(message: Buffer): HandshakeResult | null {
    const reader = new ByteReader(message.subarray(2));
    const type = reader.u8();
    if (type === MESSAGE.refuse && this.#options.role.type === 'dialler') return this.#receiveRefusal(reader);
    if (type !== this.#expected) throw new WireError(`handshake message ${type} where ${this.#expected} belongs`);
    const body = reader.rest();
    switch (type) {
      case MESSAGE.open:
        return this.#receiveOpening(message, body);
      case MESSAGE.challenge:
        return this.#receiveChallenge(message, body);
      case MESSAGE.prove:
        return this.#receiveProof(message, body);
      case MESSAGE.answer:
        return this.#receiveAnswer(message, body);
      default:
        return this.#receiveConfirmation(body);
    }
  }

  #receiveOpening(message: Buffer, body: Buffer): HandshakeResult | null {
    this.#checkOpening(body);
    const channel = CHANNELS[body.readUInt8(MAGIC.length + 1)] ?? null;
    if (channel === null) throw new WireError('unknown channel');
    if (body.readUInt8(MAGIC.length) !== VERSION) return this.#refuse('level', 'other handshake version');
    this.#channel = channel;
    this.#note(message);
    this.#expected = MESSAGE.prove;
    this.#send(MESSAGE.challenge, MAGIC, Buffer.of(VERSION, 0), this.#options.nonce);
    return null;
  }

  #receiveChallenge(message: Buffer, body: Buffer): HandshakeResult | null {
    this.#checkOpening(body);
    if (body.readUInt8(MAGIC.length) !== VERSION) return this.#refused('level', null, 'other handshake version');
    this.#note(message);
    this.#expected = MESSAGE.answer;
    const { hello, session, role } = this.#options;
    this.#sendProven(MESSAGE.prove, encodeHello({ hello, session, to: role.type === 'dialler' ? role.dialled : null }));
    return null;
  }

  #receiveProof(message: Buffer, body: Buffer): HandshakeResult | null {
    const content = this.#verify(MESSAGE.prove, body);
    if (content === null) return this.#refuse('stranger', 'proof does not fit');
    this.#note(message);
    const wire = decodeHello(content);
    const { hello, session } = this.#options;
    const verdict = wire.to === hello.name ? this.#judge(wire) : 'wrong-node';
    if (verdict === 'cut') return { kind: 'cut', name: wire.hello.name };
    this.#sendProven(MESSAGE.answer, Buffer.of(VERDICTS.indexOf(verdict)), encodeHello({ hello, session, to: null }));
    if (verdict !== 'accept') return this.#refused(verdict, wire.hello);
    this.#expected = MESSAGE.confirm;
    return null;
  }

  #receiveAnswer(message: Buffer, body: Buffer): HandshakeResult | null {
    const content = this.#verify(MESSAGE.answer, body);
    if (content === null) return this.#refused('stranger', null, 'proof does not fit');
    this.#note(message);
    const theirs = readVerdict(content);
    const wire = decodeHello(content.subarray(1));
    const { role } = this.#options;
    assert(role.type === 'dialler', 'only a dialler is answered');
    if (theirs !== 'accept')
      return { kind: 'refused', reason: theirs, by: 'peer', name: wire.hello.name, hello: wire.hello, detail: describe(wire.hello) };
    const verdict = wire.hello.name === role.dialled ? this.#judge(wire) : 'wrong-node';
    if (verdict === 'cut') return { kind: 'cut', name: wire.hello.name };
    this.#sendProven(MESSAGE.confirm, Buffer.of(VERDICTS.indexOf(verdict)));
    return verdict === 'accept' ? this.#established() : this.#refused(verdict, wire.hello);
  }

  #receiveConfirmation(body: Buffer): HandshakeResult {
    const hello = this.#remote?.wire.hello ?? null;
    const content = this.#verify(MESSAGE.confirm, body);
    if (content === null) return this.#refused('stranger', hello, 'proof does not fit');
    const theirs = readVerdict(content);
    return theirs === 'accept'
      ? this.#established()
      : { kind: 'refused', reason: theirs, by: 'peer', name: hello?.name ?? null, hello, detail: '' };
  }

  /** Nothing vouches for it, so it may only mean what a failed proof would have meant as well. */
  #receiveRefusal(reader: ByteReader): HandshakeResult {
    const reason = VERDICTS[reader.u8()];
    reader.end();
    return {
      kind: 'refused',
      reason: reason === 'level' ? 'level' : 'stranger',
      by: 'peer',
      name: null,
      hello: null,
      detail: 'refused without proof',
    };
  }

  #judge(wire: WireHello): 'accept' | 'cut' | PeerRefusal {
    const { hello, judge } = this.#options;
    if (wire.hello.name === hello.name) return 'same-name';
    const level = commonLevel(hello, wire.hello);
    if (level === null) return 'level';
    this.#remote = { wire, level };
    return judge(wire.hello);
  }

  #established(): HandshakeResult {
    assert(this.#remote !== null && this.#channel !== null, 'a handshake ends with a peer and a channel');
    const { wire, level } = this.#remote;
    return {
      kind: 'established',
      channel: this.#channel,
      remote: { name: wire.hello.name, hello: wire.hello, level },
      session: wire.session,
      rest: this.#pending,
    };
  }

  #refused(reason: PeerRefusal, hello: Hello | null, detail = hello === null ? '' : describe(hello)): HandshakeResult {
    return { kind: 'refused', reason, by: 'us', name: hello?.name ?? null, hello, detail };
  }

  #refuse(reason: 'stranger' | 'level', detail: string): HandshakeResult {
    this.#send(MESSAGE.refuse, Buffer.of(VERDICTS.indexOf(reason)));
    return this.#refused(reason, null, detail);
  }

  #checkOpening(body: Buffer): void {
    if (body.length !== OPENING_BYTES || !body.subarray(0, MAGIC.length).equals(MAGIC)) throw new WireError('not a Confman peer');
  }

  #proof(type: number, content: readonly Uint8Array[]): Buffer {
    const hmac = createHmac('sha256', this.#options.key).update(`confman ${type}\n`).update(this.#options.binding).update(this.#transcript);
    for (const part of content) hmac.update(part);
    return hmac.digest();
  }

  /** What the proof in front of the body vouches for, or null. */
  #verify(type: number, body: Buffer): Buffer | null {
    if (body.length < PROOF_BYTES) return null;
    const content = body.subarray(PROOF_BYTES);
    return timingSafeEqual(body.subarray(0, PROOF_BYTES), this.#proof(type, [content])) ? content : null;
  }

  #sendProven(type: number, ...content: readonly Uint8Array[]): void {
    this.#send(type, this.#proof(type, content), ...content);
  }

  #send(type: number, ...parts: readonly Uint8Array[]): void {
    const message = Buffer.concat([Buffer.of(0, 0, type), ...parts]);
    message.writeUInt16BE(message.length - 2, 0);
    this.#note(message);
    this.#options.send(message);
  }

  #note(message: Buffer): void {
    this.#transcript = Buffer.concat([this.#transcript, message]);
  }
}

function readVerdict(content: Buffer): 'accept' | PeerRefusal {
  const verdict = VERDICTS[new ByteReader(content).u8()];
  if (verdict === undefined) throw new WireError('unknown verdict');
  return verdict;
}

function describe(hello: Hello): string {
  return `cluster ${hello.clusterId ?? '-'}, lineage ${hello.lineageId ?? '-'}, incarnation ${hello.incarnation ?? '-'}, levels ${hello.levelMin} to ${hello.levelMax}`;
}
