/** Deletes a namespace with its entries; history and audit stay. */
import type { DeleteNamespaceAnswer } from '../../lib/contract/schemas/entries.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { requireNamespace } from './guards.ts';
import { refusalOf } from './refusals.ts';
import { writeCommand } from './write-command.ts';

export async function deleteNamespace(
  services: Services,
  call: WriteCall,
  { namespace }: { readonly namespace: string },
): Promise<WriteResult<DeleteNamespaceAnswer>> {
  requireNamespace(call.principal, 'admin', namespace);
  const written = await writeCommand(services, call, { namespace, body: { type: 'delete-namespace', namespace }, frees: true });
  const { data } = written;
  if (data.kind === 'refused') throw await refusalOf(services, call, written, data, { namespace, keys: [] });
  if (data.kind !== 'namespace-deleted') throw new TypeError(`the deletion of a namespace was answered with ${data.kind}`);
  return { ...written, data: { version: formatVersion(written.group, written.position), namespace, entriesDeleted: data.entriesDeleted } };
}
