import { assert } from '../../lib/kernel/assert.ts';
import type { Message } from '../raft/types.ts';
import { type BeatsFrame, BEATS_LEVEL, BeatsOut, type QueuedMessages } from './beats.ts';
import { ByteWriter } from './bytes.ts';
import { planRaftFrames, type RaftFramePlan, writeRaftBody } from './codec.ts';
import type { Connection } from './connection.ts';
import { encodeFrame, FRAME_HEADER_BYTES, sealFrame } from './frame.ts';
import type { ClockValue, PeerLimits, RaftDropReason } from './types.ts';

/** What a flush could not send. */
export interface RaftDrop {
  readonly group: string;
  readonly messages: readonly Message[];
  readonly reason: RaftDropReason;
}

/** The messages for one peer between two flushes, by group. */
export class RaftQueue {
  readonly #limits: PeerLimits;
  /** What the connection that was last written to has been told. */
  #beats: { readonly connection: Connection; readonly out: BeatsOut } | null = null;
  #groups = new Map<string, Message[]>();

  constructor(limits: PeerLimits) {
    this.#limits = limits;
  }

  get empty(): boolean {
    return this.#groups.size === 0;
  }

  add(group: string, messages: readonly Message[]): void {
    if (messages.length === 0) return;
    const queued = this.#groups.get(group);
    if (queued === undefined) this.#groups.set(group, [...messages]);
    else queued.push(...messages);
  }

  /** Writes everything as one piece, a frame or more per group; it has left when this returns. @returns how many messages left, and what did not */
  flush(connection: Connection | null, clock: ClockValue): { readonly sent: number; readonly drops: readonly RaftDrop[] } {
    const groups = this.#groups;
    this.#groups = new Map();
    const drops: RaftDrop[] = [];
    if (connection === null) {
      for (const [group, messages] of groups) drops.push({ group, messages, reason: 'not-connected' });
      return { sent: 0, drops };
    }
    const beats = this.#planBeats(connection, groups);
    const frames: { readonly group: string; readonly plan: RaftFramePlan }[] = [];
    let bytes = 0;
    let sent = 0;
    const room = this.#limits.raftQueueBytesMax - connection.queuedBytes;
    const whole: Buffer[] = [];
    for (const frame of beats) {
      const frameBytes = FRAME_HEADER_BYTES + frame.body.length;
      if (bytes + frameBytes > room) {
        for (const [group, beat] of frame.beats) drops.push({ group, messages: [beat], reason: 'queue-full' });
        continue;
      }
      whole.push(encodeFrame('beats', 0, clock, frame.body));
      frame.sent();
      bytes += frameBytes;
      sent += 1;
    }
    const beatBytes = bytes;
    for (const [group, messages] of groups) {
      const planned = planRaftFrames(group, besides(messages, group, beats), this.#limits.raftFrameBytesMax);
      if (planned.tooLarge.length > 0) drops.push({ group, messages: planned.tooLarge, reason: 'too-large' });
      for (const plan of planned.frames) {
        const frameBytes = FRAME_HEADER_BYTES + plan.bodyBytes;
        if (bytes + frameBytes > room) {
          drops.push({ group, messages: plan.messages, reason: 'queue-full' });
          continue;
        }
        frames.push({ group, plan });
        bytes += frameBytes;
        sent += plan.messages.length;
      }
    }
    if (bytes > beatBytes) whole.push(encodeFrames(frames, bytes - beatBytes, clock));
    const [first] = whole;
    if (first !== undefined) connection.writeNow(whole.length === 1 ? first : Buffer.concat(whole, bytes));
    return { sent, drops };
  }

  /** Whoever does not know the frame is sent every group's own. */
  #planBeats(connection: Connection, groups: QueuedMessages): readonly BeatsFrame[] {
    if (connection.remote.level < BEATS_LEVEL) return [];
    if (this.#beats?.connection !== connection) this.#beats = { connection, out: new BeatsOut() };
    return [...this.#beats.out.plan(groups, this.#limits.raftFrameBytesMax)];
  }
}

/** The messages that no beats frame stands for. */
function besides(messages: readonly Message[], group: string, frames: readonly BeatsFrame[]): readonly Message[] {
  if (frames.length === 0) return messages;
  const beats = frames.flatMap((frame) => frame.beats.get(group) ?? []);
  return beats.length === 0 ? messages : messages.filter((message) => !beats.includes(message));
}

function encodeFrames(
  frames: readonly { readonly group: string; readonly plan: RaftFramePlan }[],
  bytes: number,
  clock: ClockValue,
): Buffer {
  const writer = new ByteWriter(Buffer.allocUnsafe(bytes));
  for (const { group, plan } of frames) {
    const start = writer.offset;
    writer.offset += FRAME_HEADER_BYTES;
    writeRaftBody(writer, group, plan);
    sealFrame(writer.buffer, start, writer.offset, 'raft', 0, clock);
  }
  assert(writer.offset === bytes, 'frames have the size that was planned');
  return writer.buffer;
}
