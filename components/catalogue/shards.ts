import { count, number } from './words.ts';

const partitions = (n: number): string => count(n, 'partition', 'partitions');

/** The page about groups, routes and moves. */
export const shardsText = {
  title: 'Shards',
  lead: 'Which Raft group keeps which namespaces.',
  epoch: (n: number) => `epoch ${number(n)}`,
  epochMeaning: 'Rises with every change of what stands here',

  notYours: {
    key: 'Groups and routes are changed with an admin key that is not limited to namespaces.',
    scopedTitle: 'This key is limited to namespaces',
    scoped: 'Routes name namespaces of others too, so they are not shown to it. You can still ask where one of yours lives.',
    moving: 'A move is under way: the next change can be made when it has ended or is called off.',
    even: 'The partitions are spread evenly already.',
  },

  one: {
    title: 'One group keeps everything',
    body: 'All namespaces lie in the group default: one log, one leader, every change in one order. That is right for most clusters.',
    when: 'More groups help when one leader has more to write than it can: each group has its own log and its own leader on the same nodes, and the leaders spread over them. You then say which namespaces go where, by prefix or by hash, and the data moves while it is being used.',
    cost: 'A batch stays within one namespace, so nothing that was atomic stops being so.',
    level: 'The first group raises the level of the cluster: programs older than this one can no longer join.',
    create: 'Create the first group',
  },

  groups: {
    title: 'Groups',
    label: 'Raft groups',
    columns: {
      group: 'Group',
      state: 'State',
      leader: 'Leader',
      members: 'Nodes',
      share: 'Partitions',
      routes: 'Routes',
      actions: 'Actions',
    },
    states: { active: 'active', retiring: 'retiring', retired: 'ended' },
    retiring:
      'Nothing is routed to it any more. Its history is still read from it until it has been handed to default; then its replicas go.',
    noLeader: 'no leader',
    notKnown: 'not known',
    all: 'all',
    share: (n: number) => `${number(n)} of 256`,
    ended: (ids: readonly string[]) => `Ended: ${ids.join(', ')}. Their names are not used again.`,
    inUseBecause: (partitionCount: number, routes: number, moves: number) =>
      `in use: ${[
        ...(partitionCount === 0 ? [] : [partitions(partitionCount)]),
        ...(routes === 0 ? [] : [count(routes, 'route', 'routes')]),
        ...(moves === 0 ? [] : [count(moves, 'move', 'moves')]),
      ].join(', ')}`,
    always: 'always there',
    create: 'Create a group',
    rebalance: 'Rebalance',
    retire: 'Retire',
    retireGroup: (id: string) => `Retire ${id}`,
  },

  map: {
    title: 'Hash partitions',
    hint: 'A namespace that no route covers goes by the first byte of its SHA-256: row and column below. Letter and colour say which group has the partition.',
    pick: 'Pick partitions to move: click or press space; hold shift for a stretch. Arrows, Home and End move about.',
    browse: 'Arrows, Home and End move about.',
    label: 'The 256 partitions, and which group has each',
    cell: (partition: number, group: string) => `Partition ${partition}, ${hex(partition)}: ${group}`,
    moving: (partition: number, from: string, to: string) => `Partition ${partition}, ${hex(partition)}: moving from ${from} to ${to}`,
    nothing: 'Point at a partition to see whose it is.',
    legend: 'Groups and their partitions',
    none: 'none',
    picked: (n: number) => `${partitions(n)} picked`,
    all: 'Pick all',
    pickAll: (group: string) => `Pick all partitions of ${group}`,
    clear: 'Clear',
    movePicked: 'Move partitions',
  },

  routes: {
    title: 'Prefix routes',
    label: 'Prefix routes',
    hint: 'The longest prefix that covers a namespace decides. teams/payments covers itself and all below it, not teams/payments-eu.',
    empty: 'No prefix is routed: all namespaces go by their partition.',
    columns: { prefix: 'Prefix', group: 'Group', actions: 'Actions' },
    add: 'Route a prefix',
    move: 'Move',
    movePrefix: (prefix: string) => `Move ${prefix}`,
    remove: 'Remove',
    removePrefix: (prefix: string) => `Remove the route of ${prefix}`,
  },

  where: {
    title: 'Where does a namespace live?',
    label: 'Namespace',
    submit: 'Look up',
    in: 'lives in',
    by: {
      prefix: (prefix: string) => `The route ${prefix} covers it.`,
      partition: (partition: number) => `No route covers it; it falls into partition ${partition} (${hex(partition)}).`,
      move: (move: string) => `It stays there until the move ${move} has taken it elsewhere.`,
    },
    hint: 'A namespace need not exist to have a place.',
    open: 'Open it',
  },

  moves: {
    title: 'Moves under way',
    label: (id: string) => `How far the move ${id} is`,
    heading: (id: string) => id,
    steps: {
      announced: 'Announced',
      copying: 'Copied while it is being used',
      fenced: 'Fence: writes wait until the rest is over',
      taken: 'Taken over',
    },
    copied: (rows: number, bytes: string) => `${count(rows, 'row', 'rows')}, ${bytes}`,
    aborting: 'It is being called off.',
    voidedTitle: 'Undone',
    voided: (from: string) => `Nothing has moved: what it covers is still in ${from}. Try it again, or leave it where it is.`,
    unknown: 'One of its groups cannot be asked now, so how far it is is not known.',
    waits: {
      from: (group: string) => `Waits for a leader of ${group}, which gives.`,
      to: (group: string) => `Waits for a leader of ${group}, which takes.`,
      driver: 'Waits for a leader of default, which drives it.',
      turn: (move: string) => `Waits for its turn, after ${move}.`,
    },
    abort: 'Call off',
    abortMove: (id: string) => `Call ${id} off`,
    retry: 'Try again',
    keep: (group: string) => `Leave it in ${group}`,
    stale: (age: string) => `as of ${age}`,
  },

  done: {
    title: 'Moves that are done',
    label: 'Moves that are done',
    columns: { move: 'Move', groups: 'From, to', range: 'What', when: 'When', fence: 'Fence' },
    fenceHint:
      'How long writes to it had to wait at most: from the fence in the log of the group that gave, to the registry that names the one that has it now.',
    notKept: '–',
    more: (n: number) => `${number(n)} earlier ones are not shown.`,
  },

  range: {
    everything: 'everything',
    below: (prefix: string) => `${prefix} and below`,
    partitions: (n: number, which: string) => (n === 1 ? `partition ${which}` : `${n} partitions: ${which}`),
    partitionsIn: (n: number, which: string, prefix: string) => `${partitions(n)} (${which}) below ${prefix}`,
    except: (prefixes: readonly string[]) => `except ${prefixes.join(', ')}`,
  },

  plan: {
    title: 'The plan',
    show: 'Show the plan',
    loading: 'Counting what would move',
    nothing: 'No data has to move.',
    amount: (spaces: number, entries: number, rows: number, bytes: string) =>
      `${count(spaces, 'namespace', 'namespaces')}, ${count(entries, 'entry', 'entries')}, ${count(rows, 'revision', 'revisions')}, ${bytes}`,
    total: (rows: number, bytes: string) => `In all ${count(rows, 'revision', 'revisions')}, ${bytes}.`,
    meaning:
      'It is copied while it is being used. At the end the old group closes the range, and writes to it wait until the new one has taken over: usually well under a second. Tokens, revisions and history stay as they are.',
    failedTitle: 'There is no plan',
    failed: 'Nothing was changed',
    unknownTitle: 'It is not known whether this took place',
    unknown: 'The answer did not come in time. Asking again does not do it twice.',
    target: 'To the group',
    choose: 'Choose a group',
  },

  create: {
    title: 'Create a group',
    lead: 'It starts empty, with a leader of its own. Route prefixes or partitions to it afterwards.',
    id: 'Name',
    idHint: 'A lower-case letter, then letters, digits and hyphens. It is part of version tokens and cannot be changed.',
    idFault: 'A lower-case letter, then at most 31 of a-z, 0-9 and -',
    taken: (id: string) => `There is, or was, a group ${id}; a name is never used again`,
    members: 'Nodes that get a replica',
    membersHint: 'All of them unless you leave some out. Nodes that are added later join groups that are on all nodes.',
    membersFault: 'At least one node',
    fewMembers: (n: number) => (n < 3 ? `With ${count(n, 'node', 'nodes')}, the group stops when one of them does.` : ''),
    submit: 'Create it',
    submitting: 'Creating',
    done: (id: string) => `The group ${id} is created.`,
  },
  route: {
    addTitle: 'Route a prefix',
    moveTitle: (prefix: string) => `Move ${prefix}`,
    prefix: 'Prefix',
    prefixHint: 'Namespaces at or below it, such as teams/payments.',
    submit: 'Route it',
    submitting: 'Routing',
    done: (prefix: string, group: string) => `${prefix} is routed to ${group}.`,
    same: (prefix: string, group: string) => `${prefix} is routed to ${group} already`,
  },
  unroute: {
    title: (prefix: string) => `Remove the route of ${prefix}?`,
    body: 'What it covers goes where it belongs without it: by a shorter prefix, or by partition.',
    submit: 'Remove it',
    submitting: 'Removing',
    done: (prefix: string) => `The route of ${prefix} is removed.`,
  },
  partitions: {
    title: 'Move partitions',
    which: 'Partitions',
    whichHint: 'Numbers from 0 to 255 and stretches of them: 0-15, 32.',
    fault: (part: string) => `${part} is no partition and no stretch of them`,
    missing: 'Which partitions?',
    submit: 'Move them',
    submitting: 'Moving',
    done: (n: number, group: string) => `${partitions(n)}: routed to ${group}.`,
    same: (group: string) => `${group} has them all already`,
  },
  rebalance: {
    title: 'Spread the partitions evenly?',
    body: 'Every active group gets its share of the 256 partitions, and as few as can be move. Prefix routes stay as they are.',
    submit: 'Rebalance',
    submitting: 'Rebalancing',
    done: 'The partitions are being spread.',
  },
  retire: {
    title: (id: string) => `Retire ${id} for good?`,
    body: (id: string) =>
      `${id} takes no more namespaces. Its history is handed to default, then its replicas go. Its name is never used again.`,
    confirm: (id: string) => `Type ${id} to confirm`,
    submit: 'Retire it',
    submitting: 'Retiring',
    done: (id: string) => `${id} is retiring.`,
  },
  abort: {
    title: (id: string) => `Call the move ${id} off?`,
    body: (from: string, to: string) =>
      `Unless ${to} has taken the range over already, it stays in ${from}, and what was copied is dropped. Nothing that was written is lost either way.`,
    submit: 'Call it off',
    submitting: 'Calling off',
    done: (id: string) => `${id} is being called off.`,
  },
  retry: {
    title: 'Try again what was undone?',
    body: 'What was undone of the last change is announced once more.',
    submit: 'Try again',
    submitting: 'Announcing',
    done: 'It is tried again.',
  },
  keep: {
    title: (id: string, group: string) => `Leave what ${id} covers in ${group}?`,
    body: (group: string) => `The routes then say that it belongs to ${group}, where it still is.`,
    submit: 'Leave it there',
    submitting: 'Changing',
    done: 'The routes say so now.',
  },
} as const;

/** As the map's rows and columns say it. */
function hex(partition: number): string {
  return `0x${partition.toString(16).padStart(2, '0')}`;
}
