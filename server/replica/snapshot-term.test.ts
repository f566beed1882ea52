import { describe, expect, test, vi } from 'vitest';
import type { PeerTransport } from '../peers/types.ts';
import { RawNode } from '../raft/raw-node.ts';
import type { Message, RaftStorage, SnapMessage, SnapshotMetadata } from '../raft/types.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { ReplicaHost } from './host.ts';
import { receiveSnapshot } from './snapshot-receiver.ts';
import { SnapshotSender, type SnapshotStreamHeader } from './snapshot-sender.ts';
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

/** A sender whose copies stand at `copy`, at a node that leads in the terms `leads`, one per question; and what it did. */
function sender(copy: SnapshotMetadata, leads: readonly (number | null)[]) {
  const streams: SnapMessage[] = [];
  const reports: boolean[] = [];
  let [copies, disposed] = [0, 0];
  const terms = [...leads];
  const transport = {
    sendStream: async (_to: string, meta: Uint8Array) => {
      streams.push((unpackEnvelope(meta).header as SnapshotStreamHeader).message);
      return new Uint8Array(0);
    },
  };
  const storage = {
    copy: async () => {
      copies += 1;
      return { metadata: copy, sizeBytes: 0, async *chunks() {}, dispose: () => void (disposed += 1) };
    },
  };
  const made = new SnapshotSender({
    transport: transport as unknown as PeerTransport,
    storage: storage as unknown as StateStorage,
    logger: () => undefined,
    runtime: { after: (_ms, run) => (run(), () => undefined) },
    leads: () => terms.shift() ?? null,
    done: (_group, _peer, ok) => void reports.push(ok),
  });
  const send = async (message: SnapMessage): Promise<void> => {
    made.send('default', message);
    await vi.waitUntil(() => !made.busy);
  };
  return { made, send, streams, reports, copies: () => copies, disposed: () => disposed };
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

  test('is not sent by a node that leads no more, and reported as failed', async () => {
    const { send, streams, reports, disposed } = sender(later, [5, null]);
    await send(announced);
    expect([streams, reports, disposed()]).toEqual([[], [false], 1]);
  });

  test('is sent under the term of now by a node that leads again', async () => {
    const { send, streams, reports } = sender(later, [5, 7]);
    await send(announced);
    expect([streams, reports]).toEqual([[{ ...announced, term: 7, snapshot: later }], [true]]);
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

test('a copy of the term of its message is sent, though it is newer than announced, and its sender leads no more', async () => {
  const copy = { term: 5, index: 60, confState };
  const { send, streams, reports, disposed } = sender(copy, [5, null]);
  await send(announced);
  expect([streams, reports, disposed()]).toEqual([[{ ...announced, snapshot: copy }], [true], 1]);
});

test('a node that leads no more makes no copy, which the next leader makes anyhow', async () => {
  const { send, reports, copies } = sender(later, [null]);
  await send(announced);
  expect([reports, copies()]).toEqual([[false], 0]);
});

test('one copy serves a follower for which it was asked again, in a later term, while it was on its way', async () => {
  const { made, reports, copies } = sender(later, [5, 6, 6, 6]);
  made.send('default', announced);
  made.send('default', { ...announced, term: 6 });
  await vi.waitUntil(() => !made.busy);
  expect([reports, copies()]).toEqual([[true], 1]);
});
