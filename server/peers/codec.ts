/**
 * Raft messages as bytes: the body of a `raft` frame. Layout in README.md, pinned by `codec.test.ts`.
 *
 * Entry data is opaque and already encoded, so an entry costs a 13-byte head and one copy into the frame; its index is
 * not sent, because entries follow directly on `prevIndex`. Decoded messages own their memory.
 */
import { assert, unreachable } from '../../lib/kernel/assert.ts';
import type { ConfState, Entry, EntryId, EntryType, Message, MessageType, PeerId, SnapshotMetadata } from '../raft/types.ts';
import { ByteReader, ByteWriter, str8Bytes, WireError } from './bytes.ts';

/** Frozen: a number is never given to another message. */
const TAGS: Record<MessageType, number> = {
  vote: 1,
  'vote-resp': 2,
  'pre-vote': 3,
  'pre-vote-resp': 4,
  app: 5,
  'app-resp': 6,
  heartbeat: 7,
  'heartbeat-resp': 8,
  snap: 9,
  'timeout-now': 10,
  'read-index': 11,
  'read-index-resp': 12,
};
const TYPES = new Map<number, MessageType>();
for (const type of Object.keys(TAGS) as MessageType[]) TYPES.set(TAGS[type], type);

const ENTRY_TAGS: Record<EntryType, number> = { normal: 0, 'conf-change': 1 };
const ENTRY_HEAD_BYTES = 13;
/** Index and term of a position that the sender knows to be committed; two zeros when it names none. */
const POSITION_BYTES = 16;
/** Tag, flag, two empty strings, term. */
const MESSAGE_BYTES_MIN = 12;
/** Messages of one frame; more go into the next one. */
const FRAME_MESSAGES_MAX = 4096;

// ---------------------------------------------------------------- sizes

function idsBytes(ids: readonly PeerId[]): number {
  assert(ids.length <= 0xffff, () => `${ids.length} members do not fit a configuration on the wire`);
  return ids.reduce((sum, id) => sum + str8Bytes(id), 2);
}

function snapshotBytes({ confState }: SnapshotMetadata): number {
  return (
    16 +
    1 +
    idsBytes(confState.voters) +
    idsBytes(confState.learners) +
    idsBytes(confState.votersOutgoing) +
    idsBytes(confState.learnersNext)
  );
}

function payloadBytes(message: Message): number {
  switch (message.type) {
    case 'vote':
    case 'pre-vote':
      return 16 + POSITION_BYTES;
    case 'vote-resp':
    case 'pre-vote-resp':
      return POSITION_BYTES;
    case 'timeout-now':
      return 0;
    case 'app':
      return message.entries.reduce((sum, entry) => sum + ENTRY_HEAD_BYTES + entry.data.length, 28);
    case 'app-resp':
      return 24;
    case 'heartbeat':
      return 16;
    case 'heartbeat-resp':
      return 8;
    case 'snap':
      return snapshotBytes(message.snapshot);
    case 'read-index':
      return 16;
    case 'read-index-resp':
      return 24;
    default:
      return unreachable(message);
  }
}

/** Bytes of one message on the wire. */
export function messageBytes(message: Message): number {
  return 10 + str8Bytes(message.from) + str8Bytes(message.to) + payloadBytes(message);
}

// ---------------------------------------------------------------- encode

/** The one truth value that some messages carry. */
function flagOf(message: Message): boolean {
  switch (message.type) {
    case 'vote':
      return message.transfer;
    case 'vote-resp':
    case 'pre-vote-resp':
      return message.granted;
    case 'app-resp':
    case 'read-index-resp':
      return message.rejected;
    default:
      return false;
  }
}

function writeEntries(writer: ByteWriter, prevIndex: number, entries: readonly Entry[]): void {
  writer.u32(entries.length);
  let index = prevIndex;
  for (const entry of entries) {
    index += 1;
    assert(entry.index === index, () => `entry ${entry.index} does not follow on ${index - 1}`);
    writer.u64(entry.term);
    writer.u8(ENTRY_TAGS[entry.type]);
    writer.u32(entry.data.length);
    writer.bytes(entry.data);
  }
}

function writeSnapshot(writer: ByteWriter, { index, term, confState }: SnapshotMetadata): void {
  writer.u64(index);
  writer.u64(term);
  writer.u8(confState.autoLeave ? 1 : 0);
  for (const ids of [confState.voters, confState.learners, confState.votersOutgoing, confState.learnersNext]) {
    writer.u16(ids.length);
    for (const id of ids) writer.str8(id);
  }
}

function writePosition(writer: ByteWriter, position: EntryId | undefined): void {
  writer.u64(position?.index ?? 0);
  writer.u64(position?.term ?? 0);
}

function writePayload(writer: ByteWriter, message: Message): void {
  switch (message.type) {
    case 'vote':
    case 'pre-vote':
      writer.u64(message.lastIndex);
      writer.u64(message.lastTerm);
      writePosition(writer, message.commit);
      return;
    case 'vote-resp':
    case 'pre-vote-resp':
      writePosition(writer, message.commit);
      return;
    case 'timeout-now':
      return;
    case 'app':
      writer.u64(message.prevIndex);
      writer.u64(message.prevTerm);
      writer.u64(message.commit);
      writeEntries(writer, message.prevIndex, message.entries);
      return;
    case 'app-resp':
      writer.u64(message.index);
      writer.u64(message.hintIndex);
      writer.u64(message.hintTerm);
      return;
    case 'heartbeat':
      writer.u64(message.commit);
      writer.u64(message.read);
      return;
    case 'heartbeat-resp':
      writer.u64(message.read);
      return;
    case 'snap':
      writeSnapshot(writer, message.snapshot);
      return;
    case 'read-index':
      writer.u64(message.session);
      writer.u64(message.request);
      return;
    case 'read-index-resp':
      writer.u64(message.session);
      writer.u64(message.request);
      writer.u64(message.index);
      return;
    default:
      unreachable(message);
  }
}

function writeMessage(writer: ByteWriter, message: Message): void {
  writer.u8(TAGS[message.type]);
  writer.u8(flagOf(message) ? 1 : 0);
  writer.str8(message.from);
  writer.str8(message.to);
  writer.u64(message.term);
  writePayload(writer, message);
}

/** One message by itself, for whoever sends it along with something else (a snapshot's stream). */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new ByteWriter(Buffer.allocUnsafeSlow(messageBytes(message)));
  writeMessage(writer, message);
  return writer.buffer;
}

/** What goes into one frame. */
export interface RaftFramePlan {
  readonly messages: readonly Message[];
  readonly bodyBytes: number;
}

/** Cuts the messages of a group into frames of at most `bodyBytesMax`, in order; messages that fit into no frame are returned apart. */
export function planRaftFrames(
  group: string,
  messages: readonly Message[],
  bodyBytesMax: number,
): { readonly frames: readonly RaftFramePlan[]; readonly tooLarge: readonly Message[] } {
  const headBytes = str8Bytes(group) + 2;
  const frames: RaftFramePlan[] = [];
  const tooLarge: Message[] = [];
  let batch: Message[] = [];
  let bodyBytes = headBytes;
  const close = (): void => {
    if (batch.length > 0) frames.push({ messages: batch, bodyBytes });
    batch = [];
    bodyBytes = headBytes;
  };
  for (const message of messages) {
    const bytes = messageBytes(message);
    if (headBytes + bytes > bodyBytesMax) {
      tooLarge.push(message);
      continue;
    }
    if (bodyBytes + bytes > bodyBytesMax || batch.length === FRAME_MESSAGES_MAX) close();
    batch.push(message);
    bodyBytes += bytes;
  }
  close();
  return { frames, tooLarge };
}

/** Writes the body of a planned frame; `plan.bodyBytes` long. */
export function writeRaftBody(writer: ByteWriter, group: string, plan: RaftFramePlan): void {
  const start = writer.offset;
  writer.str8(group);
  writer.u16(plan.messages.length);
  for (const message of plan.messages) writeMessage(writer, message);
  assert(writer.offset - start === plan.bodyBytes, () => `a raft body of ${plan.bodyBytes} bytes became ${writer.offset - start}`);
}

// ---------------------------------------------------------------- decode

function readFlag(reader: ByteReader): boolean {
  const value = reader.u8();
  if (value > 1) throw new WireError(`flag ${value}`);
  return value === 1;
}

function readEntries(reader: ByteReader, prevIndex: number): Entry[] {
  const length = reader.count(reader.u32(), ENTRY_HEAD_BYTES);
  if (!Number.isSafeInteger(prevIndex + length)) throw new WireError('entries beyond the safe range');
  const entries: Entry[] = [];
  for (let i = 1; i <= length; i++) {
    const term = reader.u64();
    const tag = reader.u8();
    if (tag > 1) throw new WireError(`entry type ${tag}`);
    const data = reader.view(reader.u32());
    entries.push({ term, index: prevIndex + i, type: tag === 0 ? 'normal' : 'conf-change', data });
  }
  return entries;
}

function readIds(reader: ByteReader): PeerId[] {
  const length = reader.count(reader.u16(), 1);
  return Array.from({ length }, () => reader.str8());
}

function readSnapshot(reader: ByteReader): SnapshotMetadata {
  const index = reader.u64();
  const term = reader.u64();
  const autoLeave = readFlag(reader);
  const confState: ConfState = {
    voters: readIds(reader),
    learners: readIds(reader),
    votersOutgoing: readIds(reader),
    learnersNext: readIds(reader),
    autoLeave,
  };
  return { index, term, confState };
}

interface Envelope {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly term: number;
}

function readPosition(reader: ByteReader): { readonly commit?: EntryId } {
  const [index, term] = [reader.u64(), reader.u64()];
  if (index === 0 && term === 0) return {};
  if (index === 0 || term === 0) throw new WireError(`a committed position ${term}:${index}`);
  return { commit: { index, term } };
}

/** The messages without a flag, for which it must not be set. */
function readUnflagged(type: MessageType, envelope: Envelope, reader: ByteReader): Message | null {
  switch (type) {
    case 'pre-vote':
      return { type, ...envelope, lastIndex: reader.u64(), lastTerm: reader.u64(), ...readPosition(reader) };
    case 'app': {
      const prevIndex = reader.u64();
      return { type, ...envelope, prevIndex, prevTerm: reader.u64(), commit: reader.u64(), entries: readEntries(reader, prevIndex) };
    }
    case 'heartbeat':
      return { type, ...envelope, commit: reader.u64(), read: reader.u64() };
    case 'heartbeat-resp':
      return { type, ...envelope, read: reader.u64() };
    case 'snap':
      return { type, ...envelope, snapshot: readSnapshot(reader) };
    case 'timeout-now':
      return { type, ...envelope };
    case 'read-index':
      return { type, ...envelope, session: reader.u64(), request: reader.u64() };
    default:
      return null;
  }
}

function readMessage(reader: ByteReader): Message {
  const tag = reader.u8();
  const type = TYPES.get(tag);
  if (type === undefined) throw new WireError(`message type ${tag}`);
  const flag = readFlag(reader);
  const envelope: Envelope = { from: reader.str8(), to: reader.str8(), term: reader.u64() };
  switch (type) {
    case 'vote':
      return { type, ...envelope, lastIndex: reader.u64(), lastTerm: reader.u64(), ...readPosition(reader), transfer: flag };
    case 'vote-resp':
    case 'pre-vote-resp':
      return { type, ...envelope, ...readPosition(reader), granted: flag };
    case 'app-resp':
      return { type, ...envelope, index: reader.u64(), rejected: flag, hintIndex: reader.u64(), hintTerm: reader.u64() };
    case 'read-index-resp':
      return { type, ...envelope, session: reader.u64(), request: reader.u64(), rejected: flag, index: reader.u64() };
    default: {
      if (flag) throw new WireError(`${type} carries no flag`);
      const message = readUnflagged(type, envelope, reader);
      assert(message !== null, () => `${type} has no decoder`);
      return message;
    }
  }
}

/** @throws WireError */
export function decodeMessage(bytes: Uint8Array): Message {
  const reader = new ByteReader(new Uint8Array(bytes));
  const message = readMessage(reader);
  reader.end();
  return message;
}

/**
 * The body of a `raft` frame. It is copied once, and the data of entries are views of the copy: entries of one frame
 * live about equally long, and nothing that the network reuses or holds together is kept.
 * @throws WireError
 */
export function readRaftBody(body: Uint8Array): { readonly group: string; readonly messages: readonly Message[] } {
  const reader = new ByteReader(new Uint8Array(body));
  const group = reader.str8();
  const length = reader.count(reader.u16(), MESSAGE_BYTES_MIN);
  if (length === 0) throw new WireError('a raft frame without messages');
  const messages = Array.from({ length }, () => readMessage(reader));
  reader.end();
  return { group, messages };
}
