/** What is wrong with a data directory. */
export type DataDirProblem =
  /** Another process, or another opening in this one, uses it. */
  | 'locked'
  /** A file in it is not what was written. */
  | 'damaged'
  /** A newer version of Confman wrote it. */
  | 'newer-format'
  /** What was to be put into it as a whole is not all there: a restore or a recovery has not ended. */
  | 'unfinished'
  /** It belongs to a node of another name. */
  | 'other-node';

/** A data directory that must not be used as it is; the message says what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
  readonly kind: DataDirProblem;

  constructor(kind: DataDirProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
