import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { connected, eventsOf, ManualTimers, type TestNode, TestNodes, until } from './testing.ts';
import type { PeerRefusal } from './types.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

const quick = { reconnectMsMin: 5, reconnectMsMax: 20 };

describe('who is not let in', () => {
  test('is a stranger, logged once however often he comes', async () => {
    const a = await nodes.start('n1', { limits: quick });
    const b = await nodes.start('n2', { secret: 'another', limits: quick });
    a.transport.setPeers([{ name: 'n2', address: b.address }]);
    b.transport.setPeers([{ name: 'n1', address: a.address }]);
    await until(() => a.transport.stats().connectionsRefused >= 4, 'several attempts were refused');
    expect(eventsOf(a, 'peer-refused').filter((fields) => JSON.stringify(fields).includes('"by":"us"'))).toHaveLength(1);
    expect(eventsOf(a, 'peer-refused')[0]).toMatchObject({ reason: 'stranger' });
    expect(a.transport.state('n2')).toMatchObject({ connected: false, refused: { reason: 'stranger' } });
    expect(JSON.stringify([a.logs, b.logs])).not.toContain('another');
  });

  test.each<PeerRefusal>(['wrong-cluster', 'wrong-lineage', 'wrong-incarnation', 'wiped-node', 'removed'])(
    'is told when it is refused as %s',
    async (reason) => {
      const a = await nodes.start('n1', { limits: quick, handlers: { onHello: () => reason } });
      const b = await nodes.start('n2', { limits: quick });
      b.transport.setPeers([{ name: 'n1', address: a.address }]);
      await until(() => b.transport.state('n1')?.refused?.reason === reason, 'the refusal arrived');
      expect(b.transport.state('n1')).toMatchObject({ connected: false, refused: { reason, by: 'peer' } });
      expect(b.changes.at(-1)).toMatchObject({ name: 'n1', state: { refused: { reason } } });
      expect(eventsOf(a, 'peer-refused')[0]).toMatchObject({ reason, by: 'us', peer: 'n2' });
    },
  );

  test('is whoever answers under another name than the dialled one', async () => {
    const a = await nodes.start('n1', { limits: quick });
    const c = await nodes.start('n3');
    a.transport.setPeers([{ name: 'n2', address: c.address }]);
    await until(() => a.transport.state('n2')?.refused?.reason === 'wrong-node', 'refused');
    expect(a.transport.state('n3')).toBeNull();
  });

  const raw = async (node: TestNode): Promise<Socket & { readonly isClosed: () => boolean }> => {
    const [host = '', port = ''] = node.address.split(':');
    const socket = connect(Number(port), host);
    let closed = false;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
    });
    socket.resume();
    await new Promise((resolve) => {
      socket.once('connect', resolve);
    });
    return Object.assign(socket, { isClosed: () => closed });
  };

  test('is whoever speaks another protocol', async () => {
    const a = await nodes.start('n1');
    const socket = await raw(a);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(socket.isClosed, 'the socket was closed');
    expect(a.transport.stats()).toMatchObject({ connectionsRefused: 1, framesInvalid: 1 });
    expect(eventsOf(a, 'peer-handshake-invalid')).toHaveLength(1);
  });

  test('is whoever sends his handshake too slowly', async () => {
    const timers = new ManualTimers();
    const a = await nodes.start('n1', { timers });
    const socket = await raw(a);
    await until(() => timers.delays.includes(5_000), 'the handshake is timed');
    for (const byte of [0, 39, 1, 0x43]) {
      socket.write(Buffer.of(byte));
      timers.advance(1_200);
    }
    expect(socket.isClosed()).toBe(false);
    timers.advance(200);
    await until(socket.isClosed, 'the socket was closed');
    expect(eventsOf(a, 'peer-handshake-failed')[0]).toMatchObject({ reason: 'no handshake in time' });
  });

  test('is the oldest of too many who have not shown who they are', async () => {
    const a = await nodes.start('n1', { limits: { unauthenticatedMax: 3 } });
    const sockets = [await raw(a), await raw(a), await raw(a), await raw(a)];
    await until(() => sockets[0]?.isClosed() === true, 'the first gave way');
    expect(sockets.slice(1).map((socket) => socket.isClosed())).toEqual([false, false, false]);
    const b = await nodes.start('n2');
    b.transport.setPeers([{ name: 'n1', address: a.address }]);
    await connected(a, b);
  });
});
