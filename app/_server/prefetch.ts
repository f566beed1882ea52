import type { FetchInfiniteQueryOptions, FetchQueryOptions, QueryClient, QueryKey } from '@tanstack/react-query';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { FirstFailure } from '../_client/read-state.ts';

/**
 * Fills a query of a first paint.
 *
 * @returns why it could not be filled; null when it was
 */
export async function prefetch<T, K extends QueryKey>(
  queries: QueryClient,
  options: FetchQueryOptions<T, Error, T, K>,
): Promise<FirstFailure | null> {
  return await failureOf(queries.fetchQuery({ ...options, retry: false }));
}

/** The same for the first page of a list. */
export async function prefetchPages<T, K extends QueryKey, P>(
  queries: QueryClient,
  options: FetchInfiniteQueryOptions<T, Error, T, K, P>,
): Promise<FirstFailure | null> {
  return await failureOf(queries.fetchInfiniteQuery({ ...options, retry: false }));
}

async function failureOf(fetched: Promise<unknown>): Promise<FirstFailure | null> {
  try {
    await fetched;
    return null;
  } catch (error) {
    if (!(error instanceof ConfmanError)) throw error;
    return { code: error.code, message: error.message, problem: error.problem };
  }
}
