/** Drops what a group has given away, or has taken in vain: by name, a bounded number of rows at a time. */
import { covers } from '../../shards/range.ts';
import { type MoveRow, rangeOf } from '../move-rows.ts';
import { partitionOf } from '../partition.ts';
import type { ApplyContext } from './context.ts';

/** Rows that a command may still look at or drop. */
export interface Budget {
  rows: number;
}

/** `entries`: entries and namespaces, while their history stays. `history`: that too. */
export type Swept = 'entries' | 'history';

/** The first name behind `after` that has rows to be dropped. */
function nextName({ statements }: ApplyContext, after: string, what: Swept): string | null {
  const found = [statements.nextNameOfEntries.get({ after }), statements.nextNameOfNamespaces.get({ after })];
  if (what === 'history') found.push(statements.nextNameOfRevisions.get({ after }));
  const names = found.flatMap((row) => (row === undefined ? [] : [row.namespace]));
  // Names are ASCII: JavaScript and SQLite order them alike.
  return names.length === 0 ? null : names.reduce((first, name) => (name < first ? name : first));
}

function dropHistory(context: ApplyContext, namespace: string, budget: Budget): void {
  const { statements, progress } = context;
  const last = statements.lastRevisionId.get()?.id ?? 0;
  for (const row of statements.revisionsOf.all({ namespace, rows: budget.rows })) {
    statements.dropRevisionById.run({ id: row.id });
    // Whoever watches from before then would miss it.
    if (row.origin === null) progress.historyFloorIndex = Math.max(progress.historyFloorIndex, row.positionIndex);
    budget.rows -= 1;
  }
  if ((statements.lastRevisionId.get()?.id ?? 0) < last) {
    statements.dropRevision.run({ namespace: '', key: '', revision: 0 });
    statements.markRevisionId.run({ id: last });
  }
}

/**
 * Goes on with dropping the rows of a move's range.
 *
 * @param isDue whether a namespace of the range is to be dropped: it may be kept again by a later move
 * @returns whether there is nothing left
 */
export function sweep(context: ApplyContext, row: MoveRow, what: Swept, budget: Budget, isDue: (namespace: string) => boolean): boolean {
  const { statements } = context;
  const range = rangeOf(row);
  let after = row.swept ?? '';
  for (;;) {
    const namespace = nextName(context, after, what);
    if (namespace === null) return true;
    if (budget.rows <= 0) break;
    budget.rows -= 1;
    if (covers(range, namespace, () => partitionOf(namespace)) && isDue(namespace)) {
      budget.rows -= statements.dropHeads.run({ namespace, rows: Math.max(0, budget.rows) }).changes;
      if (what === 'history' && budget.rows > 0) dropHistory(context, namespace, budget);
      // It may have more: the next command comes back to it.
      if (budget.rows <= 0) break;
      statements.dropNamespaceNamed.run({ namespace });
      context.forgetNamespace(namespace);
    }
    after = namespace;
  }
  statements.sweepMove.run({ move: row.move, swept: after });
  return false;
}
