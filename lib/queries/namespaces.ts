import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { NamespaceList } from '../contract/schemas/entries.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

/** As many as one answer may hold: the tree shows all of them. */
const PAGE = 1000;

/** All namespaces, page by page. */
export function namespacesQuery(reader: Reader) {
  return infiniteQueryOptions({
    queryKey: keys.namespaces(),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<NamespaceList>> =>
      reader.client.namespaces.list({ ...reader.options(failuresOf(client, queryKey)), limit: PAGE, cursor: pageParam, signal }).page(),
    getNextPageParam: (last: Answer<NamespaceList>) => last.data.nextCursor ?? undefined,
  });
}

/** One namespace: its description, its owner, how many entries it holds. */
export function namespaceQuery(reader: Reader, namespace: string) {
  return queryOptions({
    queryKey: keys.namespace(namespace),
    queryFn: ({ client, queryKey, signal }) =>
      reader.client.namespaces.get(namespace, { ...reader.options(failuresOf(client, queryKey)), signal }),
  });
}
