/**
 * The proposals of one group on one node, from arrival to their fate.
 *
 * A proposal is *queued* until it is handed to the local core or sent to the leader, and *pending* while the local core has
 * it in its log. It ends exactly once. As long as it is only queued it certainly has no effect; once it has left the queue,
 * anything but an applied entry is an unknown outcome (rule C7).
 */
import type { ProposeOutcome } from '../engine/types.ts';

export interface Proposal {
  /** Encoded command, not yet stamped. */
  readonly bytes: Uint8Array;
  /** Monotonic; when it is over the proposal ends as `no-leader` (queued) or `unknown` (pending). */
  readonly deadlineMs: number;
  readonly forward: 'always' | 'never';
  readonly frees: boolean;
  /** Came from another node: is not handed on again. */
  readonly forwarded: boolean;
  settle(outcome: ProposeOutcome | { readonly kind: 'not-leader'; readonly leader: null }): void;
}

interface Pending {
  readonly term: number;
  readonly proposal: Proposal;
}

export interface ProposalLimits {
  readonly queuedMax: number;
  readonly queuedBytesMax: number;
}

export const PROPOSAL_LIMITS: ProposalLimits = { queuedMax: 20_000, queuedBytesMax: 128 * 1024 * 1024 };

export class ProposalQueue {
  readonly #limits: ProposalLimits;
  #queued: Proposal[] = [];
  /** Invariant: sum of `bytes.byteLength` over `#queued`. */
  #queuedBytes = 0;
  /** By index of the local log. */
  readonly #pending = new Map<number, Pending>();

  constructor(limits: ProposalLimits = PROPOSAL_LIMITS) {
    this.#limits = limits;
  }

  get queued(): number {
    return this.#queued.length;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Queues a proposal, or ends it as `too-busy`. */
  push(proposal: Proposal): void {
    if (this.#queued.length >= this.#limits.queuedMax || this.#queuedBytes + proposal.bytes.byteLength > this.#limits.queuedBytesMax) {
      proposal.settle({ kind: 'refused', code: 'too-busy' });
      return;
    }
    this.#queued.push(proposal);
    this.#queuedBytes += proposal.bytes.byteLength;
  }

  /** Takes the oldest proposals out of the queue: at most `countMax`, at least one if there is any, then while they fit in `bytesMax`. */
  take(countMax: number, bytesMax: number): readonly Proposal[] {
    let count = 0;
    let bytes = 0;
    for (const proposal of this.#queued) {
      if (count >= countMax || (count > 0 && bytes + proposal.bytes.byteLength > bytesMax)) break;
      count += 1;
      bytes += proposal.bytes.byteLength;
    }
    if (count === 0) return [];
    this.#queuedBytes -= bytes;
    return this.#queued.splice(0, count);
  }

  /** Puts proposals that certainly had no effect back in front. */
  putBack(proposals: readonly Proposal[]): void {
    this.#queued = [...proposals, ...this.#queued];
    for (const proposal of proposals) this.#queuedBytes += proposal.bytes.byteLength;
  }

  /** The local core has taken the proposals as entries `firstIndex, firstIndex + 1, …` of `term`. */
  accepted(term: number, firstIndex: number, proposals: readonly Proposal[]): void {
    for (const [offset, proposal] of proposals.entries()) {
      // A place of an older term may still be waited for here: that entry has been replaced and can never be applied.
      this.#pending.get(firstIndex + offset)?.proposal.settle({ kind: 'unknown', reason: 'leadership-lost' });
      this.#pending.set(firstIndex + offset, { term, proposal });
    }
  }

  /** The proposal whose entry was applied at `index` of `term`, if it was ours; one of another term at that index has lost its place. */
  applied(index: number, term: number): Proposal | null {
    const pending = this.#pending.get(index);
    if (pending === undefined) return null;
    this.#pending.delete(index);
    if (pending.term === term) return pending.proposal;
    pending.proposal.settle({ kind: 'unknown', reason: 'leadership-lost' });
    return null;
  }

  /** State up to `index` was installed from elsewhere: what was pending there is not known. */
  skippedTo(index: number): void {
    for (const [at, pending] of this.#pending) {
      if (at > index) continue;
      this.#pending.delete(at);
      pending.proposal.settle({ kind: 'unknown', reason: 'leadership-lost' });
    }
  }

  /** Ends what is over its time. */
  expire(nowMs: number, waitedSince: (proposal: Proposal) => number): void {
    if (this.#queued.some((proposal) => proposal.deadlineMs <= nowMs)) {
      const over = this.#queued.filter((proposal) => proposal.deadlineMs <= nowMs);
      this.#queued = this.#queued.filter((proposal) => proposal.deadlineMs > nowMs);
      for (const proposal of over) {
        this.#queuedBytes -= proposal.bytes.byteLength;
        proposal.settle({ kind: 'no-leader', waitedMs: waitedSince(proposal) });
      }
    }
    for (const [index, pending] of this.#pending) {
      if (pending.proposal.deadlineMs > nowMs) continue;
      this.#pending.delete(index);
      pending.proposal.settle({ kind: 'unknown', reason: 'deadline' });
    }
  }

  /** Ends everything: the node stops, or the replica may not go on. */
  endAll(queued: ProposeOutcome, pending: ProposeOutcome): void {
    const [waiting, under] = [this.#queued, [...this.#pending.values()]];
    this.#queued = [];
    this.#queuedBytes = 0;
    this.#pending.clear();
    for (const proposal of waiting) proposal.settle(queued);
    for (const { proposal } of under) proposal.settle(pending);
  }
}
