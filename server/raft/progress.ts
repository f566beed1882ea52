import { assert } from '../../lib/kernel/assert.ts';
import { Inflights } from './inflights.ts';
import type { ProgressState, ProgressStatus } from './types.ts';

/** Bounds of the window of one follower. */
export interface FlowLimits {
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
}

/**
 * What a leader knows of one member, and how it sends to it.
 *
 *     probe      one append, then silence until an answer or the next heartbeat's answer
 *     replicate  appends are pipelined, `next` runs ahead of `match` up to the window
 *     snapshot   nothing, until an acknowledgement shows that the log can go on, or the shell reports
 *
 * Invariant: `0 <= match < next`.
 */
export class Progress {
  readonly #limits: FlowLimits;
  readonly #inflights: Inflights;
  #state: ProgressState = 'probe';
  #match: number;
  #next: number;
  /** Highest commit index sent; what a follower can make of it is bounded by what it holds, `next - 1`. */
  #commitSent = 0;
  #pendingSnapshot = 0;
  #paused = false;
  #heartbeatOpen = false;

  /** Heard from since the last check of the quorum. Set when a member is added, or a new one could depose its leader. */
  recentActive: boolean;
  /** Does not count in any quorum. Follows the configuration. */
  learner: boolean;

  constructor(next: number, limits: FlowLimits, options: { match: number; recentActive: boolean; learner: boolean }) {
    assert(options.match < next, 'progress: match must stay below next');
    this.#limits = limits;
    this.#inflights = new Inflights(limits.inflightMessagesMax, limits.inflightBytesMax);
    this.#match = options.match;
    this.#next = next;
    this.recentActive = options.recentActive;
    this.learner = options.learner;
  }

  get state(): ProgressState {
    return this.#state;
  }
  /** The member's log is durable and equal to the leader's up to here. Never falls within a term. */
  get match(): number {
    return this.#match;
  }
  get next(): number {
    return this.#next;
  }
  get pendingSnapshot(): number {
    return this.#pendingSnapshot;
  }

  /** Whether no append may be sent now. */
  paused(): boolean {
    return this.#state === 'snapshot' || this.#paused;
  }

  /** In replicate state with a full window only empty appends may go: they find out whether the window was lost (R7). */
  windowFull(): boolean {
    return this.#state === 'replicate' && this.#inflights.full();
  }

  heartbeatSent(): void {
    this.#heartbeatOpen = true;
  }

  /** A heartbeat was answered: one more append may try. Returns false when one has already tried since the last one. */
  heartbeatAnswered(): boolean {
    if (!this.#heartbeatOpen) return false;
    this.#heartbeatOpen = false;
    this.#paused = false;
    return true;
  }

  /** Holds appends back until something is heard: after a snapshot was reported, its acknowledgement may be on its way. */
  pause(): void {
    this.#paused = true;
  }

  becomeProbe(): void {
    // A snapshot reported as arrived is the better guess; `match` is still the truth (R12).
    const next = this.#state === 'snapshot' ? Math.max(this.#match, this.#pendingSnapshot) + 1 : this.#match + 1;
    this.#enter('probe', next);
    this.#commitSent = Math.min(this.#commitSent, next - 1);
  }

  becomeReplicate(): void {
    this.#enter('replicate', this.#match + 1);
  }

  becomeSnapshot(index: number): void {
    assert(index > this.#match, 'progress: a snapshot at or below match helps nobody');
    this.#enter('snapshot', index + 1);
    this.#pendingSnapshot = index;
    this.#commitSent = index;
  }

  /** A snapshot could not be delivered: probing goes on from what is known. */
  snapshotFailed(): void {
    this.#pendingSnapshot = 0;
    this.becomeProbe();
  }

  /** An append with `entries` entries from `next` on has been sent. */
  sentEntries(entries: number, bytes: number): void {
    assert(this.#state !== 'snapshot', 'progress: nothing is appended while a snapshot is pending');
    if (this.#state === 'probe') {
      this.#paused = true;
      return;
    }
    if (entries > 0) {
      this.#next += entries;
      this.#inflights.add(this.#next - 1, bytes);
    }
    this.#paused = this.#inflights.full();
  }

  sentCommit(commit: number): void {
    this.#commitSent = commit;
  }

  /** Whether sending `commit` now can tell the member something new. */
  canBumpCommit(commit: number): boolean {
    return commit > this.#commitSent && this.#commitSent < this.#next - 1;
  }

  /** Takes an acknowledgement up to `index`; returns whether it told something new. */
  maybeUpdate(index: number): boolean {
    if (index <= this.#match) return false;
    this.#match = index;
    this.#next = Math.max(this.#next, index + 1);
    this.#paused = false;
    return true;
  }

  /** Frees the part of the window that `match` acknowledges. */
  freeInflights(): void {
    this.#inflights.freeLE(this.#match);
  }

  /**
   * Takes the rejection of an append whose `prevIndex` was `rejected`, with the best guess for a match.
   * Returns false for a rejection that is out of date; `next` never falls to `match` or below (R8).
   */
  maybeDecrTo(rejected: number, hint: number): boolean {
    if (this.#state === 'snapshot') return false;
    if (this.#state === 'replicate') {
      // Pipelined appends were sent beyond `match`; a rejection at or below it is from before.
      if (rejected <= this.#match) return false;
      this.#next = this.#match + 1;
    } else {
      if (this.#next - 1 !== rejected) return false;
      this.#next = Math.max(Math.min(rejected, hint + 1), this.#match + 1);
    }
    this.#commitSent = Math.min(this.#commitSent, this.#next - 1);
    this.#paused = false;
    return true;
  }

  status(): ProgressStatus {
    return {
      state: this.#state,
      match: this.#match,
      next: this.#next,
      recentActive: this.recentActive,
      paused: this.paused(),
      pendingSnapshot: this.#pendingSnapshot,
      inflightMessages: this.#inflights.count,
      learner: this.learner,
    };
  }

  /** A fresh one for the next term: nothing is known of the member but its place in the configuration. */
  restarted(next: number, match: number): Progress {
    return new Progress(next, this.#limits, { match, recentActive: false, learner: this.learner });
  }

  #enter(state: ProgressState, next: number): void {
    this.#state = state;
    this.#next = next;
    this.#paused = false;
    this.#pendingSnapshot = 0;
    this.#inflights.reset();
  }
}
