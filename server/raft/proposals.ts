import { encodeConfChange } from './confchange-codec.ts';
import { changeConf, isJoint } from './confchange.ts';
import type { Raft } from './raft.ts';
import { type ConfChange, type EntryType, type ProposeResult, type RefusalReason } from './types.ts';
import { entryOverheadBytes } from './uncommitted.ts';

/** Appends to the leader's log; it leaves for the others when the turn ends, and for the disk with the next `Ready`. */
export function appendOwn(raft: Raft, type: EntryType, data: readonly Uint8Array[]): number {
  const first = raft.log.lastIndex() + 1;
  raft.log.append(data.map((bytes, i) => ({ term: raft.term, index: first + i, type, data: bytes })));
  raft.uncommitted.add(raft.log.lastIndex(), costOf(data));
  raft.appendsDue = true;
  return first;
}

/** Proposes data for the state machine, all or nothing. An empty list is taken and does nothing. */
export function propose(raft: Raft, data: readonly Uint8Array[]): ProposeResult {
  const reason = refusal(raft, data);
  if (reason !== null) return { kind: 'refused', reason };
  if (data.length === 0) return { kind: 'accepted', term: raft.term, firstIndex: raft.log.lastIndex() + 1 };
  return { kind: 'accepted', term: raft.term, firstIndex: appendOwn(raft, 'normal', data) };
}

/**
 * Proposes a change of the configuration. What is accepted here can be applied everywhere: all changes before it are
 * applied on this leader, and no other is under way, so `changeConf` answers now as it will then.
 */
export function proposeConfChange(raft: Raft, change: ConfChange): ProposeResult {
  const data = encodeConfChange(change);
  const reason = refusal(raft, [data]) ?? confChangeRefusal(raft, change);
  if (reason !== null) return { kind: 'refused', reason };
  const firstIndex = appendOwn(raft, 'conf-change', [data]);
  raft.pendingConfIndex = firstIndex;
  return { kind: 'accepted', term: raft.term, firstIndex };
}

/** Leaves a joint configuration as soon as it is applied; asked whenever something that stood in the way has gone. */
export function maybeAutoLeave(raft: Raft): void {
  if (raft.role !== 'leader' || raft.transferTarget !== null) return;
  const { conf } = raft.tracker;
  if (!isJoint(conf) || !conf.autoLeave) return;
  if (raft.pendingConfIndex > raft.log.applied) return;
  const leave = encodeConfChange({ transition: 'auto', changes: [], context: new Uint8Array(0) });
  raft.pendingConfIndex = appendOwn(raft, 'conf-change', [leave]);
}

function refusal(raft: Raft, data: readonly Uint8Array[]): RefusalReason | null {
  if (raft.removed()) return 'removed';
  if (raft.role !== 'leader') return 'not-leader';
  if (raft.transferTarget !== null) return 'transferring';
  return raft.uncommitted.hasRoomFor(costOf(data)) ? null : 'tail-full';
}

function confChangeRefusal(raft: Raft, change: ConfChange): RefusalReason | null {
  // The bug of 2015: two leaders, each with a change of its own that its successor does not know of (M2). Here changes
  // take effect on apply and the next rule would do; this one does not depend on that.
  if (!raft.committedInOwnTerm()) return 'no-entry-of-own-term';
  if (raft.pendingConfIndex > raft.log.applied) return 'change-pending';
  const outcome = changeConf(raft.tracker.conf, change);
  return outcome.kind === 'impossible' ? outcome.problem : null;
}

function costOf(data: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const item of data) bytes += item.length + entryOverheadBytes;
  return bytes;
}
