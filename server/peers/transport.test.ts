import { afterEach, describe, expect, test } from 'vitest';
import { connected, heartbeat, hello, introduce, ManualTimers, TestNodes, until } from './testing.ts';

const nodes = new TestNodes();
afterEach(() => nodes.stop());

describe('a pair of nodes', () => {
  test('exchanges Raft messages in both directions when both are introduced', async () => {
    const a = await nodes.start('n1');
    const b = await nodes.start('n2');
    await introduce(a, b);
    a.transport.sendRaft('n2', 'default', [heartbeat('n1', 'n2', 1), heartbeat('n1', 'n2', 2)]);
    a.transport.sendRaft('n2', 'payments', [heartbeat('n1', 'n2', 3)]);
    b.transport.sendRaft('n1', 'default', [heartbeat('n2', 'n1', 4)]);
    expect(a.raft).toEqual([]);
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
});
