import type { Hello, PeerRefusal } from '../peers/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { NodeIdentity } from './identity.ts';

/** What this node knows of the members, and up to which index of the log of group `default` that holds. */
export interface KnownMembers {
  readonly members: readonly MemberInfo[];
  readonly appliedIndex: number;
}

/**
 * Whether to talk to a peer that knows the cluster secret.
 *
 * Two formed nodes must be of one cluster and lineage, and both be members as far as this node can tell. Whoever is none,
 * though everybody who has applied as much as this node has would know it, was removed, or is an old copy of a disk (rule M7). If this
 * node has not applied as much, the other may be a member that it has still to hear of.
 *
 * A node that is to join is heard unless its name is taken by somebody who has come already: what it wants is decided by the leader.
 */
export function judgePeer(own: NodeIdentity, { members, appliedIndex }: KnownMembers, remote: Hello): 'accept' | PeerRefusal {
  if (own.stage !== 'formed') return judgeWhileForming(own, remote);
  const known = members.find(({ name }) => name === remote.name);
  if (!remote.formed && remote.clusterId === null) {
    if (remote.claim !== undefined) return known === undefined || mayCome(known, remote.claim) ? 'accept' : 'wiped-node';
    return known === undefined ? 'wrong-cluster' : 'wiped-node';
  }
  if (remote.clusterId !== own.clusterId) return 'wrong-cluster';
  if (remote.lineageId !== own.lineageId) return 'wrong-lineage';
  if (known?.incarnation === remote.incarnation) return 'accept';
  if (remote.memberSince === undefined) return known === undefined ? 'accept' : 'wrong-incarnation';
  return appliedIndex >= remote.memberSince ? 'removed' : 'accept';
}

function mayCome({ claim }: MemberInfo, offered: string): boolean {
  return claim === null || claim === offered;
}

/** While no cluster is known here everybody is heard out: what they say decides whether one may be formed. */
function judgeWhileForming(own: NodeIdentity, remote: Hello): 'accept' | PeerRefusal {
  const ofAnother = own.stage === 'draft' && remote.clusterId !== null && remote.clusterId !== own.clusterId;
  return ofAnother && !remote.formed ? 'wrong-cluster' : 'accept';
}
