import type { ConfState, PeerId } from '../raft/types.ts';

function majority(ids: readonly PeerId[], holds: (id: PeerId) => boolean): boolean {
  return ids.filter(holds).length * 2 > ids.length;
}

/** Whether those for whom `holds` can decide under a configuration, in both halves of a joint one. */
export function quorumReached({ voters, votersOutgoing }: ConfState, holds: (id: PeerId) => boolean): boolean {
  return majority(voters, holds) && (votersOutgoing.length === 0 || majority(votersOutgoing, holds));
}
