import { assert } from '../../lib/kernel/assert.ts';
import { isMember } from './confchange.ts';
import { dataBytes } from './log.ts';
import type { Progress } from './progress.ts';
import type { Raft } from './raft.ts';
import type { PeerId } from './types.ts';

/** Sends an append even if it is empty, unless the flow to the member is paused. */
export function sendAppend(raft: Raft, to: PeerId): void {
  const progress = raft.tracker.progress.get(to);
  if (progress !== undefined && to !== raft.id) maybeSendAppend(raft, to, progress, true);
}

/** Sends everybody what the window allows: entries, or at least a commit index that is news. Once per turn. */
export function flushAppends(raft: Raft): void {
  raft.appendsDue = false;
  for (const [to, progress] of raft.tracker.progress) {
    if (to === raft.id) continue;
    if (!maybeSendAppend(raft, to, progress, progress.canBumpCommit(raft.log.commit))) continue;
    while (maybeSendAppend(raft, to, progress, false));
  }
}

/** Sends the next entries, or a snapshot if they are gone. Returns whether anything was sent. */
function maybeSendAppend(raft: Raft, to: PeerId, progress: Progress, sendIfEmpty: boolean): boolean {
  if (progress.paused()) return false;
  const { log } = raft;
  const prevIndex = progress.next - 1;
  assert(prevIndex <= log.lastIndex(), () => `leader: ${to} has acknowledged ${prevIndex}, beyond the log`);
  const prevTerm = log.term(prevIndex);
  if (typeof prevTerm === 'string') return maybeSendSnapshot(raft, to, progress);
  // With a full window only an empty append goes: should the whole window be lost, its rejection frees it (R7).
  const entries = progress.windowFull() ? [] : log.entriesFrom(progress.next, raft.config.sizePerMsgBytesMax);
  if (typeof entries === 'string') return maybeSendSnapshot(raft, to, progress);
  if (entries.length === 0 && !sendIfEmpty) return false;
  raft.send({ type: 'app', to, prevIndex, prevTerm, commit: log.commit, entries });
  progress.sentEntries(entries.length, dataBytes(entries));
  progress.sentCommit(log.commit);
  return true;
}

function maybeSendSnapshot(raft: Raft, to: PeerId, progress: Progress): boolean {
  // Whoever is not there would only hold a copy of the state busy.
  if (!progress.recentActive) return false;
  const snapshot = raft.storage.snapshot();
  if (snapshot === null) return false;
  // Too old to go on from, or from before the member was added (it would refuse): the shell will have a newer one.
  if (snapshot.index + 1 < raft.log.firstIndex() || snapshot.index <= progress.match) return false;
  if (!isMember(snapshot.confState, to)) return false;
  progress.becomeSnapshot(snapshot.index);
  raft.send({ type: 'snap', to, snapshot });
  return true;
}

/** Never names a commit index that the receiver has not acknowledged to have the entry of (R3). */
export function sendHeartbeat(raft: Raft, to: PeerId, progress: Progress): void {
  const commit = Math.min(progress.match, raft.log.commit);
  raft.send({ type: 'heartbeat', to, commit, read: raft.leaderReads.roundUnderWay() });
}
