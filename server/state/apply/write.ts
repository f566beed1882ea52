/** A batch of puts and deletes in one namespace: all or nothing, one position. */
import type { EntryType } from '../../../lib/contract/model.ts';
import { must } from '../../../lib/kernel/assert.ts';
import type { Change, CommandBody, CommandResult, Operation, PutOperation } from '../types.ts';
import type { ApplyContext } from './context.ts';
import { type Head, type Refusal, deleteRevision, findHead, preconditionRefusal, putRevision } from './entries.ts';
import { createNamespace } from './put-namespace.ts';

type WriteBody = Extract<CommandBody, { type: 'write' }>;

function liveOf(head: Head | null): Head | null {
  return head === null || head.deleted ? null : head;
}

/** The type that a put gives: its own, else the entry's, else `text`. */
function effectiveType(operation: PutOperation, head: Head | null): EntryType {
  return operation.type ?? liveOf(head)?.type ?? 'text';
}

function judge(context: ApplyContext, operation: Operation, head: Head | null, ordinal: number): Refusal | null {
  const live = liveOf(head);
  const conflict = preconditionRefusal(context, operation, operation.key, live, ordinal);
  if (conflict !== null) return conflict;
  if (operation.op === 'delete') return live === null ? { kind: 'refused', code: 'entry-not-found', operation: ordinal } : null;
  const type = effectiveType(operation, head);
  return operation.validFor.includes(type) ? null : { kind: 'refused', code: 'type-changed', operation: ordinal, type };
}

function perform(context: ApplyContext, body: WriteBody, operation: Operation, head: Head | null): Change {
  const { namespace, message } = body;
  const { key } = operation;
  if (operation.op === 'delete')
    return deleteRevision(context, must(head, 'a delete was judged by a live entry'), { namespace, key }, message);
  return putRevision(context, head, { namespace, key, value: operation.value, type: effectiveType(operation, head), message });
}

export function applyWrite(context: ApplyContext, body: WriteBody): CommandResult {
  const { namespace, operations } = body;
  const exists = context.namespaceExists(namespace);
  if (!exists && !body.createNamespace) return { kind: 'refused', code: 'namespace-not-found' };

  // Keys of a batch are distinct (the codec sees to it), so every operation is judged by the stored state, before any takes effect.
  const heads = operations.map((operation) => findHead(context, namespace, operation.key));
  for (const [ordinal, operation] of operations.entries()) {
    const refusal = judge(context, operation, heads[ordinal] ?? null, ordinal);
    if (refusal !== null) return refusal;
  }

  if (!exists) createNamespace(context, namespace, '', '');
  const changes = operations.map((operation, ordinal) => perform(context, body, operation, heads[ordinal] ?? null));
  let delta = 0;
  for (const change of changes) delta += change.op === 'delete' ? -1 : change.created ? 1 : 0;
  context.count(namespace, delta);
  return { kind: 'written', namespaceCreated: !exists, changes };
}
