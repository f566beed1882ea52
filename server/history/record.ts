/** One operation on Confman as its client saw it: what both checkers of Confman's own histories read. */
import { z } from 'zod';
import { DEFAULT_GROUP, parseToken, REGISTRY_GROUP, TokenError, type TokenElement } from '../../lib/contract/token.ts';
import { assert } from '../../lib/kernel/assert.ts';
import type { Position } from './position.ts';

function isToken(text: string): boolean {
  try {
    parseToken(text);
    return true;
  } catch (error) {
    if (error instanceof TokenError) return false;
    throw error;
  }
}

const Text = z.string().min(1);
// Aborts, so that the rules about the whole record meet readable tokens only.
const TokenText = z.string().refine(isToken, { error: 'expected a version token, for example 5:42', abort: true });

/** Every answer has a time and a token: a write's is the version it made, any other's the applied version. */
const answered = { at: z.number(), token: TokenText };
const Written = z.strictObject({ outcome: z.literal('written'), ...answered });
/** 412: the precondition did not hold. */
const Conflict = z.strictObject({ outcome: z.literal('conflict'), ...answered });
/** 404: nothing to read, or to delete. */
const Absent = z.strictObject({ outcome: z.literal('absent'), ...answered });
const Found = z.strictObject({ outcome: z.literal('found'), value: z.string(), version: TokenText, ...answered });

const request = {
  /** One client that carries its tokens from answer to question. */
  session: Text,
  /** The node that was asked. */
  node: Text,
  /** Raft group of the key; `default` when left out. */
  group: Text.optional(),
  key: Text,
  call: z.number(),
};
const conditional = { ...request, ifMatch: TokenText.optional(), ifNoneMatch: z.literal('*').optional() };

const Put = z.strictObject({
  op: z.literal('put'),
  value: z.string(),
  /** Null: nobody knows whether it took effect. */
  answer: z.discriminatedUnion('outcome', [Written, Conflict]).nullable(),
  ...conditional,
});
const Delete = z.strictObject({
  op: z.literal('delete'),
  answer: z.discriminatedUnion('outcome', [Written, Conflict, Absent]).nullable(),
  ...conditional,
});
const Read = z.strictObject({
  op: z.literal('read'),
  /** The mode that the answer says was given; the one asked for when there is no answer. */
  mode: z.enum(['eventual', 'read-your-writes', 'linearizable']),
  minVersion: TokenText.optional(),
  answer: z.discriminatedUnion('outcome', [Found, Absent]).nullable(),
  ...request,
});

/**
 * One recorded operation. Times are any numbers of one clock. Operations that certainly did not take place (503 `no-leader`,
 * a refused read) are left out by whoever records. Tokens carry their history (`X-Confman-Token`) throughout, or nowhere.
 */
export const RecordedOperation = z
  .discriminatedUnion('op', [Put, Delete, Read])
  .refine((record) => record.answer === null || record.answer.at >= record.call, 'expected an answer after its call')
  .refine(
    (record) => record.answer?.outcome !== 'written' || hasElement(record.answer.token, groupOf(record)),
    'expected the token of a write to have an element for the group of its key',
  )
  .refine(
    (record) => record.answer?.outcome !== 'found' || isPosition(record.answer.version),
    'expected the version of an entry to be one element other than 0:0',
  )
  .refine(
    (record) => record.op === 'read' || record.ifMatch === undefined || (record.ifNoneMatch === undefined && isPosition(record.ifMatch)),
    'expected ifMatch to be one version, and not beside ifNoneMatch',
  );
export type RecordedOperation = z.infer<typeof RecordedOperation>;

export type RecordedRead = Extract<RecordedOperation, { readonly op: 'read' }>;
export type RecordedWrite = Exclude<RecordedOperation, RecordedRead>;

export function groupOf(record: { readonly group?: string | undefined }): string {
  return record.group ?? DEFAULT_GROUP;
}

/** Elements that name an entry: `0:0` and the registry's epoch name none. */
export function elementsOf(token: string): readonly TokenElement[] {
  return parseToken(token).filter(({ group, index }) => group !== REGISTRY_GROUP && index !== 0n);
}

export function elementFor(token: string, group: string): TokenElement | undefined {
  return elementsOf(token).find((element) => element.group === group);
}

function hasElement(token: string, group: string): boolean {
  return elementFor(token, group) !== undefined;
}

function isPosition(token: string): boolean {
  return elementsOf(token).length === 1;
}

/** Where in its log an element points. Indexes of real logs are safe integers (spec 1, section 1). */
export function positionOf(element: TokenElement): Position {
  return { term: Number(element.term), index: Number(element.index) };
}

/**
 * The position that a version names: an entry's own, or a write's.
 *
 * @throws InvariantError when it is not exactly one element
 */
export function versionPosition(version: string): Position {
  const [element, ...more] = elementsOf(version);
  assert(element !== undefined && more.length === 0, () => `"${version}" is not the version of one entry`);
  return positionOf(element);
}
