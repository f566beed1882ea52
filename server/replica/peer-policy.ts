import type { Hello, PeerRefusal } from '../peers/types.ts';
import type { MemberInfo } from '../state/types.ts';
import type { NodeIdentity } from './identity.ts';

/**
 * Whether to talk to a peer that knows the cluster secret.
 *
 * Two formed nodes must be of one cluster and lineage, and a known name must show the incarnation that the configuration has
 * for it: a disk that came back empty, or an old copy of one, is not the member it says it is (rule M7). An unknown name of
 * the right cluster is let in: this replica may not have applied the change that adds it.
 */
export function judgePeer(own: NodeIdentity, members: readonly MemberInfo[], remote: Hello): 'accept' | PeerRefusal {
  if (own.stage !== 'formed') return judgeWhileForming(own, remote);
  const known = members.find(({ name }) => name === remote.name);
  if (!remote.formed && remote.clusterId === null) return known === undefined ? 'wrong-cluster' : 'wiped-node';
  if (remote.clusterId !== own.clusterId) return 'wrong-cluster';
  if (remote.lineageId !== own.lineageId) return 'wrong-lineage';
  if (known !== undefined && known.incarnation !== remote.incarnation) return 'wrong-incarnation';
  return 'accept';
}

/** While no cluster is known here everybody is heard out: what they say decides whether one may be formed. */
function judgeWhileForming(own: NodeIdentity, remote: Hello): 'accept' | PeerRefusal {
  const ofAnother = own.stage === 'draft' && remote.clusterId !== null && remote.clusterId !== own.clusterId;
  return ofAnother && !remote.formed ? 'wrong-cluster' : 'accept';
}
