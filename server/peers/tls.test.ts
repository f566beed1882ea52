import { afterEach, describe, expect, test } from 'vitest';
import { TestAuthority } from './testing-certificates.ts';
import { connected, heartbeat, introduce, type TestNode, TestNodes, until } from './testing.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

const limits = { reconnectMsMin: 5, reconnectMsMax: 20 };
const unreachable = (node: TestNode): boolean => node.logs.some(({ event }) => event === 'peer-unreachable');

describe('with TLS between peers', () => {
  test('nodes connect and talk when one authority signed both certificates', async () => {
    const authority = new TestAuthority();
    const a = await nodes.start('n1', { limits, tls: authority.issue('n1') });
    const b = await nodes.start('n2', { limits, tls: authority.issue('n2') });
    await introduce(a, b);
    a.transport.sendRaft('n2', 'g', [heartbeat('n1', 'n2')]);
    a.transport.flush();
    await until(() => b.raft.length === 1, 'the message arrived');
    const large = Buffer.alloc(3_000_000, 9);
    expect(Buffer.from(await b.transport.request('n1', 'echo', large, { timeoutMs: 10_000 })).equals(large)).toBe(true);
  });

  test('nodes stay apart when another authority signed, though both know the secret', async () => {
    const a = await nodes.start('n1', { limits, tls: new TestAuthority().issue('n1') });
    const b = await nodes.start('n2', { limits, tls: new TestAuthority().issue('n2') });
    a.transport.setPeers([{ name: 'n2', address: b.address }]);
    b.transport.setPeers([{ name: 'n1', address: a.address }]);
    await until(() => unreachable(a) && unreachable(b), 'both failed');
    expect(a.transport.state('n2')?.raftConnected).toBe(false);
    expect(b.transport.stats().connectionsAccepted).toBe(0);
  });

  test('a node without a certificate stays out', async () => {
    const a = await nodes.start('n1', { limits, tls: new TestAuthority().issue('n1') });
    const b = await nodes.start('n2', { limits });
    b.transport.setPeers([{ name: 'n1', address: a.address }]);
    await until(() => unreachable(b), 'it failed');
    expect(a.transport.stats().connectionsAccepted).toBe(0);
  });

  test('new certificates hold for new connections when they were reloaded without a restart', async () => {
    const before = new TestAuthority();
    const after = new TestAuthority();
    const a = await nodes.start('n1', { limits, tls: before.issue('n1') });
    const b = await nodes.start('n2', { limits, tls: before.issue('n2') });
    await introduce(a, b);
    a.transport.reloadTls(after.issue('n1'));
    expect(a.transport.state('n2')?.connected).toBe(true);
    a.transport.reconnect();
    await until(() => unreachable(a) || unreachable(b), 'old and new do not fit');
    b.transport.reloadTls(after.issue('n2'));
    await connected(a, b);
  });

  test('the old certificates stay when the new ones do not fit together', async () => {
    const authority = new TestAuthority();
    const a = await nodes.start('n1', { limits, tls: authority.issue('n1') });
    const b = await nodes.start('n2', { limits, tls: authority.issue('n2') });
    expect(() => a.transport.reloadTls({ ...authority.issue('n1'), key: authority.issue('n1').key })).toThrow(/key values mismatch/i);
    await introduce(a, b);
    expect(a.transport.state('n2')?.connected).toBe(true);
  });
});
