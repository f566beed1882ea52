import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { connected, heartbeat, introduce, ManualTimers, type TestNode, TestNodes, until } from './testing.ts';
import { type IncomingContext, type PeerHandlers, type PeerLimits, PeerReplyError } from './types.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

/** A handler that answers when it is told to. */
class Held {
  readonly calls: {
    readonly method: string;
    readonly body: Uint8Array;
    readonly context: IncomingContext;
    readonly answer: (body: Uint8Array) => void;
  }[] = [];
  readonly onRequest: PeerHandlers['onRequest'] = (_from, method, body, context) =>
    new Promise((answer) => {
      this.calls.push({ method, body, context, answer });
    });
}

async function pair(onRequest: PeerHandlers['onRequest'], limits: Partial<PeerLimits> = {}): Promise<readonly [TestNode, TestNode]> {
  const a = await nodes.start('n1', { limits });
  const b = await nodes.start('n2', { limits, handlers: { onRequest } });
  await introduce(a, b);
  return [a, b];
}

const body = Buffer.from('body');
const inTime = { timeoutMs: 10_000 };

describe('a request', () => {
  test('is answered by the handler when all is well', async () => {
    const [a, b] = await pair((from, method, bytes, { timeoutMs }) =>
      Promise.resolve(Buffer.from(`${from.name} ${method} ${bytes.length} ${(timeoutMs ?? 0) > 0}`)),
    );
    expect(Buffer.from(await a.transport.request('n2', 'propose', body, inTime)).toString()).toBe('n1 propose 4 true');
    expect(a.transport.stats().requestsOut).toBe(1);
    expect(b.transport.stats().requestsIn).toBe(1);
  });

  test('and its answer come whole when both are many frames long', async () => {
    const [a] = await pair((_from, _method, bytes) => Promise.resolve(Buffer.concat([bytes, bytes])));
    const large = randomBytes(5_000_000);
    const answer = Buffer.from(await a.transport.request('n2', 'm', large, inTime));
    expect(answer.equals(Buffer.concat([large, large]))).toBe(true);
  });

  test('is answered each by its own when many are under way in both directions', async () => {
    const [a, b] = await pair(
      (_from, method, bytes) =>
        new Promise((resolve) => {
          setImmediate(() => resolve(Buffer.concat([Buffer.from(method), bytes])));
        }),
    );
    const asked = Array.from({ length: 300 }, (_, i) => Buffer.alloc((i * 997) % 70_000, i));
    const answers = await Promise.all(
      asked.flatMap((bytes, i) => [a.transport.request('n2', `m${i}`, bytes, inTime), b.transport.request('n1', 'echo', bytes, inTime)]),
    );
    expect(answers.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual(
      asked.flatMap((bytes, i) => [`m${i}${bytes.toString('latin1')}`, bytes.toString('latin1')]),
    );
  });

  test('does not wait for a large one when it is small', async () => {
    const order: string[] = [];
    const [a] = await pair((_from, method) => {
      order.push(method);
      return Promise.resolve(body);
    });
    await Promise.all([
      a.transport.request('n2', 'large', Buffer.alloc(12_000_000), inTime),
      a.transport.request('n2', 'small', body, inTime),
    ]);
    expect(order).toEqual(['small', 'large']);
  });

  test('is answered however many were before it when each alone keeps within the bounds', async () => {
    const [a] = await pair((_from, _method, bytes) => Promise.resolve(bytes), { requestBytesMax: 600, requestQueueBytesMax: 1_000 });
    for (let i = 0; i < 10; i++) {
      const asked = Buffer.alloc(600, i);
      expect(Buffer.from(await a.transport.request('n2', 'm', asked, inTime)).equals(asked)).toBe(true);
    }
  });

  test('is refused with code and text when the handler says so', async () => {
    const [a] = await pair(() => Promise.reject(new PeerReplyError('not-leader', 'ask n3')));
    await expect(a.transport.request('n2', 'm', body, inTime)).rejects.toMatchObject({
      kind: 'remote',
      code: 'not-leader',
      message: 'request to n2: ask n3',
    });
  });

  test('is refused without details when the handler fails, and the log of the peer has them', async () => {
    const [a, b] = await pair(() => {
      throw new TypeError('secret detail');
    });
    const error = await a.transport.request('n2', 'm', body, inTime).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'remote', code: 'internal' });
    expect(String(error)).not.toContain('secret');
    expect(JSON.stringify(b.logs)).toContain('secret detail');
  });
});

describe('a request fails as unreachable', () => {
  test('when the peer is not connected or not known', async () => {
    const a = await nodes.start('n1');
    await expect(a.transport.request('n2', 'm', body, inTime)).rejects.toMatchObject({ kind: 'unreachable', code: 'not-connected' });
  });

  test('when it is too large', async () => {
    const [a, b] = await pair(() => Promise.resolve(body), { requestBytesMax: 1_000 });
    await expect(a.transport.request('n2', 'm', Buffer.alloc(1_001), inTime)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'too-large',
    });
    expect(b.transport.stats().requestsIn).toBe(0);
  });

  test('when too many are under way, in number or in bytes, and no more when they are answered', async () => {
    const held = new Held();
    const [a] = await pair(held.onRequest, { requestsMax: 2, requestQueueBytesMax: 1_000 });
    const first = a.transport.request('n2', 'm', Buffer.alloc(600), inTime);
    await expect(a.transport.request('n2', 'm', Buffer.alloc(500), inTime)).rejects.toMatchObject({ kind: 'unreachable', code: 'full' });
    const second = a.transport.request('n2', 'm', Buffer.alloc(300), inTime);
    await expect(a.transport.request('n2', 'm', body, inTime)).rejects.toMatchObject({ kind: 'unreachable', code: 'full' });
    await until(() => held.calls.length === 2, 'two are at work');
    for (const call of held.calls) call.answer(body);
    await Promise.all([first, second]);
    const third = a.transport.request('n2', 'm', Buffer.alloc(900), inTime);
    await until(() => held.calls.length === 3, 'the third is at work');
    held.calls[2]?.answer(body);
    expect(Buffer.from(await third).equals(body)).toBe(true);
  });

  test('when the handlers of given-up requests still fill the peer', async () => {
    const held = new Held();
    const [a] = await pair(held.onRequest, { requestsMax: 1 });
    const giveUp = new AbortController();
    const first = a.transport.request('n2', 'm', body, { ...inTime, signal: giveUp.signal });
    await until(() => held.calls.length === 1, 'it is at work');
    giveUp.abort();
    await expect(first).rejects.toMatchObject({ kind: 'outcome-unknown', code: 'aborted' });
    await expect(a.transport.request('n2', 'm', body, inTime)).rejects.toMatchObject({ kind: 'unreachable', code: 'full' });
    expect(held.calls).toHaveLength(1);
    held.calls[0]?.answer(body);
  });

  test('when the connection is cut or the time is over before its last byte was written', async () => {
    const timers = new ManualTimers();
    const a = await nodes.start('n1', { timers, limits: { silenceMsMax: 1e9 } });
    const b = await nodes.start('n2');
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    timers.advance(0);
    await connected(a, b);
    proxy.freeze();
    const large = Buffer.alloc(16 * 1024 * 1024);
    const late = a.transport.request('n2', 'm', large, { timeoutMs: 2_000 }).catch((error: unknown) => error);
    const cut = a.transport.request('n2', 'm', large, { timeoutMs: 60_000 }).catch((error: unknown) => error);
    timers.advance(2_000);
    expect(await late).toMatchObject({ kind: 'unreachable', code: 'timeout' });
    proxy.cut();
    expect(await cut).toMatchObject({ kind: 'unreachable', code: 'cut' });
    expect(b.transport.stats().requestsIn).toBe(0);
  });

  test('and leaves the connection to others when its time was over half-way', async () => {
    const timers = new ManualTimers();
    const a = await nodes.start('n1', { timers, limits: { silenceMsMax: 1e9 } });
    const b = await nodes.start('n2', { limits: { silenceMsMax: 1e9 } });
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    timers.advance(0);
    await connected(a, b);
    proxy.freeze();
    const late = a.transport.request('n2', 'm', Buffer.alloc(16_000_000), { timeoutMs: 2_000 }).catch((error: unknown) => error);
    timers.advance(2_000);
    expect(await late).toMatchObject({ kind: 'unreachable', code: 'timeout' });
    proxy.thaw();
    expect(Buffer.from(await a.transport.request('n2', 'm', body, inTime)).equals(body)).toBe(true);
    expect(b.transport.stats()).toMatchObject({ requestsIn: 1, framesInvalid: 0 });
  });

  test('when its signal was aborted before', async () => {
    const [a] = await pair(() => Promise.resolve(body));
    await expect(a.transport.request('n2', 'm', body, { ...inTime, signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'aborted',
    });
  });
});

describe('a request fails as outcome-unknown', () => {
  test('when the connection is cut while the handler works, and tells the handler', async () => {
    const held = new Held();
    const a = await nodes.start('n1');
    const b = await nodes.start('n2', { handlers: { onRequest: held.onRequest } });
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    await connected(a, b);
    const asked = a.transport.request('n2', 'm', body, inTime).catch((error: unknown) => error);
    await until(() => held.calls.length === 1, 'it is at work');
    const signal = held.calls[0]?.context.signal;
    expect(signal?.aborted).toBe(false);
    proxy.cut();
    expect(await asked).toMatchObject({ kind: 'outcome-unknown', code: 'cut' });
    await until(() => signal?.aborted === true, 'the handler knows');
    await connected(a, b);
    // The answer to the old connection's request must not reach anybody on the new one.
    held.calls[0]?.answer(Buffer.from('too late'));
    const again = a.transport.request('n2', 'm', body, inTime);
    await until(() => held.calls.length === 2, 'the next is at work');
    held.calls[1]?.answer(Buffer.from('right'));
    expect(Buffer.from(await again).toString()).toBe('right');
  });

  test('when the time is over, and tells the handler', async () => {
    const held = new Held();
    const timers = new ManualTimers();
    const a = await nodes.start('n1', { timers });
    const b = await nodes.start('n2', { handlers: { onRequest: held.onRequest } });
    a.transport.setPeers([{ name: 'n2', address: b.address }]);
    timers.advance(0);
    await connected(a, b);
    const asked = a.transport.request('n2', 'm', body, { timeoutMs: 300 }).catch((error: unknown) => error);
    await until(() => held.calls.length === 1, 'it is at work');
    const signal = held.calls[0]?.context.signal;
    timers.advance(300);
    expect(await asked).toMatchObject({ kind: 'outcome-unknown', code: 'timeout' });
    await until(() => signal?.aborted === true, 'the handler knows');
  });

  test('when this side stops', async () => {
    const held = new Held();
    const [a] = await pair(held.onRequest);
    const asked = a.transport.request('n2', 'm', body, inTime).catch((error: unknown) => error);
    await until(() => held.calls.length === 1, 'it is at work');
    await a.transport.stop();
    expect(await asked).toMatchObject({ kind: 'outcome-unknown', code: 'cut' });
  });

  test('when the answer is larger than any may be', async () => {
    const [a, b] = await pair(() => Promise.resolve(Buffer.alloc(1_001)), { requestBytesMax: 1_000 });
    await expect(a.transport.request('n2', 'm', body, inTime)).rejects.toMatchObject({ kind: 'outcome-unknown', code: 'answer-lost' });
    expect(b.logs.some(({ event }) => event === 'peer-answer-too-large')).toBe(true);
  });
});

test('a signal that is asked for late is aborted when the caller has given up already', async () => {
  const held = new Held();
  const [a] = await pair(held.onRequest);
  const giveUp = new AbortController();
  const asked = a.transport.request('n2', 'm', body, { timeoutMs: 60_000, signal: giveUp.signal }).catch((error: unknown) => error);
  await until(() => held.calls.length === 1, 'it is at work');
  giveUp.abort();
  await asked;
  await until(() => held.calls[0]?.context.signal.aborted === true, 'the handler knows');
  expect(held.calls[0]?.context.signal.reason).toBeInstanceOf(Error);
});

test('Raft messages go through while bulk is stuck', async () => {
  const held = new Held();
  const [a, b] = await pair(held.onRequest);
  const asked = Array.from({ length: 4 }, () =>
    a.transport.request('n2', 'm', Buffer.alloc(16_000_000), inTime).catch((error: unknown) => error),
  );
  a.transport.sendRaft('n2', 'g', [heartbeat('n1', 'n2')]);
  a.transport.flush();
  await until(() => b.raft.length === 1, 'the heartbeat arrived');
  expect(held.calls).toHaveLength(0);
  await a.transport.stop();
  await Promise.all(asked);
});
