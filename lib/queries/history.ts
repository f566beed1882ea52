import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { DeletedList, History } from '../contract/schemas/entries.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

/** Each revision carries its value, so a page is short. */
const HISTORY_PAGE = 30;
const DELETED_PAGE = 100;

/** Every kept revision of a key, newest first, page by page; of a deleted key too. */
export function historyQuery(reader: Reader, namespace: string, key: string) {
  return infiniteQueryOptions({
    queryKey: keys.history(namespace, key),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<History>> =>
      reader.client.config
        .history(namespace, key, { ...reader.options(failuresOf(client, queryKey)), limit: HISTORY_PAGE, cursor: pageParam, signal })
        .page(),
    getNextPageParam: (last: Answer<History>) => last.data.nextCursor ?? undefined,
  });
}

/** One kept revision. It never changes, so it is asked for once. */
export function revisionQuery(reader: Reader, namespace: string, key: string, revision: number) {
  return queryOptions({
    queryKey: keys.revision(namespace, key, revision),
    queryFn: ({ client, queryKey, signal }) =>
      reader.client.config.getRevision(namespace, key, revision, { ...reader.options(failuresOf(client, queryKey)), signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The deleted keys of a namespace, page by page. */
export function deletedQuery(reader: Reader, namespace: string) {
  return infiniteQueryOptions({
    queryKey: keys.deleted(namespace),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<DeletedList>> =>
      reader.client.config
        .deleted(namespace, { ...reader.options(failuresOf(client, queryKey)), limit: DELETED_PAGE, cursor: pageParam, signal })
        .page(),
    getNextPageParam: (last: Answer<DeletedList>) => last.data.nextCursor ?? undefined,
  });
}
