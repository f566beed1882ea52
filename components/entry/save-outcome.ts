import type { Entry } from '../../lib/contract/model.ts';
import type { Problem } from '../../lib/contract/schemas/problem.ts';

/** Where a save stands. Every state but `saved` leaves the text as it was typed. */
export type SaveOutcome =
  | { readonly kind: 'idle' }
  | { readonly kind: 'saving' }
  /** `version` is committed. `replayed`: at an earlier attempt already. */
  | { readonly kind: 'saved'; readonly version: string; readonly replayed: boolean }
  /** The precondition did not hold: somebody saved in between. Null: there is no such entry (any more). */
  | { readonly kind: 'conflict'; readonly current: Entry | null }
  /** Certainly not saved. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly problem: Problem | null }
  /** Nobody knows. The same request may be sent again and is carried out at most once. */
  | { readonly kind: 'unknown'; readonly message: string }
  /** The session has ended. */
  | { readonly kind: 'signed-out' };

/** Whether the same save may be tried again as it is. */
export function canRetry(outcome: SaveOutcome): boolean {
  return (
    outcome.kind === 'unknown' ||
    outcome.kind === 'signed-out' ||
    (outcome.kind === 'refused' && (outcome.problem === null || outcome.problem.retryable))
  );
}
