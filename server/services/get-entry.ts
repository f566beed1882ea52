/** One entry, or one of its revisions. The hot path of the whole API. */
import type { Entry, Revision } from '../../lib/contract/model.ts';
import type { EntryRow } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import { toEntry, toRevision } from './rows.ts';

interface EntryName {
  readonly namespace: string;
  readonly key: string;
}

/** The entry at once when nothing has to be waited for, else as a promise. */
export function getEntry(services: Services, call: Call, { namespace, key }: EntryName): ReadResult<Entry> | Promise<ReadResult<Entry>> {
  requireNamespace(call.principal, 'read', namespace);
  const query = { type: 'entry', namespace, key } as const;
  const now = services.gateway.readNow(namespace, query, call);
  if (now !== null) return found(now, key, namespace);
  return services.gateway.read(namespace, query, call).then((read) => found(read, key, namespace));
}

/** The engine gives the same row again while nothing has changed: then it is the same entry. A row belongs to one group. */
const entries = new WeakMap<EntryRow, Entry>();

function entryOf(group: string, row: EntryRow): Entry {
  let entry = entries.get(row);
  if (entry === undefined) {
    entry = toEntry(group, row);
    entries.set(row, entry);
  }
  return entry;
}

function found(read: ReadResult<EntryRow | null>, key: string, namespace: string): ReadResult<Entry> {
  if (read.data !== null) return { ...read, data: entryOf(read.group, read.data) };
  throw new ServiceError('entry-not-found', `there is no entry ${key} in ${namespace}`, {}, { read });
}

export async function getRevision(
  services: Services,
  call: Call,
  { namespace, key, revision }: EntryName & { readonly revision: number },
): Promise<ReadResult<Revision>> {
  requireNamespace(call.principal, 'read', namespace);
  const { gateway } = services;
  const read = await gateway.read(namespace, { type: 'revision', namespace, key, revision }, call);
  if (read.data !== null) return { ...read, data: toRevision(read.group, read.data) };
  const { data } = await gateway.read(namespace, { type: 'history', namespace, key, beforeRevision: null, rowsMax: 1 }, call);
  if (data.rows.length === 0) throw new ServiceError('entry-not-found', `there is no entry ${key} in ${namespace}`, {}, { read });
  const kept = data.oldestKept === null ? {} : { oldest: String(data.oldestKept) };
  throw new ServiceError(
    'revision-not-found',
    `${key} has no revision ${revision}; ${data.oldestKept} to ${data.rows[0]?.revision} are kept`,
    kept,
    { read },
  );
}
