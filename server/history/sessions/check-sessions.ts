import { groupBy } from '../group-by.ts';
import type { RecordedOperation } from '../record.ts';
import { checkContents } from './contents.ts';
import { checkDemands, checkRecency, checkSessionOrder } from './freshness.ts';
import { checkOneLog } from './one-log.ts';
import type { SessionViolation } from './violation.ts';

export type SessionVerdict =
  | { readonly kind: 'honoured'; readonly sessions: number; readonly operations: number }
  /** At least one violation; all that were found. */
  | { readonly kind: 'violated'; readonly violations: readonly SessionViolation[] };

const RULES = [checkDemands, checkSessionOrder, checkRecency, checkContents, checkOneLog] as const;

/** Whether the answers of a recorded history keep what spec 1 promises of tokens. Time and memory grow with n log n. */
export function checkSessions(history: readonly RecordedOperation[]): SessionVerdict {
  const violations = RULES.flatMap((rule) => [...rule(history)]);
  if (violations.length > 0) return { kind: 'violated', violations };
  return { kind: 'honoured', sessions: groupBy(history, ({ session }) => session).size, operations: history.length };
}
