import { quorumIndex } from './confchange.ts';
import type { ConfState, PeerId } from './types.ts';

/** Who asked for an index: this node's shell, or another member by message. */
export type Asker =
  | { readonly kind: 'local'; readonly requestId: number }
  | { readonly kind: 'remote'; readonly peer: PeerId; readonly session: number; readonly request: number };

/** A read whose index is settled, once the quorum has answered round `round`. */
export interface RoundRead {
  readonly asker: Asker;
  readonly round: number;
  readonly index: number;
}

/**
 * The reads that a leader has to settle. Rounds are numbered here and never reused within a process: an answer to an
 * earlier heartbeat can then never count for a later read, whatever ids the clients use (C2).
 *
 * A read joins the round that starts next. All reads of one turn share a round, so heartbeats do not multiply with them.
 */
export class LeaderReads {
  readonly #pendingMax: number;
  /** Asked before the leader has committed anything in its term: the index is not known yet (C1). */
  #early: Asker[] = [];
  /** In order of `round`, and of `index`. */
  #reads: RoundRead[] = [];
  #started = 0;
  #answered = new Map<PeerId, number>();

  constructor(pendingMax: number) {
    this.#pendingMax = pendingMax;
  }

  get count(): number {
    return this.#early.length + this.#reads.length;
  }

  full(): boolean {
    return this.count >= this.#pendingMax;
  }

  /** @param commit the leader's commit index, or null while it has committed nothing in its term */
  add(asker: Asker, commit: number | null): void {
    if (commit === null) this.#early.push(asker);
    else this.#reads.push({ asker, round: this.#started + 1, index: commit });
  }

  /** The leader's first commit in its term: early reads get their index now, and their round starts after it. */
  releaseEarly(commit: number): void {
    const early = this.#early;
    this.#early = [];
    for (const asker of early) this.add(asker, commit);
  }

  /** Whether reads wait for a round that has not started. */
  roundDue(): boolean {
    return (this.#reads.at(-1)?.round ?? 0) > this.#started;
  }

  startRound(): void {
    this.#started += 1;
  }

  /** The newest round that somebody waits for, for the next heartbeat; 0 when there is none. */
  roundUnderWay(): number {
    const first = this.#reads[0];
    return first !== undefined && first.round <= this.#started ? this.#started : 0;
  }

  answered(id: PeerId, round: number): void {
    this.#answered.set(id, Math.max(round, this.#answered.get(id) ?? 0));
  }

  /** Takes the reads whose round a quorum has answered. The leader itself answers every round that has started. */
  takeConfirmed(conf: ConfState, self: PeerId): readonly RoundRead[] {
    if (this.#reads.length === 0) return [];
    const quorum = quorumIndex(conf, (id) => (id === self ? this.#started : (this.#answered.get(id) ?? 0)));
    const confirmed = Math.min(quorum, this.#started);
    const open = this.#reads.findIndex((read) => read.round > confirmed);
    return this.#reads.splice(0, open < 0 ? this.#reads.length : open);
  }

  /** Gives up everything, as a leader does that stops leading. Returns who asked. */
  takeAll(): readonly Asker[] {
    const askers = [...this.#reads.map((read) => read.asker), ...this.#early];
    this.#reads = [];
    this.#early = [];
    this.#answered = new Map();
    return askers;
  }
}

/** The reads that a follower has passed on to its leader. Numbered here, so that ids of the shell may repeat. */
export class ForwardedReads {
  readonly #pendingMax: number;
  readonly #ticksMax: number;
  readonly #reads = new Map<number, { readonly requestId: number; readonly tick: number }>();
  #last = 0;
  #tick = 0;

  /** @param ticksMax how long an answer is waited for: messages get lost, and the pending ones are bounded */
  constructor(pendingMax: number, ticksMax: number) {
    this.#pendingMax = pendingMax;
    this.#ticksMax = ticksMax;
  }

  get count(): number {
    return this.#reads.size;
  }

  full(): boolean {
    return this.#reads.size >= this.#pendingMax;
  }

  /** Returns the number to send. */
  add(requestId: number): number {
    this.#last += 1;
    this.#reads.set(this.#last, { requestId, tick: this.#tick });
    return this.#last;
  }

  /** The shell's id of an answered read; null when it is not pending (any more). */
  take(request: number): number | null {
    const read = this.#reads.get(request);
    if (read === undefined) return null;
    this.#reads.delete(request);
    return read.requestId;
  }

  /** A tick has passed. Returns the reads that have waited too long. */
  tick(): readonly number[] {
    this.#tick += 1;
    const late: number[] = [];
    for (const [request, read] of this.#reads) {
      if (this.#tick - read.tick < this.#ticksMax) break;
      this.#reads.delete(request);
      late.push(read.requestId);
    }
    return late;
  }

  takeAll(): readonly number[] {
    const lost = [...this.#reads.values()].map((read) => read.requestId);
    this.#reads.clear();
    return lost;
  }
}
