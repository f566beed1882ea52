import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { isFresh } from './summary.ts';

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

/**
 * How far one node is; null when it is no member. It votes only when it does in every group.
 *
 * @param incarnation of the member that is meant: a status that still tells of an earlier one of its name says nothing of it
 */
export function joiningOf({ nodes, groups }: ClusterStatus, id: string, incarnation?: string): Joining | null {
  const node = nodes.find((row) => row.id === id);
  if (node === undefined || (incarnation !== undefined && node.incarnation !== incarnation)) return null;
  const replicas = groups.flatMap(({ members }) => members.filter((member) => member.node === id));
  const votes = replicas.length > 0 && replicas.length === groups.length && replicas.every(({ voter }) => voter);
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

/** What removing a node does to a group's majority. */
export function removalEffect({ groups }: ClusterStatus, id: string): RemovalEffect {
  const voters = groups.map((group) => group.members.filter(({ voter }) => voter).map(({ node }) => node));
  const left = Math.min(...voters.map((names) => names.filter((name) => name !== id).length), Number.MAX_SAFE_INTEGER);
  return {
    votes: voters.some((names) => names.includes(id)),
    leads: groups.some(({ leader }) => leader === id),
    left,
    spare: Math.max(0, Math.ceil(left / 2) - 1),
  };
}
