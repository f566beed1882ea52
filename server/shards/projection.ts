import type { Token, TokenElement } from '../../lib/contract/token.ts';
import { REGISTRY_GROUP } from '../../lib/contract/token.ts';
import { covers } from './range.ts';
import type { LedgerRow } from './types.ts';

/** What a token asks of one replica of the group that a read goes to. */
export interface Projection {
  /** Elements of that group itself: to be judged by term and index. */
  readonly own: Token;
  /** The replica must have applied this index of its own log, for what the data's earlier groups acknowledged; 0 for nothing. */
  readonly appliedMin: number;
  /** Epoch that the registry must have reached before the request may be routed at all; 0n for none. */
  readonly epochMin: bigint;
  /** Elements of groups that neither the registry nor a ledger row of this namespace knows. */
  readonly unknown: Token;
}

/**
 * Projects a token on a read of `namespace` in `group` (spec 4, sections 1 and 3).
 *
 * An element of another group counts only where the data has come from there: a move ends with the receiving log holding
 * everything the sending one ever acknowledged of the range, so wherever the element's index lies, the start of the last move
 * into this group has it. Above the fence it cannot have touched the range at all.
 *
 * @param known groups of the registry, retired ones included
 */
export function project(
  token: Token,
  read: { readonly group: string; readonly namespace: string; readonly partition: () => number },
  ledger: readonly LedgerRow[],
  known: (group: string) => boolean,
): Projection {
  const rows = ledger.filter(({ range }) => covers(range, read.namespace, read.partition));
  const own: TokenElement[] = [];
  const unknown: TokenElement[] = [];
  let appliedMin = 0;
  let epochMin = 0n;
  for (const element of token) {
    if (element.group === REGISTRY_GROUP) {
      if (element.index > epochMin) epochMin = element.index;
      continue;
    }
    if (element.group === read.group) own.push(element);
    // Also where the data has left this very group and come back: in between, its own log did not speak for the range.
    if (rows.some(({ from }) => from === element.group)) appliedMin = lastStartIn(rows, read.group);
    else if (element.group !== read.group && !known(element.group)) unknown.push(element);
  }
  return { own, appliedMin, epochMin, unknown };
}

/** With several moves in a row the last one into the group decides: its copy has what all earlier ones brought. */
function lastStartIn(rows: readonly LedgerRow[], group: string): number {
  let last: LedgerRow | null = null;
  for (const row of rows) if (row.to === group && (last === null || row.epoch > last.epoch)) last = row;
  return last?.toStartIndex ?? 0;
}
