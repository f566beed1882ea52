import { assert } from '../../lib/kernel/assert.ts';
import { jointCommittedIndex, jointVoteResult, type VoteResult } from './quorum.ts';
import type { ConfChange, ConfChangeSingle, ConfState, PeerId } from './types.ts';

/** A configuration without members: of a node that is to join and has heard nothing yet. */
export const emptyConfState: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};

/** Why a change cannot be made in a configuration. */
export type ConfChangeProblem = 'in-joint' | 'not-in-joint' | 'invalid-change';

export type ConfChangeOutcome =
  | { readonly kind: 'changed'; readonly conf: ConfState }
  | { readonly kind: 'impossible'; readonly problem: ConfChangeProblem };

export function isJoint(conf: ConfState): boolean {
  return conf.votersOutgoing.length > 0;
}

/** Whether `id` takes part at all. */
export function isMember(conf: ConfState, id: PeerId): boolean {
  return isVoter(conf, id) || conf.learners.includes(id);
}

/** Whether `id` votes in either half. */
export function isVoter(conf: ConfState, id: PeerId): boolean {
  return conf.voters.includes(id) || conf.votersOutgoing.includes(id);
}

/** Everybody who takes part, sorted. */
export function members(conf: ConfState): readonly PeerId[] {
  return sorted([...conf.voters, ...conf.votersOutgoing, ...conf.learners]);
}

/** Everybody who votes in either half, sorted. */
export function voters(conf: ConfState): readonly PeerId[] {
  return sorted([...conf.voters, ...conf.votersOutgoing]);
}

/** The largest index acknowledged by a quorum of `conf`. */
export function quorumIndex(conf: ConfState, acknowledged: (id: PeerId) => number): number {
  return jointCommittedIndex(conf.voters, conf.votersOutgoing, acknowledged);
}

/** Whether a quorum of `conf` said yes, cannot say yes any more, or has not decided. */
export function quorumVote(conf: ConfState, vote: (id: PeerId) => boolean | undefined): VoteResult {
  return jointVoteResult(conf.voters, conf.votersOutgoing, vote);
}

/**
 * The configuration after `change`: a pure function of both, so that every member computes the same one at the same
 * index. An empty change leaves a joint configuration; `auto` goes through a joint one when more than one voter differs.
 */
export function changeConf(conf: ConfState, change: ConfChange): ConfChangeOutcome {
  if (change.changes.length === 0) {
    return isJoint(conf) ? checked(leaveJoint(conf)) : { kind: 'impossible', problem: 'not-in-joint' };
  }
  if (isJoint(conf)) return { kind: 'impossible', problem: 'in-joint' };
  const simple = applySingles(conf, change.changes);
  if (simple.voters.length === 0) return { kind: 'impossible', problem: 'invalid-change' };
  if (change.transition === 'auto' && votersThatDiffer(conf, simple) <= 1) return checked(simple);
  if (conf.voters.length === 0) return { kind: 'impossible', problem: 'invalid-change' };
  const joint = { ...conf, votersOutgoing: conf.voters, autoLeave: true };
  return checked(applySingles(joint, change.changes));
}

function leaveJoint(conf: ConfState): ConfState {
  return {
    voters: conf.voters,
    learners: sorted([...conf.learners, ...conf.learnersNext]),
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  };
}

function applySingles(conf: ConfState, changes: readonly ConfChangeSingle[]): ConfState {
  const incoming = new Set(conf.voters);
  const learners = new Set(conf.learners);
  const learnersNext = new Set(conf.learnersNext);
  for (const { type, id } of changes) {
    incoming.delete(id);
    learners.delete(id);
    learnersNext.delete(id);
    if (type === 'add-voter') incoming.add(id);
    // Who still votes in the outgoing half must go on voting there, and becomes a learner on leaving.
    else if (type === 'add-learner') (conf.votersOutgoing.includes(id) ? learnersNext : learners).add(id);
  }
  return {
    voters: sorted(incoming),
    learners: sorted(learners),
    votersOutgoing: conf.votersOutgoing,
    learnersNext: sorted(learnersNext),
    autoLeave: conf.autoLeave,
  };
}

function votersThatDiffer(before: ConfState, after: ConfState): number {
  const gone = before.voters.filter((id) => !after.voters.includes(id));
  const come = after.voters.filter((id) => !before.voters.includes(id));
  return gone.length + come.length;
}

function checked(conf: ConfState): ConfChangeOutcome {
  assertConfState(conf);
  return { kind: 'changed', conf };
}

/** @throws InvariantError when `conf` is no configuration that changes can lead to */
export function assertConfState(conf: ConfState): void {
  for (const list of [conf.voters, conf.learners, conf.votersOutgoing, conf.learnersNext]) {
    assert(list.join() === sorted(list).join(), () => `configuration: not sorted or not unique: ${list.join()}`);
  }
  for (const id of conf.learners) {
    assert(!isVoter(conf, id), () => `configuration: ${id} is learner and voter`);
  }
  for (const id of conf.learnersNext) {
    assert(conf.votersOutgoing.includes(id), () => `configuration: ${id} becomes a learner but does not vote`);
    assert(!conf.voters.includes(id), () => `configuration: ${id} becomes a learner and stays a voter`);
  }
  if (isJoint(conf)) {
    assert(conf.voters.length > 0, 'configuration: a joint configuration leads to nobody');
    return;
  }
  assert(conf.learnersNext.length === 0, 'configuration: future learners without a joint configuration');
  assert(!conf.autoLeave, 'configuration: nothing to leave');
}

/** Sorted by code unit, without duplicates: the same on every member. */
function sorted(ids: Iterable<PeerId>): readonly PeerId[] {
  return [...new Set(ids)].sort();
}
