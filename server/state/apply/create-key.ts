/** Creates an API key. The secret itself never reaches the log: the command carries its hash. */
import { must } from '../../../lib/kernel/assert.ts';
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { apiKeyOf, keyLabel } from './keys.ts';

export function applyCreateKey(context: ApplyContext, body: Extract<CommandBody, { type: 'create-key' }>): CommandResult {
  const { statements, timeMs } = context;
  const { id: keyId, name, role, scope, expiresAtMs, secretHash } = body;
  if (statements.keyClash.get({ keyId, secretHash }) !== undefined) return { kind: 'refused', code: 'key-exists' };
  const createdBy = context.actor.name;
  statements.insertKey.run({
    keyId,
    name,
    role,
    scope: scope === null ? null : JSON.stringify(scope),
    timeMs,
    createdBy,
    expiresAtMs,
    secretHash,
  });
  context.audit({ action: 'key.created', message: keyLabel(body) });
  return { kind: 'key', key: apiKeyOf(must(statements.key.get({ keyId }), 'the key was just written')) };
}
