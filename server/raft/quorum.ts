import type { PeerId } from './types.ts';

/** The outcome of a vote so far. */
export type VoteResult = 'won' | 'lost' | 'pending';

/** More than half of `count`. */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/**
 * The largest index that a majority of the voters has acknowledged.
 * An empty half of a joint configuration has no say: Infinity, so that the other half decides alone.
 *
 * @param acknowledged the index a voter has acknowledged, 0 when it is not known
 */
export function committedIndex(voters: readonly PeerId[], acknowledged: (id: PeerId) => number): number {
  if (voters.length === 0) return Infinity;
  const ascending = voters.map(acknowledged).sort((a, b) => a - b);
  return ascending[voters.length - majority(voters.length)] ?? 0;
}

/** The largest index that both halves have acknowledged; with an empty outgoing half, what the incoming one has. */
export function jointCommittedIndex(
  incoming: readonly PeerId[],
  outgoing: readonly PeerId[],
  acknowledged: (id: PeerId) => number,
): number {
  return Math.min(committedIndex(incoming, acknowledged), committedIndex(outgoing, acknowledged));
}

/**
 * Whether the votes known so far decide. Who is no voter does not count, whatever it said.
 * An empty half of a joint configuration agrees to everything.
 *
 * @param vote true or false as voted, undefined when nothing was heard
 */
export function voteResult(voters: readonly PeerId[], vote: (id: PeerId) => boolean | undefined): VoteResult {
  if (voters.length === 0) return 'won';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const answer = vote(id);
    if (answer === undefined) missing += 1;
    else if (answer) granted += 1;
  }
  const needed = majority(voters.length);
  if (granted >= needed) return 'won';
  return granted + missing >= needed ? 'pending' : 'lost';
}

/** Won when both halves are won, lost as soon as one is lost (dissertation 4.3). */
export function jointVoteResult(
  incoming: readonly PeerId[],
  outgoing: readonly PeerId[],
  vote: (id: PeerId) => boolean | undefined,
): VoteResult {
  const one = voteResult(incoming, vote);
  const other = voteResult(outgoing, vote);
  if (one === 'lost' || other === 'lost') return 'lost';
  return one === 'won' && other === 'won' ? 'won' : 'pending';
}
