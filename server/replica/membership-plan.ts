/**
 * What a change of the members comes to, at the node that leads a group: the single steps for the core, a refusal in words,
 * or something that has to happen first. Pure: the same view gives the same plan.
 *
 * A dead or wiped member can be replaced at once, because to take out a voter that is not there never makes the quorum harder
 * to reach. A member that lives keeps its vote until the one that takes its place has caught up; both changes are then one.
 */
import type { MemberChangeOutcome, MemberRefusal } from '../engine/types.ts';
import type { ConfChangeSingle, ConfState, PeerId } from '../raft/types.ts';
import type { MemberInfo } from '../state/member-info.ts';

export interface MembershipView {
  /** The member that looks: the leader. */
  readonly self: PeerId;
  /** Not joint. */
  readonly conf: ConfState;
  readonly members: readonly MemberInfo[];
  /** Whether the leader has heard from this member within an election timeout. */
  readonly alive: (id: PeerId) => boolean;
  /** Whether the leader has heard from this member since the change was asked for: one that has just died still counts as alive for a while. */
  readonly answers: (id: PeerId) => boolean;
  /** Up to where the member's log is known to equal the leader's. */
  readonly match: (id: PeerId) => number;
}

export type MembershipPlan =
  | {
      readonly kind: 'propose';
      readonly changes: readonly ConfChangeSingle[];
      readonly members: readonly MemberInfo[];
      readonly member: MemberInfo;
    }
  /** It is as it was asked to be. */
  | { readonly kind: 'done'; readonly member: MemberInfo }
  | { readonly kind: 'refused'; readonly code: MemberRefusal; readonly detail: string }
  /** The leader itself has to go: somebody else leads first. */
  | { readonly kind: 'hand-over'; readonly to: PeerId };

function refused(code: MemberRefusal, detail: string): Extract<MemberChangeOutcome, { kind: 'refused' }> {
  return { kind: 'refused', code, detail };
}

function names(view: MembershipView, ids: readonly PeerId[]): string {
  return ids.map((id) => view.members.find((member) => member.id === id)?.name ?? id).join(', ');
}

/** @returns null when a majority of these voters lives, the leader among them */
function quorumFault(
  view: MembershipView,
  voters: readonly PeerId[],
  lives: (id: PeerId) => boolean,
): Extract<MembershipPlan, { kind: 'refused' }> | null {
  const dead = voters.filter((id) => id !== view.self && !lives(id));
  const needed = Math.floor(voters.length / 2) + 1;
  if (voters.length - dead.length >= needed) return null;
  return refused(
    'quorum-at-risk',
    `of the voters that would be left, ${names(view, voters)}, ${needed} are needed and ${names(view, dead)} cannot be reached: bring ${dead.length === 1 ? 'it' : 'them'} back, or remove or replace ${dead.length === 1 ? 'it' : 'one of them'} first`,
  );
}

/** @param wanted the new member, with an incarnation of its own; `replaces` is the name of a member, or null */
export function planAdd(view: MembershipView, wanted: MemberInfo, replaces: string | null): MembershipPlan {
  const { members } = view;
  const same = members.find(({ id }) => id === wanted.id);
  if (same !== undefined) return { kind: 'done', member: same };
  const old = replaces === null ? undefined : members.find(({ name }) => name === replaces);
  if (replaces !== null && old === undefined) return refused('member-not-found', `there is no member ${replaces} to replace`);
  const named = members.find(({ name }) => name === wanted.name);
  if (named !== undefined && isAwaited(view, named) && named.peer === wanted.peer && named.url === wanted.url) {
    if (old === undefined ? named.replaces === undefined : old.id === named.id || old.id === named.replaces)
      return { kind: 'done', member: named };
  }
  if (named !== undefined && named.id !== old?.id)
    return refused(
      'member-exists',
      `${named.name} is a member already, at ${named.peer} and ${named.url}: take another id, or replace or remove it`,
    );
  const clash = addressClash(members, wanted, old, named);
  if (clash !== null) return clash;
  if (old === undefined) return propose([{ type: 'add-learner', id: wanted.id }], { ...wanted, claim: null });
  return named === undefined ? planSuccessor(members, wanted, old) : planNewDisk(view, wanted, old);
}

function addressClash(
  members: readonly MemberInfo[],
  wanted: MemberInfo,
  old: MemberInfo | undefined,
  named: MemberInfo | undefined,
): MembershipPlan | null {
  const clash = members.find((one) => one.id !== named?.id && (one.peer === wanted.peer || one.url === wanted.url));
  if (clash === undefined) return null;
  const address = clash.peer === wanted.peer ? clash.peer : clash.url;
  const advice = clash.id === old?.id ? `; a new disk for ${clash.name} is asked for under its own id` : '';
  return refused('member-exists', `${clash.name} has the address ${address}: two members cannot share one${advice}`);
}

/** Another node is to take the place of a member, which votes until it has caught up. */
function planSuccessor(members: readonly MemberInfo[], wanted: MemberInfo, old: MemberInfo): MembershipPlan {
  const rival = members.find(({ replaces }) => replaces === old.id);
  if (rival === undefined) return propose([{ type: 'add-learner', id: wanted.id }], { ...wanted, claim: null, replaces: old.id });
  return refused(
    'member-change-pending',
    `${rival.name} is to take the place of ${old.name} already: wait for it, or remove ${rival.name}`,
  );
}

/** The same node with an empty disk: the old member goes at once. */
function planNewDisk(view: MembershipView, wanted: MemberInfo, old: MemberInfo): MembershipPlan {
  const { voters } = view.conf;
  if (old.id === view.self || view.alive(old.id))
    return refused('member-alive', `${old.name} is alive, with the disk that it has: stop it before it gets a new one`);
  const fault = voters.includes(old.id) ? quorumFault(view, without(voters, old.id), view.answers) : null;
  if (fault !== null) return fault;
  const changes: readonly ConfChangeSingle[] = [
    { type: 'remove', id: old.id },
    { type: 'add-learner', id: wanted.id },
  ];
  return propose(changes, { ...wanted, claim: null });
}

/** Whether it was added and has not come yet. */
function isAwaited({ conf }: MembershipView, member: MemberInfo): boolean {
  return member.claim === null && conf.learners.includes(member.id);
}

function propose(changes: readonly ConfChangeSingle[], member: MemberInfo): MembershipPlan {
  return { kind: 'propose', changes, members: [member], member };
}

function without(ids: readonly PeerId[], id: PeerId): readonly PeerId[] {
  return ids.filter((one) => one !== id);
}

export function planRemove(view: MembershipView, name: string): MembershipPlan {
  const { conf, members, self } = view;
  const member = members.find((one) => one.name === name);
  if (member === undefined) return refused('member-not-found', `there is no member ${name}`);
  const plan: MembershipPlan = { kind: 'propose', changes: [{ type: 'remove', id: member.id }], members: [], member };
  if (!conf.voters.includes(member.id)) return plan;
  const rest = without(conf.voters, member.id);
  if (rest.length === 0) {
    const waiting = conf.learners.length > 0 ? `: wait until ${names(view, conf.learners)} has caught up and votes` : '';
    return refused('last-voter', `${name} is the only voter, and without one there is no cluster${waiting}`);
  }
  return quorumFault(view, rest, view.answers) ?? (member.id === self ? handOver(view, rest) : plan);
}

/** To the voter that is furthest. */
function handOver(view: MembershipView, voters: readonly PeerId[]): MembershipPlan {
  const [to] = voters.filter((id) => id !== view.self && view.alive(id)).toSorted((a, b) => view.match(b) - view.match(a));
  if (to === undefined) return refused('quorum-at-risk', 'no other voter can be reached that could lead');
  return { kind: 'hand-over', to };
}

/**
 * Makes a learner that has caught up a voter, and takes out the one whose place it takes.
 *
 * @returns null when there is to be no such change: too many voters, or too few that live
 */
export function planPromotion(
  view: MembershipView,
  id: PeerId,
  votersMax: number,
): Exclude<MembershipPlan, { kind: 'done' | 'refused' }> | null {
  const { conf, members, self } = view;
  const member = members.find((one) => one.id === id);
  const votes = conf.voters.includes(id);
  if (member === undefined || !(votes || conf.learners.includes(id))) return null;
  const { replaces, ...kept } = member;
  const old = members.find((one) => one.id === replaces)?.id;
  if (votes && old === undefined) return null;
  const rest = old === undefined ? conf.voters : without(conf.voters, old);
  const voters = votes ? rest : [...rest, id];
  if (voters.length > votersMax && voters.length > conf.voters.length) return null;
  if (quorumFault(view, voters, view.alive) !== null) return null;
  const come: readonly ConfChangeSingle[] = votes ? [] : [{ type: 'add-voter', id }];
  if (old === self) {
    // Only a voter may lead: with none but the one that goes, the new one votes first, and leads, and then takes the other out.
    if (rest.length === 0) return { kind: 'propose', changes: come, members: [], member };
    const plan = handOver(view, rest);
    return plan.kind === 'hand-over' ? plan : null;
  }
  const go: readonly ConfChangeSingle[] = old === undefined ? [] : [{ type: 'remove', id: old }];
  return { kind: 'propose', changes: [...come, ...go], members: [kept], member: kept };
}
