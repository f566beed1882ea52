/** Creates a namespace, or changes its description and owner. */
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';

/** Writes a new namespace and its audit event. */
export function createNamespace(context: ApplyContext, namespace: string, description: string, owner: string): void {
  const { position, timeMs } = context;
  context.statements.insertNamespace.run({ namespace, description, owner, timeMs, term: position.term, index: position.index });
  context.audit({ action: 'namespace.created', namespace });
}

/** Null leaves description or owner as it is; a new namespace then has none. */
export function applyPutNamespace(context: ApplyContext, body: Extract<CommandBody, { type: 'put-namespace' }>): CommandResult {
  const { namespace } = body;
  const { position, timeMs } = context;
  context.flushCounts();
  const before = context.statements.namespace.get({ namespace });
  const description = body.description ?? before?.description ?? '';
  const owner = body.owner ?? before?.owner ?? '';
  if (before === undefined) {
    createNamespace(context, namespace, description, owner);
    return { kind: 'namespace', created: true, description, owner, createdAtMs: timeMs, updatedAtMs: timeMs, entries: 0 };
  }
  context.statements.updateNamespace.run({ id: before.id, description, owner, timeMs, term: position.term, index: position.index });
  context.audit({ action: 'namespace.updated', namespace });
  return {
    kind: 'namespace',
    created: false,
    description,
    owner,
    createdAtMs: before.createdAtMs,
    updatedAtMs: timeMs,
    entries: before.entries,
  };
}
