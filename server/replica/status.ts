/**
 * The whole cluster as one node sees it (spec 3, section 3). Every node tells what it knows of itself; the asking one puts
 * the rows together within a bound, and shows what it could not reach as it last was, with its age.
 */
import type { ClusterStatus, GroupStatus, NodeRow, Reason, ReplicaRow, ReplicaRole, Verdict } from '../../lib/contract/cluster.ts';
import type { MemberInfo } from '../state/member-info.ts';

/** What one node tells of itself. */
export interface NodeReport {
  readonly node: Omit<NodeRow, 'ageMs' | 'state' | 'lastContactMs'>;
  readonly joining: boolean;
  /** Level of the cluster, as this node has applied it. */
  readonly level: number;
  readonly replicas: readonly ReplicaReport[];
  readonly reasons: readonly Reason[];
}

export interface ReplicaReport {
  readonly group: string;
  readonly row: Omit<ReplicaRow, 'node' | 'lagEntries' | 'ageMs'>;
  /** Name of the leader that this replica follows, or its own. */
  readonly leader: string | null;
  /** Of a leader: whether a quorum was heard within an election timeout. */
  readonly leads: boolean;
  /** Names of the voters by the configuration that this replica has applied; empty when it is out of service. */
  readonly voters: readonly string[];
  /** While voters are exchanged: the old ones, of whom a majority is needed as well. */
  readonly votersOutgoing?: readonly string[] | undefined;
}

/** A report with its age where it is not of this moment. */
export interface KnownReport {
  readonly report: NodeReport | null;
  readonly ageMs: number;
  readonly lastContactMs: number | null;
}

export interface StatusInput {
  readonly self: string;
  readonly cluster: { readonly id: string; readonly lineage: string; readonly name: string };
  readonly members: readonly MemberInfo[];
  readonly groups: readonly string[];
  readonly known: ReadonlyMap<string, KnownReport>;
  readonly electionTimeoutMs: number;
}

export function assembleStatus(input: StatusInput): ClusterStatus {
  const nodes = input.members.map((member) => nodeRow(input, member));
  const groups = input.groups.map((group) => groupStatus(input, group));
  const reasons = [
    ...freshReports(input).flatMap(({ reasons: own }) => own),
    ...nodeReasons(nodes),
    ...groups.flatMap((group) => groupReasons(group)),
  ];
  // Told, and no fault: the cluster is as well as it was before.
  const news = [...nodes.flatMap((node) => joiningReasons(node, groups)), ...groups.flatMap(changeReasons)];
  const canLose = Math.min(...groups.map((group) => spareVoters(input, group, nodes)));
  const verdict: Verdict = groups.some(({ leader }) => leader === null) ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'healthy';
  // The level never falls: whoever has applied most knows it.
  const level = Math.max(0, ...freshReports(input).map(({ level: one }) => one));
  return {
    cluster: {
      ...input.cluster,
      level,
      verdict,
      reasons: [...reasons, ...news],
      canLose: Number.isFinite(canLose) ? canLose : 0,
    },
    node: input.self,
    nodes,
    groups,
  };
}

function freshReports(input: StatusInput): readonly NodeReport[] {
  return [...input.known.values()].flatMap(({ report, ageMs }) => (report !== null && ageMs === 0 ? [report] : []));
}

function nodeRow(input: StatusInput, member: MemberInfo): NodeRow {
  const known = input.known.get(member.name);
  const report = known?.report ?? null;
  const ageMs = known?.ageMs ?? 0;
  const silentMs = known?.lastContactMs ?? null;
  const answered = report !== null && ageMs === 0;
  const state = stateOf(input, member, answered ? report : null, silentMs);
  const replaced = input.members.find(({ id }) => id === member.replaces);
  const { version = null, uptimeMs = null, dataBytes = null, diskFreeBytes = null } = report?.node ?? {};
  return {
    id: member.name,
    url: member.url,
    state,
    version,
    uptimeMs,
    dataBytes,
    diskFreeBytes,
    lastContactMs: member.name === input.self ? 0 : silentMs,
    ageMs,
    peer: member.peer,
    incarnation: member.incarnation,
    ...(replaced === undefined ? {} : { replaces: replaced.name }),
  };
}

function stateOf(input: StatusInput, member: MemberInfo, answered: NodeReport | null, silentMs: number | null): NodeRow['state'] {
  if (answered !== null) return answered.joining ? 'joining' : 'live';
  // Added, and not come yet: nobody misses it.
  if (member.claim === null) return 'joining';
  return silentMs !== null && silentMs < 2 * input.electionTimeoutMs ? 'suspect' : 'unreachable';
}

/** The leader is the one that leads in the highest term and has a quorum; what an older one says of itself does not count. */
function groupStatus(input: StatusInput, group: string): GroupStatus {
  const rows: { readonly node: string; readonly ageMs: number; readonly replica: ReplicaReport }[] = [];
  for (const [node, { report, ageMs }] of input.known) {
    const replica = report?.replicas.find(({ group: id }) => id === group);
    if (replica !== undefined) rows.push({ node, ageMs, replica });
  }
  const fresh = rows.filter(({ ageMs }) => ageMs === 0);
  const term = Math.max(0, ...fresh.map(({ replica }) => replica.row.term));
  const leading = fresh.filter(({ replica }) => replica.leads && replica.row.term === term).map(({ node }) => node);
  const leader = leading[0] ?? null;
  const commitIndex = Math.max(0, ...fresh.map(({ replica }) => replica.row.commitIndex));
  const { voters, outgoing } = votersOf(input, group);
  const members = rows
    .toSorted((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, ageMs, replica }): ReplicaRow => {
      const lagEntries = leader === null ? null : Math.max(0, commitIndex - replica.row.appliedIndex);
      return { ...replica.row, node, voter: voters.includes(node) || outgoing.includes(node), lagEntries, ageMs };
    });
  const change = outgoing.length === 0 ? {} : { change: { from: outgoing, to: voters } };
  return { id: group, leader, term, commitIndex, members, ...change };
}

interface Voters {
  readonly voters: readonly string[];
  readonly outgoing: readonly string[];
}

/** By the furthest replica that answered: the others may not have applied the last change. */
function votersOf(input: StatusInput, group: string): Voters {
  const replicas = freshReports(input).flatMap(({ replicas: all }) =>
    all.filter((replica) => replica.group === group && replica.voters.length > 0),
  );
  const furthest = replicas.toSorted((a, b) => b.row.appliedIndex - a.row.appliedIndex)[0];
  return { voters: furthest?.voters ?? [], outgoing: furthest?.votersOutgoing ?? [] };
}

/** How many more nodes may fail before this group loses its quorum; while voters are exchanged, one of both quorums. */
function spareVoters(input: StatusInput, group: GroupStatus, nodes: readonly NodeRow[]): number {
  const { voters, outgoing } = votersOf(input, group.id);
  const spare = (half: readonly string[]): number => {
    const well = half.filter(
      (name) =>
        ['live', 'joining'].includes(nodes.find(({ id }) => id === name)?.state ?? '') &&
        group.members.find(({ node }) => node === name)?.role !== 'quarantined',
    );
    return Math.max(0, well.length - (Math.floor(half.length / 2) + 1));
  };
  return outgoing.length === 0 ? spare(voters) : Math.min(spare(voters), spare(outgoing));
}

function joiningReasons({ id, state, replaces, version }: NodeRow, groups: readonly GroupStatus[]): readonly Reason[] {
  if (state !== 'joining') return [];
  const behind = groups.map(({ members }) => members.find(({ node }) => node === id)?.lagEntries ?? null);
  const lag = behind.find((entries) => entries !== null) ?? null;
  const place = replaces === undefined ? '' : `, and is to take the place of ${replaces}`;
  if (version === null)
    return [
      {
        code: 'member-awaited',
        node: id,
        text: `Node ${id} was added${place}, and has not come yet.`,
        help: 'Start it with --join and an empty data directory, or remove it.',
      },
    ];
  return [
    {
      code: 'member-joining',
      node: id,
      text: `Node ${id} catches up${lag === null ? '' : `, ${lag} entries behind`}${place}.`,
      help: 'It becomes a voter by itself, unless there are max-voters already.',
    },
  ];
}

function changeReasons({ id, change }: GroupStatus): readonly Reason[] {
  if (change === undefined) return [];
  return [
    {
      code: 'member-change',
      group: id,
      text: `The voters of ${id} change from ${change.from.join(', ')} to ${change.to.join(', ')}: a majority of both is needed meanwhile.`,
      help: 'It takes a moment. If it stays like this, one of the majorities is not there.',
    },
  ];
}

function nodeReasons(nodes: readonly NodeRow[]): readonly Reason[] {
  return nodes
    .filter(({ state }) => state === 'unreachable' || state === 'suspect')
    .map(({ id, state }) => ({
      code: `node-${state}`,
      node: id,
      text: `Node ${id} does not answer.`,
      help: `Look whether its process runs and whether its peer port can be reached from the other nodes. It catches up by itself when it is back.`,
    }));
}

function groupReasons(group: GroupStatus): readonly Reason[] {
  if (group.leader !== null) return [];
  return [
    {
      code: 'no-leader',
      group: group.id,
      text: `Group ${group.id} has no leader: writes and linearizable reads wait.`,
      help: 'An election takes one to two seconds. If it stays like this, a majority of the nodes is down or cut off: bring one of them back.',
    },
  ];
}

/** Role names of the status, from what the board shows. */
export function replicaRole(condition: string, role: string): ReplicaRole {
  if (condition === 'quarantined') return 'quarantined';
  if (condition === 'joining') return 'learner';
  return role === 'leader' || role === 'candidate' || role === 'learner' ? role : 'follower';
}
