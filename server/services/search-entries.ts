/** Entries of all namespaces that the caller may read, by text in keys and values. */
import type { EntryList } from '../../lib/contract/schemas/entries.ts';
import type { EntryRow } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { ServiceError } from './errors.ts';
import { factsOf, gather } from './gather.ts';
import { decodeGroupCursor, encodeGroupCursor, reachingGroups, sameOwners } from './group-cursor.ts';
import { requireRight } from './guards.ts';
import { PAGE_BYTES_MAX } from './list-entries.ts';
import { mergePages } from './merge-pages.ts';
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

/** Names are in the order of their UTF-8 bytes. */
function comparePlaces(a: Place, _groupOfA: string, b: Place): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

export async function searchEntries(services: Services, call: Call, input: SearchInput): Promise<ReadResult<EntryList>> {
  requireRight(call.principal, 'read');
  const { prefix, search, inKey, inValue, values, limit } = input;
  const { scope } = call.principal;
  const question = ['configs', prefix, search, inKey, inValue, values, scope];
  const cursor = input.cursor === null ? null : decodeGroupCursor(services, question, input.cursor, isPlace);
  const parts = await gather(services, reachingGroups(call, cursor), (group) => {
    const place = cursor?.places.get(group);
    if (cursor !== null && place === undefined) return null;
    return {
      type: 'search',
      prefix,
      scope,
      search,
      inKey,
      inValue,
      after: place?.at ?? null,
      asOf: place?.asOf ?? null,
      rowsMax: limit,
      bytesMax: PAGE_BYTES_MAX,
    };
  });
  sameOwners(cursor, parts);
  const read = factsOf(parts);
  if (parts.some(({ data }) => data.asOfGone))
    throw new ServiceError('cursor-expired', 'the state of this cursor is no longer kept: start again without it', {}, { read });
  const pages = parts.map(({ group, data: { rows, next } }) => ({ group, rows, start: cursor?.places.get(group)?.at ?? null, next }));
  const { rows, next } = mergePages<EntryRow, Place>(pages, {
    placeOf: ({ namespace, key }) => ({ namespace, key }),
    compare: comparePlaces,
    rowsMax: limit,
    bytesMax: PAGE_BYTES_MAX,
    bytesOf: ({ key, value = '' }) => key.length + value.length,
  });
  const items = rows.map(({ group, row }) => toEntry(group, values ? row : { ...row, value: undefined }));
  return { ...read, data: { items, nextCursor: encodeGroupCursor(services, question, cursor, parts, next) } };
}
