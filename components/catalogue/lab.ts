import { number } from './words.ts';

/** A duration that was measured: fine where it is short. */
function ms(value: number): string {
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${number(Math.round(value))} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** The consistency lab. */
export const labText = {
  title: 'Consistency lab',
  lead: 'Write on one node, read on another at once, and see what happened: for real, on this cluster, with the times that were measured.',
  ms,
  time: (value: number) => (value < 9995 ? `${value.toFixed(1)} ms` : `${(value / 1000).toFixed(2)} s`),
  plusMinus: (value: number) => `±${value < 10 ? value.toFixed(1) : Math.round(value)} ms`,

  plan: {
    title: 'The experiment',
    writer: 'Write on',
    reader: 'Then read on',
    mode: 'Read with',
    nodeLabel: (node: string, role: string) => `${node} (${role})`,
    modes: { eventual: 'eventual', 'read-your-writes': 'read-your-writes', linearizable: 'linearizable' },
    hints: {
      eventual: 'The node answers at once with what it has. Fast, and possibly old.',
      'read-your-writes': 'The read brings the token of your write. The node answers once it has applied that much.',
      linearizable: 'The node first asks the leader what is committed now. Right without any token, at the price of that question.',
    },
    onTimeout: (seconds: number) => `After ${number(seconds)} s of waiting in vain`,
    timeouts: { fail: 'the node says that it cannot answer', forward: 'the leader answers in its place' },
    noForward: (reader: string) =>
      `A request passes on through one node at most: to see the leader answer instead, open this page at ${reader}.`,
    run: 'Write, then read at once',
    running: 'Running',
    keys: 'Ctrl ⏎',
    namespace: (namespace: string) => `Writes go to the namespace ${namespace} and nowhere else. It can be deleted at any time.`,
    remove: 'Delete that namespace',
    removed: 'The namespace of the lab is gone.',
    removeTitle: (namespace: string) => `Delete ${namespace}?`,
    removeBody: 'It holds only what these experiments wrote. The next experiment creates it again.',
    removing: 'Deleting',
    removeFailed: 'It was not deleted',
    readOnlyTitle: 'You can look, but not run it',
    readOnly: 'The experiment writes an entry, and your role is viewer. Sign in with an editor or admin key to run it.',
    outOfScope: (namespace: string, scope: string) =>
      `The experiment writes to ${namespace}, and your key is limited to ${scope}. Sign in with a key that covers it to run the experiment.`,
    unreachableNode: (node: string) => `${node} cannot be reached now, so the request would fail.`,
  },

  progress: {
    writing: (node: string) => `Writing on ${node}`,
    reading: (node: string) => `Reading on ${node}`,
    waiting: (node: string, applied: number | null, required: number) =>
      applied === null
        ? `${node} has not applied ${number(required)} yet, so the read waits`
        : `${node} has applied ${number(applied)}, the read waits for ${number(required)}`,
    since: (value: number) => `${(value / 1000).toFixed(1)} s`,
    release: (node: string) => `Let ${node} apply again`,
    looking: 'Asking the nodes when they did what',
    failedTitle: 'The experiment did not get through',
    failedWrite: 'The write was not acknowledged, so there was nothing to read.',
  },

  steps: {
    write: 'write',
    handOn: 'hands it on',
    logged: 'into the log',
    copy: 'copies',
    durable: 'on disk',
    committed: 'committed',
    applied: 'applied',
    notApplied: 'not applied yet',
    saved: (version: string) => `saved at ${version}`,
    readPlain: 'read',
    readWith: (version: string) => `read, at least ${version}`,
    readLinearizable: 'read the newest',
    readIndex: 'what is committed?',
    answerNew: (version: string) => `new value, ${version}`,
    answerOld: (version: string) => `OLD value, ${version}`,
    answerMissing: 'no such entry',
    answerRefused: (code: string) => code,
    waited: (value: number) => `waited ${ms(value)}`,
    waitedInVain: 'waited in vain',
  },

  result: {
    title: 'What happened',
    empty: 'Run the experiment, and what happened is drawn here: who said what to whom, and when.',
    you: 'you',
    leads: 'leads',
    writes: 'write',
    reads: 'read',
    diagram: (writer: string, reader: string, mode: string) =>
      `Sequence diagram: a write on ${writer}, then a ${mode} read on ${reader}. The list of steps below says the same.`,
    verdicts: {
      new: 'The read shows what was just written',
      old: 'The read shows an old value',
      missing: 'The read found nothing',
      refused: 'The node gave no answer rather than an old one',
    },
    newEventual: (node: string) =>
      `${node} had applied the write already, so even a read that demands nothing shows it. That was luck: with its applying held it would not.`,
    newAtOnce: (node: string, version: string) => `${node} had applied ${version} when the read came, so nothing had to wait.`,
    newWaited: (node: string, version: string, waited: number) =>
      `${node} was behind. Your token ${version} made it wait ${ms(waited)}, until it had applied your write; then it answered.`,
    newLinearizable: (node: string) =>
      `${node} asked the leader how far everything is committed, made sure that it had applied that much, and answered.`,
    newForwarded: (reader: string, node: string, seconds: number) =>
      `${reader} did not get there within ${number(seconds)} s, so ${node}, the leader, answered in its place.`,
    old: (node: string, version: string, wrote: string) =>
      `${node} answered at once with what it had, ${version}. You wrote ${wrote}, and nothing told the node so. With your token it would have waited.`,
    missing: (node: string) => `${node} answered at once with what it had, and there the entry does not exist yet.`,
    refused: (node: string, seconds: number) =>
      `${node} could not show what you demanded within ${number(seconds)} s, and said so. That is better than something old.`,
    refusedOther: (message: string) => message,
    value: 'Value read',
    wrote: 'Value written',
    stale: 'stale: the node has lost contact',
    total: 'From write to answer',
    waited: 'Waited, says the node',
    notAtAll: 'not at all',
    oldMark: 'old',
    steps: 'Step by step',
    stepMessage: (from: string, to: string, label: string) => `${from} → ${to}: ${label}`,
    stepMark: (node: string, label: string) => `${node}: ${label}`,
    unmeasured: 'between',
    sources: (via: string) =>
      `Measured: your requests by this browser's clock (all go through ${via}); the steps of a node by that node, told as durations, so no clocks are compared. ± says how well a node's times are known on your clock. “between”: happened in this order, and nobody measured when.`,
    unknownNodes: (nodes: string) => `Not known of ${nodes}: it could not be asked, or remembers the entry no more.`,
    scale: 'The order is true; distances only hint at how long something took.',
  },

  faults: {
    title: 'Get in the way',
    lead: 'Hold a follower’s applying, and run the experiment in each mode: eventual shows the old value, read-your-writes waits, linearizable is right.',
    columns: { node: 'Node', hold: 'Applying', cut: 'Network', clock: 'Clock' },
    hold: (node: string) => `Hold applying on ${node}`,
    held: 'held',
    applying: 'runs',
    cut: (node: string) => `Cut ${node} off`,
    cutNow: 'cut off',
    connected: 'connected',
    clock: (node: string) => `Clock of ${node}`,
    clocks: { '0': 'right', '60000': '1 min ahead', '-60000': '1 min behind', '3600000': '1 h ahead', '-3600000': '1 h behind' },
    otherClock: (offset: number) => `${number(Math.round(offset / 1000))} s off`,
    reset: 'Undo all of this',
    unreachable: 'not reachable',
    asking: 'asking it …',
    leaderHint: (node: string) => `${node} leads: while its applying is held, no write is acknowledged.`,
    failed: 'That did not work',
    offTitle: 'On a cluster started as a lab, you can get in the way',
    off: 'Started with CONFMAN_LAB=1, a cluster lets this page hold a follower’s applying, cut links and set clocks, so that you can see each mode at work. The experiment itself runs here as well, on the cluster as it is. Never start a cluster with real data that way.',
    command: 'CONFMAN_LAB=1 ./confman up',
    adminOnly: 'This cluster runs as a lab. Getting in the way needs an admin key.',
  },
} as const;
