/** What a node says of itself when it shakes hands. */
import type { Hello } from '../peers/types.ts';
import { initialClusterHash } from './formation.ts';
import type { NodeIdentity } from './identity.ts';
import type { ConsensusNodeOptions } from './node-options.ts';

/** @param claim of a node that asks to be let into a cluster */
export function helloOf(
  options: ConsensusNodeOptions,
  identity: NodeIdentity,
  levels: Pick<Hello, 'levelMin' | 'levelMax'>,
  claim: string | undefined,
): Hello {
  const { clusterId, lineageId, incarnation, stage, memberSince = 1 } = identity;
  const formed = stage === 'formed';
  return {
    name: options.name,
    formed,
    clusterId,
    lineageId,
    incarnation,
    listHash: options.join === null ? initialClusterHash(options.initialMembers) : null,
    peerAddress: options.peerAddress,
    url: options.url,
    ...levels,
    buildVersion: options.version,
    ...(formed ? { memberSince } : claim === undefined ? {} : { claim }),
  };
}
