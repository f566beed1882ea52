import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { isConfmanError } from '../client/errors.ts';

/** A read that a node answered with "not yet": to be asked again for as long as somebody looks at it. */
export function isBehind(error: unknown): boolean {
  return isConfmanError(error, 'version-not-reached');
}

/** A node that is behind is asked on and on; every other failure was retried by the client already. */
export function retryWhileBehind(_failures: number, error: unknown): boolean {
  return isBehind(error);
}

/** How often the read that is under way has failed: says how patient the next attempt may be. */
export function failuresOf(client: QueryClient, queryKey: QueryKey): number {
  return client.getQueryState(queryKey)?.fetchFailureCount ?? 0;
}
