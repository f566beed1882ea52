/**
 * What can go wrong in the state of a group. Programmer errors are `InvariantError`s and not listed here.
 */

/** The state on disk is damaged: the owner quarantines the replica and heals it from a copy (spec 3, section 2). */
export class StateCorruptionError extends Error {
  override readonly name = 'StateCorruptionError';
}

/** A write to the state failed. Never retried: the owner ends the process (design/raft.md D6). */
export class StateWriteError extends Error {
  override readonly name = 'StateWriteError';
}

/** The file is no state that this program can open: another program's, of a newer format, or of another group or cluster. */
export class StateFormatError extends Error {
  override readonly name = 'StateFormatError';
}

/** A committed command that this program does not know: the replica stops rather than skipping it. */
export class UnknownCommandError extends Error {
  override readonly name = 'UnknownCommandError';
}

/** Bytes that are no command: a bug of the proposer, or damage that the log's checksums did not see. The replica stops. */
export class MalformedCommandError extends Error {
  override readonly name = 'MalformedCommandError';
}

const CORRUPT_CODES = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'];

/** The code of an error that SQLite reported, or null for any other error. */
function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : null;
}

/**
 * Names what SQLite reported: damage, or (while writing) a failed write. Errors of other origin pass unchanged.
 */
export function namedStateError(error: unknown, doing: 'read' | 'write'): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  const text = `${code}: ${(error as Error).message}`;
  if (CORRUPT_CODES.some((prefix) => code.startsWith(prefix)))
    return new StateCorruptionError(`the state database is damaged: ${text}`, { cause: error });
  if (doing === 'write') return new StateWriteError(`writing the state failed: ${text}`, { cause: error });
  return error;
}

/** Runs `work` and throws what it throws under its proper name. */
export function withNamedErrors<T>(doing: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw namedStateError(error, doing);
  }
}
