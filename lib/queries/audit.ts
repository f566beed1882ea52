import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Answer } from '../client/types.ts';
import type { AuditList } from '../contract/schemas/audit.ts';
import type { AuditFilter } from './audit-filter.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

const PAGE = 100;

/** Audit events, newest first, page by page, all of one state. New ones come by the event stream, so nothing is asked again unbidden. */
export function auditQuery(reader: Reader, filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: keys.audit(filter),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ client, queryKey, pageParam, signal }): Promise<Answer<AuditList>> =>
      reader.client.audit({ ...reader.options(failuresOf(client, queryKey)), ...filter, limit: PAGE, cursor: pageParam, signal }).page(),
    getNextPageParam: (last: Answer<AuditList>) => last.data.nextCursor ?? undefined,
    refetchOnWindowFocus: false,
  });
}
