import { QueryClient } from '@tanstack/react-query';
import { isConfmanError } from '../client/errors.ts';
import { retryWhileBehind } from './retry.ts';

const RETRY_MS = 3000;

/** The browser's cache. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What the server rendered counts as fresh for a while; changes reach the cache by event.
        staleTime: 30_000,
        retry: retryWhileBehind,
        retryDelay: 50,
        refetchOnWindowFocus: true,
        // What failed for a passing reason is tried again for as long as somebody looks at it.
        refetchInterval: ({ state }) => (isConfmanError(state.error) && state.error.retryable ? RETRY_MS : false),
      },
      mutations: { retry: false },
    },
  });
}
