import { type IncomingStream, PeerReplyError } from '../peers/types.ts';
import { unpackEnvelope } from './envelope.ts';
import type { ReplicaHost } from './host.ts';
import type { SnapshotStreamHeader } from './snapshot-sender.ts';
import type { StateStorage } from './state-storage.ts';

/**
 * Takes in a copy of the state from another node. Only when it is whole, verified and durable does the core hear of it
 * (rules R10, R11); a stream that breaks leaves nothing behind.
 *
 * @throws PeerReplyError when the copy is not for this node, or not what it says it is
 */
export async function receiveSnapshot(host: ReplicaHost, storage: StateStorage, stream: IncomingStream): Promise<void> {
  const { kind, group, message } = unpackEnvelope(stream.meta).header as SnapshotStreamHeader;
  if (kind !== 'snapshot') throw new PeerReplyError('unknown-stream', `this node knows no stream of kind ${String(kind)}`);
  if (message.to !== host.self) throw new PeerReplyError('not-me', `the snapshot is for ${message.to}, this is ${host.self}`);
  if (host.replica(group) === null) throw new PeerReplyError('no-replica', `this node has no replica of group ${group} in service`);
  if (message.snapshot.term > message.term) {
    const { term, index } = message.snapshot;
    throw new PeerReplyError('of-a-later-term', `the copy is at ${term}:${index}, but was announced in term ${message.term}`);
  }
  const staged = await storage.stage(group, message.snapshot, stream.chunks);
  host.onSnapshot(group, message, staged);
}
