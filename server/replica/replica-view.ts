/** What a node shows of a group: leader and contact as this node knows them. */
import type { GroupView, ReplicaCondition } from '../engine/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import type { PeerId } from '../raft/types.ts';
import { nameOfPeer } from './conf-context.ts';
import type { GroupReplica } from './group-replica.ts';

export type ReplicaView = Omit<GroupView, 'leader' | 'stale'> & { readonly leaderPeer: PeerId | null };

interface Surroundings {
  readonly self: PeerId;
  readonly transport: Pick<PeerTransport, 'state'>;
  /** Monotonic. */
  readonly nowMs: number;
}

/** @param replica null: this node has none in service */
export function viewOf(group: string, replica: GroupReplica | null, condition: ReplicaCondition, around: Surroundings): ReplicaView {
  if (replica === null)
    return { group, condition, role: 'follower', term: 0, commitIndex: 0, appliedIndex: 0, level: 1, contactMs: null, leaderPeer: null };
  const { role: raftRole, leader, term, commit, confState, removed } = replica.raft;
  const learner = confState.learners.includes(around.self);
  // Out of service it does nothing for the group any more, whatever its core last was.
  const rank = replica.serving ? raftRole : 'follower';
  return {
    group,
    condition: removed && replica.condition === 'ok' ? 'removed' : condition,
    role: rank === 'leader' ? 'leader' : rank !== 'follower' ? 'candidate' : learner ? 'learner' : 'follower',
    term,
    commitIndex: commit,
    appliedIndex: replica.machine.applied().index,
    level: replica.machine.level(),
    contactMs: contactMs(replica, around),
    leaderPeer: replica.serving ? leader : null,
  };
}

/** At a leader: how long ago a quorum was last heard from; it knows no more of the world than that. */
function contactMs(replica: GroupReplica, { self, transport, nowMs }: Surroundings): number | null {
  const { role, confState } = replica.raft;
  if (role !== 'leader') return replica.contactMs();
  const ages = confState.voters.map((peer) => {
    if (peer === self) return 0;
    const heard = transport.state(nameOfPeer(peer))?.lastHeardMs ?? null;
    return heard === null ? Number.POSITIVE_INFINITY : nowMs - heard;
  });
  const quorum = ages.toSorted((a, b) => a - b)[Math.floor(ages.length / 2)] ?? 0;
  return Number.isFinite(quorum) ? quorum : null;
}
