/** Writes the value of an old revision as a new one; brings a deleted key back too. */
import type { RestoreRequest, WriteAnswer } from '../../lib/contract/schemas/entries.ts';
import type { Precondition } from '../state/types.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { requireNamespace } from './guards.ts';
import { writeAnswer } from './put-entry.ts';
import { refusalOf } from './refusals.ts';
import { writeCommand } from './write-command.ts';

export async function restoreEntry(
  services: Services,
  call: WriteCall,
  input: { readonly namespace: string; readonly key: string; readonly body: RestoreRequest; readonly precondition: Precondition },
): Promise<WriteResult<WriteAnswer>> {
  const { namespace, key, body, precondition } = input;
  requireNamespace(call.principal, 'write', namespace);
  const command = { type: 'restore', namespace, key, revision: body.revision, message: body.message ?? '', ...precondition } as const;
  const written = await writeCommand(services, call, { namespace, body: command, frees: false });
  const { data } = written;
  if (data.kind === 'refused') throw await refusalOf(services, call, written, data, { namespace, keys: [key] });
  if (data.kind !== 'written') throw new TypeError(`a restore was answered with ${data.kind}`);
  return { ...written, data: writeAnswer(written.group, namespace, data.changes, data.namespaceCreated) };
}
