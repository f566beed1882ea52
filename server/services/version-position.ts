/** The position that a version in a precondition names: one element of the entry's own group. */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ProblemDetailError } from '../../lib/contract/schemas/problem.ts';
import { TokenError, parseToken } from '../../lib/contract/token.ts';
import type { Precondition } from '../state/types.ts';
import { ServiceError } from './errors.ts';
import type { ShardMap } from './shard-map.ts';

/** What a write asks of the entry before it. */
export type EntryPrecondition = Precondition;

/** @param where where the version stands in the request */
export function versionPosition(
  map: ShardMap,
  text: string,
  where: Omit<ProblemDetailError, 'detail'>,
): LogPosition & { readonly group: string } {
  const name = where.pointer ?? where.parameter ?? 'the version';
  try {
    const [element, ...more] = parseToken(text);
    // An entry that came from another group has the version that it was given there.
    if (element !== undefined && more.length === 0 && map.knows(element.group))
      return { group: element.group, term: safe(element.term), index: safe(element.index) };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ServiceError(
      'invalid-version-token',
      `${name}: ${error.message}`,
      { errors: [{ ...where, detail: error.message, element: error.element + 1, offset: error.offset }] },
      { cause: error },
    );
  }
  throw new ServiceError('invalid-version-token', `${name} names the version of one entry, as its answer gave it, for example 5:42`, {
    errors: [{ ...where, detail: 'one element of the group that keeps the entry' }],
  });
}

/** No entry lies beyond 2^53-1, so whatever is larger names none. */
function safe(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
