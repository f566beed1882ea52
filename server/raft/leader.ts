import { assert, InvariantError } from '../../lib/kernel/assert.ts';
import { changeConf, isVoter } from './confchange.ts';
import { maybeAutoLeave } from './proposals.ts';
import type { Raft } from './raft.ts';
import { releaseConfirmedReads, releaseEarlyReads } from './reads.ts';
import { sendAppend, sendHeartbeat } from './replication.ts';
import { abortTransfer, sendTimeoutNow } from './transfer.ts';
import type { AppRespMessage, ConfChange, ConfState, HeartbeatRespMessage, PeerId } from './types.ts';

export function broadcastHeartbeat(raft: Raft): void {
  for (const [to, progress] of raft.tracker.progress) {
    if (to === raft.id) continue;
    progress.heartbeatSent();
    sendHeartbeat(raft, to, progress);
  }
}

/** Steps down when no quorum was heard from since the last check (E7): who cannot be answered must not be believed in. */
export function checkQuorum(raft: Raft): void {
  const self = raft.tracker.progress.get(raft.id);
  if (self !== undefined) self.recentActive = true;
  if (!raft.tracker.quorumActive()) {
    raft.becomeFollower(raft.term, null);
    return;
  }
  for (const [id, progress] of raft.tracker.progress) progress.recentActive = id === raft.id;
}

export function handleAppResp(raft: Raft, message: AppRespMessage): void {
  const progress = raft.tracker.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  if (message.rejected) {
    // The follower has named its last position of at most the probed term; we skip ours that it cannot have (R6).
    const { hintIndex, hintTerm } = message;
    const guess = hintTerm > 0 ? raft.log.findConflictByTerm(hintIndex, hintTerm).index : hintIndex;
    if (!progress.maybeDecrTo(message.index, guess)) return;
    if (progress.state === 'replicate') progress.becomeProbe();
    sendAppend(raft, message.from);
    return;
  }
  assert(message.index <= raft.log.lastIndex(), () => `leader: ${message.from} acknowledges ${message.index}, beyond the log`);
  const news = progress.maybeUpdate(message.index);
  // An answer to a probe that told nothing new still shows that replication can go on. Index 0 is no such answer: it
  // may be meant for this leader in an earlier term, and would make it start again from the first entry.
  const probeAnswered = progress.state === 'probe' && message.index > 0 && progress.match === message.index;
  if (!news && !probeAnswered) return;
  switch (progress.state) {
    case 'probe':
      progress.becomeReplicate();
      break;
    case 'snapshot':
      // Any acknowledgement that the log can go on from ends the wait, whatever snapshot it came from (R12).
      if (progress.match + 1 >= raft.log.firstIndex()) progress.becomeReplicate();
      // The snapshot has arrived, but the log has been cut beyond it meanwhile: the next probe asks for another one.
      else if (progress.match >= progress.pendingSnapshot) progress.becomeProbe();
      break;
    case 'replicate':
      progress.freeInflights();
      break;
  }
  maybeCommit(raft);
  raft.appendsDue = true;
  if (message.from === raft.transferTarget && progress.match === raft.log.lastIndex()) sendTimeoutNow(raft, message.from);
}

export function handleHeartbeatResp(raft: Raft, message: HeartbeatRespMessage): void {
  const progress = raft.tracker.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  if (message.read > 0) {
    raft.leaderReads.answered(message.from, message.read);
    releaseConfirmedReads(raft);
  }
  // One try per heartbeat of the clock: read rounds are answered far more often.
  if (!progress.heartbeatAnswered()) return;
  if (progress.match < raft.log.lastIndex() || progress.state === 'probe') sendAppend(raft, message.from);
}

/** What this node has made durable counts from now on (D3). */
export function selfPersisted(raft: Raft): void {
  const self = raft.tracker.progress.get(raft.id);
  if (self === undefined) return;
  if (self.maybeUpdate(raft.log.durableIndex)) maybeCommit(raft);
}

/** Commits what a quorum holds durably, if it is of this term: what is older commits by implication (R1). */
export function maybeCommit(raft: Raft): void {
  const index = raft.tracker.quorumMatch();
  if (index <= raft.log.commit || raft.log.term(index) !== raft.term) return;
  const first = !raft.committedInOwnTerm();
  raft.log.commitTo(index);
  raft.uncommitted.commitTo(index);
  raft.appendsDue = true;
  if (first) releaseEarlyReads(raft);
}

/**
 * Puts a committed change in force, at the moment when its entry is applied. `null`: the state machine has rejected
 * it, and nothing changes.
 *
 * @throws InvariantError when the change is impossible here: the leader that proposed it had applied all before it
 */
export function applyConfChange(raft: Raft, change: ConfChange | null): ConfState {
  if (change === null) return raft.tracker.conf;
  const outcome = changeConf(raft.tracker.conf, change);
  if (outcome.kind === 'impossible') throw new InvariantError(`configuration change: ${outcome.problem}`);
  raft.switchConf(outcome.conf);
  if (raft.role !== 'leader') return outcome.conf;
  if (!isVoter(outcome.conf, raft.id)) {
    // It has committed the change that removes it, without counting itself; now others must lead (M6).
    raft.becomeFollower(raft.term, null);
    return outcome.conf;
  }
  // The quorum may have become smaller, and new members need not wait for a heartbeat.
  maybeCommit(raft);
  releaseConfirmedReads(raft);
  raft.appendsDue = true;
  if (raft.transferTarget !== null && !isVoter(outcome.conf, raft.transferTarget)) abortTransfer(raft);
  return outcome.conf;
}

export function appliedTo(raft: Raft, index: number): void {
  raft.log.appliedTo(index);
  maybeAutoLeave(raft);
}

/** The transport could not deliver: what was pipelined is probably lost. */
export function reportUnreachable(raft: Raft, id: PeerId): void {
  const progress = raft.role === 'leader' ? raft.tracker.progress.get(id) : undefined;
  if (progress?.state === 'replicate') progress.becomeProbe();
}

/** The shell has delivered a snapshot, or given up. */
export function reportSnapshot(raft: Raft, id: PeerId, ok: boolean): void {
  const progress = raft.role === 'leader' ? raft.tracker.progress.get(id) : undefined;
  if (progress?.state !== 'snapshot') return;
  if (ok) progress.becomeProbe();
  else progress.snapshotFailed();
  // Delivered: the acknowledgement is on its way. Failed: not again before a heartbeat was answered.
  progress.pause();
}
