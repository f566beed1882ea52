import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { EntryList } from '../contract/schemas/entries.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

const PAGE = 50;

/** Where a search looks. */
export type SearchWhere = 'both' | 'key' | 'value';

/** Entries of all namespaces that contain a text, with their values, page by page. */
export function searchQuery(reader: Reader, search: string, where: SearchWhere, limit = PAGE) {
  return infiniteQueryOptions({
    queryKey: keys.search(search, where, limit),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<EntryList>> =>
      reader.client
        .search({
          ...reader.options(failuresOf(client, queryKey)),
          search,
          in: where === 'both' ? ['key', 'value'] : [where],
          values: true,
          limit,
          cursor: pageParam,
          signal,
        })
        .page(),
    getNextPageParam: (last: Answer<EntryList>) => last.data.nextCursor ?? undefined,
  });
}
