/** Entries of all namespaces that the caller may read, by text in keys and values. */
import type { EntryList } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { decodeCursor, encodeCursor, reachingCursor } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireRight } from './guards.ts';
import { PAGE_BYTES_MAX } from './list-entries.ts';
import { toEntry } from './rows.ts';

export interface SearchInput {
  /** Of keys. */
  readonly prefix: string;
  readonly search: string;
  readonly inKey: boolean;
  readonly inValue: boolean;
  readonly values: boolean;
  readonly limit: number;
  readonly cursor: string | null;
}

interface Place {
  readonly namespace: string;
  readonly key: string;
}

function isPlace(value: unknown): value is Place {
  return (
    typeof value === 'object' &&
    value !== null &&
    'namespace' in value &&
    typeof value.namespace === 'string' &&
    'key' in value &&
    typeof value.key === 'string'
  );
}

export async function searchEntries(services: Services, call: Call, input: SearchInput): Promise<ReadResult<EntryList>> {
  requireRight(call.principal, 'read');
  const { engine, reads } = services;
  const { prefix, search, inKey, inValue, values, limit } = input;
  const { scope } = call.principal;
  const group = CLUSTER_GROUP;
  const question = ['configs', prefix, search, inKey, inValue, values, scope];
  const cursor = input.cursor === null ? null : decodeCursor(engine, group, question, input.cursor, isPlace);
  const query = {
    type: 'search',
    prefix,
    scope,
    search,
    inKey,
    inValue,
    after: cursor?.position ?? null,
    asOf: cursor?.asOfIndex ?? null,
    rowsMax: limit,
    bytesMax: PAGE_BYTES_MAX,
  } as const;
  const read = await reads.scan(group, query, reachingCursor(call, cursor));
  const { rows, next, asOfGone } = read.data;
  if (asOfGone)
    throw new ServiceError('cursor-expired', 'the state of this cursor is no longer kept: start again without it', {}, { read });
  const asOf = cursor === null ? read.applied : { term: Number(cursor.asOf[0]?.term ?? 0), index: cursor.asOfIndex };
  const nextCursor = next === null ? null : encodeCursor(engine, group, question, asOf, next);
  const items = rows.map((row) => toEntry(group, values ? row : { ...row, value: undefined }));
  return { ...read, data: { items, nextCursor } };
}
