import { voters } from './confchange.ts';
import type { Raft } from './raft.ts';
import type { Asker, RoundRead } from './read-only.ts';
import { sendHeartbeat } from './replication.ts';
import type { ReadIndexMessage, ReadIndexRespMessage } from './types.ts';

/** The shell asks for an index to read at. */
export function readIndex(raft: Raft, requestId: number): void {
  if (raft.role === 'leader') {
    if (!ask(raft, { kind: 'local', requestId })) raft.readsLost.push(requestId);
    return;
  }
  if (raft.leader === null || raft.forwardedReads.full()) {
    raft.readsLost.push(requestId);
    return;
  }
  const request = raft.forwardedReads.add(requestId);
  raft.send({ type: 'read-index', to: raft.leader, session: raft.session, request });
}

export function handleReadIndex(raft: Raft, message: ReadIndexMessage): void {
  const { from: peer, session, request } = message;
  if (!ask(raft, { kind: 'remote', peer, session, request })) rejectReadIndex(raft, message);
}

/** Only a leader can say; who asked somebody else learns it at once instead of waiting. */
export function rejectReadIndex(raft: Raft, message: ReadIndexMessage): void {
  const { from: to, session, request } = message;
  raft.send({ type: 'read-index-resp', to, session, request, rejected: true, index: 0 });
}

export function handleReadIndexResp(raft: Raft, message: ReadIndexRespMessage): void {
  // An answer to the process that ran here before: the same number there was another read.
  if (message.session !== raft.session) return;
  const requestId = raft.forwardedReads.take(message.request);
  if (requestId === null) return;
  if (message.rejected) raft.readsLost.push(requestId);
  else raft.readStates.push({ requestId, index: message.index });
}

function ask(raft: Raft, asker: Asker): boolean {
  if (raft.leaderReads.full()) return false;
  // Without a commit in this term the commit index may be older than what the leader before has acknowledged (C1).
  raft.leaderReads.add(asker, raft.committedInOwnTerm() ? raft.log.commit : null);
  return true;
}

export function releaseEarlyReads(raft: Raft): void {
  raft.leaderReads.releaseEarly(raft.log.commit);
}

/** Starts the round for all reads of this turn: the heartbeats leave after the reads were asked for (C1). */
export function flushReads(raft: Raft): void {
  if (!raft.leaderReads.roundDue()) return;
  raft.leaderReads.startRound();
  for (const to of voters(raft.tracker.conf)) {
    const progress = raft.tracker.progress.get(to);
    if (to !== raft.id && progress !== undefined) sendHeartbeat(raft, to, progress);
  }
  releaseConfirmedReads(raft);
}

export function releaseConfirmedReads(raft: Raft): void {
  for (const read of raft.leaderReads.takeConfirmed(raft.tracker.conf, raft.id)) answer(raft, read);
}

function answer(raft: Raft, { asker, index }: RoundRead): void {
  if (asker.kind === 'local') {
    raft.readStates.push({ requestId: asker.requestId, index });
    return;
  }
  const { peer: to, session, request } = asker;
  raft.send({ type: 'read-index-resp', to, session, request, rejected: false, index });
}
