import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { ApiKeyList } from '../contract/schemas/access.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

/** As many as one answer may hold: keys are few. */
const PAGE = 1000;

/** API keys, revoked ones too; for administrators whose key is not limited to namespaces. */
export function apiKeysQuery(reader: Reader) {
  return infiniteQueryOptions({
    queryKey: keys.apiKeys(),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<ApiKeyList>> =>
      reader.client.keys.list({ ...reader.options(failuresOf(client, queryKey)), limit: PAGE, cursor: pageParam, signal }).page(),
    getNextPageParam: (last: Answer<ApiKeyList>) => last.data.nextCursor ?? undefined,
  });
}

/** The OpenAPI document of the node. It is the same as long as the node runs. */
export function openapiQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.openapi(),
    queryFn: ({ signal }) => reader.client.openapi({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
