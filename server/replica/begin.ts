import { LogCorruptionError, type LogStore } from '../log/types.ts';
import { createGenesis, GENESIS } from './genesis.ts';
import type { IdentityStore, NodeIdentity } from './identity.ts';
import type { StateStorage } from './state-storage.ts';

/**
 * Makes sure that a formed node has the first state and log of a group, once in its life and before any vote.
 *
 * @returns the identity, which remembers that it was done
 * @throws LogCorruptionError when it was done before and the log is gone: this node has voted in what it lost
 */
export async function beginGroup(
  group: string,
  identity: NodeIdentity,
  log: LogStore,
  storage: StateStorage,
  store: IdentityStore,
): Promise<NodeIdentity> {
  if (identity.awaiting?.includes(group) === true) return awaitState(group, identity, storage);
  // A crash in the middle may leave the name of the group in the log, or where it begins without its term: all of it or nothing.
  const stored = log.groups().includes(group) ? log.group(group) : null;
  const there = stored !== null && stored.lastIndex() >= GENESIS.index && stored.hardState().term >= GENESIS.term;
  if (identity.began) {
    if (!there)
      throw new LogCorruptionError(`the log holds nothing of group ${group}, though this node has voted in it: log files are missing`);
    return identity;
  }
  if (!there) await createGenesis(group, identity, log, storage);
  const begun = { ...identity, began: true };
  store.save(begun);
  return begun;
}

/**
 * A member that has joined and not received the state of a group yet: it begins with nothing, so that whoever leads has to send
 * it the whole state (adr/0006). May be repeated; a copy that has arrived stays.
 */
function awaitState(group: string, identity: NodeIdentity, storage: StateStorage): NodeIdentity {
  const { clusterId, lineageId } = identity;
  if (clusterId === null || lineageId === null) throw new Error('a node that has joined has a cluster id');
  const there = storage.open(group);
  if (there === null)
    storage.create({ group, clusterId, lineages: [{ id: lineageId, forkIndex: null }] }, { position: { term: 0, index: 0 }, voters: [] });
  else there.machine.close();
  return identity;
}
