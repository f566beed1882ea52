import { isVoter } from './confchange.ts';
import { maybeAutoLeave } from './proposals.ts';
import type { Raft } from './raft.ts';
import { sendAppend } from './replication.ts';
import type { PeerId } from './types.ts';

/**
 * Hands leadership over (dissertation 3.10): no proposals from now on, the target is caught up, then told to start an
 * election. Given up after an election timeout. Does nothing when this node does not lead, or the target cannot.
 */
export function transferLeader(raft: Raft, to: PeerId): void {
  if (raft.role !== 'leader' || to === raft.id || to === raft.transferTarget) return;
  const progress = raft.tracker.progress.get(to);
  if (progress === undefined || !isVoter(raft.tracker.conf, to)) return;
  raft.transferTarget = to;
  raft.electionElapsed = 0;
  if (progress.match === raft.log.lastIndex()) sendTimeoutNow(raft, to);
  else sendAppend(raft, to);
}

export function sendTimeoutNow(raft: Raft, to: PeerId): void {
  raft.send({ type: 'timeout-now', to });
}

export function abortTransfer(raft: Raft): void {
  raft.transferTarget = null;
  maybeAutoLeave(raft);
}
