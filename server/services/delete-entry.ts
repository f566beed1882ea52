/** DELETE of one entry: its history stays. */
import type { DeleteEntryAnswer } from '../../lib/contract/schemas/entries.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import type { Precondition } from '../state/types.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { requireNamespace } from './guards.ts';
import { writeEntries } from './write-entries.ts';

export async function deleteEntry(
  services: Services,
  call: WriteCall,
  input: { readonly namespace: string; readonly key: string; readonly precondition: Precondition },
): Promise<WriteResult<DeleteEntryAnswer>> {
  const { namespace, key, precondition } = input;
  requireNamespace(call.principal, 'write', namespace);
  const written = await writeEntries(services, call, namespace, [{ op: 'delete', key, ...precondition }], {
    message: '',
    pointerTo: () => '',
  });
  const [change] = written.data.changes;
  if (change?.op !== 'delete') throw new TypeError('a delete was answered without its change');
  const version = formatVersion(written.group, written.position);
  return { ...written, data: { version, namespace, key, revision: change.revision, previousRevision: change.previousRevision } };
}
