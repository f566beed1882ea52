/**
 * Cursors: opaque to clients, versioned, and bound to the state they were made from and to the question that was asked
 * (spec 2). A page is answered only from a state that has reached that one.
 *
 *     base64url( JSON [ 1, hash of the question, token of the state, position ] )
 */
import { createHash } from 'node:crypto';
import { must } from '../../lib/kernel/assert.ts';
import { DEFAULT_GROUP, TokenError, formatElement, formatFullVersion, mergeTokens, parseToken } from '../../lib/contract/token.ts';
import type { Token } from '../../lib/contract/token.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Engine } from '../engine/types.ts';
import type { Call } from './context.ts';
import { ServiceError } from './errors.ts';
import type { ReadFacts } from './errors.ts';
import type { ShardMap } from './shard-map.ts';

const FORMAT = 1;

/** What a list was asked: route, filters, and whose eyes see it. Equal questions have equal hashes. */
export type Question = readonly (string | number | boolean | null | readonly string[])[];

export interface Cursor<P> {
  /** State that the first page was read from. */
  readonly asOf: Token;
  /** Whose log the index is of. */
  readonly group: string;
  readonly asOfIndex: number;
  readonly position: P;
}

function hashOf(question: Question): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
}

/** The lineage that this node's state is of, `cluster.lineage`. */
export function historyOf(engine: Engine, group: string): string {
  // A group that this node has no replica of is of the same cluster: one lineage has all its groups.
  const identity = must(engine.identity(group) ?? engine.identity(DEFAULT_GROUP), `the group ${group} has an identity`);
  return `${identity.clusterId}.${must(identity.lineages.at(-1), 'an identity has a lineage').id}`;
}

/** The cursor for the page after `position`. */
export function encodeCursor(engine: Engine, group: string, question: Question, asOf: LogPosition, position: unknown): string {
  const state = formatFullVersion(historyOf(engine, group), group, asOf);
  return Buffer.from(JSON.stringify([FORMAT, hashOf(question), state, position])).toString('base64url');
}

/** The same for a list over several groups; `states`: those of the first page, or the token that said so. */
export function encodeVectorCursor(
  engine: Engine,
  question: Question,
  states: Token | readonly { readonly group: string; readonly applied: LogPosition }[],
  position: unknown,
): string {
  const state = states.map((one) =>
    'applied' in one ? formatFullVersion(historyOf(engine, one.group), one.group, one.applied) : formatElement(one),
  );
  return Buffer.from(JSON.stringify([FORMAT, hashOf(question), state.join(','), position])).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @param isPosition whether the position is one of this list
 * @throws ServiceError `invalid-cursor` when it is no cursor or belongs to another question, `cursor-expired` when the cluster was restored since
 */
export function decodeCursor<P>(engine: Engine, question: Question, text: string, isPosition: (value: unknown) => value is P): Cursor<P> {
  const invalid = (detail: string): ServiceError =>
    new ServiceError('invalid-cursor', detail, { errors: [{ parameter: 'cursor', detail }] });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw invalid('this is no cursor: give back nextCursor as it came');
  }
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== FORMAT)
    throw invalid('this is no cursor: give back nextCursor as it came');
  const [, hash, state, position] = parts as readonly unknown[];
  if (hash !== hashOf(question)) throw invalid('this cursor was made for another list or other filters: start again without it');
  if (typeof state !== 'string' || !isPosition(position)) throw invalid('this is no cursor: give back nextCursor as it came');
  const asOf = readState(state);
  const [element] = asOf ?? [];
  if (asOf === null || element === undefined) throw invalid('this is no cursor: give back nextCursor as it came');
  if (element.history !== historyOf(engine, element.group))
    throw new ServiceError('cursor-expired', 'the cluster was restored since this cursor was made: start again without it');
  return { asOf, group: element.group, asOfIndex: Number(element.index), position };
}

function readState(text: string): Token | null {
  try {
    return parseToken(text);
  } catch (error) {
    if (error instanceof TokenError) return null;
    throw error;
  }
}

/** The call, made to wait for the state of the cursor as well. */
export function reachingCursor(call: Call, cursor: Pick<Cursor<unknown>, 'asOf'> | null): Call {
  if (cursor === null) return call;
  const { consistency } = call;
  const mode = consistency.mode === 'eventual' ? 'read-your-writes' : consistency.mode;
  const asked = consistency.mode === 'eventual' ? [] : consistency.token;
  try {
    return { ...call, consistency: { ...consistency, mode, token: mergeTokens(asked, cursor.asOf) } };
  } catch (error) {
    if (error instanceof TokenError)
      throw new ServiceError('cursor-expired', `the version asked for and this cursor belong to different logs: ${error.message}`);
    throw error;
  }
}

/**
 * A list goes on in the log that it began in: what an index of it said is not known elsewhere.
 *
 * @throws ServiceError `cursor-expired` when the namespace has changed hands since
 */
export function sameLog(map: ShardMap, read: ReadFacts, namespace: string, cursor: Cursor<unknown> | null): void {
  if (cursor === null || (cursor.group === read.group && map.startIn(read.group, namespace) <= cursor.asOfIndex)) return;
  throw new ServiceError(
    'cursor-expired',
    `${namespace} has moved to another group since this cursor was made: start again without it`,
    {},
    {
      read,
    },
  );
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
