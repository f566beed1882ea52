import type { DehydratedState, QueryClient } from '@tanstack/react-query';
import type { AnswerMeta } from '../client/types.ts';
import type { Token } from '../contract/token.ts';
import { parseToken, TokenError } from '../contract/token.ts';

interface PagedAnswer {
  readonly pages: readonly { readonly meta: AnswerMeta }[];
}

/** What an answer in the cache was read from; null where it says nothing of it. */
function tokenOf(data: unknown): Token | null {
  if (typeof data !== 'object' || data === null) return null;
  const meta =
    'meta' in data ? (data as { readonly meta: AnswerMeta }).meta : 'pages' in data ? (data as PagedAnswer).pages[0]?.meta : undefined;
  if (meta?.token === null || meta?.token === undefined) return null;
  try {
    return parseToken(meta.token);
  } catch (error) {
    if (error instanceof TokenError) return null;
    throw error;
  }
}

/** Whether `a` was read from a later state than `b` in some group, and from an earlier one in none. */
export function isNewer(a: unknown, b: unknown): boolean {
  const [left, right] = [tokenOf(a), tokenOf(b)];
  if (left === null || right === null) return false;
  let newer = false;
  for (const element of left) {
    const other = right.find(({ group, history }) => group === element.group && history === element.history);
    if (other === undefined) continue;
    if (element.index < other.index) return false;
    if (element.index > other.index) newer = true;
  }
  return newer;
}

/** Whether an answer was read, or written, at `required` or later: one element of a token, as a node names it. */
export function reaches(data: unknown, required: string): boolean {
  const [token, wanted] = [tokenOf(data), parseToken(required)];
  return token !== null && wanted.every(({ group, index }) => token.some((element) => element.group === group && element.index >= index));
}

/**
 * What a server render brings, made fit to be merged into a browser's cache: the order of versions decides what is newer,
 * never the clocks of two machines. What the cache holds from a later version stays; all else counts as got now.
 */
export function onlyNewer(state: DehydratedState, cache: QueryClient, nowMs = Date.now()): DehydratedState {
  const queries = state.queries
    .filter((query) => !isNewer(cache.getQueryData(query.queryKey), query.state.data))
    .map((query) => {
      const known = cache.getQueryState(query.queryKey)?.dataUpdatedAt ?? 0;
      return { ...query, dehydratedAt: nowMs, state: { ...query.state, dataUpdatedAt: Math.max(nowMs, known + 1) } };
    });
  return { ...state, queries };
}
