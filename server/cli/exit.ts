/** How commands end: exit codes of spec 3, section 1, and the errors that lead to them. */
import { isConfmanError } from '../../lib/client/errors.ts';
import { SettingsError } from '../config/sources.ts';

export const EXIT = { ok: 0, other: 1, usage: 2, notFound: 3, conflict: 4, unavailable: 5, denied: 6 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do its work, for a reason that its message tells. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.other, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof SettingsError) return EXIT.usage;
  if (error instanceof CommandError) return error.exitCode;
  if (!isConfmanError(error)) return EXIT.other;
  switch (error.code) {
    case 'unreachable':
    case 'deadline':
      return EXIT.unavailable;
    case 'invalid-options':
    case 'invalid-name':
    case 'invalid-version-token':
    case 'invalid-parameter':
      return EXIT.usage;
    default:
      return exitCodeOfStatus(error.status);
  }
}

function exitCodeOfStatus(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return EXIT.denied;
    case 404:
      return EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    case 429:
    case 503:
    case 507:
      return EXIT.unavailable;
    default:
      return EXIT.other;
  }
}

/** One or more lines for people, without the name of the program. */
export function explain(error: unknown): string {
  if (!isConfmanError(error)) return error instanceof Error ? error.message : String(error);
  const lines = [error.code === 'aborted' ? 'interrupted' : `${error.message} (${error.code})`];
  for (const detail of error.problem?.errors ?? []) {
    const place =
      detail.line === undefined ? (detail.pointer ?? detail.parameter ?? '') : `line ${detail.line}, column ${detail.column ?? 1}`;
    if (detail.detail !== error.message) lines.push(`  ${place === '' ? '' : `${place}: `}${detail.detail}`);
  }
  for (const group of error.problem?.groups ?? []) {
    lines.push(
      `  ${group.group}: ${group.required} was asked for, ${group.node} has applied ${group.applied}${group.reason === undefined ? '' : `; ${group.reason}`}`,
    );
  }
  if (error.code === 'write-outcome-unknown') lines.push('  it may or may not have taken place: read before you write again');
  if (error.code === 'unauthenticated') lines.push('  give an API key with --key, CONFMAN_KEY or CONFMAN_KEY_FILE');
  return lines.join('\n');
}
