/** The first command of a cluster: its first admin key. Does nothing where any key exists, so it may be repeated. */
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { keyLabel } from './keys.ts';

export function applySeed(context: ApplyContext, body: Extract<CommandBody, { type: 'seed' }>): CommandResult {
  const { statements, timeMs } = context;
  const { keyId, name, secretHash } = body;
  if (statements.anyKey.get() !== undefined) return { kind: 'done' };
  statements.insertKey.run({
    keyId,
    name,
    role: 'admin',
    scope: null,
    timeMs,
    createdBy: context.actor.name,
    expiresAtMs: null,
    secretHash,
  });
  context.audit({ action: 'cluster.formed' });
  context.audit({ action: 'key.created', message: keyLabel({ name, role: 'admin', scope: null }) });
  return { kind: 'done' };
}
