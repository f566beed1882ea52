import { count, number } from './words.ts';

/** Adding, replacing and removing nodes. */
export const membersText = {
  add: 'Add a node',
  replace: 'Replace',
  replaceNode: (node: string) => `Replace ${node}`,
  remove: 'Remove',
  removeNode: (node: string) => `Remove ${node}`,
  failed: 'Nothing was changed',
  unknownTitle: 'It is not known whether this took place',
  unknown: 'The answer did not come in time. Look at the members before you ask again.',
  voters: (n: number) => count(n, 'voter', 'voters'),

  adding: {
    title: 'Add a node',
    lead: 'Say first that it may come, then start it. It gets a copy of the state while everything goes on, and votes as soon as it has caught up.',
    majority: (voters: number, spare: number, spareNow: number) =>
      spare > spareNow
        ? `With it, ${voters} nodes vote, and ${number(spare)} of them may fail.`
        : `With it, ${voters} nodes vote. That bears no more failures than now: three or five voters are best.`,
    id: 'Name',
    idHint: 'As it calls itself: its id setting.',
    peer: 'Peer address',
    peerHint: 'Host and port by which the other nodes reach it, such as node4.example.com:8444.',
    url: 'Public address',
    urlHint: 'Base URL by which clients reach it, such as https://node4.example.com:8443.',
    taken: (node: string) => `${node} is a member already.`,
    submit: 'Add it',
    submitting: 'Adding',
  },

  replacing: {
    title: (node: string) => `Replace ${node}?`,
    how: 'What takes its place',
    disk: 'The same node with an empty disk',
    diskMeaning: 'Its disk was lost, wiped or damaged.',
    diskBody: (node: string) =>
      `The old ${node} leaves at once, and one with the same name and addresses is awaited. Its old disk must never be started again: it would be refused.`,
    diskAlive: (node: string) => `${node} answers, with the disk that it has. Stop it first.`,
    node: 'Another node',
    nodeMeaning: 'It moves to another machine.',
    nodeBody: (node: string) =>
      `${node} goes on voting until the new one has caught up; then both change places in one step, and ${node} stops by itself.`,
    submit: 'Replace it',
    submitting: 'Replacing',
  },

  removing: {
    title: (node: string) => `Remove ${node} for good?`,
    body: (node: string) =>
      `${node} leaves the cluster and its process stops by itself. Its disk cannot come back; a new, empty node of that name can.`,
    leads: (node: string) => `${node} leads, so it first hands leadership over. Saving pauses for a moment.`,
    here: (node: string) => `This page comes from ${node}. Go on at another node:`,
    left: (voters: number, spare: number) =>
      voters === 0
        ? 'It is the only voter: without it there is no cluster.'
        : spare === 0
          ? `${count(voters, 'voter stays', 'voters stay')}, and none of them may fail then: saving would stop.`
          : `${count(voters, 'voter stays', 'voters stay')}, and ${number(spare)} of them may fail.`,
    noVote: 'It has no vote, so nothing changes for saving.',
    confirm: (node: string) => `Type ${node} to confirm`,
    submit: 'Remove it',
    submitting: 'Removing',
    done: (node: string) => `${node} is removed.`,
  },

  joining: {
    title: (node: string, replaces: string | null) =>
      replaces === null ? `${node} is joining` : `${node} is joining, to take the place of ${replaces}`,
    steps: {
      added: 'Added: the cluster lets it in',
      awaited: 'Start it with an empty data directory and the cluster secret of the other nodes',
      came: 'Started, and let in',
      silent: 'It had come, and does not answer now: look at its log',
      copying: (behind: number | null) =>
        behind === null || behind === 0 ? 'Copying the state' : `Copying: ${count(behind, 'entry', 'entries')} to go`,
      copied: 'Has everything',
      votes: 'Votes: it counts for majorities',
    },
    command: 'Command to run on the new machine',
    commandHint: 'Run it where confman is installed; the cluster secret goes into CONFMAN_CLUSTER_SECRET or --cluster-secret-file.',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Select the command and copy it',
    progress: (node: string) => `How far ${node} is`,
    reserve: 'If as many nodes vote as may, it stays a copy in reserve, without a vote.',
    close: 'The page goes on showing how far it is when this is closed.',
  },
} as const;
