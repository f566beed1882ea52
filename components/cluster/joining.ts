import type { ClusterStatus, GroupStatus } from '../../lib/contract/cluster.ts';
import { firstGroup, isFresh } from './summary.ts';

/** How far a node that was added is. */
export interface Joining {
  readonly node: string;
  readonly peer: string | null;
  readonly url: string;
  /**
   * `awaited`: nobody has heard of its process yet; `silent`: it had come, and does not answer now; `copying`: it gets state and
   * log; `votes`: it counts for majorities, so it is done.
   */
  readonly step: 'awaited' | 'silent' | 'copying' | 'votes';
  /** Entries that it has yet to apply; null while nothing is known of it. */
  readonly behind: number | null;
  /** The member whose place it takes once it has caught up. */
  readonly replaces: string | null;
}

function votesIn({ members }: GroupStatus, id: string): boolean {
  return members.some(({ node, voter }) => node === id && voter);
}

/** Groups that a node of the cluster belongs to: those that all other voters have a replica of. A group may be on chosen nodes only. */
function groupsOfAll(status: Pick<ClusterStatus, 'groups'>, id: string): readonly GroupStatus[] {
  const others = firstGroup(status)?.members.filter(({ node, voter }) => voter && node !== id) ?? [];
  return status.groups.filter(({ members }) => others.every(({ node }) => members.some((member) => member.node === node)));
}

/**
 * How far one node is; null when it is no member. It votes only when it does in every group that is on all nodes.
 *
 * @param incarnation of the member that is meant: a status that still tells of an earlier one of its name says nothing of it
 */
export function joiningOf({ nodes, groups }: ClusterStatus, id: string, incarnation?: string): Joining | null {
  const node = nodes.find((row) => row.id === id);
  if (node === undefined || (incarnation !== undefined && node.incarnation !== incarnation)) return null;
  const replicas = groups.flatMap(({ members }) => members.filter((member) => member.node === id));
  const votes =
    replicas.length > 0 && replicas.every(({ voter }) => voter) && groupsOfAll({ groups }, id).every((group) => votesIn(group, id));
  const fresh = isFresh(node, Math.max(node.ageMs, ...replicas.map(({ ageMs }) => ageMs)));
  // One that has not come is joining and does not answer; what is known under its name is of the member before it.
  const heard = node.state !== 'joining' || (node.version !== null && fresh);
  const lags = replicas.map(({ lagEntries }) => lagEntries);
  return {
    node: id,
    peer: node.peer ?? null,
    url: node.url,
    step: votes ? 'votes' : !heard ? 'awaited' : fresh ? 'copying' : 'silent',
    behind: !fresh || lags.length === 0 || lags.includes(null) ? null : Math.max(...lags.map((lag) => lag ?? 0)),
    replaces: node.replaces ?? null,
  };
}

/** All that were added and do not vote yet; one in reserve, beyond the most that may vote, stays among them. */
export function joiningNodes(status: ClusterStatus): readonly Joining[] {
  return status.nodes.flatMap(({ id, state }) => {
    const joining = joiningOf(status, id);
    const learns = status.groups.some(({ members }) =>
      members.some(({ node, role, voter }) => node === id && role === 'learner' && !voter),
    );
    return joining !== null && joining.step !== 'votes' && (state === 'joining' || learns) ? [joining] : [];
  });
}

/** What the voters are, and what they will be without one of them. */
export interface RemovalEffect {
  readonly votes: boolean;
  readonly leads: boolean;
  /** Voters that stay. */
  readonly left: number;
  /** How many of those may be lost. */
  readonly spare: number;
}

/** What removing a node does to the majority of the groups that it votes in; of the first group where it votes in none. */
export function removalEffect(status: ClusterStatus, id: string): RemovalEffect {
  const { groups } = status;
  const own = groups.filter((group) => votesIn(group, id));
  const first = firstGroup(status);
  const concerned = own.length > 0 || first === undefined ? own : [first];
  const voters = concerned.map((group) => group.members.filter(({ voter }) => voter).map(({ node }) => node));
  const left = Math.min(...voters.map((names) => names.filter((name) => name !== id).length), Number.MAX_SAFE_INTEGER);
  return {
    votes: voters.some((names) => names.includes(id)),
    leads: groups.some(({ leader }) => leader === id),
    left,
    spare: Math.max(0, Math.ceil(left / 2) - 1),
  };
}
