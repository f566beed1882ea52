import { queryOptions } from '@tanstack/react-query';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';

/** The whole cluster as the answering node sees it. The event stream keeps it up to date, so it does not grow stale by itself. */
export function clusterQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.cluster(),
    queryFn: async ({ signal }) => (await reader.client.cluster.status({ session: false, retry: false, signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Who is signed in, and where. */
export function sessionQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.session(),
    queryFn: async ({ signal }) => (await reader.client.signIn.whoAmI({ session: false, signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
