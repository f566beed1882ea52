/** Queued proposals, once a turn: into the core of the leader, or out to the node that leads. */
import type { RawNode } from '../raft/raw-node.ts';
import type { PeerId } from '../raft/types.ts';
import { readLevel } from '../state/codec.ts';
import type { Proposal, ProposalQueue } from './proposal-queue.ts';
import type { Stamper } from './stamper.ts';

/** Bounds of one group's share of a turn, so that no group can starve another (rule T5). */
const PROPOSALS_MAX = 1024;
const BYTES_MAX = 8 * 1024 * 1024;

export interface LeaderDrain {
  readonly core: RawNode;
  readonly proposals: ProposalQueue;
  readonly stamper: Stamper;
  readonly wallMs: number;
  /** Commands that take space are refused for now. */
  readonly storageFull: boolean;
  /** The cluster's level, as this replica has applied it. */
  readonly level: number;
}

/** At the leader: stamps what waits and proposes it in one piece. */
export function proposeQueued({ core, proposals, stamper, wallMs, storageFull, level }: LeaderDrain): void {
  const taken = refuseAboveLevel(proposals.take(PROPOSALS_MAX, BYTES_MAX), level);
  const batch = storageFull ? refuseWhenFull(taken) : taken;
  if (batch.length === 0) return;
  const result = core.propose(batch.map((proposal) => stamper.stamp(proposal.bytes, wallMs)));
  if (result.kind === 'accepted') proposals.accepted(result.term, result.firstIndex, batch);
  // Full tail or a transfer under way: they wait in the queue, where their time runs.
  else proposals.putBack(batch);
}

/** Elsewhere: the proposals to hand to `leader`. Those that came from another node go back to it, the rest wait for a leader. */
export function takeForLeader(proposals: ProposalQueue, leader: PeerId | null): readonly Proposal[] {
  const [stay, go]: [Proposal[], Proposal[]] = [[], []];
  for (const proposal of proposals.take(PROPOSALS_MAX, BYTES_MAX)) {
    if (proposal.forwarded) proposal.settle({ kind: 'not-leader', leader: null });
    else if (leader === null) stay.push(proposal);
    else go.push(proposal);
  }
  proposals.putBack(stay);
  return go;
}

/**
 * A leader proposes nothing above the level that it has applied, because some member may not understand it. Only a follower
 * that is ahead of a new leader can ask for that, for as long as the leader's own tail is not applied. What is below the
 * level goes: every program that may be a member knows all levels up to that of the cluster.
 */
function refuseAboveLevel(proposals: readonly Proposal[], level: number): readonly Proposal[] {
  if (proposals.every(({ bytes }) => readLevel(bytes) <= level)) return proposals;
  for (const proposal of proposals) if (readLevel(proposal.bytes) > level) proposal.settle({ kind: 'refused', code: 'not-ready' });
  return proposals.filter(({ bytes }) => readLevel(bytes) <= level);
}

function refuseWhenFull(proposals: readonly Proposal[]): readonly Proposal[] {
  for (const proposal of proposals) if (!proposal.frees) proposal.settle({ kind: 'refused', code: 'storage-full' });
  return proposals.filter((proposal) => proposal.frees);
}
