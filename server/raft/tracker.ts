import { members, quorumIndex, quorumVote, isVoter } from './confchange.ts';
import { type FlowLimits, Progress } from './progress.ts';
import type { VoteResult } from './quorum.ts';
import { type ConfState, type PeerId } from './types.ts';

/** The configuration in force, what is known of its members, and the votes of the election under way. */
export class Tracker {
  readonly #limits: FlowLimits;
  #conf: ConfState;
  /** Exactly the members of the configuration, in order. */
  #progress: ReadonlyMap<PeerId, Progress> = new Map();
  readonly #votes = new Map<PeerId, boolean>();

  constructor(conf: ConfState, limits: FlowLimits) {
    this.#conf = conf;
    this.#limits = limits;
  }

  get conf(): ConfState {
    return this.#conf;
  }

  /** By member, sorted. */
  get progress(): ReadonlyMap<PeerId, Progress> {
    return this.#progress;
  }

  /**
   * Puts a configuration in force. Who stays keeps what is known of it. Who is new counts as heard from, so that the
   * next check of the quorum does not depose the leader that added it, and is probed at the end of the log.
   */
  switchTo(conf: ConfState, lastIndex: number): void {
    this.#conf = conf;
    const progress = new Map<PeerId, Progress>();
    for (const id of members(conf)) {
      const learner = !isVoter(conf, id);
      const known = this.#progress.get(id) ?? new Progress(lastIndex + 1, this.#limits, { match: 0, recentActive: true, learner });
      known.learner = learner;
      progress.set(id, known);
    }
    this.#progress = progress;
  }

  /** Forgets everything about the members, as a new term does. Self is known to match what is durable here. */
  restart(self: PeerId, lastIndex: number, durableIndex: number): void {
    const progress = new Map<PeerId, Progress>();
    for (const [id, known] of this.#progress) {
      progress.set(id, known.restarted(lastIndex + 1, id === self ? durableIndex : 0));
    }
    this.#progress = progress;
    this.#votes.clear();
  }

  resetVotes(): void {
    this.#votes.clear();
  }

  /** Notes a vote; the first one of a member stands. */
  recordVote(id: PeerId, granted: boolean): void {
    if (!this.#votes.has(id)) this.#votes.set(id, granted);
  }

  electionResult(): VoteResult {
    return quorumVote(this.#conf, (id) => this.#votes.get(id));
  }

  /** The largest index that a quorum has made durable. */
  quorumMatch(): number {
    return quorumIndex(this.#conf, (id) => this.#progress.get(id)?.match ?? 0);
  }

  /** Whether a quorum was heard from since the last check. */
  quorumActive(): boolean {
    return quorumVote(this.#conf, (id) => this.#progress.get(id)?.recentActive ?? false) === 'won';
  }
}
