/** The value of an old revision as a new one; brings a deleted key back too. */
import type { CommandBody, CommandResult } from '../types.ts';
import { verifiedValue } from '../value-hash.ts';
import type { ApplyContext } from './context.ts';
import { findHead, preconditionRefusal, putRevision } from './entries.ts';

export function applyRestore(context: ApplyContext, body: Extract<CommandBody, { type: 'restore' }>): CommandResult {
  const { namespace, key, revision, message } = body;
  if (!context.namespaceExists(namespace)) return { kind: 'refused', code: 'namespace-not-found' };
  const head = findHead(context, namespace, key);
  const conflict = preconditionRefusal(context, body, key, head === null || head.deleted ? null : head, 0);
  if (conflict !== null) return conflict;
  if (head === null) return { kind: 'refused', code: 'entry-not-found' };

  const old = context.statements.revision.get({ namespace, key, revision });
  // A deletion is a revision too, but has no value to bring back.
  if (old === undefined || old.value === null) return { kind: 'refused', code: 'revision-not-found' };
  const { type } = old;
  const position = { term: old.positionTerm, index: old.positionIndex };
  const value = verifiedValue({ namespace, key, revision, type, position }, old.value, old.hash);
  const change = putRevision(context, head, { namespace, key, value, type, message }, 'config.restored');
  context.count(namespace, head.deleted ? 1 : 0);
  return { kind: 'written', namespaceCreated: false, changes: [change] };
}
