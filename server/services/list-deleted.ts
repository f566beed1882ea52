/** The deleted keys of a namespace, in the order of their keys; of a deleted namespace too. */
import type { DeletedList } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { decodeCursor, encodeCursor, isText, reachingCursor, sameLog } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import { toRevision } from './rows.ts';

export interface ListDeletedInput {
  readonly namespace: string;
  readonly prefix: string;
  readonly limit: number;
  readonly cursor: string | null;
}

export async function listDeleted(services: Services, call: Call, input: ListDeletedInput): Promise<ReadResult<DeletedList>> {
  const { namespace, prefix, limit } = input;
  requireNamespace(call.principal, 'read', namespace);
  const { engine, gateway } = services;
  const question = ['deleted', namespace, prefix];
  const cursor = input.cursor === null ? null : decodeCursor(engine, question, input.cursor, isText);
  const query = {
    type: 'deleted',
    namespace,
    prefix,
    after: cursor?.position ?? null,
    asOf: cursor?.asOfIndex ?? null,
    rowsMax: limit,
  } as const;
  const read = await gateway.scan(namespace, query, reachingCursor(call, cursor));
  const { group } = read;
  sameLog(services.map, read, namespace, cursor);
  const { rows, next, asOfGone, namespaceExists } = read.data;
  if (asOfGone)
    throw new ServiceError('cursor-expired', 'the state of this cursor is no longer kept: start again without it', {}, { read });
  if (!namespaceExists && cursor === null && rows.length === 0 && next === null)
    throw new ServiceError('namespace-not-found', `there is no namespace ${namespace}, and nothing was deleted there`, {}, { read });
  const asOf = cursor === null ? read.applied : { term: Number(cursor.asOf[0]?.term ?? 0), index: cursor.asOfIndex };
  const nextCursor = next === null ? null : encodeCursor(engine, group, question, asOf, next);
  return { ...read, data: { items: rows.map((row) => toRevision(group, row)), nextCursor } };
}
