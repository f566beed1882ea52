/**
 * Changes of the members at the node that leads: what administrators ask for, the claims of nodes that have come, and what the
 * leader does by itself: a learner that has caught up becomes a voter.
 *
 * Caught up: within an election timeout it has acknowledged everything that had been committed at the beginning of it
 * (dissertation, 4.2.1), and it still does so: a learner that is far behind would hold up every commit as a voter.
 */
import type { MemberChange, MemberChangeOutcome } from '../engine/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import { isJoint } from '../raft/confchange.ts';
import type { PeerId, ProposeResult } from '../raft/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { type ChangeAuthor, nameOfPeer } from './conf-context.ts';
import type { GroupReplica } from './group-replica.ts';
import type { ReplicaHost } from './host.ts';
import { type MembershipPlan, type MembershipView, planAdd, planPromotion, planRemove } from './membership-plan.ts';
import type { Logger, Runtime } from './runtime.ts';

/** As `MemberChange`, with what was drawn or found out where it was asked. */
export type GroupChange =
  | { readonly type: 'add'; readonly member: MemberInfo; readonly replaces: string | null }
  | { readonly type: 'remove'; readonly name: string };

/** Certainly not proposed here: somebody else leads. */
export type GroupChangeOutcome = MemberChangeOutcome | { readonly kind: 'not-leader' };

export interface MemberChangesOptions {
  readonly host: ReplicaHost;
  readonly runtime: Runtime;
  readonly transport: PeerTransport;
  readonly pause: (ms: number) => Promise<void>;
  readonly votersMax: number;
  readonly electionTicks: number;
  readonly tickMs: number;
  readonly logger: Logger;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
}

const LOOK_MS = 20;

/** What one member has to have acknowledged by the next look. */
interface Mark {
  readonly term: number;
  readonly commit: number;
}

/** How a change is spoken of to somebody whose own has to wait. */
export function describeChange(change: MemberChange | GroupChange): string {
  if (change.type === 'remove') return `${change.name} is being removed`;
  return `${'member' in change ? change.member.name : change.name} is being added`;
}

export class MemberChanges {
  readonly #options: MemberChangesOptions;
  /** What an administrator has asked for and is under way, by group: at most one. */
  readonly #asked = new Map<string, string>();
  readonly #marks = new Map<string, Mark>();
  /** When the core last said of a member that it is active; it begins to count anew with every election timeout. Monotonic, by group and id. */
  readonly #seenAlive = new Map<string, number>();
  #ticks = 0;

  constructor(options: MemberChangesOptions) {
    this.#options = options;
  }

  // ------------------------------------------------------------------------------------------------------- asked for

  /** Makes a change in a group that this node leads, or says why not. `by` null: no audit event. Never longer than until `deadlineMs` (monotonic). */
  async change(group: string, change: GroupChange, by: ChangeAuthor | null, deadlineMs: number): Promise<GroupChangeOutcome> {
    const other = this.#asked.get(group);
    if (other !== undefined)
      return { kind: 'refused', code: 'member-change-pending', detail: `${other}: one change at a time, ask again when that is done` };
    this.#asked.set(group, describeChange(change));
    try {
      const plan = (view: MembershipView): MembershipPlan =>
        change.type === 'remove' ? planRemove(view, change.name) : planAdd(view, change.member, change.replaces);
      return await this.#carryOut(group, plan, by, deadlineMs);
    } finally {
      this.#asked.delete(group);
    }
  }

  /** Writes down that the awaited member has come, with the disk of this claim. */
  async claimed(group: string, member: MemberInfo, deadlineMs: number): Promise<GroupChangeOutcome> {
    const plan = (view: MembershipView): MembershipPlan => {
      const now = view.members.find(({ id }) => id === member.id);
      if (now === undefined) return { kind: 'refused', code: 'member-not-found', detail: `${member.name} was removed meanwhile` };
      if (now.claim === member.claim) return { kind: 'done', member: now };
      if (now.claim !== null)
        return { kind: 'refused', code: 'member-exists', detail: `${member.name} has come already, with another disk` };
      return { kind: 'propose', changes: [{ type: 'add-learner', id: member.id }], members: [{ ...now, claim: member.claim }], member };
    };
    return this.#carryOut(group, plan, null, deadlineMs);
  }

  async #carryOut(
    group: string,
    planFor: (view: MembershipView) => MembershipPlan,
    by: ChangeAuthor | null,
    deadlineMs: number,
  ): Promise<GroupChangeOutcome> {
    const { host, runtime, pause, electionTicks, tickMs } = this.#options;
    // Who lives is known for sure only after a while: the leader may be new, or somebody may just have died.
    const askedMs = runtime.nowMs();
    const sureMs = askedMs + 2.5 * electionTicks * tickMs;
    let waitsFor = 'an earlier change of the members is not complete';
    for (; !this.#options.signal.aborted; await pause(LOOK_MS)) {
      const now = runtime.nowMs();
      const replica = host.replica(group);
      if (replica === null || !replica.serving || replica.raft.role !== 'leader') return { kind: 'not-leader' };
      const late = now >= deadlineMs;
      if (!isJoint(replica.raft.confState)) {
        const plan = planFor(this.#view(replica, askedMs));
        if (plan.kind === 'done') return { ...plan, position: replica.machine.applied(), repeated: true };
        if (plan.kind === 'refused' && (late || now >= sureMs || !mayPass(plan))) return plan;
        if (plan.kind === 'refused') continue;
        if (plan.kind === 'hand-over') {
          replica.transferLeader(plan.to);
          waitsFor = 'leadership could not be handed over';
        } else {
          const result = replica.proposeMembers(plan.changes, { members: plan.members, by });
          if (result.kind === 'accepted') return this.#applied(replica, result, plan.member, deadlineMs);
          if (result.reason === 'not-leader' || result.reason === 'removed') return { kind: 'not-leader' };
          waitsFor = WAITS_FOR[result.reason] ?? waitsFor;
        }
      }
      if (late)
        return { kind: 'refused', code: 'member-change-pending', detail: `${waitsFor}: nothing was changed, ask again when that is done` };
    }
    return { kind: 'not-leader' };
  }

  async #applied(
    replica: GroupReplica,
    { term, firstIndex }: Extract<ProposeResult, { kind: 'accepted' }>,
    member: MemberInfo,
    deadlineMs: number,
  ): Promise<GroupChangeOutcome> {
    const { host, runtime, pause } = this.#options;
    for (; !this.#options.signal.aborted && replica.serving; await pause(LOOK_MS)) {
      if (replica.machine.applied().index >= firstIndex) {
        if (host.termAt(replica.group, firstIndex) !== term) return { kind: 'unknown' };
        if (!isJoint(replica.raft.confState)) return { kind: 'done', member, position: { term, index: firstIndex }, repeated: false };
      }
      if (runtime.nowMs() >= deadlineMs) break;
    }
    return { kind: 'unknown' };
  }

  /** @param askedMs when the change was asked for, monotonic */
  #view(replica: GroupReplica, askedMs: number): MembershipView {
    const { host, transport, runtime, electionTicks, tickMs } = this.#options;
    const { confState, progress } = replica.status();
    const sinceMs = runtime.nowMs() - electionTicks * tickMs;
    const alive = (id: PeerId): boolean =>
      progress?.get(id)?.recentActive === true || (this.#seenAlive.get(`${replica.group} ${id}`) ?? -Infinity) > sinceMs;
    return {
      self: host.self,
      conf: confState,
      members: replica.machine.members(),
      alive,
      answers: (id) => alive(id) && (transport.state(nameOfPeer(id))?.lastHeardMs ?? -Infinity) > askedMs,
      match: (id) => progress?.get(id)?.match ?? 0,
    };
  }

  // ------------------------------------------------------------------------------------------------------- by itself

  /** Called with every tick of the node. */
  tick(): void {
    this.#ticks += 1;
    const { host, runtime, electionTicks } = this.#options;
    for (const group of host.groups()) {
      const replica = host.replica(group);
      if (replica === null || !replica.serving || replica.raft.role !== 'leader') continue;
      for (const [id, { recentActive }] of replica.status().progress ?? [])
        if (recentActive) this.#seenAlive.set(`${group} ${id}`, runtime.nowMs());
      if (this.#ticks % electionTicks === 0) this.#promote(replica);
    }
  }

  #promote(replica: GroupReplica): void {
    const { group } = replica;
    if (isJoint(replica.raft.confState)) return;
    const { term, commit, confState } = replica.raft;
    const { progress } = replica.status();
    const view = this.#view(replica, this.#options.runtime.nowMs());
    let busy = this.#asked.has(group);
    const due = replica.machine.members().filter(({ id, replaces }) => confState.learners.includes(id) || replaces !== undefined);
    for (const { id } of due) {
      const key = `${group} ${id}`;
      const mark = this.#marks.get(key);
      this.#marks.set(key, { term, commit });
      const seen = progress?.get(id);
      const caughtUp = mark?.term === term && seen?.state === 'replicate' && view.alive(id) && seen.match >= mark.commit;
      if (!caughtUp || busy) continue;
      busy = this.#makeVoter(replica, view, id);
    }
  }

  /** @returns whether something was begun: one change at a time */
  #makeVoter(replica: GroupReplica, view: MembershipView, id: PeerId): boolean {
    const plan = planPromotion(view, id, this.#options.votersMax);
    if (plan === null) return false;
    if (plan.kind === 'hand-over') {
      replica.transferLeader(plan.to);
      return true;
    }
    const result = replica.proposeMembers(plan.changes, { members: plan.members, by: null });
    if (result.kind === 'accepted') this.#options.logger('info', 'member-caught-up', { group: replica.group, member: id });
    return result.kind === 'accepted';
  }
}

/** Whether a refusal may be gone a moment later: somebody may not have answered yet since the leader last began to count. */
function mayPass({ code }: Extract<MembershipPlan, { kind: 'refused' }>): boolean {
  return code === 'quorum-at-risk' || code === 'member-alive';
}

const WAITS_FOR: Readonly<Partial<Record<Extract<ProposeResult, { kind: 'refused' }>['reason'], string>>> = {
  'change-pending': 'an earlier change of the members is not complete',
  'in-joint': 'an earlier change of the members is not complete',
  'no-entry-of-own-term': 'the leader has just been elected and has not committed anything yet',
  transferring: 'the leader is handing over',
  'tail-full': 'too many writes wait to be committed',
};
