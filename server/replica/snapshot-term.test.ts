import { describe, expect, test } from 'vitest';
import type { PeerTransport } from '../peers/types.ts';
import { RawNode } from '../raft/raw-node.ts';
import type { Message, RaftStorage, SnapMessage, SnapshotMetadata } from '../raft/types.ts';
import { packEnvelope } from './envelope.ts';
import type { ReplicaHost } from './host.ts';
import { receiveSnapshot } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import type { StateStorage } from './state-storage.ts';

const confState = { voters: ['n1@0', 'n2@0', 'n3@0'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const announced: SnapMessage = { type: 'snap', from: 'n1@0', to: 'n2@0', term: 5, snapshot: { term: 5, index: 40, confState } };
const later: SnapshotMetadata = { term: 6, index: 50, confState };

/** A core, and the start of its log: what a snapshot that it takes in replaces. */
function core(id: string, term: number): { readonly node: RawNode; install(snapshot: SnapshotMetadata): void } {
  let base = { term: 1, index: 1 };
  const storage: RaftStorage = {
    initialState: () => ({ hardState: { term, vote: null, commit: 1 }, confState }),
    entries: () => 'unavailable',
    term: (index) => (index === base.index ? base.term : 'unavailable'),
    firstIndex: () => base.index + 1,
    lastIndex: () => base.index,
    snapshot: () => ({ ...base, confState }),
  };
  const bytes = { sizePerMsgBytesMax: 1e6, inflightBytesMax: 1e6, uncommittedBytesMax: 1e6, committedBytesPerReadyMax: 1e6 };
  const limits = { ...bytes, inflightMessagesMax: 8, pendingReadsMax: 8 };
  const node = new RawNode({ id, electionTicks: 3, heartbeatTicks: 1, random: () => 0, applied: 1, ...limits }, storage);
  const install = (snapshot: SnapshotMetadata): void => {
    const { number } = node.ready();
    node.appliedTo(snapshot.index);
    base = snapshot;
    node.onPersisted(number);
  };
  return { node, install };
}

/** A sender whose copies stand at `copy`, and what it did. */
function sender(copy: SnapshotMetadata): {
  readonly send: () => Promise<boolean>;
  readonly streams: string[];
  readonly disposed: () => number;
} {
  const streams: string[] = [];
  let disposed = 0;
  const transport = { sendStream: async (to: string) => (streams.push(to), new Uint8Array(0)) };
  const storage = {
    copy: async () => ({ metadata: copy, sizeBytes: 0, async *chunks() {}, dispose: () => void (disposed += 1) }),
  };
  const send = (): Promise<boolean> =>
    new Promise((resolve) => {
      const made = new SnapshotSender(
        transport as unknown as PeerTransport,
        storage as unknown as StateStorage,
        () => undefined,
        (_group, _peer, ok) => resolve(ok),
      );
      made.send('default', announced);
    });
  return { send, streams, disposed: () => disposed };
}

describe('a copy that is of a later term than the message that announced it', () => {
  test('would make its receiver ask for votes in a way that no node may', () => {
    const { node, install } = core('n2@0', 5);
    node.step({ ...announced, snapshot: later });
    install(later);
    for (let tick = 0; tick < 3; tick += 1) node.tick();
    const asked: readonly Message[] = node.ready().messages.filter(({ type, to }) => type === 'pre-vote' && to === 'n3@0');
    expect(asked).toHaveLength(1);
    for (const message of asked)
      expect(() => core('n3@0', 6).node.step(message)).toThrow('a candidate whose log is of the term it asks for');
  });

  test('is not sent, and reported as failed', async () => {
    const { send, streams, disposed } = sender(later);
    expect(await send()).toBe(false);
    expect([streams, disposed()]).toEqual([[], 1]);
  });

  test('is not taken in', async () => {
    const host = { self: 'n2@0', replica: () => ({}) } as unknown as ReplicaHost;
    const meta = packEnvelope({ kind: 'snapshot', group: 'default', message: { ...announced, snapshot: later }, sizeBytes: 0 });
    const storage = { stage: () => Promise.reject(new Error('must not be staged')) } as unknown as StateStorage;
    await expect(receiveSnapshot(host, storage, { meta, chunks: (async function* () {})() })).rejects.toMatchObject({
      code: 'of-a-later-term',
    });
  });
});

test('a copy of the term of its message is sent, though it is newer than announced', async () => {
  const { send, streams, disposed } = sender({ term: 5, index: 60, confState });
  expect(await send()).toBe(true);
  expect([streams, disposed()]).toEqual([['n2'], 1]);
});
