import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { EntryList } from '../contract/schemas/entries.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

/** The first page is what a screen shows, and travels in the page itself; the others are as large as the API gives. */
const FIRST_PAGE = 100;
const PAGE = 1000;

/** The entries of a namespace without their values, page by page, all of one state. */
export function entriesQuery(reader: Reader, namespace: string) {
  return infiniteQueryOptions({
    queryKey: keys.entries(namespace),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<EntryList>> =>
      reader.client.config
        .list(namespace, {
          ...reader.options(failuresOf(client, queryKey)),
          values: false,
          limit: pageParam === undefined ? FIRST_PAGE : PAGE,
          cursor: pageParam,
          signal,
        })
        .page(),
    getNextPageParam: (last: Answer<EntryList>) => last.data.nextCursor ?? undefined,
  });
}

/** One entry with its value. */
export function entryQuery(reader: Reader, namespace: string, key: string) {
  return queryOptions({
    queryKey: keys.entry(namespace, key),
    queryFn: ({ client, queryKey, signal }) =>
      reader.client.config.get(namespace, key, { ...reader.options(failuresOf(client, queryKey)), signal }),
  });
}
