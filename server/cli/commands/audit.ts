import { AUDIT_ACTIONS } from '../../../lib/contract/model.ts';
import { keyArgument, limitOption, namespaceArgument, take, textOption } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import { print } from '../print.ts';
import { preview } from '../text-table.ts';
import { withClient } from './with-client.ts';
import type { AuditAction } from '../../../lib/contract/model.ts';
import type { Run } from '../program.ts';

export async function audit(run: Run, [namespaceText, keyText]: readonly string[]): Promise<undefined> {
  const namespace = namespaceText === undefined ? undefined : namespaceArgument(namespaceText);
  const key = keyText === undefined ? undefined : keyArgument(keyText);
  const action = auditAction(textOption(run, 'action'));
  await withClient(run, async ({ client, read, output }) => {
    const filters = {
      namespace,
      key,
      action,
      actor: textOption(run, 'actor'),
      from: textOption(run, 'from'),
      to: textOption(run, 'to'),
      search: textOption(run, 'search'),
    };
    // Without a limit only the newest: the whole log may be very long.
    const limit = limitOption(run);
    const events = await take(Number.isFinite(limit) ? limit : 100, (pageSize) => client.audit({ ...read, ...filters, limit: pageSize }));
    await print(run.io, output, events, () => ({
      header: ['TIME', 'ACTOR', 'ACTION', 'NAMESPACE', 'KEY', 'REVISION', 'VERSION', 'MESSAGE'],
      rows: events.map((event) => [
        event.time,
        event.actor,
        event.action,
        event.namespace ?? '-',
        event.key ?? '-',
        event.newRevision === null ? '-' : String(event.newRevision),
        event.version,
        preview(event.message, 60),
      ]),
    }));
  });
}

function auditAction(text: string | undefined): AuditAction | undefined {
  if (text === undefined) return undefined;
  const found = AUDIT_ACTIONS.find((action) => action === text);
  if (found === undefined) throw new UsageError(`--action is one of ${AUDIT_ACTIONS.join(', ')}`);
  return found;
}
