/** What a client has to know of problems without the list of them, which has a sentence for each and stays with the nodes. */
import type { ProblemCode } from './problems.ts';

/** Every problem's `type` is this and its code. */
export const PROBLEM_PREFIX = 'urn:confman:problem:';

/**
 * Codes after which a client drops the elements of that history from its token, says so once and repeats the read
 * (spec 1, section 5). The problem body names the history (null for a bare element) in `history`.
 */
export const HISTORY_PROBLEMS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'version-of-another-cluster',
  'version-of-another-lineage',
  'version-lost-in-restore',
  'version-of-another-history',
  'version-from-the-future',
]);
