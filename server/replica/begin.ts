import { LogCorruptionError, type LogStore } from '../log/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import { type Append, createGenesis, GENESIS } from './genesis.ts';
import { GROUP_DEFAULT, hasBegun, type IdentityKeeper, type NodeIdentity } from './identity.ts';
import { appendDurably } from './open-group.ts';
import type { StateStorage } from './state-storage.ts';

/** What a group is begun with, on every one of its first members alike. */
export interface FirstState {
  readonly members: readonly MemberInfo[];
  readonly level: number;
}

export interface BeginOptions {
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly identity: IdentityKeeper;
  /** How a write becomes durable; while a loop runs it goes through its queue. */
  readonly append?: Append | undefined;
}

/**
 * Makes sure that a formed node has the first state and log of a group, once in its life and before any vote.
 *
 * @param first of a group that may begin here; null: this node is none of its first members, and waits to be sent the state
 * @throws LogCorruptionError when it was done before and the log is gone: this node has voted in what it lost
 */
export async function beginGroup(group: string, first: FirstState | null, options: BeginOptions): Promise<void> {
  const { log, storage, identity, append = (write) => appendDurably(log, write) } = options;
  if (identity.current.gone?.includes(group) === true) throw new Error(`group ${group} was removed from this node, and never begins again`);
  if (identity.current.awaiting?.includes(group) === true) return awaitState(group, identity.current, storage);
  // A crash in the middle may leave the name of the group in the log, or where it begins without its term: all of it or nothing.
  const stored = log.groups().includes(group) ? log.group(group) : null;
  const there = stored !== null && stored.lastIndex() >= GENESIS.index && stored.hardState().term >= GENESIS.term;
  if (hasBegun(identity.current, group)) {
    if (!there)
      throw new LogCorruptionError(`the log holds nothing of group ${group}, though this node has voted in it: log files are missing`);
    return;
  }
  if (first === null) {
    identity.update((current) => ({ ...current, awaiting: [...(current.awaiting ?? []), group] }));
    return awaitState(group, identity.current, storage);
  }
  if (!there) await createGenesis(group, identity.current, first, storage, append);
  identity.update((current) => withBegun(current, group));
}

function withBegun(identity: NodeIdentity, group: string): NodeIdentity {
  return group === GROUP_DEFAULT ? { ...identity, began: true } : { ...identity, begun: [...(identity.begun ?? []), group] };
}

/** The state of a group has come and its log begins behind it, before that is acknowledged to anybody: the log may not be empty any more. */
export function noteReceived(identity: IdentityKeeper, group: string): void {
  if (identity.current.awaiting?.includes(group) !== true) return;
  identity.update((current) => {
    const awaiting = (current.awaiting ?? []).filter((one) => one !== group);
    return hasBegun(current, group) ? { ...current, awaiting } : withBegun({ ...current, awaiting }, group);
  });
}

/**
 * A member that has joined and not received the state of a group yet: it begins with nothing, so that whoever leads has to send
 * it the whole state (adr/0006). May be repeated; a copy that has arrived stays.
 */
function awaitState(group: string, { clusterId, lineageId }: NodeIdentity, storage: StateStorage): void {
  if (clusterId === null || lineageId === null) throw new Error('a node that has joined has a cluster id');
  const there = storage.open(group);
  if (there === null)
    storage.create(
      { group, clusterId, lineages: [{ id: lineageId, forkIndex: null }] },
      { position: { term: 0, index: 0 }, voters: [], level: 1 },
    );
  else there.machine.close();
}
