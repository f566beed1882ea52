/**
 * The imperative shell of the consensus thread: one loop for all groups of the node.
 *
 *     inputs (messages, proposals, reads, disk done, tick)
 *       -> drain into the cores -> collect effects -> messages out -> one append for all groups, one fdatasync
 *       -> apply committed entries -> publish what is visible -> answer
 *
 * There is no `await` between deciding and doing. Whatever arrives while the disk works shares the next append.
 */
import type { HybridClock } from '../clock/hlc.ts';
import type { JournalEvent, ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { GroupView, ReplicaCondition } from '../engine/types.ts';
import type { LogStore } from '../log/types.ts';
import { LogCorruptionError } from '../log/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import type { Message, PeerId, SnapMessage } from '../raft/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { ClockReserve } from './clock-reserve.ts';
import { Checkpointer, type CheckpointLimits } from './checkpoints.ts';
import { nameOfPeer } from './conf-context.ts';
import { DiskQueue } from './disk-queue.ts';
import { Forwarder } from './forwarding.ts';
import type { CoreLimits, GroupCallbacks, ReplicaTiming } from './group-options.ts';
import { GroupReplica } from './group-replica.ts';
import { Journal } from './journal.ts';
import { openGroup } from './open-group.ts';
import { keepPeers } from './peer-list.ts';
import type { Proposal } from './proposal-queue.ts';
import type { Logger, Runtime } from './runtime.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import { Stamper } from './stamper.ts';
import type { OpenedState, StagedState, StateStorage } from './state-storage.ts';

/** Who is told what happens; the engine side of the thread, or the simulator. */
export interface HostObserver {
  /** Something that `view` shows may have changed. Once per turn and group. */
  published(group: string): void;
  reopened(group: string, state: OpenedState): void;
  membersChanged(group: string): void;
  roleChanged(group: string): void;
  /** The process must end: what is in memory may be ahead of what the disk can ever hold. */
  fatal(reason: string, error: Error): void;
}

export interface HostOptions {
  readonly name: string;
  readonly self: PeerId;
  readonly runtime: Runtime;
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly transport: PeerTransport;
  readonly timing: ReplicaTiming;
  readonly limits?: CoreLimits | undefined;
  readonly clock: HybridClock;
  readonly reserve: ClockReserve;
  readonly logger: Logger;
  readonly observer: HostObserver;
  /** Whether writes that take space are refused for now. */
  readonly storageFull: () => boolean;
  readonly checkpoints?: CheckpointLimits | undefined;
  /** Who is known while no replica is in service to tell. */
  readonly firstMembers: readonly MemberInfo[];
}

interface Quarantined {
  readonly group: string;
  readonly reason: string;
}

/** Until a copy of the state is tried again for a receiver that did not take it. */
const SNAPSHOT_RETRY_MS = 1_000;

export class ReplicaHost {
  readonly #options: HostOptions;
  readonly #replicas = new Map<string, GroupReplica>();
  readonly #quarantined = new Map<string, Quarantined>();
  readonly #journals = new Map<string, Journal>();
  readonly #disk: DiskQueue;
  readonly #forwarder: Forwarder;
  readonly #snapshots: SnapshotSender;
  readonly #checkpointer: Checkpointer;
  #scheduled = false;
  #stopped = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#disk = new DiskQueue(
      options.log,
      (group, number, count) => {
        this.#journals.get(group)?.durable(number);
        this.#guard(group, () => this.#replicas.get(group)?.persisted(number, count));
        this.wake();
      },
      (error) => options.observer.fatal('the log could not be written', error),
    );
    this.#forwarder = new Forwarder(
      options.transport,
      options.runtime,
      (group, proposal) => this.propose(group, proposal),
      (peer) => ({ node: nameOfPeer(peer), url: this.members().find(({ id }) => id === peer)?.url ?? '' }),
    );
    this.#snapshots = new SnapshotSender(options.transport, options.storage, options.logger, (group, peer, ok) => {
      const report = (): void => this.#replicas.get(group)?.reportSnapshot(peer, ok);
      // A receiver that cannot take it will not be able to a heartbeat later; each try copies the whole state.
      if (ok) report();
      else options.runtime.after(SNAPSHOT_RETRY_MS, report);
    });
    this.#checkpointer = new Checkpointer(options.log, options.checkpoints);
  }

  /** Opens a group that this node has a replica of. */
  async open(group: string): Promise<void> {
    const { log, storage, self, runtime, timing, limits, clock, reserve, logger, name } = this.#options;
    const opening = await openGroup(group, log, storage);
    if (this.#stopped) {
      if (opening.kind === 'ok') opening.state.machine.close();
      return;
    }
    if (opening.kind === 'quarantined') {
      this.#quarantined.set(group, { group, reason: opening.reason });
      logger('error', 'replica-quarantined', { group, reason: opening.reason });
      return;
    }
    this.#replicas.set(
      group,
      new GroupReplica({
        group,
        self,
        runtime,
        log: log.group(group),
        state: opening.state,
        storage,
        timing,
        limits,
        stamper: new Stamper(clock, reserve, name),
        logger,
        callbacks: this.#callbacks(),
      }),
    );
    this.#journals.set(group, new Journal(name, group, runtime));
    this.#note(group, 'started');
    this.#options.observer.reopened(group, opening.state);
    this.#options.observer.membersChanged(group);
    this.#options.observer.published(group);
    this.wake();
  }

  #callbacks(): GroupCallbacks {
    const { transport, observer } = this.#options;
    return {
      send: (group, messages) => this.#send(group, messages),
      sendSnapshot: (group, message) => this.#snapshots.send(group, message),
      write: (group, number, write) => {
        if (write?.entries !== undefined) this.#journals.get(group)?.received(number, write.entries);
        this.#disk.push(group, number, write);
      },
      forward: (group, leader, proposals) => this.#forwarder.forward(group, leader, proposals),
      reopened: (group, state) => {
        this.#note(group, 'snapshot');
        observer.reopened(group, state);
      },
      membersChanged: (group) => {
        keepPeers(transport, this.#options.name, this.members());
        this.#note(group, 'configuration');
        observer.membersChanged(group);
      },
      roleChanged: (group) => {
        this.#note(group, 'role');
        observer.roleChanged(group);
      },
      wake: () => this.wake(),
    };
  }

  #send(group: string, messages: readonly Message[]): void {
    const byPeer = new Map<PeerId, Message[]>();
    for (const message of messages) {
      const list = byPeer.get(message.to);
      if (list === undefined) byPeer.set(message.to, [message]);
      else list.push(message);
    }
    for (const [peer, list] of byPeer) this.#options.transport.sendRaft(nameOfPeer(peer), group, list);
  }

  // ------------------------------------------------------------------------------------------------------- inputs

  get self(): PeerId {
    return this.#options.self;
  }

  groups(): readonly string[] {
    return [...this.#replicas.keys(), ...this.#quarantined.keys()].toSorted();
  }

  replica(group: string): GroupReplica | null {
    return this.#replicas.get(group) ?? null;
  }

  /** Term of the entry at `index` of a group's log; null when it is not there. */
  termAt(group: string, index: number): number | null {
    const term = this.#options.log.group(group).term(index);
    return typeof term === 'number' ? term : null;
  }

  /** All members that any group of this node knows. */
  members(): readonly MemberInfo[] {
    const byId = new Map<string, MemberInfo>();
    for (const replica of this.#replicas.values()) for (const member of replica.machine.members()) byId.set(member.id, member);
    // A member that joins knows from elsewhere whom to talk to until it has received a state.
    return byId.size === 0 ? this.#options.firstMembers : [...byId.values()];
  }

  onRaft(group: string, messages: readonly Message[]): void {
    // A message to an earlier incarnation of this name is none of ours (rule M7).
    const ours = messages.filter((message) => message.to === this.#options.self);
    if (ours.length === 0) return;
    this.#guard(group, () => this.#replicas.get(group)?.step(ours));
    this.wake();
  }

  /** A copy of the state has arrived whole for this message. */
  onSnapshot(group: string, message: SnapMessage, staged: StagedState): void {
    const replica = this.#replicas.get(group);
    if (replica === undefined || this.#stopped) staged.discard();
    else this.#guard(group, () => replica.stepSnapshot(message, staged));
  }

  onRaftDropped(to: string, group: string): void {
    const replica = this.#replicas.get(group);
    const peer = replica?.machine.members().find(({ name }) => name === to);
    if (replica !== undefined && peer !== undefined) this.#guard(group, () => replica.reportUnreachable(peer.id));
  }

  propose(group: string, proposal: Proposal): void {
    const replica = this.#replicas.get(group);
    if (replica === undefined || this.#stopped) proposal.settle({ kind: 'refused', code: this.#stopped ? 'stopping' : 'not-ready' });
    else replica.propose(proposal);
    this.wake();
  }

  /** @param ticks how many have passed since the last call, at least 1 */
  tick(ticks: number): void {
    const now = this.#options.runtime.nowMs();
    for (const [group, replica] of this.#replicas) {
      this.#guard(group, () => {
        replica.tick(ticks);
        this.#checkpointer.run(replica, now);
      });
    }
    this.wake();
  }

  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#options.runtime.defer(() => this.#turn());
  }

  // ------------------------------------------------------------------------------------------------------- the turn

  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const full = this.#options.storageFull();
    let more = false;
    for (const [group, replica] of this.#replicas) {
      this.#guard(group, () => {
        replica.drain(full);
        replica.collect();
      });
    }
    this.#options.transport.flush();
    this.#disk.start();
    for (const [group, replica] of this.#replicas) {
      this.#guard(group, () => {
        more = replica.applySome() || more;
        this.#journals.get(group)?.reached(replica.raft.commit, replica.machine.applied().index);
      });
      this.#options.observer.published(group);
    }
    if (more) this.wake();
  }

  /** Damage takes the replica out of service; anything else that breaks in a group ends the process: its memory cannot be trusted. */
  #guard(group: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof StateCorruptionError || error instanceof LogCorruptionError) this.quarantine(group, error.message);
      else this.#options.observer.fatal(`group ${group} cannot go on`, error instanceof Error ? error : new Error(String(error)));
    }
  }

  quarantine(group: string, reason: string): void {
    if (this.#quarantined.has(group)) return;
    this.#quarantined.set(group, { group, reason });
    this.#options.logger('error', 'replica-quarantined', { group, reason });
    this.#note(group, 'quarantined');
    this.#replicas.get(group)?.leaveService('quarantined', reason);
    this.#options.observer.published(group);
  }

  quarantineReason(group: string): string | null {
    return this.#quarantined.get(group)?.reason ?? null;
  }

  // ------------------------------------------------------------------------------------------------------- views

  #note(group: string, kind: JournalEvent['kind']): void {
    const replica = this.#replicas.get(group);
    if (replica !== undefined) this.#journals.get(group)?.note(kind, replica.raft, replica.machine.applied().index);
  }

  /** What this node remembers of its replica's recent past; null when it has none in service. */
  journal(group: string, index: number | null): ReplicaJournal | null {
    return this.#journals.get(group)?.report(index) ?? null;
  }

  condition(group: string): ReplicaCondition {
    if (this.#quarantined.has(group)) return 'quarantined';
    const replica = this.#replicas.get(group);
    if (replica === undefined) return 'joining';
    // Until a member that joins has received the state there is nothing here to read: no state begins at 0.
    return replica.condition === 'ok' && replica.machine.applied().index === 0 ? 'joining' : replica.condition;
  }

  /** What the board shows of a group, leader and contact as this node knows them. */
  view(group: string): Omit<GroupView, 'leader' | 'stale'> & { readonly leaderPeer: PeerId | null } {
    const replica = this.#replicas.get(group);
    if (replica === undefined)
      return {
        group,
        condition: this.condition(group),
        role: 'follower',
        term: 0,
        commitIndex: 0,
        appliedIndex: 0,
        level: 1,
        contactMs: null,
        leaderPeer: null,
      };
    const { role: raftRole, leader, term, commit, confState, removed } = replica.raft;
    const learner = confState.learners.includes(this.#options.self);
    // Out of service it does nothing for the group any more, whatever its core last was.
    const rank = replica.serving ? raftRole : 'follower';
    const role = rank === 'leader' ? 'leader' : rank !== 'follower' ? 'candidate' : learner ? 'learner' : 'follower';
    const condition = removed && replica.condition === 'ok' ? 'removed' : this.condition(group);
    const appliedIndex = replica.machine.applied().index;
    return {
      group,
      condition,
      role,
      term,
      commitIndex: commit,
      appliedIndex,
      level: replica.machine.level(),
      contactMs: this.#contactMs(replica),
      leaderPeer: replica.serving ? leader : null,
    };
  }

  /** At a leader: how long ago a quorum was last heard from; it knows no more of the world than that. */
  #contactMs(replica: GroupReplica): number | null {
    const { role, confState } = replica.raft;
    if (role !== 'leader') return replica.contactMs();
    const now = this.#options.runtime.nowMs();
    const ages = confState.voters.map((peer) => {
      if (peer === this.#options.self) return 0;
      const heard = this.#options.transport.state(nameOfPeer(peer))?.lastHeardMs ?? null;
      return heard === null ? Number.POSITIVE_INFINITY : now - heard;
    });
    const quorum = ages.toSorted((a, b) => a - b)[Math.floor(ages.length / 2)] ?? 0;
    return Number.isFinite(quorum) ? quorum : null;
  }

  counters(): { readonly appends: number; readonly loggedEntries: number; readonly checkpoints: number; readonly snapshotsSent: number } {
    return {
      appends: this.#disk.counters.appends,
      loggedEntries: this.#disk.counters.entries,
      checkpoints: this.#checkpointer.completed,
      snapshotsSent: this.#snapshots.sent,
    };
  }

  /** Ends every wait and takes nothing more. What is with the disk is waited for, up to the caller. */
  stop(): void {
    if (this.#stopped) return;
    for (const replica of this.#replicas.values()) replica.leaveService('stopping', 'the node stops');
    this.#snapshots.stop();
    this.#stopped = true;
    for (const [group, replica] of this.#replicas) {
      // A damaged state may refuse even this, or be closed already.
      if (!this.#quarantined.has(group)) replica.machine.checkpoint();
      replica.machine.close();
    }
  }
}
