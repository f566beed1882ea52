/**
 * One Raft group on this node: the core, its state machine, and who waits for them.
 *
 * The host calls, once per turn and in this order: `drain` (inputs into the core), `collect` (effects out of it),
 * `applySome` (committed entries into the state), `view` (for the board). Nothing here waits; what takes time (disk, other
 * nodes, copies) is handed out and comes back as input of a later turn.
 */
import { assert } from '../../lib/kernel/assert.ts';
import type { ProposeOutcome, ReplicaCondition } from '../engine/types.ts';
import type { GroupLog, GroupWrite } from '../log/types.ts';
import { decodeConfChange } from '../raft/confchange-codec.ts';
import { RawNode } from '../raft/raw-node.ts';
import type { ConfChange, Entry, Message, PeerId, ProposeResult, Ready, SnapMessage, SnapshotMetadata, Status } from '../raft/types.ts';
import type { Applied, ApplyInput, StateMachine } from '../state/types.ts';
import { decodeMembers, membersAfter } from './conf-context.ts';
import { type Proposal, ProposalQueue } from './proposal-queue.ts';
import { type ReadQuestion, ReadIndexQueue } from './read-index-queue.ts';
import { ReplicaRaftStorage } from './raft-storage.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { Stamper } from './stamper.ts';
import type { OpenedState, StagedState, StateStorage } from './state-storage.ts';

export interface ReplicaTiming {
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly tickMs: number;
}

export interface GroupReplicaOptions {
  readonly group: string;
  readonly self: PeerId;
  readonly runtime: Runtime;
  readonly log: GroupLog;
  readonly state: OpenedState;
  readonly storage: StateStorage;
  readonly timing: ReplicaTiming;
  readonly stamper: Stamper;
  readonly logger: Logger;
  readonly callbacks: GroupCallbacks;
}

/** What a group needs done by its host. None of these may call back into the group at once. */
export interface GroupCallbacks {
  send(group: string, messages: readonly Message[]): void;
  /** A follower needs the state itself. */
  sendSnapshot(group: string, message: SnapMessage): void;
  /** To be made durable after everything handed over before; `persisted(number)` then follows. */
  write(group: string, number: number, write: GroupWrite | null): void;
  /** Queued proposals that this node may not propose itself: hand them to `leader`, or back to `requeue`. */
  forward(group: string, leader: PeerId, proposals: readonly Proposal[]): void;
  /** The state file was replaced: readers reopen. */
  reopened(group: string, state: OpenedState): void;
  membersChanged(group: string): void;
  roleChanged(group: string): void;
  wake(): void;
}

/** Bounds of the work of one group in one turn, so that no group can starve another (rule T5). */
const TURN = { proposalsMax: 1024, proposalBytesMax: 8 * 1024 * 1024, entriesMax: 512, entryBytesMax: 4 * 1024 * 1024 } as const;
/** A lost ReadIndex message is noticed after so many ticks. */
const READ_PATIENCE_TICKS = 5;

export class GroupReplica {
  readonly group: string;
  readonly #self: PeerId;
  readonly #runtime: Runtime;
  readonly #log: GroupLog;
  readonly #storage: StateStorage;
  readonly #callbacks: GroupCallbacks;
  readonly #logger: Logger;
  readonly #stamper: Stamper;
  readonly #timing: ReplicaTiming;
  readonly proposals = new ProposalQueue();
  readonly reads = new ReadIndexQueue();
  #state: OpenedState;
  #core: RawNode;
  #condition: ReplicaCondition = 'ok';
  #conditionReason = '';
  /** Readies handed to the disk and not yet confirmed. */
  #writesOutstanding = 0;
  /** Entries up to here may be applied: committed, and durable here. Invariant: >= applied. */
  #committedTo: number;
  #applyHeld = false;
  #staged: StagedState | null = null;
  /** When this replica last heard from its leader; null before. */
  #leaderHeardMs: number | null = null;
  /** When everything committed that this replica knew of was last applied. */
  #caughtUpMs: number;
  #lastRole: string;
  /** For rule T2. */
  #counters = { elections: 0, leaderChanges: 0, appliedEntries: 0, snapshotsInstalled: 0 };

  constructor(options: GroupReplicaOptions) {
    this.group = options.group;
    this.#self = options.self;
    this.#runtime = options.runtime;
    this.#log = options.log;
    this.#storage = options.storage;
    this.#state = options.state;
    this.#callbacks = options.callbacks;
    this.#logger = options.logger;
    this.#stamper = options.stamper;
    this.#timing = options.timing;
    this.#core = this.#startCore();
    this.#committedTo = this.machine.applied().index;
    this.#caughtUpMs = this.#runtime.nowMs();
    this.#lastRole = this.#core.status().role;
    this.#stamper.raise(this.machine.lastStamp());
  }

  #startCore(): RawNode {
    const applied = this.machine.applied();
    const log = this.#log;
    // A state that is ahead of its own log means that the log has lost what it had acknowledged (D10): whoever opens it has to see to that.
    assert(applied.index <= log.lastIndex(), () => `group ${this.group}: applied ${applied.index} is ahead of the log, which ends at ${log.lastIndex()}`);
    assert(applied.index >= log.base().index, () => `group ${this.group}: the log starts after ${log.base().index}, but only ${applied.index} is applied`);
    return new RawNode(
      {
        id: this.#self,
        electionTicks: this.#timing.electionTicks,
        heartbeatTicks: this.#timing.heartbeatTicks,
        random: () => this.#runtime.random(),
        applied: applied.index,
        sizePerMsgBytesMax: 1024 * 1024,
        inflightMessagesMax: 256,
        inflightBytesMax: 32 * 1024 * 1024,
        uncommittedBytesMax: 256 * 1024 * 1024,
        committedBytesPerReadyMax: 16 * 1024 * 1024,
        pendingReadsMax: 4096,
      },
      new ReplicaRaftStorage(log, () => this.machine),
    );
  }

  get machine(): StateMachine {
    return this.#state.machine;
  }

  get state(): OpenedState {
    return this.#state;
  }

  get condition(): ReplicaCondition {
    return this.#condition;
  }

  get conditionReason(): string {
    return this.#conditionReason;
  }

  get counters(): Readonly<{ elections: number; leaderChanges: number; appliedEntries: number; snapshotsInstalled: number }> {
    return this.#counters;
  }

  status(): Status {
    return this.#core.status();
  }

  get serving(): boolean {
    return this.#condition === 'ok';
  }

  // ------------------------------------------------------------------------------------------------------- inputs

  step(messages: readonly Message[]): void {
    if (!this.serving) return;
    for (const message of messages) {
      this.#core.step(message);
      if (message.type === 'app' || message.type === 'heartbeat' || message.type === 'snap') this.#heardFrom(message.from);
    }
  }

  #heardFrom(peer: PeerId): void {
    if (this.#core.status().leader === peer) this.#leaderHeardMs = this.#runtime.nowMs();
  }

  /** @param ticks how many were due: more than one after this process was stopped */
  tick(ticks: number): void {
    if (!this.serving) return;
    // T2: missed time counts towards stepping down, never towards calling an election of one's own.
    const due = this.#core.status().role === 'leader' ? Math.min(ticks, 2 * this.#timing.electionTicks) : 1;
    for (let i = 0; i < due; i += 1) this.#core.tick();
    const now = this.#runtime.nowMs();
    const leaderKnown = this.#core.status().leader !== null;
    this.proposals.expire(now, (proposal) => Math.max(0, now - proposal.deadlineMs));
    this.reads.expire(now, READ_PATIENCE_TICKS * this.#timing.tickMs, leaderKnown);
  }

  propose(proposal: Proposal): void {
    if (this.serving) this.proposals.push(proposal);
    else proposal.settle({ kind: 'refused', code: 'not-ready' });
  }

  readIndex(question: ReadQuestion): void {
    if (this.serving) this.reads.push(question);
    else question.settle({ kind: 'no-leader' });
  }

  proposeConfChange(change: ConfChange): ProposeResult {
    return this.#core.proposeConfChange(change);
  }

  transferLeader(to: PeerId): void {
    this.#core.transferLeader(to);
    this.#callbacks.wake();
  }

  campaign(): void {
    this.#core.campaign();
  }

  reportUnreachable(peer: PeerId): void {
    if (this.serving) this.#core.reportUnreachable(peer);
  }

  reportSnapshot(peer: PeerId, ok: boolean): void {
    if (!this.serving) return;
    this.#core.reportSnapshot(peer, ok);
    this.#callbacks.wake();
  }

  /** A copy of the state has arrived whole for this message: the core decides whether it is wanted. */
  stepSnapshot(message: SnapMessage, staged: StagedState): void {
    if (!this.serving) {
      staged.discard();
      return;
    }
    this.#staged = staged;
    this.step([message]);
    // The core's verdict is taken at once: a second copy may arrive before the next turn. One that it did not want is of no use.
    this.collect();
    this.#dropStaged();
    this.#callbacks.wake();
  }

  #dropStaged(): void {
    this.#staged?.discard();
    this.#staged = null;
  }

  /** Lab mode: committed entries wait, nothing else changes. */
  holdApply(held: boolean): void {
    this.#applyHeld = held;
    this.#callbacks.wake();
  }

  get applyHeld(): boolean {
    return this.#applyHeld;
  }

  // ------------------------------------------------------------------------------------------------------- the turn

  /** Hands queued proposals and reads to the core, or to where the leader is. */
  drain(storageFull: boolean): void {
    if (!this.serving) return;
    const status = this.#core.status();
    if (status.role === 'leader') this.#drainAsLeader(storageFull);
    else if (this.proposals.queued > 0) this.#drainAsFollower(status.leader);
    if (status.leader !== null) {
      const request = this.reads.startRound(this.#runtime.nowMs());
      if (request !== null) this.#core.readIndex(request);
    }
  }

  #drainAsLeader(storageFull: boolean): void {
    const taken = this.proposals.take(TURN.proposalsMax, TURN.proposalBytesMax);
    const batch = storageFull ? refuseWhenFull(taken) : taken;
    if (batch.length === 0) return;
    const wallMs = this.#runtime.wallMs();
    const result = this.#core.propose(batch.map((proposal) => this.#stamper.stamp(proposal.bytes, wallMs)));
    if (result.kind === 'accepted') this.proposals.accepted(result.term, result.firstIndex, batch);
    // Full tail or a transfer under way: they wait in the queue, where their time runs.
    else this.proposals.putBack(batch);
  }

  #drainAsFollower(leader: PeerId | null): void {
    const taken = this.proposals.take(TURN.proposalsMax, TURN.proposalBytesMax);
    const [stay, go]: [Proposal[], Proposal[]] = [[], []];
    for (const proposal of taken) {
      if (proposal.forwarded) proposal.settle({ kind: 'not-leader', leader: null });
      else if (leader === null) stay.push(proposal);
      else go.push(proposal);
    }
    this.proposals.putBack(stay);
    if (leader !== null && go.length > 0) this.#callbacks.forward(this.group, leader, go);
  }

  /** Takes the core's effects: messages leave, writes go to the disk, reads are answered. */
  collect(): void {
    if (!this.serving || !this.#core.hasReady()) return;
    const ready = this.#core.ready();
    for (const request of ready.readsLost) this.reads.lost(request);
    const term = this.#core.status().term;
    for (const { requestId, index } of ready.readStates) this.reads.answered(requestId, index, term);
    this.#send(ready.messages);
    const installed = ready.snapshot === undefined || this.#install(ready.snapshot);
    if (installed) this.#persist(ready);
    const last = ready.committedEntries.at(-1);
    if (last !== undefined) this.#committedTo = Math.max(this.#committedTo, last.index);
    if (ready.softState !== undefined) this.#roleChanged(ready.softState.role);
  }

  #roleChanged(role: string): void {
    if (role === 'candidate' && this.#lastRole !== 'candidate') this.#counters.elections += 1;
    if (role === 'leader' && this.#lastRole !== 'leader') this.#becameLeader();
    this.#lastRole = role;
    this.#counters.leaderChanges += 1;
    const { term, leader } = this.#core.status();
    this.#logger('info', 'role-changed', { group: this.group, role, term, leader });
    this.#callbacks.roleChanged(this.group);
  }

  /** A leader stamps above every stamp in its log, the unapplied tail included (spec 4, section 5). */
  #becameLeader(): void {
    this.#stamper.raise(this.machine.lastStamp());
    let next = this.machine.applied().index + 1;
    while (next <= this.#log.lastIndex()) {
      const entries = this.#log.entries(next, this.#log.lastIndex() + 1, TURN.entryBytesMax);
      if (typeof entries === 'string' || entries.length === 0) break;
      for (const entry of entries) this.#stamper.raiseTo(entry);
      next += entries.length;
    }
  }

  #send(messages: readonly Message[]): void {
    const plain: Message[] = [];
    for (const message of messages) {
      if (message.type === 'snap') this.#callbacks.sendSnapshot(this.group, message);
      else plain.push(message);
    }
    if (plain.length > 0) this.#callbacks.send(this.group, plain);
  }

  /** Puts the staged copy in force. The state goes first, the log mark after it: a crash in between is completed at the next start. */
  #install(wanted: SnapshotMetadata): boolean {
    const staged = this.#staged;
    assert(staged !== null && staged.metadata.index === wanted.index && staged.metadata.term === wanted.term, () => `group ${this.group}: no staged copy for snapshot ${wanted.term}:${wanted.index}`);
    this.#staged = null;
    this.#state = this.#storage.install(this.group, staged, this.#state);
    this.#committedTo = wanted.index;
    this.proposals.skippedTo(wanted.index);
    this.#core.appliedTo(wanted.index);
    this.#counters.snapshotsInstalled += 1;
    this.#stamper.raise(this.machine.lastStamp());
    this.#logger('info', 'snapshot-installed', { group: this.group, index: wanted.index, term: wanted.term, generation: this.#state.generation });
    this.#callbacks.reopened(this.group, this.#state);
    this.#callbacks.membersChanged(this.group);
    return true;
  }

  #persist(ready: Ready): void {
    if (!ready.mustSync && this.#writesOutstanding === 0) {
      // Only the commit index moved: it rides along with the next write (see initialState).
      this.#core.onPersisted(ready.number);
      return;
    }
    const write: GroupWrite | null = ready.mustSync
      ? { group: this.group, hardState: ready.hardState, entries: ready.entries.length > 0 ? ready.entries : undefined, snapshot: ready.snapshot }
      : null;
    this.#writesOutstanding += 1;
    this.#callbacks.write(this.group, ready.number, write);
  }

  /** Everything handed to `write` up to this number is durable. */
  persisted(number: number, count: number): void {
    this.#writesOutstanding -= count;
    assert(this.#writesOutstanding >= 0, `group ${this.group}: more writes confirmed than handed out`);
    if (this.serving) this.#core.onPersisted(number);
  }

  /** Applies committed entries, a bounded number. @returns whether there is more to do at once */
  applySome(): boolean {
    if (!this.serving || this.#applyHeld) return false;
    const from = this.machine.applied().index + 1;
    if (from <= this.#committedTo) {
      const entries = this.#log.entries(from, Math.min(this.#committedTo + 1, from + TURN.entriesMax), TURN.entryBytesMax);
      assert(typeof entries !== 'string', () => `group ${this.group}: committed entries from ${from} are ${String(entries)}`);
      this.#apply(entries);
    }
    if (this.machine.applied().index >= this.#core.status().commit) this.#caughtUpMs = this.#runtime.nowMs();
    return this.machine.applied().index < this.#committedTo || this.#core.hasReady();
  }

  /** A configuration change ends its transaction: the core must know it before it hands out what follows. */
  #apply(entries: readonly Entry[]): void {
    let batch: ApplyInput[] = [];
    for (const entry of entries) {
      if (entry.type !== 'conf-change') {
        batch.push({ entry });
        continue;
      }
      this.#applyBatch(batch);
      batch = [];
      this.#applyBatch([this.#confChangeInput(entry)]);
      this.#callbacks.membersChanged(this.group);
    }
    this.#applyBatch(batch);
  }

  #confChangeInput(entry: Entry): ApplyInput {
    const change = decodeConfChange(entry.data);
    const confState = this.#core.applyConfChange(change);
    const members = membersAfter(this.machine.members(), decodeMembers(change.context), confState);
    this.#logger('info', 'configuration-applied', { group: this.group, index: entry.index, confState });
    return { entry, confState, members };
  }

  #applyBatch(batch: readonly ApplyInput[]): void {
    const last = batch.at(-1);
    if (last === undefined) return;
    const applied = this.machine.apply(batch);
    this.#core.appliedTo(last.entry.index);
    this.#counters.appliedEntries += batch.length;
    for (const result of applied) this.#answer(result);
  }

  #answer(applied: Applied): void {
    this.proposals.applied(applied.position.index, applied.position.term)?.settle({ kind: 'applied', applied });
  }

  // ------------------------------------------------------------------------------------------------------- views

  /** Since this replica heard from its leader; at a leader since a quorum was heard, by `quorumContactMs` of the host. */
  contactMs(): number | null {
    if (this.#core.status().role === 'leader') return 0;
    return this.#leaderHeardMs === null ? null : this.#runtime.nowMs() - this.#leaderHeardMs;
  }

  lagMs(): number {
    return this.machine.applied().index >= this.#core.status().commit ? 0 : this.#runtime.nowMs() - this.#caughtUpMs;
  }

  /**
   * Takes the replica out of service: no votes, no acknowledgements, no reads. Its silence makes the others elect.
   * `quarantined` after damage, `stopping` and `removed` otherwise.
   */
  leaveService(condition: Exclude<ReplicaCondition, 'ok'>, reason: string): void {
    if (this.#condition === condition) return;
    this.#condition = condition;
    this.#conditionReason = reason;
    const queued: ProposeOutcome = { kind: 'refused', code: condition === 'stopping' ? 'stopping' : 'not-ready' };
    this.proposals.endAll(queued, { kind: 'unknown', reason: condition === 'stopping' ? 'stopping' : 'leadership-lost' });
    this.reads.endAll({ kind: condition === 'stopping' ? 'stopping' : 'no-leader' });
    this.#dropStaged();
    this.#callbacks.wake();
  }
}

function refuseWhenFull(proposals: readonly Proposal[]): readonly Proposal[] {
  for (const proposal of proposals) if (!proposal.frees) proposal.settle({ kind: 'refused', code: 'storage-full' });
  return proposals.filter((proposal) => proposal.frees);
}
