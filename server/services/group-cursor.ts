/** Cursors of lists over several groups: one position for each group that has more, bound to the states that the list began in. */
import { mergeTokens, type Token } from '../../lib/contract/token.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { decodeCursor, encodeVectorCursor, reachingCursor } from './cursor.ts';
import type { Question } from './cursor.ts';
import { ServiceError } from './errors.ts';

/** Where a list goes on in one group. */
export interface GroupPlace<P> {
  /** Null: at the start. */
  readonly at: P | null;
  /** Index of the state that the first page was read from. */
  readonly asOf: number;
  /** When what the group keeps had changed last, at that state. */
  readonly owned: number;
}

export interface GroupCursor<P> {
  readonly asOf: Token;
  readonly places: ReadonlyMap<string, GroupPlace<P>>;
}

/** `[group, at, owned]`; the indexes stand in the token. */
type Line<P> = readonly [string, P | null, number];

/** Reads a cursor, also one that was made while the cluster had one group. */
export function decodeGroupCursor<P>(
  { engine }: Services,
  question: Question,
  text: string,
  isPlace: (value: unknown) => value is P,
): GroupCursor<P> {
  const isLine = (value: unknown): value is Line<P> =>
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === 'string' &&
    (value[1] === null || isPlace(value[1])) &&
    Number.isSafeInteger(value[2]);
  const isPosition = (value: unknown): value is P | readonly Line<P>[] => isPlace(value) || (Array.isArray(value) && value.every(isLine));
  const { asOf, position } = decodeCursor(engine, question, text, isPosition);
  const lines: readonly Line<P>[] = isPlace(position) ? [['default', position, 0]] : position;
  const places = new Map<string, GroupPlace<P>>();
  for (const [group, at, owned] of lines) {
    const index = asOf.find((element) => element.group === group)?.index ?? 0n;
    places.set(group, { at, asOf: Number(index), owned });
  }
  return { asOf, places };
}

/** The cursor of the next page; null after the last one. */
export function encodeGroupCursor<P>(
  { engine }: Services,
  question: Question,
  before: GroupCursor<P> | null,
  parts: readonly ReadResult<unknown>[],
  next: ReadonlyMap<string, P | null>,
): string | null {
  if (next.size === 0) return null;
  const lines: Line<P>[] = [];
  for (const [group, at] of next) {
    const part = parts.find((one) => one.group === group);
    lines.push([group, at, before?.places.get(group)?.owned ?? part?.ownershipIndex ?? 0]);
  }
  const live = parts.filter(({ archived }) => archived !== true);
  const states = before?.asOf ?? live.map(({ group, applied }) => ({ group, applied }));
  return encodeVectorCursor(engine, question, states, lines);
}

/**
 * The pages of one list are of one division of the namespaces: what has changed hands since would be missing, or be there twice.
 *
 * @throws ServiceError `cursor-expired`
 */
export function sameOwners(cursor: GroupCursor<unknown> | null, parts: readonly ReadResult<unknown>[]): void {
  const moved = parts.find(({ group, ownershipIndex = 0 }) => cursor !== null && cursor.places.get(group)?.owned !== ownershipIndex);
  if (moved === undefined) return;
  throw new ServiceError(
    'cursor-expired',
    `namespaces of ${moved.group} have changed hands since this cursor was made: start again without it`,
  );
}

/** The call, made to wait for the states of the cursor as well. */
export function reachingGroups(call: Call, cursor: GroupCursor<unknown> | null): Call {
  return cursor === null ? call : reachingCursor(call, { asOf: mergeTokens(cursor.asOf) });
}
