import type { FetchInfiniteQueryOptions, FetchQueryOptions, QueryClient, QueryKey } from '@tanstack/react-query';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { Problem } from '../../lib/contract/schemas/problem.ts';

/** Why a first paint lacks something, as plain data that can travel to the browser. */
export interface ReadFailure {
  readonly code: string;
  readonly message: string;
  readonly problem: Problem | null;
}

/**
 * Fills a query of a first paint.
 *
 * @returns why it could not be filled; null when it was
 */
export async function prefetch<T, K extends QueryKey>(queries: QueryClient, options: FetchQueryOptions<T, Error, T, K>): Promise<ReadFailure | null> {
  return await failureOf(queries.fetchQuery({ ...options, retry: false }));
}

/** The same for the first page of a list. */
export async function prefetchPages<T, K extends QueryKey, P>(queries: QueryClient, options: FetchInfiniteQueryOptions<T, Error, T, K, P>): Promise<ReadFailure | null> {
  return await failureOf(queries.fetchInfiniteQuery({ ...options, retry: false }));
}

async function failureOf(fetched: Promise<unknown>): Promise<ReadFailure | null> {
  try {
    await fetched;
    return null;
  } catch (error) {
    if (!(error instanceof ConfmanError)) throw error;
    return { code: error.code, message: error.message, problem: error.problem };
  }
}
