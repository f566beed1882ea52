/** Routes of entries: one, many, history, restore, batch. */
import type { Entry } from '../../../lib/contract/model.ts';
import * as entries from '../../../lib/contract/schemas/entries.ts';
import { LIST_LIMIT_DEFAULT } from '../../../lib/contract/schemas/common.ts';
import * as queries from '../../../lib/contract/schemas/queries.ts';
import type { ReadResult } from '../../services/context.ts';
import { ServiceError } from '../../services/errors.ts';
import { deleteEntry } from '../../services/delete-entry.ts';
import { entryHistory } from '../../services/entry-history.ts';
import { getEntry, getRevision } from '../../services/get-entry.ts';
import { listDeleted } from '../../services/list-deleted.ts';
import { listEntries } from '../../services/list-entries.ts';
import { dryRunPut, putEntry } from '../../services/put-entry.ts';
import { restoreEntry } from '../../services/restore-entry.ts';
import { searchEntries } from '../../services/search-entries.ts';
import { writeBatch } from '../../services/write-batch.ts';
import { JSON_TYPE, jsonBody, readAnswer, wroteAnswer } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { BATCH_BODY_BYTES_MAX, entryBodyBytesMax } from '../limits.ts';
import { VALUE_CONTENT_TYPE, representationOf, wantsJson } from '../negotiation.ts';
import { entityTag, isUnchanged, writePrecondition } from '../preconditions.ts';
import { route } from '../route.ts';
import type { RouteContext } from '../route.ts';

const ENTRY = '/api/v1/namespaces/:namespace/config/:key';
const WRITE_HEADERS = {
  'If-Match': 'Only when the entry is at this version, in double quotes',
  'If-None-Match': '`*`: only when there is no entry',
};

/** Entries are immutable, and the same object comes again while nothing has changed. */
const texts = new WeakMap<Entry, string>();

function jsonOf(entry: Entry): string {
  let text = texts.get(entry);
  if (text === undefined) {
    text = JSON.stringify(entry);
    texts.set(entry, text);
  }
  return text;
}

/** The entry in the representation that was asked for, or 304 when the caller has it. */
function entryAnswer(read: ReadResult<Entry>, accept: string | undefined, ifNoneMatch: string | undefined): Answer {
  const entry = read.data;
  const representation = wantsJson(accept) ? 'json' : representationOf(accept, entry.type);
  if (representation === null)
    throw new ServiceError(
      'not-acceptable',
      'an entry comes as application/json, text/plain, or application/yaml where it is YAML',
      {},
      { read },
    );
  const etag = entityTag(entry.version, representation !== 'json');
  if (isUnchanged(ifNoneMatch, etag)) return { status: 304, body: { kind: 'none' }, headers: { etag }, read, wrote: null };
  if (representation === 'json')
    return {
      status: 200,
      body: { kind: 'text', text: jsonOf(entry), contentType: JSON_TYPE },
      headers: { etag },
      read,
      wrote: null,
    };
  return {
    status: 200,
    body: { kind: 'text', text: entry.value ?? '', contentType: VALUE_CONTENT_TYPE[representation] },
    headers: { etag },
    read,
    wrote: null,
  };
}

function answerEntry({ api, call, params, query, request }: RouteContext<queries.GetEntryQuery, null>): Answer | Promise<Answer> {
  const { accept, 'if-none-match': ifNoneMatch } = request.headers;
  if (query.revision !== undefined) return answerRevision(api, call, params, Number(query.revision), accept, ifNoneMatch);
  const read = getEntry(api.services, call, params);
  return read instanceof Promise ? read.then((late) => entryAnswer(late, accept, ifNoneMatch)) : entryAnswer(read, accept, ifNoneMatch);
}

async function answerRevision(
  api: RouteContext<never, never>['api'],
  call: RouteContext<never, never>['call'],
  params: RouteContext<never, never>['params'],
  revision: number,
  accept: string | undefined,
  ifNoneMatch: string | undefined,
): Promise<Answer> {
  const read = await getRevision(api.services, call, { namespace: params.namespace, key: params.key, revision });
  const found = read.data;
  const representation = representationOf(accept, found.type);
  if (representation === null) throw new ServiceError('not-acceptable', 'a revision comes as application/json or text/plain', {}, { read });
  const etag = entityTag(found.version, representation !== 'json');
  if (isUnchanged(ifNoneMatch, etag)) return { status: 304, body: { kind: 'none' }, headers: { etag }, read, wrote: null };
  if (representation === 'json') return { status: 200, body: jsonBody(found), headers: { etag }, read, wrote: null };
  if (found.value === null)
    throw new ServiceError('revision-not-found', `revision ${revision} deleted ${params.key}: it has no value`, {}, { read });
  return {
    status: 200,
    body: { kind: 'text', text: found.value, contentType: VALUE_CONTENT_TYPE[representation] },
    headers: { etag },
    read,
    wrote: null,
  };
}

export const entryRoutes = [
  route<queries.ListEntriesQuery>({
    id: 'listEntries',
    method: 'GET',
    path: '/api/v1/namespaces/:namespace/config',
    right: 'read',
    kind: 'read',
    summary: 'The entries of a namespace, in the order of their keys',
    query: queries.ListEntriesQuery,
    answers: { 200: { description: 'A page of entries', schema: entries.EntryList } },
    handle: async ({ api, call, params, query }) =>
      readAnswer(
        await listEntries(api.services, call, {
          namespace: params.namespace,
          prefix: query.prefix ?? '',
          values: query.values !== 'false',
          limit: Number(query.limit ?? LIST_LIMIT_DEFAULT),
          cursor: query.cursor ?? null,
        }),
      ),
  }),
  route<queries.ListDeletedQuery>({
    id: 'listDeleted',
    method: 'GET',
    path: '/api/v1/namespaces/:namespace/deleted',
    right: 'read',
    kind: 'read',
    summary: 'The keys of a namespace that are deleted, each by the revision that deleted it; of a deleted namespace too',
    query: queries.ListDeletedQuery,
    answers: { 200: { description: 'A page of deletions; one that is empty may still have a next', schema: entries.DeletedList } },
    handle: async ({ api, call, params, query }) =>
      readAnswer(
        await listDeleted(api.services, call, {
          namespace: params.namespace,
          prefix: query.prefix ?? '',
          limit: Number(query.limit ?? LIST_LIMIT_DEFAULT),
          cursor: query.cursor ?? null,
        }),
      ),
  }),
  route<queries.GetEntryQuery>({
    id: 'getEntry',
    method: 'GET',
    path: ENTRY,
    right: 'read',
    kind: 'read',
    summary: 'One entry, or one of its revisions',
    query: queries.GetEntryQuery,
    headers: { 'If-None-Match': '304 when the entry is still at this version', Accept: 'text/plain gives the bare value' },
    answers: {
      200: { description: 'The entry; with `revision` that Revision', schema: entries.Entry, media: ['text/plain', 'application/yaml'] },
      304: { description: 'The caller has it' },
    },
    handle: answerEntry,
  }),
  route<queries.PutEntryQuery, entries.PutEntryRequest>({
    id: 'putEntry',
    method: 'PUT',
    path: ENTRY,
    right: 'write',
    kind: 'write',
    summary: 'Creates or changes an entry',
    query: queries.PutEntryQuery,
    body: entries.PutEntryRequest,
    bodyBytesMax: (settings) => entryBodyBytesMax(settings.valueBytesMax),
    headers: WRITE_HEADERS,
    answers: {
      200: { description: 'Changed; with `dryRun` a DryRunAnswer', schema: entries.WriteAnswer },
      201: { description: 'Created', schema: entries.WriteAnswer },
    },
    handle: async ({ api, write, params, query, body, request }) => {
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
      const { namespace, key } = params;
      const input = { namespace, key, body, precondition: writePrecondition(api.services.map, ifMatch, ifNoneMatch) };
      if (query.dryRun === 'true') return readAnswer(await dryRunPut(api.services, write(), input));
      const result = await putEntry(api.services, write(), input);
      return wroteAnswer(result, result.data.created ? 201 : 200, { etag: entityTag(result.data.version, false) });
    },
  }),
  route({
    id: 'deleteEntry',
    method: 'DELETE',
    path: ENTRY,
    right: 'write',
    kind: 'write',
    summary: 'Deletes an entry; its history stays',
    headers: WRITE_HEADERS,
    answers: { 200: { description: 'Deleted', schema: entries.DeleteEntryAnswer } },
    handle: async ({ api, write, params, request }) => {
      const { namespace, key } = params;
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
      if (ifNoneMatch !== undefined)
        throw new ServiceError('invalid-parameter', 'If-None-Match: what does not exist cannot be deleted', {
          errors: [{ parameter: 'If-None-Match', detail: 'not with DELETE' }],
        });
      return wroteAnswer(
        await deleteEntry(api.services, write(), {
          namespace,
          key,
          precondition: writePrecondition(api.services.map, ifMatch, undefined),
        }),
      );
    },
  }),
  route<queries.HistoryQuery>({
    id: 'entryHistory',
    method: 'GET',
    path: `${ENTRY}/history`,
    right: 'read',
    kind: 'read',
    summary: 'Every kept revision of a key, newest first',
    query: queries.HistoryQuery,
    answers: { 200: { description: 'A page of revisions', schema: entries.History } },
    handle: async ({ api, call, params, query }) =>
      readAnswer(
        await entryHistory(api.services, call, {
          namespace: params.namespace,
          key: params.key,
          limit: Number(query.limit ?? LIST_LIMIT_DEFAULT),
          cursor: query.cursor ?? null,
        }),
      ),
  }),
  route<Record<string, never>, entries.RestoreRequest>({
    id: 'restoreEntry',
    method: 'POST',
    path: `${ENTRY}/restore`,
    right: 'write',
    kind: 'write',
    summary: 'The value of an old revision as a new one; brings a deleted key back too',
    body: entries.RestoreRequest,
    headers: WRITE_HEADERS,
    answers: { 200: { description: 'Restored', schema: entries.WriteAnswer } },
    handle: async ({ api, write, params, body, request }) => {
      const { namespace, key } = params;
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
      const result = await restoreEntry(api.services, write(), {
        namespace,
        key,
        body,
        precondition: writePrecondition(api.services.map, ifMatch, ifNoneMatch),
      });
      return wroteAnswer(result, 200, { etag: entityTag(result.data.version, false) });
    },
  }),
  route<Record<string, never>, entries.BatchRequest>({
    id: 'writeBatch',
    method: 'POST',
    path: '/api/v1/namespaces/:namespace/batch',
    right: 'write',
    kind: 'write',
    summary: 'Several changes at once: all or nothing, one token',
    body: entries.BatchRequest,
    bodyBytesMax: () => BATCH_BODY_BYTES_MAX,
    answers: { 200: { description: 'All of it was done', schema: entries.BatchAnswer } },
    handle: async ({ api, write, params, body }) =>
      wroteAnswer(await writeBatch(api.services, write(), { namespace: params.namespace, body })),
  }),
  route<queries.SearchQuery>({
    id: 'searchEntries',
    method: 'GET',
    path: '/api/v1/configs',
    right: 'read',
    kind: 'read',
    summary: 'Entries of all readable namespaces, by text in keys and values',
    query: queries.SearchQuery,
    answers: { 200: { description: 'A page of entries; one that is empty may still have a next', schema: entries.EntryList } },
    handle: async ({ api, call, query }) => {
      const where = (query.in ?? 'key,value').split(',');
      return readAnswer(
        await searchEntries(api.services, call, {
          prefix: query.prefix ?? '',
          search: query.search ?? '',
          inKey: where.includes('key'),
          inValue: where.includes('value'),
          values: query.values !== 'false',
          limit: Number(query.limit ?? LIST_LIMIT_DEFAULT),
          cursor: query.cursor ?? null,
        }),
      );
    },
  }),
];
