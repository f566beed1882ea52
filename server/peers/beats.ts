/**
 * Heartbeats of many groups in one frame (spec 4, section 4). Both ends of a connection keep the set of heartbeats that the
 * last such frame stood for; the next one says only what has changed in it, and vouches for the rest. A connection delivers
 * all that was written to it, in order, or ends: so both sets are always the same, and begin empty with the next connection.
 *
 * What goes in and what comes out are the very messages of the cores: a core knows nothing of this, and a group whose
 * heartbeat does not come misses it. Answers to heartbeats make a set of their own.
 */
import { assert } from '../../lib/kernel/assert.ts';
import type { Message, PeerId } from '../raft/types.ts';
import { ByteReader, ByteWriter, str8Bytes, WireError } from './bytes.ts';

/** From this level on both ends know the frame; below it every group sends its own. */
export const BEATS_LEVEL = 2;

/** Of one set; what is more goes by itself. */
const SET_MAX = 4096;

/** A heartbeat that asks for no read confirmation, or the answer to one. */
type Beat = Extract<Message, { type: 'heartbeat' | 'heartbeat-resp' }>;
type BeatType = Beat['type'];
const TYPES: readonly BeatType[] = ['heartbeat', 'heartbeat-resp'];
/** As in `raft` frames. */
const TAGS: Record<BeatType, number> = { heartbeat: 7, 'heartbeat-resp': 8 };

const HEAD_BYTES = 7;
const CHANGED_BYTES = 18;

export type QueuedMessages = ReadonlyMap<string, readonly Message[]>;

interface Entry {
  readonly number: number;
  beat: Beat;
}

/** A frame that may be sent; the set has changed once it is. */
export interface BeatsFrame {
  /** What it stands for, by group. */
  readonly beats: ReadonlyMap<string, Message>;
  readonly body: Buffer;
  /** Called when the frame has been written. */
  readonly sent: () => void;
}

function isBeat(message: Message): message is Beat {
  return (message.type === 'heartbeat' || message.type === 'heartbeat-resp') && message.read === 0;
}

function commitOf(beat: Beat): number {
  return beat.type === 'heartbeat' ? beat.commit : 0;
}

/** The sending end of one connection. */
export class BeatsOut {
  readonly #sets: Record<BeatType, Map<string, Entry>> = { heartbeat: new Map(), 'heartbeat-resp': new Map() };

  /**
   * The frames that stand for heartbeats among these messages. Where only a few of the set come, they go by themselves: saying
   * that the others do not would cost more.
   */
  *plan(queued: QueuedMessages, bytesMax: number): Generator<BeatsFrame, void, undefined> {
    const found: Record<BeatType, Map<string, Beat>> = { heartbeat: new Map(), 'heartbeat-resp': new Map() };
    for (const [group, messages] of queued) {
      for (const message of messages) if (isBeat(message)) found[message.type].set(group, message);
    }
    for (const type of TYPES) {
      const beats = found[type];
      if (beats.size === 0 || beats.size > SET_MAX || 2 * beats.size < this.#sets[type].size) continue;
      const frame = this.#frame(type, beats);
      if (frame.body.length <= bytesMax) yield frame;
    }
  }

  #frame(type: BeatType, beats: ReadonlyMap<string, Beat>): BeatsFrame {
    const set = this.#sets[type];
    const removed: { readonly group: string; readonly number: number }[] = [];
    const added: { readonly group: string; readonly number: number; readonly beat: Beat }[] = [];
    const changed: { readonly entry: Entry; readonly beat: Beat }[] = [];
    const taken = new Set<number>();
    for (const [group, entry] of set) {
      const beat = beats.get(group);
      const same = beat !== undefined && beat.from === entry.beat.from && beat.to === entry.beat.to;
      if (!same) removed.push({ group, number: entry.number });
      else if (beat.term !== entry.beat.term || commitOf(beat) !== commitOf(entry.beat)) changed.push({ entry, beat });
      if (same) taken.add(entry.number);
    }
    let number = 0;
    for (const [group, beat] of beats) {
      const entry = set.get(group);
      if (entry !== undefined && taken.has(entry.number) && entry.beat.from === beat.from && entry.beat.to === beat.to) continue;
      while (taken.has(number)) number += 1;
      taken.add(number);
      added.push({ group, number, beat });
    }
    const addedBytes = added.reduce((sum, { group, beat }) => sum + 18 + str8Bytes(group) + str8Bytes(beat.from) + str8Bytes(beat.to), 0);
    const writer = new ByteWriter(Buffer.allocUnsafe(HEAD_BYTES + 2 * removed.length + addedBytes + CHANGED_BYTES * changed.length));
    writer.u8(TAGS[type]);
    writer.u16(removed.length);
    for (const one of removed) writer.u16(one.number);
    writer.u16(added.length);
    for (const one of added) {
      writer.u16(one.number);
      writer.str8(one.group);
      writer.str8(one.beat.from);
      writer.str8(one.beat.to);
      writer.u64(one.beat.term);
      writer.u64(commitOf(one.beat));
    }
    writer.u16(changed.length);
    for (const { entry, beat } of changed) {
      writer.u16(entry.number);
      writer.u64(beat.term);
      writer.u64(commitOf(beat));
    }
    assert(writer.offset === writer.buffer.length, 'a beats frame has the size that was planned');
    const sent = (): void => {
      for (const { group } of removed) set.delete(group);
      for (const { group, number: at, beat } of added) set.set(group, { number: at, beat });
      for (const { entry, beat } of changed) entry.beat = beat;
    };
    return { beats, body: writer.buffer, sent };
  }
}

interface Known {
  readonly group: string;
  readonly beat: Beat;
}

/** The receiving end of one connection. */
export class BeatsIn {
  readonly #sets: Record<BeatType, Map<number, Known>> = { heartbeat: new Map(), 'heartbeat-resp': new Map() };

  /**
   * All heartbeats that the frame stands for.
   * @throws WireError
   */
  read(body: Uint8Array): Iterable<{ readonly group: string; readonly beat: Message }> {
    const reader = new ByteReader(body);
    const tag = reader.u8();
    const type = TYPES.find((one) => TAGS[one] === tag);
    if (type === undefined) throw new WireError(`beats of type ${tag}`);
    const set = this.#sets[type];
    for (let left = reader.count(reader.u16(), 2); left > 0; left -= 1) {
      const number = reader.u16();
      if (!set.delete(number)) throw new WireError(`beat ${number} is in no set`);
    }
    for (let left = reader.count(reader.u16(), 21); left > 0; left -= 1) {
      const number = reader.u16();
      if (set.has(number) || set.size >= SET_MAX) throw new WireError(`beat ${number} cannot be added`);
      const group = reader.str8();
      const [from, to] = [reader.str8(), reader.str8()];
      set.set(number, { group, beat: beatOf(type, from, to, reader.u64(), reader.u64()) });
    }
    for (let left = reader.count(reader.u16(), CHANGED_BYTES); left > 0; left -= 1) {
      const number = reader.u16();
      const known = set.get(number);
      if (known === undefined) throw new WireError(`beat ${number} is in no set`);
      set.set(number, { group: known.group, beat: beatOf(type, known.beat.from, known.beat.to, reader.u64(), reader.u64()) });
    }
    reader.end();
    return set.values();
  }
}

function beatOf(type: BeatType, from: PeerId, to: PeerId, term: number, commit: number): Beat {
  return type === 'heartbeat' ? { type, from, to, term, commit, read: 0 } : { type, from, to, term, read: 0 };
}
