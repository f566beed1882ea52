import { afterEach, describe, expect, test } from 'vitest';
import { connected, eventsOf, heartbeat, hello, introduce, ManualTimers, type TestNode, TestNodes, until } from './testing.ts';
import type { ClockValue } from './types.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

const quick = { reconnectMsMin: 5, reconnectMsMax: 20 };

/** Messages and requests each way, to show that both connections are good in both directions. @returns what was answered */
async function talk(a: TestNode, b: TestNode): Promise<string> {
  const before = [a.raft.length, b.raft.length] as const;
  a.transport.sendRaft(b.name, 'g', [heartbeat(a.name, b.name)]);
  b.transport.sendRaft(a.name, 'g', [heartbeat(b.name, a.name)]);
  a.transport.flush();
  b.transport.flush();
  await until(() => a.raft.length > before[0] && b.raft.length > before[1], 'messages arrived both ways');
  const there = await a.transport.request(b.name, 'echo', Buffer.from('there'), { timeoutMs: 5_000 });
  const back = await b.transport.request(a.name, 'echo', Buffer.from('back'), { timeoutMs: 5_000 });
  return `${Buffer.from(there).toString()} and ${Buffer.from(back).toString()}`;
}

describe('a pair of nodes', () => {
  test('exchanges Raft messages in both directions when both are introduced', async () => {
    const a = await nodes.start('n1');
    const b = await nodes.start('n2');
    await introduce(a, b);
    a.transport.sendRaft('n2', 'default', [heartbeat('n1', 'n2', 1), heartbeat('n1', 'n2', 2)]);
    a.transport.sendRaft('n2', 'payments', [heartbeat('n1', 'n2', 3)]);
    b.transport.sendRaft('n1', 'default', [heartbeat('n2', 'n1', 4)]);
    a.transport.flush();
    b.transport.flush();
    await until(() => b.raft.length === 2 && a.raft.length === 1, 'everything arrived');
    expect(b.raft).toEqual([
      { from: 'n1', group: 'default', messages: [heartbeat('n1', 'n2', 1), heartbeat('n1', 'n2', 2)] },
      { from: 'n1', group: 'payments', messages: [heartbeat('n1', 'n2', 3)] },
    ]);
    expect(a.raft).toEqual([{ from: 'n2', group: 'default', messages: [heartbeat('n2', 'n1', 4)] }]);
    expect(a.transport.stats()).toMatchObject({ raftMessagesOut: 3, raftMessagesIn: 1, raftMessagesDropped: 0, framesInvalid: 0 });
  });

  test.each([
    ['n1', 'n2'],
    ['n2', 'n1'],
  ])('is connected when only %s knows the address of %s', async (dialling, dialled) => {
    const a = await nodes.start(dialling);
    const b = await nodes.start(dialled);
    a.transport.setPeers([{ name: b.name, address: b.address }]);
    await connected(a, b);
    expect(await talk(a, b)).toBe('there and back');
  });

  test('settles on one connection of each kind when both dial at the same moment', async () => {
    const a = await nodes.start('n1', { limits: { reconnectMsMin: 0, reconnectMsMax: 20 } });
    const b = await nodes.start('n2', { limits: { reconnectMsMin: 0, reconnectMsMax: 20 } });
    for (let round = 0; round < 10; round++) {
      await introduce(a, b);
      expect(await talk(a, b)).toBe('there and back');
      a.transport.reconnect();
      b.transport.reconnect();
    }
    await connected(a, b);
    expect(await talk(a, b)).toBe('there and back');
  });

  test('merges the clock of the other side with every kind of frame', async () => {
    const seen: ClockValue[] = [];
    const clock = { ms: 2 ** 48 - 1, counter: 0xffff };
    const a = await nodes.start('n1', { handlers: { clock: () => clock } });
    const b = await nodes.start('n2', { handlers: { onClock: (from, value) => void (from.name === 'n1' && seen.push(value)) } });
    await introduce(a, b);
    const before = seen.length;
    a.transport.sendRaft('n2', 'g', [heartbeat('n1', 'n2')]);
    a.transport.flush();
    await until(() => b.raft.length === 1, 'the message arrived');
    const afterRaft = seen.length;
    await a.transport.request('n2', 'm', new Uint8Array(), { timeoutMs: 5_000 });
    expect(afterRaft).toBeGreaterThan(before);
    expect(seen.length).toBeGreaterThan(afterRaft);
    expect(new Set(seen.map((value) => JSON.stringify(value)))).toEqual(new Set([JSON.stringify(clock)]));
  });

  test('shows the other side in its state when connected', async () => {
    const a = await nodes.start('n1');
    const b = await nodes.start('n2');
    expect(a.transport.state('n2')).toBeNull();
    await introduce(a, b);
    await until(() => a.transport.state('n2')?.rttMs !== null, 'a ping came back');
    const state = a.transport.state('n2');
    expect(state).toMatchObject({
      connected: true,
      raftConnected: true,
      bulkConnected: true,
      refused: null,
      hello: { name: 'n2', incarnation: 'n2-i1' },
    });
    expect(state?.bytesIn).toBeGreaterThan(0);
    expect(state?.bytesOut).toBeGreaterThan(0);
    expect(state?.lastHeardMs).not.toBeNull();
    expect([...a.transport.states().keys()]).toEqual(['n2']);
    expect(a.changes.at(-1)).toMatchObject({ name: 'n2', state: { connected: true } });
  });
});

describe('sending Raft messages', () => {
  test('reports them when the peer is not connected', async () => {
    const a = await nodes.start('n1');
    a.transport.setPeers([{ name: 'n2', address: '127.0.0.1:1' }]);
    a.transport.sendRaft('n2', 'g', [heartbeat('n1', 'n2'), heartbeat('n1', 'n2')]);
    a.transport.sendRaft('n9', 'g', [heartbeat('n1', 'n9')]);
    expect(a.drops).toEqual([
      { to: 'n2', count: 2, reason: 'not-connected' },
      { to: 'n9', count: 1, reason: 'not-connected' },
    ]);
  });

  test('reports what was queued when the connection goes before the flush', async () => {
    const a = await nodes.start('n1');
    const b = await nodes.start('n2');
    await introduce(a, b);
    a.transport.sendRaft('n2', 'g', [heartbeat('n1', 'n2')]);
    a.transport.reconnect();
    a.transport.flush();
    expect(a.drops).toEqual([{ to: 'n2', count: 1, reason: 'not-connected' }]);
  });

  test('reports what exceeds the queue when the peer does not read', async () => {
    const a = await nodes.start('n1', { limits: { raftQueueBytesMax: 100_000 } });
    const b = await nodes.start('n2');
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    await connected(a, b);
    proxy.freeze();
    const entry = { term: 1, index: 1, type: 'normal', data: new Uint8Array(40_000) } as const;
    const append = { type: 'app', from: 'n1@i', to: 'n2@i', term: 1, prevIndex: 0, prevTerm: 0, commit: 0, entries: [entry] } as const;
    for (let i = 0; i < 1_000 && a.drops.length === 0; i++) {
      a.transport.sendRaft('n2', 'g', [append]);
      a.transport.flush();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(a.drops[0]).toEqual({ to: 'n2', count: 1, reason: 'queue-full' });
  });

  test('reports a message that no frame may hold', async () => {
    const a = await nodes.start('n1', { limits: { raftFrameBytesMax: 1_000 } });
    const b = await nodes.start('n2', { limits: { raftFrameBytesMax: 1_000 } });
    await introduce(a, b);
    const entry = { term: 1, index: 1, type: 'normal', data: new Uint8Array(2_000) } as const;
    a.transport.sendRaft('n2', 'g', [
      heartbeat('n1', 'n2'),
      { type: 'app', from: 'n1@i', to: 'n2@i', term: 1, prevIndex: 0, prevTerm: 0, commit: 0, entries: [entry] },
    ]);
    a.transport.flush();
    await until(() => b.raft.length === 1, 'the small one arrived');
    expect(a.drops).toEqual([{ to: 'n2', count: 1, reason: 'too-large' }]);
  });
});

describe('lost connections', () => {
  test('are made anew when sockets are cut', async () => {
    const a = await nodes.start('n1', { limits: quick });
    const b = await nodes.start('n2', { limits: quick });
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    await connected(a, b);
    for (let round = 0; round < 5; round++) {
      proxy.cut();
      await until(() => eventsOf(a, 'peer-disconnected').length >= 2 * (round + 1), 'the cut was noticed');
      await connected(a, b);
      expect(await talk(a, b)).toBe('there and back');
    }
  });

  test('are made anew when the other node was restarted, whoever has the lower name', async () => {
    const a = await nodes.start('n2', { limits: quick });
    for (const name of ['n1', 'n3']) {
      const old = await nodes.start(name, { limits: quick });
      a.transport.setPeers([{ name, address: old.address }]);
      old.transport.setPeers([{ name: 'n2', address: a.address }]);
      await connected(a, old);
      await old.transport.stop();
      // A message into the connection that has just ended would be lost, as any may be.
      await until(() => a.transport.state(name)?.connected !== true, `${name} is gone`);
      const fresh = await nodes.start(name, { limits: quick, listen: old.address });
      fresh.transport.setPeers([{ name: 'n2', address: a.address }]);
      await connected(a, fresh);
      expect(await talk(a, fresh)).toBe('there and back');
    }
  });

  test('are replaced at once when the other node comes back while the old connection still looks alive', async () => {
    const a = await nodes.start('n1', { limits: { ...quick, silenceMsMax: 1e9 } });
    const old = await nodes.start('n2', { limits: { ...quick, silenceMsMax: 1e9 } });
    const proxy = await nodes.proxy(old.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    await connected(a, old);
    // The machine of n2 loses its power: nobody closes anything.
    proxy.freeze();
    const fresh = await nodes.start('n2', { limits: quick });
    fresh.transport.setPeers([{ name: 'n1', address: a.address }]);
    await connected(fresh, a);
    expect(await talk(fresh, a)).toBe('there and back');
    expect(eventsOf(a, 'peer-disconnected')).toContainEqual(expect.objectContaining({ peer: 'n2', reason: 'replaced by a newer one' }));
  });

  test('are noticed when the peer falls silent, and not before the bound', async () => {
    const timers = new ManualTimers();
    const limits = { pingMs: 500, silenceMsMax: 3_000 };
    const a = await nodes.start('n1', { timers, limits });
    const b = await nodes.start('n2');
    const proxy = await nodes.proxy(b.address);
    a.transport.setPeers([{ name: 'n2', address: proxy.address }]);
    timers.advance(0);
    await connected(a, b);
    await until(() => a.transport.state('n2')?.rttMs !== null, 'the first ping came back');
    proxy.freeze();
    timers.advance(2_999);
    expect(a.transport.state('n2')?.connected).toBe(true);
    timers.advance(501);
    expect(a.transport.state('n2')?.connected).toBe(false);
    expect(eventsOf(a, 'peer-disconnected')).toContainEqual({ peer: 'n2', channel: 'raft', reason: 'silent' });
    expect(eventsOf(a, 'peer-disconnected')).toContainEqual({ peer: 'n2', channel: 'bulk', reason: 'silent' });
  });

  test('are not suspected when it was this very process that slept', async () => {
    const timers = new ManualTimers();
    const a = await nodes.start('n1', { timers });
    const b = await nodes.start('n2');
    a.transport.setPeers([{ name: 'n2', address: b.address }]);
    timers.advance(0);
    await connected(a, b);
    timers.sleep(60_000);
    expect(a.transport.state('n2')?.connected).toBe(true);
    expect(await talk(a, b)).toBe('there and back');
  });

  test('stay away when the peer is no longer listed', async () => {
    const a = await nodes.start('n1', { limits: quick });
    const b = await nodes.start('n2', { limits: quick });
    await introduce(a, b);
    b.transport.setPeers([]);
    a.transport.setPeers([]);
    await until(() => a.transport.state('n2') === null && b.transport.state('n1') === null, 'both forgot each other');
    await expect(a.transport.request('n2', 'm', new Uint8Array(), { timeoutMs: 1_000 })).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('go over to the new address when a peer has moved', async () => {
    // The next attempt after the first would be in a quarter of an hour.
    const a = await nodes.start('n1', { limits: { reconnectMsMin: 1e6, reconnectMsMax: 1e6 } });
    const b = await nodes.start('n2', { limits: quick });
    a.transport.setPeers([{ name: 'n2', address: '127.0.0.1:1' }]);
    await until(() => eventsOf(a, 'peer-unreachable').length > 0, 'the old address failed');
    a.transport.setPeers([{ name: 'n2', address: b.address }]);
    await connected(a, b);
    expect(await talk(a, b)).toBe('there and back');
  });

  test('show the new hello when hands were shaken anew', async () => {
    let formed = false;
    const a = await nodes.start('n1', { limits: quick, handlers: { hello: () => hello('n1', { formed }) } });
    const b = await nodes.start('n2', { limits: quick });
    await introduce(a, b);
    expect(b.transport.state('n1')?.hello?.formed).toBe(false);
    formed = true;
    a.transport.reconnect(['n2']);
    await until(() => b.transport.state('n1')?.hello?.formed === true, 'n2 knows');
    await connected(a, b);
  });
});

describe('dropPeers', () => {
  test.each([
    ['n1', 'n2'],
    ['n2', 'n1'],
  ])('cuts both directions when %s drops %s, and heals', async (dropping, dropped) => {
    const a = await nodes.start(dropping, { limits: quick });
    const b = await nodes.start(dropped, { limits: quick });
    const c = await nodes.start('n3', { limits: quick });
    await introduce(a, b);
    await introduce(a, c);
    a.transport.setPeers([
      { name: b.name, address: b.address },
      { name: 'n3', address: c.address },
    ]);
    await connected(a, b);
    a.transport.dropPeers([b.name]);
    await until(
      () => b.transport.state(a.name)?.connected === false && b.transport.state(a.name)?.raftConnected === false,
      'the other side noticed',
    );
    // The dropped one goes on dialling and never comes through.
    await until(() => eventsOf(b, 'peer-unreachable').length > 0, 'an attempt came to nothing');
    expect(a.transport.state(b.name)).toMatchObject({ raftConnected: false, bulkConnected: false });
    a.transport.sendRaft(b.name, 'g', [heartbeat(a.name, b.name)]);
    expect(a.drops).toEqual([{ to: b.name, count: 1, reason: 'not-connected' }]);
    await expect(b.transport.request(a.name, 'm', new Uint8Array(), { timeoutMs: 1_000 })).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await talk(a, c)).toBe('there and back');
    a.transport.dropPeers([]);
    await connected(a, b);
    expect(await talk(a, b)).toBe('there and back');
  });
});

describe('a transport', () => {
  test('fails to start when the port is taken', async () => {
    const a = await nodes.start('n1');
    await expect(nodes.start('n2', { listen: a.address })).rejects.toThrow('EADDRINUSE');
  });

  test('calls nobody back and leaves no peer connected when it was stopped', async () => {
    const a = await nodes.start('n1', { limits: quick });
    const b = await nodes.start('n2', { limits: quick });
    await introduce(a, b);
    const before = a.changes.length;
    await a.transport.stop();
    await until(
      () => b.transport.state('n1')?.raftConnected === false && b.transport.state('n1')?.bulkConnected === false,
      'the other side noticed',
    );
    expect(a.changes.length).toBe(before);
    await expect(a.transport.request('n2', 'm', new Uint8Array(), { timeoutMs: 1_000 })).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
