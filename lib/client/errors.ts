/** The one error of the client, whatever went wrong. */
import { PROBLEM_PREFIX } from '../contract/problem-types.ts';
import type { ProblemCode } from '../contract/problems.ts';
import type { Problem } from '../contract/schemas/problem.ts';

/**
 * What the client itself finds, beside the codes of the API.
 *
 * - `unreachable`: no endpoint answered. A write without an idempotency key may have happened all the same.
 * - `deadline`: the time of the call was over.
 * - `aborted`: the caller's signal ended it.
 * - `invalid-answer`: something answered, but not a node of Confman.
 * - `invalid-options`: the call cannot be made as asked.
 */
export type ClientCode = 'unreachable' | 'deadline' | 'aborted' | 'invalid-answer' | 'invalid-options';

export interface ConfmanErrorDetails extends ErrorOptions {
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly problem?: Problem | undefined;
  readonly requestId?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

export class ConfmanError extends Error {
  override readonly name = 'ConfmanError';
  readonly code: ProblemCode | ClientCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Whether the same call may well succeed a little later. */
  readonly retryable: boolean;
  /** The problem document, when the API sent one. */
  readonly problem: Problem | null;
  readonly requestId: string | null;
  readonly endpoint: string | null;
  /** How long the server asks to wait before the next attempt; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(code: ProblemCode | ClientCode, message: string, details: ConfmanErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.status = details.status ?? 0;
    this.retryable = details.retryable ?? false;
    this.problem = details.problem ?? null;
    this.requestId = details.requestId ?? details.problem?.instance ?? null;
    this.endpoint = details.endpoint ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

export function isConfmanError(error: unknown, code?: ProblemCode | ClientCode): error is ConfmanError {
  return error instanceof ConfmanError && (code === undefined || error.code === code);
}

/** The error that an unsuccessful answer stands for. */
export function errorOfAnswer(status: number, body: string, details: Omit<ConfmanErrorDetails, 'status' | 'problem'>): ConfmanError {
  const problem = readProblem(body);
  if (problem !== null) {
    return new ConfmanError(problem.code, problem.detail === '' ? problem.title : problem.detail, {
      ...details,
      status,
      problem,
      retryable: problem.retryable,
    });
  }
  // A proxy in between, or no node of ours at all.
  const gateway = status === 502 || status === 503 || status === 504;
  return new ConfmanError(gateway ? 'unreachable' : 'invalid-answer', `the answer ${status} is not one of Confman`, {
    ...details,
    status,
    retryable: gateway,
  });
}

function readProblem(body: string): Problem | null {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof content !== 'object' || content === null || !('code' in content) || !('title' in content) || !('type' in content)) return null;
  const { code, title, type } = content;
  if (typeof code !== 'string' || typeof title !== 'string') return null;
  // Known by its type: a node that is newer than this client may name codes that are new to it.
  if (type !== `${PROBLEM_PREFIX}${code}`) return null;
  const defaults = { status: 0, detail: '', instance: '', retryable: false };
  return { ...defaults, ...content, type, code: code as ProblemCode, title };
}
