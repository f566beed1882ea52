/** Creates or updates a namespace; keeps what is not named. */
import type { Namespace } from '../../lib/contract/model.ts';
import type { PutNamespaceRequest } from '../../lib/contract/schemas/entries.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { requireNamespace } from './guards.ts';
import { refusalOf } from './refusals.ts';
import { timeOf } from './rows.ts';
import { writeCommand } from './write-command.ts';

export interface NamespacePut {
  readonly namespace: Namespace;
  readonly created: boolean;
}

export async function putNamespace(
  services: Services,
  call: WriteCall,
  input: { readonly namespace: string; readonly body: PutNamespaceRequest },
): Promise<WriteResult<NamespacePut>> {
  const { namespace, body } = input;
  requireNamespace(call.principal, 'admin', namespace);
  const command = { type: 'put-namespace', namespace, description: body.description ?? null, owner: body.owner ?? null } as const;
  const written = await writeCommand(services, call, { namespace, body: command, frees: false });
  const { data } = written;
  if (data.kind === 'refused') throw await refusalOf(services, call, written, data, { namespace, keys: [] });
  if (data.kind !== 'namespace') throw new TypeError(`a namespace was answered with ${data.kind}`);
  const { created, description, owner, createdAtMs, updatedAtMs, entries } = data;
  const version = formatVersion(written.group, written.position);
  return {
    ...written,
    data: {
      created,
      namespace: { namespace, description, owner, createdAt: timeOf(createdAtMs), updatedAt: timeOf(updatedAtMs), version, entries },
    },
  };
}
