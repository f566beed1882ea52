import { assert } from '../../lib/kernel/assert.ts';
import { isMember } from './confchange.ts';
import type { Raft } from './raft.ts';
import type { AppMessage, HeartbeatMessage, SnapMessage, SnapshotMetadata } from './types.ts';

/** Takes the sender for the leader of this term: there can be only one. */
function follow(raft: Raft, leader: string): void {
  if (raft.role !== 'follower') raft.becomeFollower(raft.term, leader);
  assert(raft.leader === null || raft.leader === leader, () => `two leaders in term ${raft.term}: ${raft.leader} and ${leader}`);
  raft.electionElapsed = 0;
  raft.setLeader(leader);
}

function acknowledge(raft: Raft, to: string, index: number): void {
  raft.send({ type: 'app-resp', to, index, rejected: false, hintIndex: 0, hintTerm: 0 });
}

export function handleApp(raft: Raft, message: AppMessage): void {
  follow(raft, message.from);
  const { log } = raft;
  if (message.prevIndex < log.commit) {
    // Delayed, or probing below what may be compacted here. Committed entries cannot conflict.
    acknowledge(raft, message.from, log.commit);
    return;
  }
  const matched = log.maybeAppend({ index: message.prevIndex, term: message.prevTerm }, message.entries, message.commit);
  if (matched !== null) {
    acknowledge(raft, message.from, matched);
    return;
  }
  const hint = log.findConflictByTerm(Math.min(message.prevIndex, log.lastIndex()), message.prevTerm);
  raft.send({ type: 'app-resp', to: message.from, index: message.prevIndex, rejected: true, hintIndex: hint.index, hintTerm: hint.term });
}

export function handleHeartbeat(raft: Raft, message: HeartbeatMessage): void {
  follow(raft, message.from);
  // The leader never names more than we have acknowledged: beyond our log means that we have lost entries (R3, D10).
  raft.log.commitTo(message.commit);
  raft.send({ type: 'heartbeat-resp', to: message.from, read: message.read });
}

export function handleSnap(raft: Raft, message: SnapMessage): void {
  follow(raft, message.from);
  restore(raft, message.snapshot);
  acknowledge(raft, message.from, raft.log.commit);
}

/**
 * A snapshot from a leader whose term has ended while the state was on its way. What it holds was committed, and stays so under
 * every later leader: were it thrown away, a member that needs one would get none as long as leaders change faster than a copy
 * takes (R12). Who sent it is followed in nothing; whoever leads now hears how far this log goes.
 */
export function handleLateSnap(raft: Raft, message: SnapMessage): void {
  // A leader holds everything that is committed, and a copy that only tells it so is of no use.
  if (raft.role === 'leader' || message.snapshot.index <= raft.log.commit) return;
  // Its requests for votes speak of the log that it had; and nobody is elected while a copy waits to be installed (E11).
  if (raft.role !== 'follower') raft.becomeFollower(raft.term, null);
  restore(raft, message.snapshot);
  if (raft.leader !== null) acknowledge(raft, raft.leader, raft.log.commit);
}

/** Whatever of the snapshot is news: nothing, the commit index, or the whole state (R10). */
function restore(raft: Raft, snapshot: SnapshotMetadata): void {
  if (snapshot.index <= raft.log.commit) return;
  // A snapshot from before this node was added would make it forget that it is a member.
  if (!isMember(snapshot.confState, raft.id)) return;
  if (raft.log.matchTerm(snapshot)) {
    raft.log.commitTo(snapshot.index);
    return;
  }
  raft.log.restore(snapshot);
  raft.switchConf(snapshot.confState);
}

/** Two leaders in one term cannot be. */
export function handleSecondLeader(raft: Raft, message: AppMessage | HeartbeatMessage | SnapMessage): void {
  assert(false, () => `two leaders in term ${raft.term}: ${raft.id} and ${message.from}`);
}
