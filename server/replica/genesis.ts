import type { MemberInfo } from '../state/member-info.ts';
import type { GroupWrite } from '../log/types.ts';
import type { NodeIdentity } from './identity.ts';
import type { StateStorage } from './state-storage.ts';

/**
 * Where the log of a new group begins: as if a snapshot had been installed at entry 1 of term 1. A node that joins later has
 * nothing, not even that, and so always gets the state itself, with the identity of the cluster in it.
 */
export const GENESIS = { term: 1, index: 1 } as const;

/** Makes one write durable, however the owner of the log does that. */
export type Append = (write: GroupWrite) => Promise<void>;

/**
 * Makes the first state and log of a group durable. Every first member makes the same, before any vote. May be repeated after
 * a crash in the middle: nothing has been voted or acknowledged yet.
 *
 * @param level of the commands that the group may be given from the beginning
 */
export async function createGenesis(
  group: string,
  { clusterId, lineageId }: NodeIdentity,
  first: { readonly members: readonly MemberInfo[]; readonly level: number },
  storage: StateStorage,
  append: Append,
): Promise<void> {
  if (clusterId === null || lineageId === null) throw new Error('a formed node has a cluster id');
  const { members, level } = first;
  const voters = members.map(({ id }) => id).toSorted();
  storage.create({ group, clusterId, lineages: [{ id: lineageId, forkIndex: null }] }, { position: GENESIS, voters: members, level });
  const confState = { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  await append({ group, hardState: { term: GENESIS.term, vote: null, commit: GENESIS.index }, snapshot: { ...GENESIS, confState } });
}
