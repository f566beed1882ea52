/** A whole call: attempts over the endpoints, ways out of refused versions, kept answers when the cluster is down. */
import { dropHistory, keepHistory, formatToken, parseToken } from '../contract/token.ts';
import { HISTORY_PROBLEMS } from '../contract/problem-types.ts';
import { blamesEndpoint, defaultRetry, mayRetry, pauseBefore } from './backoff.ts';
import { startDeadline } from './deadline.ts';
import { Endpoints } from './endpoints.ts';
import { pause, systemEnvironment } from './environment.ts';
import { ConfmanError } from './errors.ts';
import { attemptOnce, openStream } from './http.ts';
import { metaOfKept } from './meta.ts';
import { headersOf } from './request.ts';
import { Session } from './session.ts';
import type { ProblemCode } from '../contract/problems.ts';
import type { AnswerCache } from './cache.ts';
import type { Deadline } from './deadline.ts';
import type { Environment } from './environment.ts';
import type { Fetch } from './fetch.ts';
import type { Attempt, HttpParts, OpenStream, RawAnswer } from './http.ts';
import type { ReadRequest, Request, WriteRequest } from './request.ts';
import type { Answer, ClientOptions, Notice, RetryPolicy, Timeouts } from './types.ts';

const defaultTimeouts: Timeouts = { totalMs: 30_000, attemptMs: 10_000, beforeCacheMs: 3000, streamIdleMs: 16_000 };
/** What a node waits when it is not told (spec 1, section 2). */
const holdMsDefault = 5000;

export class Exchange {
  readonly session: Session;
  readonly environment: Environment;
  readonly timeouts: Timeouts;
  readonly retry: RetryPolicy;
  readonly #options: ClientOptions;
  readonly #endpoints: Endpoints;
  readonly #parts: HttpParts;
  /** Begun and ended writes. */
  #writes = 0;

  constructor(options: ClientOptions) {
    if (options.endpoints.length === 0) throw new ConfmanError('invalid-options', 'a client needs at least one endpoint');
    this.#options = options;
    this.environment = options.environment ?? systemEnvironment;
    this.timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.retry = { ...defaultRetry, ...options.retry };
    this.session = options.session ?? (options.storage === undefined ? new Session() : Session.over(options.storage));
    this.#endpoints = new Endpoints(options.endpoints, () => this.environment.now());
    this.#parts = {
      fetch: options.fetch ?? globalFetch,
      environment: this.environment,
      session: this.session,
      notify: (notice) => {
        this.notify(notice);
      },
    };
  }

  /** The same client with another session. */
  withSession(session: Session): Exchange {
    return new Exchange({ ...this.#options, session });
  }

  notify(notice: Notice): void {
    this.#options.onNotice?.(notice);
  }

  /**
   * The parsed answer; null for 304 and empty bodies.
   *
   * @throws ConfmanError
   */
  async call<T>(request: Request): Promise<Answer<T>> {
    const { body, meta } = await this.raw(request);
    if (body === '') return { data: null as T, meta };
    try {
      // The contract's types describe what a node sends; its own tests check that against the schemas.
      return { data: JSON.parse(body) as T, meta };
    } catch (cause) {
      throw new ConfmanError('invalid-answer', 'the answer is not JSON', {
        status: meta.status,
        endpoint: meta.endpoint ?? undefined,
        cause,
      });
    }
  }

  /**
   * The answer as text.
   *
   * @throws ConfmanError
   */
  async raw(request: Request): Promise<RawAnswer> {
    const { options } = request;
    // A wait that the caller asks for has its time.
    const totalMs =
      options.timeoutMs ??
      (options.maxWaitMs === undefined
        ? this.timeouts.totalMs
        : Math.max(this.timeouts.totalMs, options.maxWaitMs + this.timeouts.attemptMs));
    const deadline = startDeadline(this.environment, totalMs, options.signal);
    try {
      return request.kind === 'read' ? await this.#read(request, deadline) : await this.#write(request, deadline);
    } finally {
      deadline.close();
    }
  }

  /**
   * Opens an event stream at the current endpoint, once: who reads it knows where to go on.
   *
   * @throws ConfmanError
   */
  async stream(request: ReadRequest, deadline: Deadline): Promise<OpenStream & { readonly endpoint: string }> {
    const attempt = this.#attempt(request, null, deadline, 1);
    const { endpoint } = attempt;
    try {
      const opened = await openStream(this.#parts, attempt);
      this.#endpoints.succeeded(endpoint);
      return { ...opened, endpoint };
    } catch (error) {
      if (error instanceof ConfmanError && blamesEndpoint(error)) this.#endpoints.failed(endpoint);
      throw error;
    }
  }

  /** A stream broke: the next one is better opened elsewhere. */
  streamFailed(endpoint: string): void {
    this.#endpoints.failed(endpoint);
  }

  async #write(request: WriteRequest, deadline: Deadline): Promise<RawAnswer> {
    this.#writes++;
    const requestId = request.options.requestId ?? `${this.#options.source ?? 'sdk'}-${this.environment.uniqueId()}`;
    try {
      return await this.#attempts({ ...request, options: { ...request.options, requestId } }, deadline);
    } finally {
      this.#writes++;
      // Also when it failed: the write may have happened.
      if (request.changes !== undefined) await this.#options.cache?.drop(request.changes);
    }
  }

  async #read(request: ReadRequest, deadline: Deadline): Promise<RawAnswer> {
    const { consistency, minVersion, node } = request.options;
    const mayBeOld = request.cacheable && consistency !== 'linearizable' && minVersion === undefined && node === undefined;
    const cache = mayBeOld ? this.#options.cache : undefined;
    if (cache === undefined) return this.#attempts(request, deadline);
    const first = startDeadline(this.environment, Math.min(this.timeouts.beforeCacheMs, deadline.remainingMs()), deadline.signal);
    try {
      return await this.#readAndKeep(request, first, cache);
    } catch (error) {
      if (!(error instanceof ConfmanError) || !error.retryable) throw deadline.signal.aborted ? deadline.error(error) : error;
      const kept = await cache.load(request.path);
      if (kept === null) return await this.#readAndKeep(request, deadline, cache);
      const meta = metaOfKept(kept, this.environment.now(), 1);
      this.notify({ type: 'from-cache', path: request.path, ageMs: meta.ageMs, code: error.code });
      return { body: kept.body, meta };
    } finally {
      first.close();
    }
  }

  async #readAndKeep(request: ReadRequest, deadline: Deadline, cache: AnswerCache): Promise<RawAnswer> {
    const writesBefore = this.#writes;
    const { body, meta } = await this.#attempts(request, deadline);
    // Beside a write of our own it may be an answer from before that write, which must not outlive it.
    if (meta.status === 200 && this.#writes === writesBefore) {
      const { version, token, etag } = meta;
      await cache.store({ path: request.path, body, version, token, etag, atMs: this.environment.now() });
    }
    return { body, meta };
  }

  /**
   * Opens a file at whichever endpoint gives it, with the retries and ways out of a read.
   *
   * @throws ConfmanError
   */
  async download(request: ReadRequest, deadline: Deadline): Promise<OpenStream & { readonly endpoint: string }> {
    return this.#attemptsOf(request, deadline, async (attempt) => ({
      ...(await openStream(this.#parts, attempt)),
      endpoint: attempt.endpoint,
    }));
  }

  async #attempts(request: Request, deadline: Deadline): Promise<RawAnswer> {
    return this.#attemptsOf(request, deadline, async (attempt) => attemptOnce(this.#parts, attempt));
  }

  async #attemptsOf<T>(request: Request, deadline: Deadline, send: (attempt: Attempt) => Promise<T>): Promise<T> {
    const idempotencyKey = this.#idempotencyKey(request);
    const { options } = request;
    const repeatable = options.retry !== false && (request.kind === 'read' || request.repeatable === 'always' || idempotencyKey !== null);
    const rules = { repeatable, waitIsExplicit: options.maxWaitMs !== undefined, nodeIsExplicit: options.node !== undefined };
    let repetition = 0;
    for (let number = 1; ; number++) {
      const attempt = this.#attempt(request, idempotencyKey, deadline, number);
      try {
        const answer = await send(attempt);
        this.#endpoints.succeeded(attempt.endpoint);
        return answer;
      } catch (error) {
        if (!(error instanceof ConfmanError)) throw error;
        if (blamesEndpoint(error)) this.#endpoints.failed(attempt.endpoint);
        if (this.#dropRefused(request, attempt, error)) continue;
        if (deadline.signal.aborted || repetition + 1 >= this.retry.attemptsMax || !mayRetry(error, rules)) throw error;
        const delayMs = pauseBefore(repetition++, this.retry, error.retryAfterMs, () => this.environment.random());
        // What can no longer succeed in time is told now, with its own reason.
        if (delayMs >= deadline.remainingMs()) throw error;
        this.notify({ type: 'retry', endpoint: attempt.endpoint, attempt: number, delayMs, code: error.code });
        await this.#pause(delayMs, deadline);
      }
    }
  }

  async #pause(delayMs: number, deadline: Deadline): Promise<void> {
    try {
      await pause(this.environment, delayMs, deadline.signal);
    } catch (cause) {
      throw deadline.error(cause);
    }
  }

  #idempotencyKey(request: Request): string | null {
    if (request.kind === 'read' || request.repeatable !== 'key') return null;
    const given = request.options.idempotencyKey;
    return given === undefined ? this.environment.uniqueId() : given;
  }

  #attempt(request: Request, idempotencyKey: string | null, deadline: Deadline, number: number): Attempt {
    const { key, headers } = this.#options;
    return {
      method: request.method,
      endpoint: this.#endpoints.current(),
      path: request.path,
      headers: {
        ...headers,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headersOf(request, this.session, idempotencyKey),
      },
      body: request.kind === 'write' && request.body !== undefined ? JSON.stringify(request.body) : null,
      timeoutMs: (attemptMsOf(request) ?? this.timeouts.attemptMs) + (request.options.maxWaitMs ?? holdMsDefault),
      deadline,
      number,
    };
  }

  /**
   * The way out of a refused version (spec 1, section 5): what the session held of that history is dropped, said once,
   * and the read repeated. A version that the caller itself demanded is the caller's to judge.
   *
   * @returns whether to repeat; each repetition demands less, so this ends
   */
  #dropRefused(request: Request, attempt: Attempt, error: ConfmanError): boolean {
    const history = error.problem?.history;
    if (request.kind !== 'read' || history === undefined || !(HISTORY_PROBLEMS as ReadonlySet<string>).has(error.code)) return false;
    const { minVersion, session } = request.options;
    if (session === false || (minVersion !== undefined && keepHistory(parseToken(minVersion), history).length > 0)) return false;
    const sent = attempt.headers['x-confman-min-version'];
    if (sent === undefined) return false;
    const held = this.session.token;
    // Somebody else has dropped it meanwhile, and perhaps seen newer versions since.
    if (formatToken(keepHistory(parseToken(sent), history)) !== formatToken(keepHistory(held, history))) return true;
    if (dropHistory(held, history).length === held.length) return false;
    const version = this.session.drop(history) ?? '';
    this.notify({
      type: 'version-dropped',
      code: error.code,
      history,
      version,
      message: explainDropped(error.code as ProblemCode, version),
    });
    return true;
  }
}

function attemptMsOf(request: Request): number | undefined {
  return request.kind === 'read' ? request.attemptMs : undefined;
}

function explainDropped(code: ProblemCode, version: string): string {
  switch (code) {
    case 'version-of-another-cluster':
      return `this is another cluster than before; what you saw or changed at ${version} belongs to the other one`;
    case 'version-from-the-future':
      return `this cluster has lost what it had at ${version}; your change at ${version} may be lost`;
    default:
      return `this cluster was restored; your change at ${version} may be lost`;
  }
}

const globalFetch: Fetch = async (url, init) => globalThis.fetch(url, init);
