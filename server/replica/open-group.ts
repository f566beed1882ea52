/** Opens what a node has of a group, and judges whether log and state belong together. */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { GroupLog, GroupWrite, LogStore } from '../log/types.ts';
import { LogCorruptionError } from '../log/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { Append } from './genesis.ts';
import type { OpenedState, StateStorage } from './state-storage.ts';

export type GroupOpening =
  | { readonly kind: 'ok'; readonly state: OpenedState }
  /** Damage: the replica neither votes nor acknowledges nor reads (spec 3, section 2). */
  | { readonly kind: 'quarantined'; readonly reason: string };

/**
 * The state may stand anywhere between the start and the end of the log. Ahead of it, the log has lost what it had
 * acknowledged; behind it, the state has. Both are damage, with one exception: a snapshot was put in force and the process
 * ended before the log's mark for it was durable. That is completed here.
 */
export async function openGroup(
  group: string,
  log: LogStore,
  storage: StateStorage,
  append: Append = (write) => appendDurably(log, write),
): Promise<GroupOpening> {
  try {
    const state = storage.open(group);
    if (state === null) return { kind: 'quarantined', reason: `the state database of group ${group} is missing` };
    const applied = state.machine.applied();
    const stored = log.group(group);
    if (applied.index < stored.base().index) {
      state.machine.close();
      return {
        kind: 'quarantined',
        reason: `the log of group ${group} starts after ${stored.base().index}, but its state has applied only ${applied.index}`,
      };
    }
    if (stored.term(applied.index) !== applied.term) {
      const { installedAt } = state;
      if (installedAt?.index !== applied.index || installedAt.term !== applied.term) {
        state.machine.close();
        return { kind: 'quarantined', reason: contradiction(group, stored, applied) };
      }
      // The log may even be longer than the snapshot: with entries that were never committed, and have to go.
      await completeInstall(group, log, state, append);
    }
    return { kind: 'ok', state };
  } catch (error) {
    if (error instanceof StateCorruptionError || error instanceof LogCorruptionError) return { kind: 'quarantined', reason: error.message };
    throw error;
  }
}

function contradiction(group: string, stored: GroupLog, applied: LogPosition): string {
  const term = stored.term(applied.index);
  if (term === 'unavailable')
    return `the log of group ${group} ends at ${stored.lastIndex()}, but its state has applied ${applied.index}: the log has lost entries`;
  return `the log of group ${group} has term ${term} at ${applied.index}, but its state has applied ${applied.term}:${applied.index}`;
}

function completeInstall(group: string, log: LogStore, state: OpenedState, append: Append): Promise<void> {
  const applied = state.machine.applied();
  const before = log.group(group).hardState();
  // The snapshot came from a leader of at least this term; a vote of an older term means nothing in it.
  const hardState =
    before.term >= applied.term ? { ...before, commit: applied.index } : { term: applied.term, vote: null, commit: applied.index };
  return append({ group, hardState, snapshot: { ...applied, confState: state.machine.confState() } });
}

/** One write on its own, for the moments before the loop runs. */
export function appendDurably(log: LogStore, write: Parameters<LogStore['append']>[0][number]): Promise<void> {
  return new Promise((resolve, reject) => log.append([write], resolve, reject));
}

/**
 * The write that ends the log of a removed group: all its entries go. The log keeps the name, a few bytes in every segment, so
 * that no record of the group that is still on the disk is ever taken for another's.
 *
 * @returns null when there is nothing left to end
 */
export function endOfLog(log: LogStore, group: string): GroupWrite | null {
  if (!log.groups().includes(group)) return null;
  const stored = log.group(group);
  const index = stored.lastIndex();
  const term = stored.term(index);
  if (index === stored.base().index || typeof term !== 'number') return null;
  const confState = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  return { group, snapshot: { index, term, confState } };
}
