import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { connected, introduce, type TestNode, TestNodes, until } from './testing.ts';
import { type IncomingContext, type IncomingStream, type PeerHandlers, type PeerLimits, PeerReplyError } from './types.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

async function pair(onStream: PeerHandlers['onStream'], limits: Partial<PeerLimits> = {}): Promise<readonly [TestNode, TestNode]> {
  const a = await nodes.start('n1', { limits });
  const b = await nodes.start('n2', { limits, handlers: { onStream } });
  await introduce(a, b);
  return [a, b];
}

const meta = Buffer.from('default 7 3');

/** Chunks of the given sizes; counts what was asked for, and whether it was told to stop. */
class Source implements AsyncIterable<Uint8Array> {
  readonly bytes: Buffer[];
  taken = 0;
  returned = false;

  constructor(sizes: readonly number[]) {
    this.bytes = sizes.map((size) => randomBytes(size));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (const chunk of this.bytes) {
        this.taken += chunk.length;
        yield chunk;
      }
    } finally {
      this.returned = true;
    }
  }
}

/** A consumer that takes a chunk when it is told to. */
class Held {
  stream: IncomingStream | null = null;
  context: IncomingContext | null = null;
  answer: (bytes: Uint8Array) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly onStream: PeerHandlers['onStream'] = (_from, stream, context) =>
    new Promise((resolve, reject) => {
      this.stream = stream;
      this.context = context;
      this.answer = resolve;
      this.fail = reject;
    });
}

async function gather(stream: IncomingStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

describe('a stream', () => {
  test.each([
    ['nothing at all', []],
    ['empty chunks', [0, 5, 0]],
    ['chunks of all sizes', [1, 61_440, 61_441, 200_000, 3_000_000, 17]],
  ])('arrives whole, with its meta, when it carries %s', async (_what, sizes) => {
    const metas: string[] = [];
    const [a] = await pair(async (from, stream) => {
      metas.push(`${from.name}: ${Buffer.from(stream.meta).toString()}`);
      return digest(await gather(stream));
    });
    const source = new Source(sizes);
    const answer = await a.transport.sendStream('n2', meta, source);
    expect(Buffer.from(answer).equals(digest(Buffer.concat(source.bytes)))).toBe(true);
    expect(metas).toEqual(['n1: default 7 3']);
  });

  test('is never asked for more than the window when the receiver does not consume, and goes on when it does', async () => {
    const held = new Held();
    const window = 100_000;
    const [a] = await pair(held.onStream, { streamWindowBytes: window, bulkChunkBytesMax: 10_000 });
    const source = new Source(Array.from({ length: 100 }, () => 10_000));
    const sent = a.transport.sendStream('n2', meta, source);
    await until(() => source.taken >= window && held.stream !== null, 'the window is full');
    // The other connection's round trips show that the sender had every chance to go on.
    for (let i = 0; i < 20; i++) await a.transport.request('n2', 'echo', meta, { timeoutMs: 10_000 });
    expect(source.taken).toBe(window);
    const iterator = held.stream?.chunks[Symbol.asyncIterator]();
    expect((await iterator?.next())?.value).toEqual(new Uint8Array(source.bytes[0] ?? []));
    await until(() => source.taken === window + 10_000, 'one chunk more was asked for');
    for (let next = await iterator?.next(); next?.done === false; next = await iterator?.next());
    held.answer(Buffer.from('got it'));
    expect(Buffer.from(await sent).toString()).toBe('got it');
    expect(source.taken).toBe(1_000_000);
  });

  test('lets requests through while it is stuck', async () => {
    const held = new Held();
    const [a] = await pair(held.onStream);
    const sent = a.transport.sendStream('n2', meta, new Source([50_000_000])).catch((error: unknown) => error);
    await until(() => held.stream !== null, 'it began');
    expect(
      Buffer.from(await a.transport.request('n2', 'echo', Buffer.alloc(1_000_000, 5), { timeoutMs: 10_000 })).equals(
        Buffer.alloc(1_000_000, 5),
      ),
    ).toBe(true);
    held.fail(new PeerReplyError('enough', 'no room'));
    expect(await sent).toMatchObject({ kind: 'remote', code: 'enough' });
  });

  test('ends early with the answer when the receiver has seen enough', async () => {
    const [a] = await pair(async (_from, stream) => {
      for await (const chunk of stream.chunks) return chunk.subarray(0, 1);
      return new Uint8Array();
    });
    const source = new Source(Array.from({ length: 1_000 }, () => 60_000));
    const answer = await a.transport.sendStream('n2', meta, source);
    expect(answer).toEqual(new Uint8Array((source.bytes[0] ?? Buffer.alloc(0)).subarray(0, 1)));
    await until(() => source.returned, 'the source was told to stop');
    expect(source.taken).toBeLessThan(60_000_000);
    expect(Buffer.from(await a.transport.request('n2', 'echo', meta, { timeoutMs: 10_000 })).equals(meta)).toBe(true);
  });

  test('fails with code and text when the receiver refuses it', async () => {
    const [a] = await pair(() => Promise.reject(new PeerReplyError('newer-snapshot', 'have index 9')));
    await expect(a.transport.sendStream('n2', meta, new Source([10]))).rejects.toMatchObject({ kind: 'remote', code: 'newer-snapshot' });
  });

  test('throws what its source throws, and breaks at the receiver, when the source fails', async () => {
    const held = new Held();
    const [a] = await pair(held.onStream);
    const sent = a.transport.sendStream(
      'n2',
      meta,
      (async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
        yield Buffer.alloc(10);
        await until(() => held.stream !== null, 'the receiver has begun');
        throw new Error('disk on fire');
      })(),
    );
    await expect(sent).rejects.toThrow('disk on fire');
    await expect(gather(held.stream ?? { meta, chunks: new Source([]) })).rejects.toMatchObject({ name: 'PeerError', code: 'aborted' });
    expect(held.context?.signal.aborted).toBe(true);
    held.fail(new Error('over'));
  });

  test('fails and breaks at the receiver when the sender gives up, even with a source that hangs', async () => {
    const held = new Held();
    const [a] = await pair(held.onStream);
    const giveUp = new AbortController();
    const hanging: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) };
    const sent = a.transport.sendStream('n2', meta, hanging, { signal: giveUp.signal }).catch((error: unknown) => error);
    await until(() => held.stream !== null, 'it began');
    giveUp.abort();
    expect(await sent).toMatchObject({ kind: 'outcome-unknown', code: 'aborted' });
    await expect(gather(held.stream ?? { meta, chunks: new Source([]) })).rejects.toMatchObject({ code: 'aborted' });
    held.fail(new Error('over'));
  });

  test('fails at both ends when the connection is cut', async () => {
    const held = new Held();
    const a = await nodes.start('n1');
    const b = await nodes.start('n2', { handlers: { onStream: held.onStream } });
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    await connected(a, b);
    const source = new Source([50_000_000]);
    const sent = a.transport.sendStream('n2', meta, source).catch((error: unknown) => error);
    await until(() => held.stream !== null, 'it began');
    proxy.cut();
    expect(await sent).toMatchObject({ kind: 'outcome-unknown', code: 'cut' });
    await expect(gather(held.stream ?? { meta, chunks: new Source([]) })).rejects.toMatchObject({ code: 'cut' });
    await until(() => source.returned, 'the source was told to stop');
    held.fail(new Error('over'));
  });

  test('is refused as unreachable when there are too many, here or there', async () => {
    const held = new Held();
    const [a, b] = await pair(held.onStream, { streamsMax: 1 });
    const giveUp = new AbortController();
    const first = a.transport.sendStream('n2', meta, new Source([10]), { signal: giveUp.signal }).catch((error: unknown) => error);
    await until(() => held.stream !== null, 'it began');
    await expect(a.transport.sendStream('n2', meta, new Source([10]))).rejects.toMatchObject({ kind: 'unreachable', code: 'full' });
    giveUp.abort();
    expect(await first).toMatchObject({ code: 'aborted' });
    // Its handler still works at the other side.
    await expect(a.transport.sendStream('n2', meta, new Source([10]))).rejects.toMatchObject({ kind: 'unreachable', code: 'full' });
    held.answer(new Uint8Array());
    expect(b.transport.stats().framesInvalid).toBe(0);
  });

  test('is taken however many were before it', async () => {
    const [a] = await pair(async (_from, stream) => digest(await gather(stream)), { streamsMax: 1 });
    for (let i = 0; i < 4; i++) {
      const source = new Source([1_000]);
      expect(Buffer.from(await a.transport.sendStream('n2', meta, source)).equals(digest(Buffer.concat(source.bytes)))).toBe(true);
    }
  });

  test('is refused as unreachable when nobody is connected', async () => {
    const a = await nodes.start('n1');
    await expect(a.transport.sendStream('n2', meta, new Source([10]))).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'not-connected',
    });
  });
});
