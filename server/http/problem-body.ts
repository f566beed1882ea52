/** Errors as `application/problem+json` (RFC 9457). */
import { PROBLEMS, problemType } from '../../lib/contract/problems.ts';
import type { ProblemCode } from '../../lib/contract/problems.ts';
import type { Problem } from '../../lib/contract/schemas/problem.ts';
import { ParameterFault } from '../consistency/request.ts';
import { ReplicaUnavailableError } from '../engine/types.ts';
import { ServiceError } from '../services/errors.ts';
import type { ProblemExtras } from '../services/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function problemOf(code: ProblemCode, detail: string, requestId: string, extras: ProblemExtras = {}): Problem {
  const { status, title, retryable } = PROBLEMS[code];
  return { type: problemType(code), title, status, detail, instance: requestId, code, retryable, ...extras };
}

/** Errors of Fastify's own, by its codes: what the client did wrong before any of our code ran. */
const FROM_FASTIFY: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'the body is larger than this resource takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'send the body as Content-Type: application/json'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'the body does not have the length that Content-Length says'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'the body is empty'],
  FST_ERR_BAD_URL: ['bad-request', 'the path has a percent sign that is not followed by two hex digits of UTF-8'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri-too-long', 'a segment of the path is too long'],
};

/** The error by which any failure is told to a client. What is not meant for it becomes `internal-error` without a word of what happened. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof ParameterFault) return fromParameter(error);
  if (error instanceof ReplicaUnavailableError) {
    return new ServiceError(
      'node-not-ready',
      `the replica on this node serves nothing now: ${error.condition}`,
      { retryAfterMs: 1000 },
      { cause: error },
    );
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const known = FROM_FASTIFY[error.code];
    if (known !== undefined) return new ServiceError(known[0], known[1], {}, { cause: error });
    if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
      return new ServiceError('bad-request', 'the request cannot be read', {}, { cause: error });
  }
  return new ServiceError('internal-error', 'the request failed on our side; its id is in the log', {}, { cause: error });
}

function fromParameter(fault: ParameterFault): ServiceError {
  const { parameter, message, tokenFault } = fault;
  const place = tokenFault === null ? {} : { element: tokenFault.element + 1, offset: tokenFault.offset };
  return new ServiceError(fault.code, `${parameter}: ${message}`, { errors: [{ parameter, detail: message, ...place }] }, { cause: fault });
}
