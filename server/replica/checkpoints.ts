/**
 * When the state database is made durable, and the log cut behind it (rules D15, R13).
 *
 * The log is cut only behind a completed checkpoint, and keeps a tail so that a slow follower needs no copy of the state.
 */
import type { LogStore } from '../log/types.ts';
import type { PeerId, Status } from '../raft/types.ts';
import type { StateMachine } from '../state/types.ts';

export interface CheckpointLimits {
  /** Write-ahead log of the state database that starts a checkpoint. */
  readonly walBytes: number;
  /** Time after which whatever there is gets checkpointed. */
  readonly intervalMs: number;
  /** Entries kept behind the checkpoint for slow followers. */
  readonly tailEntries: number;
  /** A follower that is in contact and behind, or is being sent a copy of the state, keeps the log up to so many entries more. */
  readonly followerEntriesMax: number;
}

export const CHECKPOINT_LIMITS: CheckpointLimits = {
  // Pages that are written again and again are copied once per checkpoint, and each costs two syncs that hold up the loop.
  walBytes: 32 * 1024 * 1024,
  intervalMs: 30_000,
  tailEntries: 50_000,
  followerEntriesMax: 200_000,
};

/** What a checkpoint looks at of a replica. */
export interface CheckpointSubject {
  readonly group: string;
  readonly serving: boolean;
  readonly machine: Pick<StateMachine, 'applied' | 'walBytes' | 'checkpoint' | 'confState'>;
  status(): Pick<Status, 'progress' | 'lastIndex'>;
}

export class Checkpointer {
  readonly #log: LogStore;
  readonly #limits: CheckpointLimits;
  readonly #contactMs: number;
  /**
   * When each follower was last heard, by group; only of groups that this node leads. The core counts anew with every election
   * timeout: looked at in that moment nobody would seem to be there, and the log would be cut under a copy that is on its way.
   */
  readonly #heard = new Map<string, Map<PeerId, number>>();
  readonly #last = new Map<string, { atMs: number; index: number }>();
  #completed = 0;

  /** @param contactMs a follower counts as in contact for so long after it was heard; several election timeouts */
  constructor(log: LogStore, contactMs: number, limits: CheckpointLimits = CHECKPOINT_LIMITS) {
    this.#log = log;
    this.#contactMs = contactMs;
    this.#limits = limits;
  }

  get completed(): number {
    return this.#completed;
  }

  /** The group is closed. */
  forget(group: string): void {
    this.#last.delete(group);
    this.#heard.delete(group);
  }

  /** Called once per tick and group. */
  run(replica: CheckpointSubject, nowMs: number): void {
    if (!replica.serving) return;
    this.#listen(replica, nowMs);
    const last = this.#last.get(replica.group) ?? { atMs: nowMs, index: -1 };
    if (!this.#last.has(replica.group)) this.#last.set(replica.group, last);
    const applied = replica.machine.applied().index;
    const due =
      replica.machine.walBytes() >= this.#limits.walBytes || (nowMs - last.atMs >= this.#limits.intervalMs && applied > last.index);
    if (!due) return;
    const durable = replica.machine.checkpoint();
    // A long reader can keep a checkpoint from completing: it is tried again at the next tick.
    if (durable === null) return;
    this.#completed += 1;
    this.#last.set(replica.group, { atMs: nowMs, index: durable });
    this.#cut(replica, durable, nowMs);
  }

  #listen(replica: CheckpointSubject, nowMs: number): void {
    const { group } = replica;
    const { progress } = replica.status();
    if (progress === null) return void this.#heard.delete(group);
    const known = this.#heard.get(group);
    const heard = known ?? new Map<PeerId, number>();
    this.#heard.set(group, heard);
    for (const id of heard.keys()) if (!progress.has(id)) heard.delete(id);
    // Who has just come to lead has heard nobody yet, and cannot know who is there.
    for (const [id, { recentActive }] of progress) if (recentActive || known === undefined) heard.set(id, nowMs);
  }

  #cut(replica: CheckpointSubject, durable: number, nowMs: number): void {
    let keepFrom = durable - this.#limits.tailEntries;
    const { progress, lastIndex } = replica.status();
    for (const [id, { state, match, pendingSnapshot }] of progress ?? []) {
      const heardMs = this.#heard.get(replica.group)?.get(id) ?? -Infinity;
      // Who is being sent a copy goes on behind it: were that gone when it arrives, another copy would follow, and another one.
      // It may be too busy with it to be heard; that nobody takes it any more the sender notices.
      if (state !== 'snapshot' && nowMs - heardMs > this.#contactMs) continue;
      const needs = state === 'snapshot' ? pendingSnapshot : match;
      keepFrom = Math.min(keepFrom, Math.max(needs, lastIndex - this.#limits.followerEntriesMax));
    }
    const log = this.#log.group(replica.group);
    // A copy of the state can be in force while its mark still waits for the disk: the log is not that of this state yet.
    const { index, term: appliedTerm } = replica.machine.applied();
    if (log.term(index) !== appliedTerm) return;
    if (keepFrom <= log.base().index) return;
    this.#log.compact(replica.group, keepFrom, replica.machine.confState());
  }
}
