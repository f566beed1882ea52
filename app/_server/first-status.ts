import { cache } from 'react';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { serverReader } from './reader.ts';

/** A status that takes longer, because nodes are dead, comes over the event stream. */
const STATUS_MS = 150;

/** The cluster's status for a first paint; null when it is not there at once. Asked once per request. */
export const firstStatus = cache(async (): Promise<ClusterStatus | null> => {
  const { client } = await serverReader();
  const ending = AbortSignal.timeout(STATUS_MS);
  try {
    return (await client.cluster.status({ session: false, signal: ending })).data;
  } catch {
    // The stream brings it, or says that it cannot.
    return null;
  }
});
