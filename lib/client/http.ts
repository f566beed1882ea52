/** One attempt over HTTP: send, follow redirects, read the answer, take up its token. */
import { errorOfAnswer, ConfmanError } from './errors.ts';
import { retryAfter } from './backoff.ts';
import { startDeadline } from './deadline.ts';
import { metaOfAnswer } from './meta.ts';
import type { Deadline } from './deadline.ts';
import type { Environment } from './environment.ts';
import type { Fetch, FetchAnswer, FetchInit } from './fetch.ts';
import type { Session } from './session.ts';
import type { AnswerMeta, Notice } from './types.ts';

const redirectsMax = 3;

export interface Attempt {
  readonly method: string;
  readonly endpoint: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** JSON, or null for no body. */
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly deadline: Deadline;
  /** Counted from 1. */
  readonly number: number;
}

export interface RawAnswer {
  readonly body: string;
  readonly meta: AnswerMeta;
}

export interface HttpParts {
  readonly fetch: Fetch;
  readonly environment: Environment;
  readonly session: Session;
  readonly notify: (notice: Notice) => void;
}

/**
 * The answer, 304 included.
 *
 * @throws ConfmanError for everything else
 */
export async function attemptOnce(parts: HttpParts, attempt: Attempt): Promise<RawAnswer> {
  const limit = startDeadline(parts.environment, Math.min(attempt.timeoutMs, attempt.deadline.remainingMs()), attempt.deadline.signal);
  try {
    const answer = await fetchFollowing(parts, attempt, limit.signal);
    const body = await answer.text();
    observe(parts, answer);
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 304)
      return { body, meta: metaOfAnswer(answer, attempt.endpoint, attempt.number) };
    throw errorOfAnswer(answer.status, body, detailsOf(parts, answer, attempt));
  } catch (error) {
    throw toConfmanError(error, attempt, limit);
  } finally {
    limit.close();
  }
}

export interface OpenStream {
  readonly answer: FetchAnswer;
  /** Cuts the connection, if it still stands, and lets go of the deadline. Always to be called. */
  readonly close: () => void;
}

/**
 * Opens a stream. The attempt's time bounds only the way to its headers; afterwards the deadline's signal alone ends it.
 *
 * @throws ConfmanError when it is refused
 */
export async function openStream(parts: HttpParts, attempt: Attempt): Promise<OpenStream> {
  const outer = attempt.deadline.signal;
  const opening = startDeadline(parts.environment, attempt.timeoutMs, outer);
  const lifetime = new AbortController();
  const cut = (): void => {
    lifetime.abort(opening.signal.aborted ? opening.signal.reason : outer.reason);
  };
  opening.signal.addEventListener('abort', cut);
  const close = (): void => {
    outer.removeEventListener('abort', cut);
    lifetime.abort();
  };
  try {
    const answer = await fetchFollowing(parts, attempt, lifetime.signal);
    observe(parts, answer);
    if (answer.status !== 200) throw errorOfAnswer(answer.status, await answer.text(), detailsOf(parts, answer, attempt));
    outer.addEventListener('abort', cut);
    return { answer, close };
  } catch (error) {
    throw toConfmanError(error, attempt, opening);
  } finally {
    opening.signal.removeEventListener('abort', cut);
    opening.close();
  }
}

async function fetchFollowing(parts: HttpParts, attempt: Attempt, signal: AbortSignal): Promise<FetchAnswer> {
  const init: FetchInit = {
    method: attempt.method,
    headers: attempt.headers,
    signal,
    redirect: 'manual',
    credentials: 'same-origin',
    cache: 'no-store',
    ...(attempt.body === null ? {} : { body: attempt.body }),
  };
  let url = `${attempt.endpoint}${attempt.path}`;
  for (let redirects = 0; ; redirects++) {
    const answer = await parts.fetch(url, init);
    if (answer.type === 'opaqueredirect')
      throw new ConfmanError('invalid-answer', 'the node sent a redirect, which this browser does not let a page follow', {
        endpoint: attempt.endpoint,
      });
    // Only 307 and 308 keep method and body, and a node sends no others.
    if (answer.status !== 307 && answer.status !== 308) return answer;
    const location = answer.headers.get('location');
    await answer.body?.getReader().cancel();
    if (location === null || redirects === redirectsMax)
      throw new ConfmanError('invalid-answer', location === null ? 'a redirect without an address' : 'too many redirects', {
        status: answer.status,
        endpoint: attempt.endpoint,
      });
    const target = new URL(location, url);
    if (url.startsWith('https:') && target.protocol !== 'https:')
      throw new ConfmanError('invalid-answer', `the key is not sent on to ${target.origin}, which is not encrypted`, {
        endpoint: attempt.endpoint,
      });
    url = target.href;
  }
}

/** Errors carry tokens too. */
function observe(parts: HttpParts, answer: FetchAnswer): void {
  const token = answer.headers.get('x-confman-token');
  if (token !== null) {
    const observation = parts.session.observe(token);
    if (observation.kind === 'conflict') parts.notify({ type: 'version-conflict', message: observation.message });
  }
  parts.session.observeClock(answer.headers.get('x-confman-clock'));
}

function detailsOf(
  parts: HttpParts,
  answer: FetchAnswer,
  attempt: Attempt,
): { readonly requestId: string | undefined; readonly endpoint: string; readonly retryAfterMs: number | undefined } {
  return {
    requestId: answer.headers.get('x-request-id') ?? undefined,
    endpoint: attempt.endpoint,
    retryAfterMs: retryAfter((name) => answer.headers.get(name), parts.environment.now()) ?? undefined,
  };
}

function toConfmanError(error: unknown, attempt: Attempt, limit: Deadline): ConfmanError {
  if (error instanceof ConfmanError) return error;
  if (attempt.deadline.signal.aborted) return attempt.deadline.error(error);
  if (limit.signal.aborted) return limit.error(error);
  const reason = error instanceof Error ? reasonOf(error) : String(error);
  return new ConfmanError('unreachable', `${attempt.endpoint === '' ? 'the server' : attempt.endpoint} cannot be reached: ${reason}`, {
    retryable: true,
    endpoint: attempt.endpoint,
    cause: error,
  });
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
