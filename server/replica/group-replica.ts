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
import { RawNode } from '../raft/raw-node.ts';
import type { ConfChange, Message, PeerId, ProposeResult, Ready, SnapMessage, SnapshotMetadata, Status } from '../raft/types.ts';
import type { Applied, ApplyInput, StateMachine } from '../state/types.ts';
import { ApplyLoop } from './apply-loop.ts';
import { type ConfContext, encodeConfContext } from './conf-context.ts';
import { CORE_LIMITS, type CoreLimits, type GroupCallbacks, type GroupReplicaOptions, type ReplicaTiming } from './group-options.ts';
import { proposeQueued, takeForLeader } from './drain-proposals.ts';
import { type Proposal, ProposalQueue } from './proposal-queue.ts';
import { type ReadQuestion, ReadIndexQueue } from './read-index-queue.ts';
import { ReplicaRaftStorage } from './raft-storage.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { Stamper } from './stamper.ts';
import type { OpenedState, StagedState, StateStorage } from './state-storage.ts';

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
  readonly applying: ApplyLoop;
  #staged: StagedState | null = null;
  /** When this replica last heard from its leader; null before. */
  #leaderHeardMs: number | null = null;
  /** When everything committed that this replica knew of was last applied. */
  #caughtUpMs: number;
  #lastRole: string;
  /** The term in which the stamper was last raised above the log. */
  #stampsTerm = 0;
  #counters = { elections: 0, leaderChanges: 0, snapshotsInstalled: 0, configurationsApplied: 0 };

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
    this.#core = this.#startCore(options.limits ?? CORE_LIMITS);
    this.applying = new ApplyLoop({
      group: this.group,
      log: this.#log,
      core: this.#core,
      machine: () => this.machine,
      applied: (result) => this.#answer(result),
      confChanged: (input) => this.#confChanged(input),
    });
    this.#caughtUpMs = this.#runtime.nowMs();
    this.#lastRole = this.#core.role;
    this.#stamper.raise(this.machine.lastStamp());
  }

  #startCore(limits: CoreLimits): RawNode {
    const applied = this.machine.applied();
    const log = this.#log;
    // A state that is ahead of its own log means that the log has lost what it had acknowledged (D10): whoever opens it has to see to that.
    assert(
      applied.index <= log.lastIndex(),
      () => `group ${this.group}: applied ${applied.index} is ahead of the log, which ends at ${log.lastIndex()}`,
    );
    assert(
      applied.index >= log.base().index,
      () => `group ${this.group}: the log starts after ${log.base().index}, but only ${applied.index} is applied`,
    );
    return new RawNode(
      {
        id: this.#self,
        electionTicks: this.#timing.electionTicks,
        heartbeatTicks: this.#timing.heartbeatTicks,
        random: () => this.#runtime.random(),
        applied: applied.index,
        ...limits,
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

  get counters(): Readonly<
    Record<'elections' | 'leaderChanges' | 'appliedEntries' | 'snapshotsInstalled' | 'configurationsApplied', number>
  > {
    return { ...this.#counters, appliedEntries: this.applying.count };
  }

  /** What is looked at many times a turn. */
  get raft(): Pick<RawNode, 'role' | 'leader' | 'term' | 'commit' | 'confState' | 'removed'> {
    return this.#core;
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
    if (this.#core.leader === peer) this.#leaderHeardMs = this.#runtime.nowMs();
  }

  /** @param ticks how many were due: more than one after this process was stopped */
  tick(ticks: number): void {
    if (!this.serving) return;
    // T2: missed time counts towards stepping down, never towards calling an election of one's own.
    const due = Math.min(ticks, 2 * this.#timing.electionTicks);
    this.#core.tick();
    for (let missed = 1; missed < due && this.#core.role === 'leader'; missed += 1) this.#core.tick();
    const now = this.#runtime.nowMs();
    const leaderKnown = this.#core.leader !== null;
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

  /** Proposes a change of the members, at the leader, which stamps it as it does commands. */
  proposeMembers(
    changes: ConfChange['changes'],
    context: Omit<ConfContext, 'stamp'>,
    transition: ConfChange['transition'] = 'auto',
  ): ProposeResult {
    if (!this.serving || this.#core.role !== 'leader') return { kind: 'refused', reason: 'not-leader' };
    this.#raiseStamps();
    const stamp = this.#stamper.next(this.#runtime.wallMs());
    this.#callbacks.wake();
    return this.#core.proposeConfChange({ transition, changes, context: encodeConfContext({ ...context, stamp }) });
  }

  transferLeader(to: PeerId): void {
    this.#core.transferLeader(to);
    this.#callbacks.wake();
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

  /** An empty entry: it changes nothing, and stands at the same place in the log of every replica. @returns its index; null: not now */
  proposeMarker(): number | null {
    const result = this.#core.propose([new Uint8Array(0)]);
    this.#callbacks.wake();
    return result.kind === 'accepted' ? result.firstIndex : null;
  }

  // ------------------------------------------------------------------------------------------------------- the turn

  /** Hands queued proposals and reads to the core, or to where the leader is. */
  drain(storageFull: boolean): void {
    if (!this.serving) return;
    const { role, leader } = this.#core;
    if (this.proposals.queued > 0) this.#drainProposals(role === 'leader', leader, storageFull);
    if (leader !== null) {
      const request = this.reads.startRound(this.#runtime.nowMs());
      if (request !== null) this.#core.readIndex(request);
    }
  }

  #drainProposals(leads: boolean, leader: PeerId | null, storageFull: boolean): void {
    const { proposals } = this;
    if (leads) this.#raiseStamps();
    if (leads) {
      const [wallMs, level] = [this.#runtime.wallMs(), this.machine.level()];
      return proposeQueued({ core: this.#core, proposals, stamper: this.#stamper, wallMs, storageFull, level });
    }
    const go = takeForLeader(proposals, leader);
    if (leader !== null && go.length > 0) this.#callbacks.forward(leader, go);
  }

  /** Takes the core's effects: messages leave, writes go to the disk, reads are answered. */
  collect(): void {
    if (!this.serving || !this.#core.hasReady()) return;
    const ready = this.#core.ready();
    for (const request of ready.readsLost) this.reads.lost(request);
    const term = this.#core.term;
    for (const { requestId, index } of ready.readStates) this.reads.answered(requestId, index, term);
    this.#send(ready.messages);
    const installed = ready.snapshot === undefined || this.#install(ready.snapshot);
    if (installed) this.#persist(ready);
    const last = ready.committedEntries.at(-1);
    if (last !== undefined) this.applying.committed(last.index);
    if (ready.softState !== undefined) this.#roleChanged(ready.softState.role);
  }

  #roleChanged(role: string): void {
    if (role === 'candidate' && this.#lastRole !== 'candidate') this.#counters.elections += 1;
    this.#lastRole = role;
    this.#counters.leaderChanges += 1;
    const { term, leader } = this.#core;
    this.#logger('info', 'role-changed', { group: this.group, role, term, leader });
    this.#callbacks.roleChanged();
  }

  /**
   * A leader stamps above every stamp in its log, the unapplied tail included (spec 4, section 5). Looked at before the first
   * proposal of each term: the core may lead before a `Ready` has said so.
   */
  #raiseStamps(): void {
    if (this.#stampsTerm === this.#core.term) return;
    this.#stampsTerm = this.#core.term;
    this.#stamper.raise(this.machine.lastStamp());
    this.#stamper.raiseAbove(this.#log, this.machine.applied().index);
  }

  #send(messages: readonly Message[]): void {
    const plain: Message[] = [];
    for (const message of messages) {
      if (message.type === 'snap') this.#callbacks.sendSnapshot(message);
      else plain.push(message);
    }
    if (plain.length > 0) this.#callbacks.send(plain);
  }

  /** Puts the staged copy in force. The state goes first, the log mark after it: a crash in between is completed at the next start. */
  #install(wanted: SnapshotMetadata): boolean {
    const staged = this.#staged;
    assert(
      staged !== null && staged.metadata.index === wanted.index && staged.metadata.term === wanted.term,
      () => `group ${this.group}: no staged copy for snapshot ${wanted.term}:${wanted.index}`,
    );
    this.#staged = null;
    this.#state = this.#storage.install(this.group, staged, this.#state);
    this.applying.committed(wanted.index);
    this.proposals.skippedTo(wanted.index);
    this.#core.appliedTo(wanted.index);
    this.#counters.snapshotsInstalled += 1;
    this.#stamper.raise(this.machine.lastStamp());
    this.#logger('info', 'snapshot-installed', {
      group: this.group,
      index: wanted.index,
      term: wanted.term,
      generation: this.#state.generation,
    });
    this.#callbacks.reopened(this.#state);
    this.#callbacks.membersChanged();
    return true;
  }

  #persist(ready: Ready): void {
    if (!ready.mustSync && this.#writesOutstanding === 0) {
      // Only the commit index moved: it rides along with the next write (see initialState).
      this.#core.onPersisted(ready.number);
      return;
    }
    const write: GroupWrite | null = ready.mustSync
      ? {
          group: this.group,
          hardState: ready.hardState,
          entries: ready.entries.length > 0 ? ready.entries : undefined,
          snapshot: ready.snapshot,
        }
      : null;
    this.#writesOutstanding += 1;
    this.#callbacks.write(ready.number, write);
  }

  /** Everything handed to `write` up to this number is durable. */
  persisted(number: number, count: number): void {
    this.#writesOutstanding -= count;
    assert(this.#writesOutstanding >= 0, `group ${this.group}: more writes confirmed than handed out`);
    if (this.serving) this.#core.onPersisted(number);
  }

  /** Applies committed entries, its share of what a turn may apply. @returns whether there is more to do at once */
  applySome(share: number): boolean {
    if (!this.serving) return false;
    this.applying.run(share);
    if (this.machine.applied().index >= this.#core.commit) this.#caughtUpMs = this.#runtime.nowMs();
    return this.applying.due || this.#core.hasReady();
  }

  #answer(applied: Applied): void {
    this.proposals.applied(applied.position.index, applied.position.term)?.settle({ kind: 'applied', applied });
  }

  #confChanged({ entry, confState }: ApplyInput): void {
    this.#counters.configurationsApplied += 1;
    this.#logger('info', 'configuration-applied', { group: this.group, index: entry.index, confState });
    this.#callbacks.membersChanged();
  }

  // ------------------------------------------------------------------------------------------------------- views

  /** Since this replica heard from its leader; at a leader since a quorum was heard, by `quorumContactMs` of the host. */
  contactMs(): number | null {
    if (this.#core.role === 'leader') return 0;
    return this.#leaderHeardMs === null ? null : this.#runtime.nowMs() - this.#leaderHeardMs;
  }

  lagMs(): number {
    return this.machine.applied().index >= this.#core.commit ? 0 : this.#runtime.nowMs() - this.#caughtUpMs;
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
