import { assert } from '../../lib/kernel/assert.ts';
import { assertConfState } from './confchange.ts';
import { validateConfig } from './config.ts';
import { hup } from './election.ts';
import { appliedTo, applyConfChange, reportSnapshot, reportUnreachable, selfPersisted } from './leader.ts';
import { assertMessage } from './message-check.ts';
import { propose, proposeConfChange } from './proposals.ts';
import { Raft } from './raft.ts';
import { flushReads, readIndex } from './reads.ts';
import { flushAppends } from './replication.ts';
import { transferLeader } from './transfer.ts';
import type {
  ConfChange,
  ConfState,
  HardState,
  Message,
  PeerId,
  ProgressStatus,
  ProposeResult,
  RaftConfig,
  RaftStorage,
  Ready,
  Role,
  SoftState,
  Status,
} from './types.ts';

/** A `Ready` that the shell was asked to make durable. */
interface Outstanding {
  readonly number: number;
  readonly hardState: HardState;
  /** What may leave once it is durable. */
  readonly messages: Message[];
}

/**
 * One member of one Raft group, without time, disk or network: inputs are method calls, and what they lead to is
 * collected in `ready()`. Not one method blocks, calls back, or keeps what it was given beyond its meaning.
 * The duties of the caller are numbered in `README.md`.
 */
export class RawNode {
  readonly #raft: Raft;
  /** Numbers of the readies given out, 1 first. */
  #number = 0;
  #outstanding: Outstanding[] = [];
  /** As the shell knows them from the last `Ready` that had them. */
  #hardState: HardState;
  #softState: SoftState = { leader: null, role: 'follower' };

  /**
   * @param storage its configuration must be the one in force at `config.applied`
   * @throws InvariantError when a setting is out of range, or log and state machine contradict each other
   */
  constructor(config: RaftConfig, storage: RaftStorage) {
    validateConfig(config);
    const { hardState, confState } = storage.initialState();
    assertConfState(confState);
    this.#raft = new Raft(config, storage);
    this.#hardState = hardState;
  }

  /** One tick of the shell's clock has passed. After a stall, call it once per missed tick (T2). */
  tick(): void {
    this.#raft.tick();
  }

  /**
   * Takes a message from another member.
   *
   * @throws InvariantError when the message cannot be, or shows that the group has lost or contradicted committed entries
   */
  step(message: Message): void {
    assert(message.to === this.#raft.id, () => `message: for ${message.to}, not for ${this.#raft.id}`);
    assert(message.from !== this.#raft.id, 'message: from this node to itself');
    assertMessage(message);
    this.#raft.step(message);
  }

  /** Stands for election now, through pre-vote, if this node may. */
  campaign(): void {
    hup(this.#raft, 'pre-election');
  }

  /** Proposes data for the state machine, in one piece. Not passed on: only a leader takes it. */
  propose(data: readonly Uint8Array[]): ProposeResult {
    return propose(this.#raft, data);
  }

  /** Proposes a change of the configuration, as an entry of type `conf-change` whose data is `encodeConfChange(change)`. */
  proposeConfChange(change: ConfChange): ProposeResult {
    return proposeConfChange(this.#raft, change);
  }

  /**
   * Puts a change in force. To be called when its entry is applied, for every `conf-change` entry, before
   * `appliedTo`; with null for one that the state machine rejects, on every member alike. Returns the configuration
   * in force then, to be stored with the applied index.
   */
  applyConfChange(change: ConfChange | null): ConfState {
    return applyConfChange(this.#raft, change);
  }

  /**
   * Asks for an index at which a read asked for now is linearizable: `readStates` or `readsLost` will name
   * `requestId`. The read may be served when that index is applied.
   */
  readIndex(requestId: number): void {
    readIndex(this.#raft, requestId);
  }

  /** Hands leadership to `to`; does nothing when this node does not lead. See `status().pendingTransfer`. */
  transferLeader(to: PeerId): void {
    transferLeader(this.#raft, to);
  }

  /** Messages to `id` were lost. */
  reportUnreachable(id: PeerId): void {
    reportUnreachable(this.#raft, id);
  }

  /** The snapshot for `id` was delivered, or will not be: without this word or an acknowledgement it is waited for (R12). */
  reportSnapshot(id: PeerId, ok: boolean): void {
    reportSnapshot(this.#raft, id, ok);
  }

  /** Whether `ready()` has anything to say. */
  hasReady(): boolean {
    const raft = this.#raft;
    if (!raft.outbox.empty() || raft.appendsDue || raft.leaderReads.roundDue()) return true;
    if (raft.readStates.length > 0 || raft.readsLost.length > 0) return true;
    if (raft.log.hasNextWrite() || raft.log.hasNextCommitted()) return true;
    return this.#nextHardState() !== undefined || this.#nextSoftState() !== undefined;
  }

  /** Takes everything that is new. Several may be outstanding on the disk; they are confirmed in order. */
  ready(): Ready {
    const raft = this.#raft;
    if (raft.appendsDue) flushAppends(raft);
    flushReads(raft);
    this.#number += 1;

    const { entries, snapshot } = raft.log.nextWrite();
    const termOrVote = raft.term !== this.#hardState.term || raft.vote !== this.#hardState.vote;
    const mustSync = termOrVote || entries.length > 0 || snapshot !== null;
    // The commit index goes with every write, though losing it would be safe for the log: configurations take effect
    // when applied (M4). A leader proposes to leave a joint configuration only after it has committed the entering,
    // and says so in the message that brings the leaving. So whoever durably holds the leaving durably knows that the
    // entering is committed, and after a restart does not campaign by the configuration before it (E11).
    const hardState = mustSync ? raft.hardState() : this.#nextHardState();
    const softState = this.#nextSoftState();
    const waiting = raft.outbox.takeWaiting();
    if (mustSync) {
      this.#outstanding.push({ number: this.#number, hardState: raft.hardState(), messages: [...waiting] });
      raft.log.writeStarted(this.#number);
    } else {
      this.#holdBack(waiting);
    }
    if (hardState !== undefined) this.#hardState = hardState;
    if (softState !== undefined) this.#softState = softState;
    const { readStates, readsLost } = raft;
    raft.readStates = [];
    raft.readsLost = [];
    return {
      number: this.#number,
      messages: raft.outbox.takeLeaving(),
      entries,
      mustSync,
      committedEntries: raft.log.takeNextCommitted(raft.config.committedBytesPerReadyMax),
      readStates,
      readsLost,
      ...(hardState === undefined ? {} : { hardState }),
      ...(snapshot === null ? {} : { snapshot }),
      ...(softState === undefined ? {} : { softState }),
    };
  }

  /**
   * Everything that the readies up to `number` asked for is durable, their snapshots installed. Lets the messages go
   * that had to wait; what that leads to is in the next `ready()`.
   */
  onPersisted(number: number): void {
    assert(number <= this.#number, () => `ready ${number} was never given out`);
    const raft = this.#raft;
    const toSelf: Message[] = [];
    raft.log.writesDone(number);
    for (let done = this.#outstanding[0]; done !== undefined && done.number <= number; done = this.#outstanding[0]) {
      this.#outstanding.shift();
      raft.durableTerm = done.hardState.term;
      raft.durableVote = done.hardState.vote;
      raft.outbox.release(done.messages.filter((message) => message.to !== raft.id));
      toSelf.push(...done.messages.filter((message) => message.to === raft.id));
    }
    for (const message of toSelf) raft.step(message);
    if (raft.role === 'leader') selfPersisted(raft);
  }

  // What the shell looks at many times a turn, without making a `Status`.

  get role(): Role {
    return this.#raft.role;
  }

  get leader(): PeerId | null {
    return this.#raft.leader;
  }

  get term(): number {
    return this.#raft.term;
  }

  get commit(): number {
    return this.#raft.log.commit;
  }

  get confState(): ConfState {
    return this.#raft.tracker.conf;
  }

  /** The applied configuration has members, and this node is none of them. */
  get removed(): boolean {
    return this.#raft.removed();
  }

  /** The state machine holds everything up to `index`. */
  appliedTo(index: number): void {
    appliedTo(this.#raft, index);
  }

  status(): Status {
    const raft = this.#raft;
    return {
      id: raft.id,
      role: raft.role,
      term: raft.term,
      vote: raft.vote,
      leader: raft.leader,
      commit: raft.log.commit,
      applied: raft.log.applied,
      firstIndex: raft.log.firstIndex(),
      lastIndex: raft.log.lastIndex(),
      lastTerm: raft.log.lastTerm(),
      durableIndex: raft.log.durableIndex,
      confState: raft.tracker.conf,
      removed: raft.removed(),
      progress: raft.role === 'leader' ? this.#progress() : null,
      pendingTransfer: raft.transferTarget,
      uncommittedBytes: raft.uncommitted.bytes,
      pendingReads: raft.leaderReads.count + raft.forwardedReads.count,
      electionElapsed: raft.electionElapsed,
    };
  }

  /** Messages made without a write of their own wait for the writes that are under way, or for nothing. */
  #holdBack(waiting: readonly Message[]): void {
    const last = this.#outstanding.at(-1);
    if (last === undefined) this.#raft.outbox.release(waiting);
    else last.messages.push(...waiting);
  }

  #nextHardState(): HardState | undefined {
    const now = this.#raft.hardState();
    const { term, vote, commit } = this.#hardState;
    return now.term === term && now.vote === vote && now.commit === commit ? undefined : now;
  }

  #nextSoftState(): SoftState | undefined {
    const { leader, role } = this.#raft;
    return leader === this.#softState.leader && role === this.#softState.role ? undefined : { leader, role };
  }

  #progress(): ReadonlyMap<PeerId, ProgressStatus> {
    return new Map([...this.#raft.tracker.progress].map(([id, progress]) => [id, progress.status()]));
  }
}
