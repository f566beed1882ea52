/** One command: the record of idempotent requests around the verb. */
import type { LogPosition } from '../../../lib/contract/model.ts';
import type { ArchiveCommandBody, Command, CommandBody, CommandResult, RangeCommandBody, RegistryCommandBody } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { applyArchive } from './archive.ts';
import { applyCreateKey } from './create-key.ts';
import { applyDeleteNamespace } from './delete-namespace.ts';
import { applyExpire } from './expire.ts';
import { applyPutNamespace } from './put-namespace.ts';
import { applyRange } from './ranges.ts';
import { applyRegistry } from './registry.ts';
import { applyRaiseLevel } from './raise-level.ts';
import { applyRestore } from './restore.ts';
import { applyRevokeKey } from './revoke-key.ts';
import { applySeed } from './seed.ts';
import { applyTouchKeys } from './touch-keys.ts';
import { applyWrite } from './write.ts';

/** From this level of commands on, the record of a request tells the namespace that it was about. */
const LEVEL_OF_SUBJECTS = 2;

export interface Outcome {
  readonly result: CommandResult;
  readonly replayed: boolean;
  /** Position of the command that `result` speaks of. */
  readonly resultPosition: LogPosition;
  readonly resultGroup?: string | undefined;
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
    default:
      return applyShards(context, body);
  }
}

function applyShards(context: ApplyContext, body: RegistryCommandBody | RangeCommandBody | ArchiveCommandBody): CommandResult {
  switch (body.type) {
    case 'create-group':
    case 'retire-group':
    case 'remove-group':
    case 'change-routes':
    case 'flip-move':
    case 'void-move':
    case 'abort-move':
      return applyRegistry(context, body);
    case 'fence-range':
    case 'lift-fence':
    case 'import-rows':
    case 'own-range':
    case 'void-range':
    case 'release-range':
      return applyRange(context, body);
    case 'seal-group':
    case 'import-archive':
      return applyArchive(context, body);
  }
}

/** The namespace that a command is about, for whoever keeps that namespace to decide; null for all others. */
function subjectOf(body: CommandBody): string | null {
  switch (body.type) {
    case 'write':
    case 'restore':
    case 'put-namespace':
    case 'delete-namespace':
      return body.namespace;
    default:
      return null;
  }
}

/** `type-changed` is for the proposer alone, who judges the value again and proposes again: no answer, so nothing to remember. */
function isAnswer(result: CommandResult): boolean {
  return !(result.kind === 'refused' && result.code === 'type-changed');
}

export function applyCommand(context: ApplyContext, command: Command): Outcome {
  const { position, timeMs, statements } = context;
  const { idempotency } = command;
  const namespace = subjectOf(command.body);
  // Before anything else, the first answer to a repeated request included: the group that keeps the namespace has that too.
  if (namespace !== null && !context.keeps(namespace)) return { result: { kind: 'moved' }, replayed: false, resultPosition: position };
  if (idempotency !== null) {
    const first = statements.recorded.get({ scope: idempotency.scope });
    if (first !== undefined) {
      if (first.request !== idempotency.request) {
        return { result: { kind: 'refused', code: 'idempotency-key-reused' }, replayed: false, resultPosition: position };
      }
      const resultPosition = { term: first.positionTerm, index: first.positionIndex };
      const result = JSON.parse(first.result) as CommandResult;
      return { result, replayed: true, resultPosition, ...(first.origin === null ? {} : { resultGroup: first.origin }) };
    }
  }
  const result = applyBody(context, command.body);
  if (idempotency !== null && isAnswer(result)) {
    const { scope, request } = idempotency;
    const { term, index } = position;
    // At level 1 as ever: a program that does not know level 2 applies the same bytes, and must come to the same content.
    const subject = command.level >= LEVEL_OF_SUBJECTS ? (namespace ?? '') : null;
    statements.insertRecorded.run({ scope, request, term, index, timeMs, namespace: subject, result: JSON.stringify(result) });
  }
  return { result, replayed: false, resultPosition: position };
}
