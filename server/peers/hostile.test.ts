/** A node that knows the secret and then speaks nonsense: it loses its connection, and nothing else happens. */
import { crc32c } from '@node-rs/crc32';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  encodeCancel,
  encodeStreamChunk,
  encodeStreamCredit,
  encodeStreamEnd,
  encodeStreamOpen,
  encodeTransferPart,
  type TransferHead,
} from './bulk-frames.ts';
import { encodeFrame, FrameReader } from './frame.ts';
import { type Channel, Handshake, handshakeKey } from './handshake.ts';
import { hello, SECRET, type TestNode, TestNodes, until } from './testing.ts';

const nodes = new TestNodes();
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await nodes.stop();
});

const clock = { ms: 1, counter: 1 };

interface Hostile {
  write(...frames: readonly Buffer[]): void;
  readonly closed: () => boolean;
  /** Kinds of the frames that came back. */
  readonly kinds: string[];
}

async function authenticate(node: TestNode, channel: Channel): Promise<Hostile> {
  const [host = '', port = ''] = node.address.split(':');
  const socket = connect(Number(port), host);
  sockets.push(socket);
  let closed = false;
  let established = false;
  const kinds: string[] = [];
  const reader = new FrameReader(1 << 20);
  const handshake = new Handshake({
    role: { type: 'dialler', channel, dialled: node.name },
    key: handshakeKey(SECRET),
    session: 'evil',
    hello: hello('n9'),
    judge: () => 'accept',
    nonce: randomBytes(32),
    binding: new Uint8Array(32),
    bytesMax: 4_096,
    send: (bytes) => void socket.write(bytes),
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  socket.on('data', (chunk: Buffer) => {
    if (established) for (const { kind } of reader.push(chunk)) kinds.push(kind);
    else established = handshake.push(chunk)?.kind === 'established';
  });
  socket.once('connect', () => handshake.start());
  await until(() => established && node.transport.state('n9')?.[channel === 'raft' ? 'raftConnected' : 'bulkConnected'] === true, 'let in');
  return { write: (...frames) => void socket.write(Buffer.concat(frames)), closed: () => closed, kinds };
}

const requestPart = (
  id: number,
  over: { readonly first?: TransferHead; readonly totalBytes?: number; readonly last?: boolean; readonly part?: Uint8Array },
): Buffer =>
  encodeTransferPart(clock, over.first?.kind ?? 'request', {
    id,
    head: over.first === undefined ? null : { fields: over.first, totalBytes: over.totalBytes ?? 0 },
    last: over.last ?? false,
    part: over.part ?? new Uint8Array(),
  });
const asks: TransferHead = { kind: 'request', method: 'm', timeoutMs: 1_000 };
const empty = { chunks: 0, bytes: 0, crc: 0 };

describe('an authenticated connection is closed, counted and logged', () => {
  test.each<[string, Channel, readonly Buffer[]]>([
    ['a checksum is wrong', 'raft', [Buffer.concat([Buffer.alloc(8), Buffer.of(1, 0), Buffer.alloc(10)])]],
    ['a frame is too long', 'raft', [Buffer.of(0xff, 0xff, 0xff, 0xff)]],
    ['a bulk frame is above 64 KiB', 'bulk', [encodeFrame('request', 3, clock, Buffer.alloc(64 * 1024 + 1))]],
    ['a raft body does not decode', 'raft', [encodeFrame('raft', 0, clock, Buffer.of(1, 2, 3))]],
    ['a raft body is empty of messages', 'raft', [encodeFrame('raft', 0, clock, Buffer.of(1, 0x67, 0, 0))]],
    ['bulk comes on the raft connection', 'raft', [requestPart(1, { first: asks, last: true })]],
    ['raft comes on the bulk connection', 'bulk', [encodeFrame('raft', 0, clock, Buffer.of(1, 0x67, 0, 0))]],
    ['a ping has a wrong size', 'raft', [encodeFrame('ping', 0, clock, Buffer.of(1))]],
    ['a request has no beginning', 'bulk', [requestPart(1, { last: true })]],
    ['a request begins twice', 'bulk', [requestPart(1, { first: asks, totalBytes: 9 }), requestPart(1, { first: asks, totalBytes: 9 })]],
    ['a request is longer than it said', 'bulk', [requestPart(1, { first: asks, totalBytes: 1, part: Buffer.of(1, 2) })]],
    ['a request is shorter than it said', 'bulk', [requestPart(1, { first: asks, totalBytes: 3, part: Buffer.of(1), last: true })]],
    ['a request promises more than any may have', 'bulk', [requestPart(1, { first: asks, totalBytes: 0x7fff_ffff })]],
    [
      'requests promise more than all may have',
      'bulk',
      Array.from({ length: 5 }, (_, i) => requestPart(i, { first: asks, totalBytes: 15_000_000 })),
    ],
    [
      'more requests begin than may be under way',
      'bulk',
      [Buffer.concat(Array.from({ length: 1_025 }, (_, i) => requestPart(i, { first: asks, totalBytes: 1 })))],
    ],
    ['a stream begins twice', 'bulk', [encodeStreamOpen(clock, 1, new Uint8Array()), encodeStreamOpen(clock, 1, new Uint8Array())]],
    ['a chunk is missing', 'bulk', [encodeStreamOpen(clock, 1, new Uint8Array()), encodeStreamChunk(clock, 1, 1, Buffer.of(1))]],
    ['a chunk is empty', 'bulk', [encodeStreamOpen(clock, 1, new Uint8Array()), encodeStreamChunk(clock, 1, 0, new Uint8Array())]],
    [
      'a stream ignores its window',
      'bulk',
      [
        encodeStreamOpen(clock, 1, new Uint8Array()),
        ...Array.from({ length: 10 }, (_, i) => encodeStreamChunk(clock, 1, i, Buffer.alloc(60_000))),
      ],
    ],
    [
      'a stream does not add up',
      'bulk',
      [
        encodeStreamOpen(clock, 1, new Uint8Array()),
        encodeStreamChunk(clock, 1, 0, Buffer.of(1)),
        encodeStreamEnd(clock, 1, { chunks: 1, bytes: 1, crc: crc32c(Buffer.of(2)) }),
      ],
    ],
    [
      'a stream goes on behind its end',
      'bulk',
      [encodeStreamOpen(clock, 1, new Uint8Array()), encodeStreamEnd(clock, 1, empty), encodeStreamChunk(clock, 1, 0, Buffer.of(1))],
    ],
  ])('when %s', async (_when, channel, frames) => {
    const node = await nodes.start('n1', { handlers: { onStream: () => new Promise(() => undefined) } });
    const hostile = await authenticate(node, channel);
    hostile.write(...frames);
    await until(hostile.closed, 'the connection was closed');
    expect(node.transport.stats().framesInvalid).toBe(1);
    expect(node.logs.find(({ event }) => event === 'peer-frame-invalid')?.fields).toMatchObject({ peer: 'n9', channel });
    expect(node.raft).toEqual([]);
  });

  test.each<[string, (id: number) => readonly Buffer[]]>([
    ['has no beginning', (id) => [encodeTransferPart(clock, 'response', { id, head: null, last: true, part: new Uint8Array() })]],
    [
      'begins twice',
      (id) =>
        [1, 2].map(() =>
          encodeTransferPart(clock, 'response', {
            id,
            head: { fields: { kind: 'response', status: 'ok' }, totalBytes: 5 },
            last: false,
            part: new Uint8Array(),
          }),
        ),
    ],
    [
      'is an error that does not parse',
      (id) => [
        encodeTransferPart(clock, 'response', {
          id,
          head: { fields: { kind: 'response', status: 'error' }, totalBytes: 1 },
          last: true,
          part: Buffer.of(0x7b),
        }),
      ],
    ],
  ])('when an answer %s; the request fails as outcome-unknown', async (_when, framesFor) => {
    const node = await nodes.start('n1');
    const hostile = await authenticate(node, 'bulk');
    const asked = node.transport.request('n9', 'm', new Uint8Array(), { timeoutMs: 10_000 }).catch((error: unknown) => error);
    await until(() => hostile.kinds.includes('request'), 'the request arrived');
    hostile.write(...framesFor(1));
    expect(await asked).toMatchObject({ kind: 'outcome-unknown', code: 'cut' });
    expect(node.transport.stats().framesInvalid).toBe(1);
  });

  test('not at all when a request is cancelled; its answer is then not sent', async () => {
    const answers: ((body: Uint8Array) => void)[] = [];
    const node = await nodes.start('n1', {
      handlers: { onRequest: () => new Promise((resolve) => void answers.push(resolve)) },
    });
    const hostile = await authenticate(node, 'bulk');
    hostile.write(requestPart(1, { first: asks, last: true }), encodeCancel(clock, 1), requestPart(2, { first: asks, last: true }));
    await until(() => answers.length === 2, 'both are at work');
    for (const answer of answers) answer(new Uint8Array());
    await until(() => hostile.kinds.includes('response'), 'one was answered');
    const pongs = hostile.kinds.length;
    hostile.write(encodeFrame('ping', 0, clock, Buffer.alloc(8)));
    await until(() => hostile.kinds.lastIndexOf('pong') >= pongs, 'everything before the pong is here');
    expect(hostile.kinds.filter((kind) => kind === 'response')).toHaveLength(1);
  });

  test('when a stream is given more credit than it used', async () => {
    const node = await nodes.start('n1');
    const hostile = await authenticate(node, 'bulk');
    const sent = node.transport
      .sendStream('n9', new Uint8Array(), { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) })
      .catch((error: unknown) => error);
    await until(() => hostile.kinds.includes('stream-open'), 'the stream began');
    hostile.write(encodeStreamCredit(clock, 1, 1));
    expect(await sent).toMatchObject({ kind: 'outcome-unknown', code: 'cut' });
  });

  test('or answered as it deserves, and the node lives on, whatever bodies come in good frames', async () => {
    const node = await nodes.start('n1');
    const kinds = [
      'raft',
      'request',
      'response',
      'cancel',
      'stream-open',
      'stream-chunk',
      'stream-end',
      'stream-credit',
      'stream-result',
      'stream-abort',
      'pong',
    ] as const;
    const bodies = fc.sample(
      fc.tuple(fc.constantFrom<Channel>('raft', 'bulk'), fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 30 })),
      { numRuns: 60, seed: 7 },
    );
    for (const [channel, kind, body] of bodies) {
      const hostile = await authenticate(node, channel);
      hostile.write(
        encodeFrame(kind, kind === 'request' || kind === 'response' ? 3 : 0, clock, body),
        encodeFrame('ping', 0, clock, Buffer.alloc(8)),
      );
      await until(() => hostile.closed() || hostile.kinds.includes('pong'), 'closed, or still served');
    }
    expect(node.transport.stats().connectionsAccepted).toBe(60);
  });

  test('when good frames come with a bit turned, cut short, repeated or out of order, and the node lives on', async () => {
    const node = await nodes.start('n1');
    const ping = encodeFrame('ping', 0, clock, Buffer.alloc(8));
    const good: Readonly<Record<Channel, Buffer>> = {
      raft: Buffer.concat([ping, encodeFrame('raft', 0, clock, Buffer.of(1, 0x67, 0, 0)), ping]),
      bulk: Buffer.concat([requestPart(1, { first: asks, last: true }), encodeCancel(clock, 1), ping]),
    };
    const damages = fc.sample(
      fc.tuple(
        fc.constantFrom<Channel>('raft', 'bulk'),
        fc.constantFrom('flip', 'cut', 'repeat', 'splice'),
        fc.nat(10_000),
        fc.nat(10_000),
      ),
      { numRuns: 60, seed: 11 },
    );
    for (const [channel, how, a, b] of damages) {
      const frames = good[channel];
      const [from, to] = [a % frames.length, b % frames.length].toSorted((x, y) => x - y) as [number, number];
      const bytes = Buffer.from(frames);
      if (how === 'flip') bytes.writeUInt8(bytes.readUInt8(from) ^ (1 << (b % 8)), from);
      const sent = {
        flip: bytes,
        cut: bytes.subarray(0, from),
        repeat: Buffer.concat([bytes, bytes.subarray(from, to), bytes]),
        splice: Buffer.concat([bytes.subarray(to), bytes.subarray(0, from)]),
      }[how];
      const hostile = await authenticate(node, channel);
      hostile.write(sent, ping, ping);
      // A length that was damaged may promise more than ever comes: silence ends that, elsewhere.
      sockets.at(-1)?.end();
      await until(() => hostile.closed(), `closed after ${how} at ${from} to ${to} on ${channel}`);
    }
    const last = await authenticate(node, 'raft');
    last.write(ping);
    await until(() => last.kinds.includes('pong'), 'still served');
    expect(node.transport.stats().connectionsAccepted).toBe(61);
  });

  test('or never heard, when it does not know the secret, whatever it says', async () => {
    const node = await nodes.start('n1');
    const [host = '', port = ''] = node.address.split(':');
    const shouts = fc.sample(
      fc.tuple(fc.boolean(), fc.uint8Array({ minLength: 1, maxLength: 5_000 })).map(([magic, noise]) =>
        // Half of them begin as a handshake does.
        magic ? Buffer.concat([Buffer.of(0, 39, 1), Buffer.from('CFMN'), Buffer.of(1, 1), noise]) : Buffer.from(noise),
      ),
      { numRuns: 60, seed: 13 },
    );
    for (const shout of shouts) {
      const socket = connect(Number(port), host, () => socket.end(shout));
      sockets.push(socket);
      let closed = false;
      socket.on('error', () => undefined).on('close', () => (closed = true));
      socket.resume();
      await until(() => closed, 'closed');
    }
    expect(node.transport.stats().connectionsAccepted).toBe(0);
    const friend = await authenticate(node, 'raft');
    friend.write(encodeFrame('ping', 0, clock, Buffer.alloc(8)));
    await until(() => friend.kinds.includes('pong'), 'served');
  });
});
