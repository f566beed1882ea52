/** Reads of namespaces: one, and all that the caller may see. */
import type { Namespace } from '../../lib/contract/model.ts';
import type { NamespaceList } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP, groupOf } from './context.ts';
import { decodeCursor, encodeCursor, isText, reachingCursor } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace, requireRight } from './guards.ts';
import { toNamespace } from './rows.ts';

export async function listNamespaces(
  services: Services,
  call: Call,
  { prefix, limit, cursor: cursorText }: { readonly prefix: string; readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<NamespaceList>> {
  requireRight(call.principal, 'read');
  const { engine, reads } = services;
  const { scope } = call.principal;
  const group = CLUSTER_GROUP;
  const question = ['namespaces', prefix, scope];
  const cursor = cursorText === null ? null : decodeCursor(engine, group, question, cursorText, isText);
  const read = await reads.scan(
    group,
    { type: 'namespaces', prefix, scope, after: cursor?.position ?? null, rowsMax: limit },
    reachingCursor(call, cursor),
  );
  const { rows, more } = read.data;
  const last = rows.at(-1);
  const nextCursor = more && last !== undefined ? encodeCursor(engine, group, question, read.applied, last.namespace) : null;
  return { ...read, data: { items: rows.map((row) => toNamespace(group, row)), nextCursor } };
}

export async function getNamespace(
  services: Services,
  call: Call,
  { namespace }: { readonly namespace: string },
): Promise<ReadResult<Namespace>> {
  requireNamespace(call.principal, 'read', namespace);
  const group = groupOf(namespace);
  const read = await services.reads.read(group, { type: 'namespace', namespace }, call);
  if (read.data === null) throw new ServiceError('namespace-not-found', `there is no namespace ${namespace}`, {}, { read });
  return { ...read, data: toNamespace(group, read.data) };
}
