/** Notes when keys were last used, coarsely. Times only rise; unknown keys are passed over. No audit event. */
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';

export function applyTouchKeys(context: ApplyContext, body: Extract<CommandBody, { type: 'touch-keys' }>): CommandResult {
  for (const use of body.uses) context.statements.touchKey.run({ keyId: use.id, atMs: use.atMs });
  return { kind: 'done' };
}
