import { count, number } from './words.ts';

const entries = (n: number): string => count(n, 'entry', 'entries');
const list = new Intl.ListFormat('en');
const names = (all: readonly string[]): string => (all.length === 0 ? 'nobody' : list.format(all));

/** The cluster page. */
export const clusterText = {
  title: 'Cluster',
  identity: (id: string, lineage: string, level: number) => `id ${id} · lineage ${lineage} · level ${level}`,
  verdictTitles: {
    healthy: 'Everything works',
    degraded: 'It works, but something is wrong',
    unavailable: 'Nothing can be saved now',
  },
  partlyUnavailable: (groups: readonly string[]) =>
    groups.length === 1
      ? `Nothing in the group ${names(groups)} can be saved now`
      : `Nothing in the groups ${names(groups)} can be saved now`,
  unknownTitle: 'The state is not known yet',
  unknownBody: 'This page shows it as soon as the node has told it.',
  canLoseTitle: (n: number) => (n === 0 ? 'Can lose no node' : n === 1 ? 'Can lose 1 more node' : `Can lose ${n} more nodes`),
  canLoseMeaning: (n: number, nodes: number) =>
    n === 0 && nodes === 1
      ? 'This is a cluster of one: while its node is away, so is everything.'
      : n === 0
        ? 'If one more stops, no majority is left: reading goes on, saving waits.'
        : 'and still save. Saving needs a majority of the nodes.',
  catchingUp: (nodes: readonly string[]) =>
    nodes.length === 1
      ? `All nodes are in contact, and ${names(nodes)} is catching up.`
      : `All nodes are in contact; ${names(nodes)} are catching up.`,
  asOf: (age: string) => `as of ${age}`,
  live: 'live',
  lostTitle: 'The live stream is lost',
  lostBody: (age: string) => `What is shown is from ${age}. The page tries again by itself.`,
  group: 'Group',
  groups: 'Raft groups',
  noLeaderShort: 'no leader',
  groupsHint: 'Each group has a leader and a log of its own on the same nodes. What is below is about the one that is chosen.',
  groupColumns: { group: 'Group', leader: 'Leader', commit: 'Committed' },
  chooseGroup: (id: string) => `Show the group ${id}`,
  noReplica: '–',
  noReplicaMeaning: 'no replica',
  toShards: 'What is in which group',

  picture: {
    title: 'Who leads, who follows, how far each is',
    summary: (group: string, leader: string | null, nodes: readonly string[]) =>
      `Picture of group ${group}: ${leader === null ? 'no node leads' : `${leader} leads`}. ${nodes.join('. ')}.`,
    laneSummary: (node: string, role: string, lag: string) => `${node} is ${role}, ${lag}`,
    leads: (leader: string, quorum: number, voters: number) =>
      voters === 1
        ? `${leader} is the only node. A change counts as saved once it is on its disk.`
        : `${leader} leads: every change goes there first. It copies the change to the others, and once ${quorum} of ${voters} have it on disk it is committed: saved, whatever happens to one machine.`,
    noLeader: 'No node leads now, so nothing can be saved. The nodes elect a leader as soon as a majority can talk to each other.',
    behind: (node: string, lag: string, index: number) =>
      `${node} is ${lag} behind. A read there that brings your version token waits until square ${number(index)} is filled; one without it would show what was true before.`,
    allUpToDate: 'Every node has applied everything, so each of them shows the same.',
    restUpToDate: 'Every node that can be reached has applied everything, so each of these shows the same.',
    silent: (nodes: readonly string[]) => `${names(nodes)} cannot be reached: drawn is where it was when it was last heard.`,
    yourToken: (index: number) => `A read with your token demands ${number(index)}`,
    youSaw: (index: number) => `you have seen ${number(index)}`,
    committed: 'committed',
    here: 'answers you',
    moreLeft: (n: number) => `${number(n)} more`,
    notHeard: 'never heard of',
    cells: {
      applied: 'applied: reads see it',
      committed: 'committed, not applied yet',
      logged: 'in the log, not committed yet',
      missing: 'not here yet',
    },
    legend: 'What the squares mean',
    lag: (n: number | null) => (n === null ? 'lag not known' : n === 0 ? 'up to date' : `${entries(n)} behind`),
    since: (ms: number) => (ms < 1000 ? `for ${number(Math.round(ms))} ms` : `for ${number(Math.round(ms / 1000))} s`),
    lastKnown: (age: string) => `last heard ${age}`,
  },

  replicas: {
    title: 'Replicas',
    hint: 'One row per node of this group. An index is a place in the log; a lower applied index than committed means that the node is behind.',
    columns: {
      node: 'Node',
      role: 'Role',
      term: 'Term',
      last: 'Last',
      commit: 'Committed',
      applied: 'Applied',
      lag: 'Lag',
      lagMs: 'Lag, time',
      contact: 'Last contact',
      snapshot: 'Log from',
      actions: 'Actions',
    },
    nonVoter: 'no vote',
    notKnown: '–',
    asOf: (age: string) => `as of ${age}`,
    itself: 'leads',
  },

  nodes: {
    title: 'Nodes',
    columns: { node: 'Node', state: 'State', url: 'Address', version: 'Version', uptime: 'Running for', data: 'Data', free: 'Disk free' },
    skew: 'The nodes run different versions.',
    here: 'this page',
  },

  charts: {
    title: 'Lag',
    entries: 'Entries behind the leader',
    ms: 'Milliseconds since everything was applied',
    table: 'As a table',
    chart: 'As a chart',
    pause: 'Pause',
    resume: 'Go on',
    paused: 'paused',
    span: (minutes: number) => `The last ${minutes} minutes, as far as this browser was looking`,
    before: (minutes: number) => (minutes === 0 ? 'now' : `−${number(minutes)} min`),
    loading: 'The chart is loading',
    columns: { node: 'Node', now: 'Now', lastMinute: 'Most, last minute', all: 'Most, 5 minutes' },
    updated: (age: string) => `last value ${age}`,
    empty: 'No values yet',
    label: (what: string, nodes: string) => `${what}: ${nodes}`,
  },

  timeline: {
    title: 'What happened',
    hint: 'Elections and restarts as the nodes remember them since they started; members from the audit log.',
    empty: 'Nothing is remembered yet.',
    silent: (nodes: readonly string[]) => `${names(nodes)} could not be asked.`,
    leader: (node: string, term: number) => `${node} became leader in term ${number(term)}`,
    candidate: (node: string, term: number) => `${node} stood for election in term ${number(term)}`,
    started: (node: string) => `${node} started`,
    leaderless: (node: string) => `${node} lost sight of a leader`,
    quarantined: (node: string) => `${node} found damage and was taken out of service`,
    snapshot: (node: string, index: number) =>
      `${node} was behind the start of the log and took a copy of the state up to ${number(index)}`,
    configuration: (voters: readonly string[], learners: readonly string[]) =>
      `Voting members are now ${names(voters)}${learners.length === 0 ? '' : `; learning: ${names(learners)}`}`,
    audit: (action: string, actor: string, message: string) => `${action} by ${actor}${message === '' ? '' : `: ${message}`}`,
  },

  transfer: {
    action: 'Make leader',
    actionFor: (node: string) => `Make ${node} the leader`,
    title: (node: string) => `Hand leadership over to ${node}?`,
    body: (group: string, from: string, to: string) =>
      `${from} stops taking changes of group ${group}, waits until ${to} has everything, and lets it take over. Saving pauses for a moment, usually well under a second; nothing is lost, and reading goes on.`,
    submit: 'Hand over',
    submitting: 'Handing over',
    done: (node: string) => `${node} leads now.`,
    failedTitle: 'Leadership was not handed over',
  },

  backup: {
    action: 'Back up',
    title: 'Download a backup?',
    body: 'This node copies the whole cluster at one moment, with every write that was acknowledged before it, proves the copy, and sends it as one file: values, history, audit and API keys (as hashes). Writing goes on meanwhile.',
    care: 'The file holds all values in plain text. Keep it where only those may look who may read everything.',
    submit: 'Back up',
    submitting: 'Backing up',
    progress: 'Progress of the backup',
    copying: 'The node makes and proves its copy',
    bytes: (bytes: string, of: string | null) => (of === null ? bytes : `${bytes} of ${of}`),
    failedTitle: 'There is no backup',
    done: (version: string | null) => (version === null ? 'Saved by your browser' : `Saved by your browser, as of ${version}`),
  },

  adminOnly: 'Handing over leadership, members and backups need an admin key.',
} as const;
