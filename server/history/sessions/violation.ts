import type { RecordedOperation } from '../record.ts';

/**
 * How an answer broke a promise of spec 1.
 *
 * - `missed-demand`: the state that was read is older than the min-version, or of another cluster;
 * - `went-back`: it is older than what the same session had been told before;
 * - `not-recent`: a linearizable read, or a write, does not come after what anyone had been told before it was called;
 * - `old-value`: the entry is not the one that belongs to the applied version that the answer names;
 * - `newer-than-applied`: the entry is of a change that this applied version does not include;
 * - `value-nobody-wrote`: no recorded write can have made the entry;
 * - `split-log`: two answers name positions that cannot be in one log;
 * - `version-issued-twice`: two writes of one key were answered with one version.
 */
export type SessionViolationKind =
  | 'missed-demand'
  | 'went-back'
  | 'not-recent'
  | 'old-value'
  | 'newer-than-applied'
  | 'value-nobody-wrote'
  | 'split-log'
  | 'version-issued-twice';

export interface SessionViolation {
  readonly kind: SessionViolationKind;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** The operation whose answer is wrong. */
  readonly record: RecordedOperation;
  /** The operation whose answer it contradicts; null where there is none. */
  readonly against: RecordedOperation | null;
}
