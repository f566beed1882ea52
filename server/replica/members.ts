/** Changes of the members, wherever they are asked for: found by the leader of each group, or handed on to it. */
import type { MemberChange, MemberChangeOutcome } from '../engine/types.ts';
import { PeerError } from '../peers/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { type ChangeAuthor, nameOfPeer, peerId } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { NodeIdentity } from './identity.ts';
import type { JoinQuestion, JoinReply } from './joining.ts';
import { METHOD_JOIN } from './joining.ts';
import type { GroupList } from './group-keeper.ts';
import { MemberFollower } from './member-follow.ts';
import { type GroupChange, type GroupChangeOutcome, MemberChanges, type MemberChangesOptions } from './member-changes.ts';

export const METHOD_CHANGE_MEMBERS = 'change-members';

interface ChangeHeader {
  readonly group: string;
  readonly change: GroupChange;
  /** Null where the main group has the audit event. */
  readonly by: ChangeAuthor | null;
}

export interface MembersOptions extends MemberChangesOptions {
  readonly drawId: () => string;
  readonly identity: () => NodeIdentity;
  /** The group whose configuration the others follow. */
  readonly mainGroup: string;
  /** The others, as the applied registry lists them. */
  readonly groups: () => GroupList['groups'];
}

/** Looks again for a leader. */
const RETRY_MS = 50;
/** What a node that joins is let wait for its claim to be written down. */
const CLAIM_MS = 4000;

export class Members {
  readonly #options: MembersOptions;
  readonly #changes: MemberChanges;
  readonly #follower: MemberFollower;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#changes = new MemberChanges(options);
    this.#follower = new MemberFollower({ ...options, changes: this.#changes, staleMs: options.electionTicks * options.tickMs });
  }

  /** With every tick of the node: learners that have caught up become voters, and groups follow the main one. */
  tick(): void {
    this.#changes.tick();
    this.#follower.tick();
  }

  /**
   * Makes a change in every group, the main one first: done there, it is done. The others are asked at once; where nobody leads
   * just now, whoever comes to lead follows by itself.
   */
  async change(change: MemberChange, by: ChangeAuthor, timeoutMs: number): Promise<MemberChangeOutcome> {
    const { runtime, drawId, mainGroup, groups } = this.#options;
    const deadlineMs = runtime.nowMs() + timeoutMs;
    const wanted = change.type === 'remove' ? change : { type: change.type, member: drawn(change, drawId), replaces: change.replaces };
    const first = await this.#inGroup(mainGroup, wanted, by, deadlineMs);
    if (first.kind !== 'done') return first;
    // Elsewhere the very member of the main group is meant.
    const same: GroupChange = wanted.type === 'remove' ? wanted : { ...wanted, member: { ...wanted.member, ...first.member } };
    for (const { id, members, removed } of groups()) {
      const concerned = !removed && (members === null || same.type === 'remove' || members.includes(same.member.name));
      if (concerned) await this.#inGroup(id, same, null, deadlineMs);
    }
    return first;
  }

  /** Asks whoever leads until somebody answers. What may have been proposed is not asked again. */
  async #inGroup(group: string, change: GroupChange, by: ChangeAuthor | null, deadlineMs: number): Promise<MemberChangeOutcome> {
    const { host, runtime, pause } = this.#options;
    for (; runtime.nowMs() < deadlineMs; await pause(RETRY_MS)) {
      const { leaderPeer, condition } = host.view(group);
      if (condition !== 'ok')
        return { kind: 'refused', code: 'not-ready', detail: `the replica on this node serves nothing now: ${condition}` };
      if (leaderPeer === null) continue;
      const outcome = await this.#atLeader(leaderPeer, { group, change, by }, deadlineMs);
      if (outcome.kind !== 'not-leader') return outcome;
    }
    return { kind: 'no-leader' };
  }

  async #atLeader(leader: string, header: ChangeHeader, deadlineMs: number): Promise<GroupChangeOutcome> {
    const { host, transport, runtime } = this.#options;
    if (leader === host.self) return this.#changes.change(header.group, header.change, header.by, deadlineMs);
    const timeoutMs = deadlineMs - runtime.nowMs();
    try {
      const answer = await transport.request(nameOfPeer(leader), METHOD_CHANGE_MEMBERS, packEnvelope(header), { timeoutMs });
      return unpackEnvelope(answer).header as GroupChangeOutcome;
    } catch (error) {
      return error instanceof PeerError && error.kind === 'unreachable' ? { kind: 'not-leader' } : { kind: 'unknown' };
    }
  }

  /** A change that another node has handed on. */
  async handedOn(body: Uint8Array, timeoutMs: number): Promise<GroupChangeOutcome> {
    const { runtime } = this.#options;
    const { group, change, by } = unpackEnvelope(body).header as ChangeHeader;
    // The asking node has to hear how it ended before its own time is over.
    return this.#changes.change(group, change, by, runtime.nowMs() + 0.9 * timeoutMs);
  }

  /** A node asks to be let in. Any member may be asked; the leader of the main group decides. */
  async join(body: Uint8Array, handedOn: boolean): Promise<JoinReply> {
    const { host, transport, mainGroup } = this.#options;
    const { leaderPeer } = host.view(mainGroup);
    const waits = (detail: string): JoinReply => ({ kind: 'wait', detail });
    if (leaderPeer === null) return waits('The cluster has no leader now.');
    if (leaderPeer === host.self) return this.#letIn(unpackEnvelope(body).header as JoinQuestion);
    if (handedOn) return waits('Leadership has just changed.');
    try {
      const answer = await transport.request(nameOfPeer(leaderPeer), METHOD_JOIN, body, { timeoutMs: CLAIM_MS });
      return unpackEnvelope(answer).header as JoinReply;
    } catch {
      return waits(`The leader, ${nameOfPeer(leaderPeer)}, does not answer.`);
    }
  }

  async #letIn(question: JoinQuestion): Promise<JoinReply> {
    const { host, runtime, mainGroup } = this.#options;
    const waits = (detail: string): JoinReply => ({ kind: 'wait', detail });
    const replica = host.replica(mainGroup);
    if (replica === null) return waits('The leader has just gone out of service.');
    const { name, peer, url, claim } = question;
    const member = replica.machine.members().find((one) => one.name === name);
    if (member === undefined)
      return waits(`${name} is no member of this cluster yet: confman members add ${name} --peer ${peer} --url ${url}`);
    if (member.claim !== claim && member.claim !== null)
      return waits(`${name} is a member already, with another disk. Where that is lost: confman members replace ${name}`);
    if (member.peer !== peer || member.url !== url)
      return waits(
        `${name} was added as ${member.peer} and ${member.url}, but says that it is ${peer} and ${url}: start it with --advertise-peer ${member.peer} --advertise-url ${member.url}, or remove it and add it as it is.`,
      );
    if (member.claim === null) {
      const outcome = await this.#changes.claimed(mainGroup, { ...member, claim }, runtime.nowMs() + CLAIM_MS / 2);
      if (outcome.kind !== 'done') return waits('detail' in outcome ? `Not yet: ${outcome.detail}.` : 'Leadership has just changed.');
    }
    return this.#welcome(replica.machine.applied().index, member);
  }

  #welcome(memberSince: number, { incarnation }: MemberInfo): JoinReply {
    const { host, identity, mainGroup } = this.#options;
    const { clusterId, clusterName, lineageId } = identity();
    if (clusterId === null || lineageId === null) return { kind: 'wait', detail: 'This node is no member of a cluster itself.' };
    return { kind: 'welcome', clusterId, clusterName, lineageId, incarnation, memberSince, members: host.members(), groups: [mainGroup] };
  }
}

function drawn(change: Extract<MemberChange, { type: 'add' }>, drawId: () => string): MemberInfo {
  const { name, peer, url } = change;
  const incarnation = drawId() + drawId();
  return { id: peerId(name, incarnation), name, incarnation, peer, url };
}
