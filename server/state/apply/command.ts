/** One command: the record of idempotent requests around the verb. */
import type { LogPosition } from '../../../lib/contract/model.ts';
import type { Command, CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { applyCreateKey } from './create-key.ts';
import { applyDeleteNamespace } from './delete-namespace.ts';
import { applyExpire } from './expire.ts';
import { applyPutNamespace } from './put-namespace.ts';
import { applyRaiseLevel } from './raise-level.ts';
import { applyRestore } from './restore.ts';
import { applyRevokeKey } from './revoke-key.ts';
import { applySeed } from './seed.ts';
import { applyTouchKeys } from './touch-keys.ts';
import { applyWrite } from './write.ts';

export interface Outcome {
  readonly result: CommandResult;
  readonly replayed: boolean;
  /** Position of the command that `result` speaks of. */
  readonly resultPosition: LogPosition;
}

function applyBody(context: ApplyContext, body: CommandBody): CommandResult {
  switch (body.type) {
    case 'write':
      return applyWrite(context, body);
    case 'restore':
      return applyRestore(context, body);
    case 'put-namespace':
      return applyPutNamespace(context, body);
    case 'delete-namespace':
      return applyDeleteNamespace(context, body);
    case 'create-key':
      return applyCreateKey(context, body);
    case 'revoke-key':
      return applyRevokeKey(context, body);
    case 'touch-keys':
      return applyTouchKeys(context, body);
    case 'seed':
      return applySeed(context, body);
    case 'expire':
      return applyExpire(context, body);
    case 'raise-level':
      return applyRaiseLevel(context, body);
  }
}

/** `type-changed` is for the proposer alone, who judges the value again and proposes again: no answer, so nothing to remember. */
function isAnswer(result: CommandResult): boolean {
  return !(result.kind === 'refused' && result.code === 'type-changed');
}

export function applyCommand(context: ApplyContext, command: Command): Outcome {
  const { position, timeMs, statements } = context;
  const { idempotency } = command;
  if (idempotency !== null) {
    const first = statements.recorded.get({ scope: idempotency.scope });
    if (first !== undefined) {
      if (first.request !== idempotency.request) {
        return { result: { kind: 'refused', code: 'idempotency-key-reused' }, replayed: false, resultPosition: position };
      }
      const resultPosition = { term: first.positionTerm, index: first.positionIndex };
      return { result: JSON.parse(first.result) as CommandResult, replayed: true, resultPosition };
    }
  }
  const result = applyBody(context, command.body);
  if (idempotency !== null && isAnswer(result)) {
    statements.insertRecorded.run({ ...idempotency, term: position.term, index: position.index, timeMs, result: JSON.stringify(result) });
  }
  return { result, replayed: false, resultPosition: position };
}
