import { count, number } from './words.ts';

/** What every page says: the bar, the strip, signing in, and how reads fare. */
export const shellText = {
  product: 'Confman',
  close: 'Close',
  menu: 'Menu',
  cancel: 'Cancel',
  tryAgain: 'Try again',
  /** How far a step of a list is, said to whom sees no marks. */
  steps: { done: 'done', now: 'now', stuck: 'now', later: 'to come' },
  loading: 'Loading',
  skipToContent: 'Skip to content',
  mainNavigation: 'Main',
  none: 'None',
  copy: 'Copy',
  copied: 'Copied',
  openMenu: 'Menu of pages',
  dismiss: 'Dismiss',
  notifications: 'Notifications',

  palette: {
    open: 'Search and commands',
    openShort: 'Search',
    shortcut: 'Ctrl K',
  },

  /** Names of the pages, as the navigation says them. */
  pages: {
    configuration: 'Configuration',
    audit: 'Audit',
    cluster: 'Cluster',
    shards: 'Shards',
    lab: 'Lab',
    access: 'Access',
    api: 'API',
  },

  /** Parts of the page of one entry. */
  entryTabs: { label: 'Parts of this entry', value: 'Value', history: 'History' },

  entries: (n: number) => count(n, 'entry', 'entries'),
  number: (n: number) => number(n),

  time: {
    justNow: 'just now',
    seconds: (n: number) => `${n} s ago`,
    minutes: (n: number) => `${n} min ago`,
    hours: (n: number) => `${n} h ago`,
    days: (n: number) => `${n} d ago`,
    label: 'Times',
    local: 'Local time',
    utc: 'UTC',
  },

  account: {
    open: (name: string) => `Account: ${name}`,
    signOut: 'Sign out',
    scope: (scope: readonly string[]) => `Limited to ${scope.join(', ')}`,
    roles: { viewer: 'Viewer', editor: 'Editor', admin: 'Admin' },
    roleMeaning: { viewer: 'can read', editor: 'can read and change entries', admin: 'can do everything' },
  },

  theme: { label: 'Theme', light: 'Light', dark: 'Dark', system: 'As the system' },

  reading: {
    open: 'How to read',
    nodeLabel: 'Let this node answer',
    anyNode: 'The node of this page',
    modeLabel: 'Read with',
    modes: {
      session: 'What I have seen, or newer',
      eventual: 'Whatever the node has',
      linearizable: 'The newest in the cluster',
    },
    modeHints: {
      session: 'read-your-writes: waits until the node has applied what you saved',
      eventual: 'eventual: never waits, may be older than what you saved',
      linearizable: 'linearizable: asks the leader before every answer',
    },
  },

  cluster: {
    region: 'Cluster status',
    verdicts: { healthy: 'Healthy', degraded: 'Degraded', unavailable: 'Unavailable' },
    unknown: 'Not known',
    inGroups: (groups: readonly string[]) => `in ${new Intl.ListFormat('en').format(groups)}`,
    leads: (n: number, groups: number) => (n === 0 ? 'follows' : `leads ${number(n)} of ${number(groups)}`),
    canLose: (n: number) => (n === 0 ? 'can lose no node' : `can lose ${count(n, 'more node', 'more nodes')}`),
    reasons: 'What is wrong, and what helps',
    allWell: 'All nodes are in contact and have what was committed.',
    nodes: 'Nodes',
    lag: 'Commit lag',
    lagValue: (n: number | null) => (n === null ? 'not known' : count(n, 'entry', 'entries')),
    lagChart: (seconds: number) => `Commit lag of the slowest node over the last ${seconds} seconds`,
    leader: 'leader',
    roles: { leader: 'leader', follower: 'follower', candidate: 'candidate', learner: 'learner', quarantined: 'quarantined' },
    nodeLag: (n: number | null) => (n === null ? 'lag not known' : n === 0 ? 'up to date' : `${count(n, 'entry', 'entries')} behind`),
    nodeStates: { live: 'in contact', suspect: 'silent', unreachable: 'unreachable', joining: 'joining' },
    served: (node: string, role: string) => `${node} · ${role}`,
    applied: (version: string) => `applied ${version}`,
    servedBy: 'This page is served by',
    live: 'live',
    connecting: 'connecting',
    lost: (age: string) => `stream lost, as of ${age}`,
    lostNever: 'stream lost',
    asOf: (age: string) => `as of ${age}`,
    details: 'Status of all nodes',
  },

  freshness: {
    title: 'How fresh this is',
    groups: (n: number) => count(n, 'group', 'groups'),
    served: (node: string, role: string) => `Answered by ${node}, ${role}`,
    version: 'Version read',
    mode: 'Read with',
    waited: 'Waited',
    waitedMs: (ms: number) => (ms === 0 ? 'not at all' : `${number(ms)} ms`),
    behind: 'Behind the leader',
    contact: 'Last heard from the leader',
    contactMs: (ms: number) => `${number(ms)} ms before`,
    stale: 'stale',
    staleMeaning: 'This node has lost contact with the others. What it shows may be older than it looks.',
    notKnown: 'not known',
  },

  waiting: {
    title: (node: string, applied: string, required: string) => `${node} has applied ${applied}, waiting for ${required}`,
    body: 'You have seen a newer version than this node holds. What is here will show as soon as the node has caught up.',
    bodyOld: 'You have seen a newer version than this node holds. Below is what was shown before; it may have changed.',
    bodyRequired: 'What you saved is committed and shown below. This node will read it as soon as it has caught up.',
    reason: (reason: string) => `The node says: ${reason}`,
    fromLeader: 'Read from the leader',
    plain: 'The node is behind what you have already seen',
  },

  restored: {
    title: 'This cluster was restored',
    body: (version: string) => `Your change at ${version} may be lost. Check what you saved last, and save it again if it is missing.`,
    elsewhere: (version: string) => `The version ${version} that this browser held is not one of this cluster. It was dropped.`,
    dismiss: 'Understood',
  },

  failure: {
    unreachableTitle: 'The node cannot be reached',
    unreachableRead: 'Check the network and that the node is running. This page tries again by itself.',
    otherTitle: 'That did not work',
    requestId: (id: string) => `Request ${id}`,
    pageTitle: 'Something went wrong on this page',
    pageBody: 'What you typed is kept in this browser. Loading the page again often helps.',
    notFoundTitle: 'There is no such page',
    notFoundBody: 'The address may be mistyped, or what was here has moved.',
    backHome: 'To the configuration',
    noNodeTitle: 'No node runs behind this page',
  },
} as const;
