/** Removes a namespace and its entries. History and audit stay; every entry gets a deletion as its newest revision. */
import type { CommandBody, CommandResult } from '../types.ts';
import type { ApplyContext } from './context.ts';

export function applyDeleteNamespace(context: ApplyContext, body: Extract<CommandBody, { type: 'delete-namespace' }>): CommandResult {
  const { namespace } = body;
  const { statements, position, timeMs } = context;
  context.flushCounts();
  const row = statements.namespace.get({ namespace });
  if (row === undefined) return { kind: 'refused', code: 'namespace-not-found' };

  const count = row.entries;
  const message = `deleted with ${count === 1 ? '1 entry' : `${count} entries`}`;
  // By set, not by row: a namespace may hold very many entries, and the consensus thread waits.
  statements.insertTombstones.run({ namespace, term: position.term, index: position.index, timeMs, author: context.actor.name, message });
  statements.tombstoneHeads.run({ namespace, term: position.term, index: position.index });
  statements.deleteNamespace.run({ id: row.id });
  context.forgetNamespace(namespace);
  context.audit({ action: 'namespace.deleted', namespace, count, message });
  return { kind: 'namespace-deleted', entriesDeleted: count };
}
