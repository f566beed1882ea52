import { assert } from '../../lib/kernel/assert.ts';
import type { Message } from '../raft/types.ts';
import { ByteWriter } from './bytes.ts';
import { planRaftFrames, type RaftFramePlan, writeRaftBody } from './codec.ts';
import type { Connection } from './connection.ts';
import { FRAME_HEADER_BYTES, sealFrame } from './frame.ts';
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
    const frames: { readonly group: string; readonly plan: RaftFramePlan }[] = [];
    let bytes = 0;
    let sent = 0;
    const room = this.#limits.raftQueueBytesMax - connection.queuedBytes;
    for (const [group, messages] of groups) {
      const planned = planRaftFrames(group, messages, this.#limits.raftFrameBytesMax);
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
    if (bytes > 0) connection.writeNow(encodeFrames(frames, bytes, clock));
    return { sent, drops };
  }
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
