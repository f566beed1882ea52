/** The entries of a namespace, in the order of their keys. */
import type { EntryList } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { decodeCursor, encodeCursor, isText, reachingCursor, sameLog } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import { toEntry } from './rows.ts';

/** A page ends early rather than hold more than this of values. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

export interface ListEntriesInput {
  readonly namespace: string;
  readonly prefix: string;
  readonly values: boolean;
  readonly limit: number;
  readonly cursor: string | null;
}

export async function listEntries(services: Services, call: Call, input: ListEntriesInput): Promise<ReadResult<EntryList>> {
  const { namespace, prefix, values, limit } = input;
  requireNamespace(call.principal, 'read', namespace);
  const { engine, gateway } = services;
  const question = ['entries', namespace, prefix, values];
  const cursor = input.cursor === null ? null : decodeCursor(engine, question, input.cursor, isText);
  const query = {
    type: 'entries',
    namespace,
    prefix,
    values,
    after: cursor?.position ?? null,
    asOf: cursor?.asOfIndex ?? null,
    rowsMax: limit,
    bytesMax: PAGE_BYTES_MAX,
  } as const;
  const read = await gateway.scan(namespace, query, reachingCursor(call, cursor));
  const { group } = read;
  sameLog(services.map, read, namespace, cursor);
  const { rows, more, asOfGone, namespaceExists } = read.data;
  if (asOfGone)
    throw new ServiceError('cursor-expired', 'the state of this cursor is no longer kept: start again without it', {}, { read });
  if (!namespaceExists && cursor === null)
    throw new ServiceError('namespace-not-found', `there is no namespace ${namespace}`, {}, { read });
  const asOf = cursor === null ? read.applied : { term: Number(cursor.asOf[0]?.term ?? 0), index: cursor.asOfIndex };
  const last = rows.at(-1);
  const nextCursor = more && last !== undefined ? encodeCursor(engine, group, question, asOf, last.key) : null;
  return { ...read, data: { items: rows.map((row) => toEntry(group, row)), nextCursor } };
}
