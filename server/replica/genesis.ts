import type { LogStore } from '../log/types.ts';
import type { NodeIdentity } from './identity.ts';
import { appendDurably } from './open-group.ts';
import type { StateStorage } from './state-storage.ts';

/**
 * Where the log of a new group begins: as if a snapshot had been installed at entry 1 of term 1. A node that joins later has
 * nothing, not even that, and so always gets the state itself, with the identity of the cluster in it.
 */
export const GENESIS = { term: 1, index: 1 } as const;

/**
 * Makes the first state and log of a group durable. Every node of a forming cluster makes the
 * same, before any vote. May be repeated after a crash in the middle: nothing has been voted or acknowledged yet.
 */
export async function createGenesis(group: string, identity: NodeIdentity, log: LogStore, storage: StateStorage): Promise<void> {
  const { clusterId, lineageId, members } = identity;
  if (clusterId === null || lineageId === null) throw new Error('a formed node has a cluster id');
  const voters = members.map(({ id }) => id).toSorted();
  storage.create({ group, clusterId, lineages: [{ id: lineageId, forkIndex: null }] }, { position: GENESIS, voters: members });
  const confState = { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  await appendDurably(log, {
    group,
    hardState: { term: GENESIS.term, vote: null, commit: GENESIS.index },
    snapshot: { ...GENESIS, confState },
  });
}
