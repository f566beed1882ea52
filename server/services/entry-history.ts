/** Every kept revision of a key, newest first; of a deleted key too. */
import type { History } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { decodeCursor, encodeCursor, isRevision, reachingCursor } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import { toRevision } from './rows.ts';

export async function entryHistory(
  services: Services,
  call: Call,
  input: { readonly namespace: string; readonly key: string; readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<History>> {
  const { namespace, key, limit } = input;
  requireNamespace(call.principal, 'read', namespace);
  const { engine, gateway } = services;
  const question = ['history', namespace, key];
  const cursor = input.cursor === null ? null : decodeCursor(engine, question, input.cursor, isRevision);
  const read = await gateway.scan(
    namespace,
    { type: 'history', namespace, key, beforeRevision: cursor?.position ?? null, rowsMax: limit },
    reachingCursor(call, cursor),
  );
  const { group } = read;
  const { rows, more, oldestKept } = read.data;
  if (rows.length === 0 && cursor === null)
    throw new ServiceError('entry-not-found', `there is no entry ${key} in ${namespace}, and there never was`, {}, { read });
  const last = rows.at(-1);
  const nextCursor = more && last !== undefined ? encodeCursor(engine, group, question, read.applied, last.revision) : null;
  return { ...read, data: { items: rows.map((row) => toRevision(group, row)), nextCursor, oldestKept } };
}
