import { QueryClient } from '@tanstack/react-query';
import { retryWhileBehind } from './retry.ts';

/** One set of defaults for the server's render and the browser. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What the server rendered counts as fresh for a while; changes reach the cache by event.
        staleTime: 30_000,
        retry: retryWhileBehind,
        retryDelay: 50,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
