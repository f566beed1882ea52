import { ConfmanError } from '../../lib/client/errors.ts';
import type { Problem } from '../../lib/contract/schemas/problem.ts';
import { isBehind } from '../../lib/queries/retry.ts';

/** Why a read of the first paint failed, as the server handed it over. */
export interface FirstFailure {
  readonly code: string;
  readonly message: string;
  readonly problem: Problem | null;
}

export interface ReadState {
  /** The node is behind what this browser has seen, and is asked on and on. */
  readonly waiting: Problem | null;
  /** The read failed; it is not under way any more, or not worth waiting for. */
  readonly failure: FirstFailure | null;
}

/** What a query says of itself; a part of TanStack Query's result. */
export interface QueryView {
  readonly data: unknown;
  readonly error: Error | null;
  readonly failureReason: Error | null;
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
}

/**
 * What a page says about a read beside its data. Until the browser's own first attempt has an answer, the server's says why
 * there is nothing yet: so the very first paint after a refresh shows that a node is behind.
 */
export function readState(query: QueryView, first: FirstFailure | null): ReadState {
  const { data, error, failureReason, fetchStatus } = query;
  if (fetchStatus === 'fetching' && isBehind(failureReason)) return { waiting: (failureReason as ConfmanError).problem, failure: null };
  if (error !== null) return { waiting: null, failure: failureOf(error) };
  if (data !== undefined || first === null) return { waiting: null, failure: null };
  if (first.code === 'version-not-reached') return { waiting: first.problem, failure: null };
  // What may be over soon is the browser's to try; what is settled is said at once.
  return { waiting: null, failure: first.problem !== null && !first.problem.retryable ? first : null };
}

function failureOf(error: Error): FirstFailure {
  if (error instanceof ConfmanError) return { code: error.code, message: error.message, problem: error.problem };
  return { code: 'unknown', message: error.message, problem: null };
}
