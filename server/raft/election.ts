import { voters } from './confchange.ts';
import type { Raft } from './raft.ts';
import type { EntryId, PreVoteMessage, PreVoteRespMessage, TimeoutNowMessage, VoteMessage, VoteRespMessage } from './types.ts';

/** `transfer`: asked for by the leader, so that pre-vote and leader stickiness do not apply. */
type Campaign = 'pre-election' | 'election' | 'transfer';

/** Stands for election, if this node may. */
export function hup(raft: Raft, kind: Campaign): void {
  if (raft.role === 'leader') return;
  if (!raft.promotable()) return;
  // Configurations take effect when applied: with a committed one unapplied this node might ask the wrong quorum (E11).
  if (raft.log.hasUnappliedConfChange()) return;
  campaign(raft, kind);
}

function campaign(raft: Raft, kind: Campaign): void {
  if (kind === 'pre-election') {
    raft.becomePreCandidate();
    raft.tracker.recordVote(raft.id, true);
    if (raft.tracker.electionResult() === 'won') campaign(raft, 'election');
    else requestVotes(raft, kind);
    return;
  }
  raft.becomeCandidate();
  // Our own vote goes the way of every vote: it counts when it is durable (E2).
  raft.send({ type: 'vote-resp', to: raft.id, granted: true, commit: commitHint(raft) });
  requestVotes(raft, kind);
}

function requestVotes(raft: Raft, kind: Campaign): void {
  const lastIndex = raft.log.lastIndex();
  const lastTerm = raft.log.lastTerm();
  const commit = commitHint(raft);
  for (const to of voters(raft.tracker.conf)) {
    if (to === raft.id) continue;
    if (kind === 'pre-election') raft.send({ type: 'pre-vote', to, term: raft.term + 1, lastIndex, lastTerm, commit });
    else raft.send({ type: 'vote', to, lastIndex, lastTerm, commit, transfer: kind === 'transfer' });
  }
}

/**
 * Answers a vote request of this node's own term. Whether this node is a voter in its own eyes does not matter: it may
 * have been promoted without having heard of it (E10).
 */
export function handleVote(raft: Raft, message: VoteMessage): void {
  const free = raft.vote === null && raft.leader === null;
  const granted = (free || raft.vote === message.from) && raft.log.isUpToDate(lastOf(message));
  if (granted) {
    raft.electionElapsed = 0;
    raft.vote = message.from;
  }
  raft.send({ type: 'vote-resp', to: message.from, granted, commit: commitHint(raft) });
}

/** Answers "would you?" and changes nothing. A higher term has passed leader stickiness before it comes here. */
export function handlePreVote(raft: Raft, message: PreVoteMessage): void {
  const free = message.term > raft.term || (raft.vote === null && raft.leader === null);
  const granted = (free || raft.vote === message.from) && raft.log.isUpToDate(lastOf(message));
  raft.send({ type: 'pre-vote-resp', to: message.from, granted, term: granted ? message.term : raft.term, commit: commitHint(raft) });
}

export function handleVoteResp(raft: Raft, message: VoteRespMessage): void {
  raft.tracker.recordVote(message.from, message.granted);
  const result = raft.tracker.electionResult();
  if (result === 'won') raft.becomeLeader();
  else if (result === 'lost') raft.becomeFollower(raft.term, null);
}

export function handlePreVoteResp(raft: Raft, message: PreVoteRespMessage): void {
  // A grant for an earlier attempt says nothing about this one.
  if (message.granted && message.term !== raft.term + 1) return;
  raft.tracker.recordVote(message.from, message.granted);
  const result = raft.tracker.electionResult();
  if (result === 'won') campaign(raft, 'election');
  else if (result === 'lost') raft.becomeFollower(raft.term, null);
}

/** The leader hands over: no pre-vote, since it has already agreed (E9). */
export function handleTimeoutNow(raft: Raft, message: TimeoutNowMessage): void {
  if (raft.leader !== null && raft.leader !== message.from) return;
  hup(raft, 'transfer');
}

/** The last position that this node knows to be committed; undefined while its term is not known here any more. */
export function commitHint(raft: Raft): EntryId | undefined {
  const index = raft.log.commit;
  const term = raft.log.term(index);
  return typeof term === 'number' ? { index, term } : undefined;
}

/**
 * Takes the commit position that a message of an election carries, whatever its term: what is committed once is
 * committed for ever. A candidate that learns of a configuration change that way has asked by the wrong
 * configuration: it stops, and lets the change be applied first (E11).
 */
export function takeCommitHint(raft: Raft, commit: EntryId | undefined): void {
  if (commit === undefined || raft.role === 'leader') return;
  if (commit.index <= raft.log.commit || !raft.log.matchTerm(commit)) return;
  raft.log.commitTo(commit.index);
  if (raft.role !== 'follower' && raft.log.hasUnappliedConfChange()) raft.becomeFollower(raft.term, null);
}

function lastOf(message: VoteMessage | PreVoteMessage): { index: number; term: number } {
  return { index: message.lastIndex, term: message.lastTerm };
}
