/**
 * The imperative shell of the consensus thread: one loop for all groups of the node.
 *
 *     inputs (messages, proposals, reads, disk done, tick)
 *       -> drain into the cores -> collect effects -> messages out -> one append for all groups, one fdatasync
 *       -> apply committed entries -> publish what is visible -> answer
 *
 * There is no `await` between deciding and doing. Whatever arrives while the disk works shares the next append.
 */
import type { JournalEvent, ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { ReplicaCondition } from '../engine/types.ts';
import { type GroupWrite, LogCorruptionError } from '../log/types.ts';
import type { Message, PeerId, SnapMessage } from '../raft/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { Checkpointer } from './checkpoints.ts';
import { nameOfPeer } from './conf-context.ts';
import { DiskQueue } from './disk-queue.ts';
import { Forwarder } from './forwarding.ts';
import type { GroupCallbacks } from './group-options.ts';
import { GroupReplica } from './group-replica.ts';
import type { HostOptions } from './host-options.ts';
import { GROUP_DEFAULT } from './identity.ts';
import { Journal } from './journal.ts';
import { endOfLog, openGroup } from './open-group.ts';
import { keepPeers } from './peer-list.ts';
import type { Proposal } from './proposal-queue.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import { Stamper } from './stamper.ts';
import type { StagedState } from './state-storage.ts';
import { type ReplicaView, viewOf } from './replica-view.ts';

/** Election timeouts after which a follower that is not heard keeps no log any more. */
const CONTACT_TIMEOUTS = 3;

interface Quarantined {
  readonly group: string;
  readonly reason: string;
}

export class ReplicaHost {
  readonly #options: HostOptions;
  readonly #replicas = new Map<string, GroupReplica>();
  readonly #quarantined = new Map<string, Quarantined>();
  readonly #journals = new Map<string, Journal>();
  readonly #disk: DiskQueue;
  readonly #forwarder: Forwarder;
  readonly #snapshots: SnapshotSender;
  readonly #checkpointer: Checkpointer;
  /** Number of the write that puts the start of the log behind a copy that is in force already, by group. */
  readonly #installing = new Map<string, number>();
  /** Groups that something has come for since the last turn, in the order in which it came. */
  readonly #due = new Set<string>();
  #scheduled = false;
  #stopped = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#disk = new DiskQueue(
      options.log,
      (group, number, count) => {
        this.#journals.get(group)?.durable(number);
        this.#guard(group, () => {
          this.#noteInstalled(group, number);
          this.#replicas.get(group)?.persisted(number, count);
        });
        this.wake(group);
      },
      (error) => options.observer.fatal('the log could not be written', error),
    );
    this.#forwarder = new Forwarder(
      options.transport,
      options.runtime,
      (group, proposal) => this.propose(group, proposal),
      (peer) => ({ node: nameOfPeer(peer), url: this.members().find(({ id }) => id === peer)?.url ?? '' }),
    );
    this.#snapshots = new SnapshotSender({
      ...options,
      leads: (group) => this.#leads(group),
      done: (group, peer, ok) => this.#replicas.get(group)?.reportSnapshot(peer, ok),
    });
    const { electionTicks, tickMs } = options.timing;
    this.#checkpointer = new Checkpointer(options.log, CONTACT_TIMEOUTS * electionTicks * tickMs, options.checkpoints);
  }

  /** Opens a group that this node has a replica of. */
  async open(group: string): Promise<void> {
    const { log, storage, self, runtime, timing, limits, clock, reserve, logger, name } = this.#options;
    const opening = await openGroup(group, log, storage, this.append);
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
        callbacks: this.#callbacks(group),
      }),
    );
    this.#journals.set(group, new Journal(name, group, runtime));
    if (opening.state.machine.applied().index > 0) this.#options.received(group);
    this.#note(group, 'started');
    this.#options.observer.reopened(group, opening.state);
    this.#options.observer.membersChanged(group);
    this.#options.observer.published(group);
    this.wake(group);
  }

  /** Makes one write of a group durable whose core does not run. */
  readonly append = (write: GroupWrite): Promise<void> => this.#disk.alone(write.group, () => write);

  /**
   * Removes a group from this node for good: it serves nothing from now on, then its state goes, then its log. May be repeated
   * after a crash in the middle; whoever calls it has made sure, durably, that the group never begins again.
   */
  async remove(group: string): Promise<void> {
    const { log, storage, observer } = this.#options;
    const replica = this.#replicas.get(group);
    if (replica !== undefined) {
      replica.leaveService('removed', `group ${group} was removed from the cluster`);
      this.#disk.forget(group);
      this.#snapshots.forget(group);
      this.#checkpointer.forget(group);
      this.#installing.delete(group);
      this.#replicas.delete(group);
      replica.machine.close();
    }
    this.#quarantined.delete(group);
    this.#journals.delete(group);
    observer.closed(group);
    storage.remove(group);
    await this.#disk.alone(group, () => endOfLog(log, group));
  }

  #callbacks(group: string): GroupCallbacks {
    const { transport, observer } = this.#options;
    return {
      send: (messages) => this.#send(group, messages),
      sendSnapshot: (message) => this.#snapshots.send(group, message),
      write: (number, write) => {
        if (write?.snapshot !== undefined) this.#installing.set(group, number);
        if (write?.entries !== undefined) this.#journals.get(group)?.received(number, write.entries);
        this.#disk.push(group, number, write);
      },
      forward: (leader, proposals) => this.#forwarder.forward(group, leader, proposals),
      reopened: (state) => {
        this.#note(group, 'snapshot');
        observer.reopened(group, state);
      },
      membersChanged: () => {
        keepPeers(transport, this.#options.name, this.members());
        this.#note(group, 'configuration');
        observer.membersChanged(group);
      },
      roleChanged: () => {
        this.#note(group, 'role');
        observer.roleChanged(group);
      },
      wake: () => this.wake(group),
    };
  }

  /** Only now a missing log is damage: until its start was durable the copy alone was there, which the next start completes. */
  #noteInstalled(group: string, durable: number): void {
    const installing = this.#installing.get(group);
    if (installing === undefined || installing > durable) return;
    this.#installing.delete(group);
    this.#options.received(group);
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

  #leads(group: string): number | null {
    const replica = this.#replicas.get(group);
    return replica?.serving === true && replica.raft.role === 'leader' ? replica.raft.term : null;
  }

  /** Term of the entry at `index` of a group's log; null when it is not there. */
  termAt(group: string, index: number): number | null {
    const term = this.#options.log.group(group).term(index);
    return typeof term === 'number' ? term : null;
  }

  /** The members by the main group, whose word counts; while it is out of service here, those that any group knows. */
  members(): readonly MemberInfo[] {
    const main = this.#replicas.get(GROUP_DEFAULT)?.machine.members() ?? [];
    if (main.length > 0) return main;
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
    this.wake(group);
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
    this.wake(group);
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

  /** Has a turn made soon: for one group that something has come for, or for all. */
  wake(group: string | null = null): void {
    if (group === null) for (const one of this.#replicas.keys()) this.#due.add(one);
    else this.#due.add(group);
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#options.runtime.defer(() => this.#turn());
  }

  // ------------------------------------------------------------------------------------------------------- the turn

  /** Groups that nothing has come for take no part in it: however many there are, they cost a busy one nothing. */
  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const full = this.#options.storageFull();
    const due = this.#takeDue();
    for (const replica of due) {
      this.#guard(replica.group, () => {
        replica.drain(full);
        replica.collect();
      });
    }
    this.#options.transport.flush();
    this.#disk.start();
    // Together they apply about as much as one would alone, so that a turn stays short, and no group waits for another (rule T5).
    const share = 1 / Math.max(1, due.filter(({ applying }) => applying.due).length);
    for (const replica of due) {
      const { group } = replica;
      this.#guard(group, () => {
        if (replica.applySome(share)) this.wake(group);
        this.#journals.get(group)?.reached(replica.raft.commit, replica.machine.applied().index);
      });
      this.#options.observer.published(group);
    }
  }

  #takeDue(): readonly GroupReplica[] {
    const due = [...this.#due].flatMap((group) => this.#replicas.get(group) ?? []);
    this.#due.clear();
    return due;
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
  view(group: string): ReplicaView {
    const { self, transport, runtime } = this.#options;
    return viewOf(group, this.#replicas.get(group) ?? null, this.condition(group), { self, transport, nowMs: runtime.nowMs() });
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
