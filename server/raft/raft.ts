import { assert } from '../../lib/kernel/assert.ts';
import { isMember, isVoter } from './confchange.ts';
import { commitHint, hup, takeCommitHint } from './election.ts';
import { handleLateSnap } from './follower.ts';
import { handlers } from './handlers.ts';
import { broadcastHeartbeat, checkQuorum } from './leader.ts';
import { RaftLog } from './log.ts';
import { Outbox } from './outbox.ts';
import { appendOwn } from './proposals.ts';
import { ForwardedReads, LeaderReads } from './read-only.ts';
import { Tracker } from './tracker.ts';
import { abortTransfer } from './transfer.ts';
import type { ConfState, HardState, Message, PeerId, RaftConfig, RaftStorage, ReadState, Role } from './types.ts';
import { UncommittedTail } from './uncommitted.ts';

/** A message without the envelope that `send` puts around it. */
type Unsent<M extends Message = Message> = M extends Message ? Omit<M, 'from' | 'term'> & { readonly term?: number | undefined } : never;

/**
 * The state of one member, and the transitions between roles. What each role does with each message is in
 * `election.ts`, `follower.ts`, `leader.ts` and `reads.ts`, bound together by the table in `handlers.ts`; only those
 * files and `raw-node.ts` may change the public fields.
 */
export class Raft {
  readonly config: RaftConfig;
  readonly id: PeerId;
  readonly storage: RaftStorage;
  readonly log: RaftLog;
  readonly tracker: Tracker;
  readonly outbox = new Outbox();
  readonly uncommitted: UncommittedTail;
  readonly leaderReads: LeaderReads;
  readonly forwardedReads: ForwardedReads;
  /** Tells this core's read requests from those of the process that ran before it under the same id. */
  readonly session: number;

  /** Changed by `become*` only. */
  role: Role = 'follower';
  /** Rises only. Changed by `reset` only. */
  term: number;
  vote: PeerId | null;
  /** Term and vote as they are on disk; changed by `onPersisted` only. */
  durableTerm: number;
  durableVote: PeerId | null;
  /** Changed by `setLeader` only. */
  leader: PeerId | null = null;

  /** Ticks since this follower heard from its leader, or since this leader last checked its quorum. */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  /** In [T, 2T), drawn anew at each role change (E8). */
  electionTimeout = 0;

  /** At a leader: no configuration change may be proposed before this index is applied (M1). */
  pendingConfIndex = 0;
  /** At a leader: who is to take over. No proposals meanwhile. */
  transferTarget: PeerId | null = null;
  /** At a leader: entries or a commit index are to be sent when the turn ends. */
  appendsDue = false;

  readStates: ReadState[] = [];
  readsLost: number[] = [];

  constructor(config: RaftConfig, storage: RaftStorage) {
    const { hardState, confState } = storage.initialState();
    this.config = config;
    this.id = config.id;
    this.storage = storage;
    this.log = new RaftLog(storage, hardState.commit, config.applied);
    this.tracker = new Tracker(confState, config);
    this.tracker.switchTo(confState, this.log.lastIndex());
    this.uncommitted = new UncommittedTail(config.uncommittedBytesMax);
    this.leaderReads = new LeaderReads(config.pendingReadsMax);
    this.forwardedReads = new ForwardedReads(config.pendingReadsMax, config.electionTicks);
    this.session = Math.floor(config.random() * Number.MAX_SAFE_INTEGER);
    this.term = hardState.term;
    this.vote = hardState.vote;
    this.durableTerm = hardState.term;
    this.durableVote = hardState.vote;
    assert(this.log.lastTerm() <= this.term, 'log: an entry of a term that this node has never reached');
    this.becomeFollower(this.term, null);
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.commit };
  }

  hardStateDurable(): boolean {
    return this.term === this.durableTerm && this.vote === this.durableVote;
  }

  /** Whether the configuration in force names others, but not this node. A node that is still to join knows of nobody. */
  removed(): boolean {
    const conf = this.tracker.conf;
    return conf.voters.length > 0 && !isMember(conf, this.id);
  }

  /** Whether this node may be elected: a voter, and not about to replace its whole log. */
  promotable(): boolean {
    return isVoter(this.tracker.conf, this.id) && this.log.pendingSnapshot === null;
  }

  committedInOwnTerm(): boolean {
    return this.log.term(this.log.commit) === this.term;
  }

  // -- Time -------------------------------------------------------------------------------------------------------------

  tick(): void {
    this.electionElapsed += 1;
    this.readsLost.push(...this.forwardedReads.tick());
    if (this.role === 'leader') this.#tickLeader();
    else if (this.electionElapsed >= this.electionTimeout) this.#electionTimedOut();
  }

  #tickLeader(): void {
    this.heartbeatElapsed += 1;
    if (this.electionElapsed >= this.config.electionTicks) {
      this.electionElapsed = 0;
      checkQuorum(this);
      // The target had an election timeout to take over. It may still do so; we only stop waiting for it (E9).
      if (this.transferTarget !== null) abortTransfer(this);
    }
    if (this.role === 'leader' && this.heartbeatElapsed >= this.config.heartbeatTicks) {
      this.heartbeatElapsed = 0;
      broadcastHeartbeat(this);
    }
  }

  #electionTimedOut(): void {
    if (this.promotable()) {
      this.electionElapsed = 0;
      hup(this, 'pre-election');
      return;
    }
    // Who cannot be elected still must not believe for ever in a leader that is silent.
    this.setLeader(null);
  }

  // -- Messages ---------------------------------------------------------------------------------------------------------

  /** Queues a message, with this node's term unless it carries one of its own. */
  send(unsent: Unsent): void {
    const message = { ...unsent, from: this.id, term: unsent.term ?? this.term } as Message;
    this.outbox.add(message, this.hardStateDurable());
  }

  /** Takes one message: the term is looked at before anything else (E3), then the role decides. */
  step(message: Message): void {
    if (isOfElection(message)) takeCommitHint(this, message.commit);
    if (message.term > this.term && !this.#admitHigherTerm(message)) return;
    if (message.term < this.term) {
      this.#answerLowerTerm(message);
      return;
    }
    // The table pairs each type with a handler of that type; TypeScript cannot follow the pair through the look-up.
    const handle = handlers[this.role][message.type] as (raft: Raft, message: Message) => void;
    handle(this, message);
  }

  /** Returns whether the message goes on to the role, once this node has followed it into its term. */
  #admitHigherTerm(message: Message): boolean {
    const { type } = message;
    if (type === 'vote' || type === 'pre-vote') {
      // Leader stickiness: who hears from a leader does not take part in replacing it, nor let its term be raised (E6).
      const inLease = this.leader !== null && this.electionElapsed < this.config.electionTicks;
      const asked = type === 'vote' && message.transfer;
      if (inLease && !asked) return false;
    }
    // A pre-vote and its grant speak of a term that nobody has started (E4).
    if (type === 'pre-vote') return this.#answerPreVote(message);
    if (type === 'pre-vote-resp' && message.granted) return this.#countPreVote(message);
    // Whether the sender leads that term is for the handler to say.
    this.becomeFollower(message.term, null);
    return true;
  }

  #answerPreVote(message: Message & { type: 'pre-vote' }): false {
    handlers[this.role]['pre-vote'](this, message);
    return false;
  }

  #countPreVote(message: Message & { type: 'pre-vote-resp' }): false {
    handlers[this.role]['pre-vote-resp'](this, message);
    return false;
  }

  #answerLowerTerm(message: Message): void {
    switch (message.type) {
      // A leader of a term that is over keeps sending while our own higher term, from a lost election or a partition,
      // keeps us from following it. The answer carries our term and makes it step down; stickiness would not let
      // our own vote requests through.
      case 'app':
      case 'heartbeat':
      case 'snap':
        this.send({ type: 'app-resp', to: message.from, index: 0, rejected: false, hintIndex: 0, hintTerm: 0 });
        if (message.type === 'snap') handleLateSnap(this, message);
        return;
      // A pre-candidate that is behind would otherwise ask for ever.
      case 'pre-vote':
        this.send({ type: 'pre-vote-resp', to: message.from, granted: false, commit: commitHint(this) });
        return;
      default:
    }
  }

  // -- Roles ------------------------------------------------------------------------------------------------------------

  becomeFollower(term: number, leader: PeerId | null): void {
    this.#reset(term);
    this.role = 'follower';
    this.setLeader(leader);
  }

  becomePreCandidate(): void {
    assert(this.role !== 'leader', 'a leader does not stand for election');
    // Term and vote stay: until others would follow, this node must not disturb anybody.
    this.tracker.resetVotes();
    this.#drawElectionTimeout();
    this.role = 'pre-candidate';
    this.setLeader(null);
  }

  becomeCandidate(): void {
    assert(this.role !== 'leader', 'a leader does not stand for election');
    this.#reset(this.term + 1);
    this.vote = this.id;
    this.role = 'candidate';
  }

  becomeLeader(): void {
    assert(this.role === 'candidate', () => `a ${this.role} does not become leader`);
    // Candidates ask for votes only when their term is durable, and what they hold was written before it.
    assert(this.hardStateDurable(), 'a leader whose term is not durable');
    this.#reset(this.term);
    this.role = 'leader';
    this.setLeader(this.id);
    const self = this.tracker.progress.get(this.id);
    if (self !== undefined) {
      self.becomeReplicate();
      self.recentActive = true;
    }
    // Any entry of the tail may be a configuration change that is not applied yet (M1).
    this.pendingConfIndex = this.log.lastIndex();
    // Entries of earlier terms commit only together with one of this term (R1, R2).
    appendOwn(this, 'normal', [new Uint8Array(0)]);
  }

  /** Changes the leader that this node follows; reads passed on to another one get no answer any more (C3). */
  setLeader(leader: PeerId | null): void {
    if (leader === this.leader) return;
    this.leader = leader;
    this.readsLost.push(...this.forwardedReads.takeAll());
  }

  #reset(term: number): void {
    assert(term >= this.term, () => `the term would fall from ${this.term} to ${term}`);
    if (term > this.term) {
      this.term = term;
      this.vote = null;
    }
    // Reads belong to a term as well as to a leader: also one that leads again must be asked again.
    this.setLeader(null);
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.#drawElectionTimeout();
    this.transferTarget = null;
    this.appendsDue = false;
    this.pendingConfIndex = 0;
    this.uncommitted.reset();
    this.tracker.restart(this.id, this.log.lastIndex(), this.log.durableIndex);
    for (const asker of this.leaderReads.takeAll()) {
      if (asker.kind === 'local') this.readsLost.push(asker.requestId);
    }
  }

  #drawElectionTimeout(): void {
    const ticks = this.config.electionTicks;
    this.electionTimeout = ticks + Math.floor(this.config.random() * ticks);
  }

  /** Puts a configuration in force; `leader.ts` decides what a leader makes of it. */
  switchConf(conf: ConfState): void {
    this.tracker.switchTo(conf, this.log.lastIndex());
  }
}

function isOfElection(message: Message): message is Extract<Message, { type: 'vote' | 'vote-resp' | 'pre-vote' | 'pre-vote-resp' }> {
  const { type } = message;
  return type === 'vote' || type === 'vote-resp' || type === 'pre-vote' || type === 'pre-vote-resp';
}
