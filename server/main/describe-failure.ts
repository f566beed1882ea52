import { DataDirError } from '../disk/errors.ts';
import { LogVersionError } from '../log/types.ts';
import { ProgramTooOldError } from '../replica/levels.ts';
import { StateFormatError, UnknownCommandError } from '../state/errors.ts';

/** Their message tells an operator what to do: no place in the program would tell more. */
const TOLD = [DataDirError, LogVersionError, ProgramTooOldError, StateFormatError, UnknownCommandError];

/** Faults of the place that a node is started in, whose own message says all there is to say. */
const OF_THE_PLACE = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR']);

/** What ended a node, in words: one line where an operator can act on it, with the place in the program where only we can. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  return TOLD.some((kind) => error instanceof kind) || OF_THE_PLACE.has(code) ? error.message : (error.stack ?? error.message);
}
