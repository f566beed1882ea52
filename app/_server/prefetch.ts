import { QueryClient } from '@tanstack/react-query';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { FirstFailure } from '../_client/read-state.ts';

/** The query cache of one render: each query is asked once, and what the browser should go on with is handed over. */
export function renderQueries(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

/**
 * Waits for a read of a first paint.
 *
 * @returns why it failed; null when it did not
 */
export async function failureOf(read: Promise<unknown>): Promise<FirstFailure | null> {
  try {
    await read;
    return null;
  } catch (error) {
    if (!(error instanceof ConfmanError)) throw error;
    return { code: error.code, message: error.message, problem: error.problem };
  }
}
