/** Reads of namespaces: one, and all that the caller may see. */
import type { Namespace } from '../../lib/contract/model.ts';
import type { NamespaceList } from '../../lib/contract/schemas/entries.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { decodeCursor, encodeVectorCursor, isText, reachingCursor } from './cursor.ts';
import { ServiceError } from './errors.ts';
import { factsOf, gather } from './gather.ts';
import { requireNamespace, requireRight } from './guards.ts';
import { toNamespace } from './rows.ts';

export async function listNamespaces(
  services: Services,
  call: Call,
  { prefix, limit, cursor: cursorText }: { readonly prefix: string; readonly limit: number; readonly cursor: string | null },
): Promise<ReadResult<NamespaceList>> {
  requireRight(call.principal, 'read');
  const { engine } = services;
  const { scope } = call.principal;
  const question = ['namespaces', prefix, scope];
  // One position is enough, whatever becomes of the groups: a namespace is in one of them, and is listed as it is now.
  const cursor = cursorText === null ? null : decodeCursor(engine, question, cursorText, isText);
  const query = { type: 'namespaces', prefix, scope, after: cursor?.position ?? null, rowsMax: limit } as const;
  const parts = await gather(services, reachingCursor(call, cursor), () => query);
  const found = parts.flatMap(({ group, data }) => data.rows.map((row) => toNamespace(group, row)));
  if (parts.length > 1) found.sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  const items = found.slice(0, limit);
  const more = found.length > limit || parts.some(({ data }) => data.more);
  const last = items.at(-1);
  const nextCursor = more && last !== undefined ? encodeVectorCursor(engine, question, parts, last.namespace) : null;
  return { ...factsOf(parts), data: { items, nextCursor } };
}

export async function getNamespace(
  services: Services,
  call: Call,
  { namespace }: { readonly namespace: string },
): Promise<ReadResult<Namespace>> {
  requireNamespace(call.principal, 'read', namespace);
  const read = await services.gateway.read(namespace, { type: 'namespace', namespace }, call);
  if (read.data === null) throw new ServiceError('namespace-not-found', `there is no namespace ${namespace}`, {}, { read });
  return { ...read, data: toNamespace(read.group, read.data) };
}
