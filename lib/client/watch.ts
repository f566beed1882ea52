/** Watching: an endless run of changes that goes on over broken connections and dying nodes, none skipped, none twice. */
import { HISTORY_PROBLEMS } from '../contract/problem-types.ts';
import { formatToken, mergeTokens, parseToken, TokenError } from '../contract/token.ts';
import { pauseBefore } from './backoff.ts';
import { startDeadline } from './deadline.ts';
import { pause } from './environment.ts';
import { ConfmanError } from './errors.ts';
import { query } from './request.ts';
import { readEvents } from './sse.ts';
import type { Token } from '../contract/token.ts';
import type { WatchBookmark, WatchCompacted, WatchEvent } from '../contract/schemas/audit.ts';
import type { Deadline } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import type { ServerEvent } from './sse.ts';

export interface WatchOptions {
  /** Only this namespace and those below it. */
  readonly namespace?: string | undefined;
  /** Only keys that start so. */
  readonly prefix?: string | undefined;
  /** Go on after this token; by default from now on. */
  readonly since?: string | undefined;
  /** Whether changes carry their values. */
  readonly values?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type WatchItem =
  /** Everything that one command changed. */
  | { readonly type: 'change'; readonly token: string; readonly change: WatchEvent }
  /** Nothing more has changed up to `token`. */
  | { readonly type: 'bookmark'; readonly token: string }
  /**
   * The last item: the changes since the resume point cannot be had any more, so list again and watch from there. `retention`: they are
   * older than what is kept. `history-changed`: the cluster was restored or replaced, and the resume point is not of its history.
   */
  | { readonly type: 'compacted'; readonly reason: 'retention' | 'history-changed'; readonly message: string };

/**
 * Changes in log order. Ends after `compacted`; otherwise only by the caller (`break`, or the signal).
 *
 * @throws ConfmanError when the watch is refused (rights, names) or aborted; never because a node is down
 */
export async function* watch(exchange: Exchange, options: WatchOptions): AsyncGenerator<WatchItem, void, undefined> {
  const lifetime = startDeadline(exchange.environment, Number.POSITIVE_INFINITY, options.signal);
  const position = new Position(options.since);
  let failures = 0;
  try {
    for (;;) {
      try {
        for await (const item of watchOnce(exchange, options, position, lifetime)) {
          failures = 0;
          yield item;
        }
        return;
      } catch (error) {
        const end = judgeFailure(error);
        if (end !== null) {
          yield end;
          return;
        }
        if (!isRetryable(error)) throw error;
        const delayMs = pauseBefore(failures++, exchange.retry, error.retryAfterMs, () => exchange.environment.random());
        exchange.notify({ type: 'retry', endpoint: error.endpoint ?? '', attempt: failures, delayMs, code: error.code });
        await pauseOr(exchange, delayMs, lifetime);
      }
    }
  } finally {
    lifetime.close();
  }
}

async function pauseOr(exchange: Exchange, delayMs: number, lifetime: Deadline): Promise<void> {
  try {
    await pause(exchange.environment, delayMs, lifetime.signal);
  } catch (cause) {
    throw lifetime.error(cause);
  }
}

function isRetryable(error: unknown): error is ConfmanError {
  return error instanceof ConfmanError && error.retryable;
}

function judgeFailure(error: unknown): WatchItem | null {
  const refused = error instanceof ConfmanError && (HISTORY_PROBLEMS as ReadonlySet<string>).has(error.code);
  if (!refused && !(error instanceof TokenError && error.kind === 'conflict')) return null;
  return { type: 'compacted', reason: 'history-changed', message: error.message };
}

/** One connection. Ends after `compacted`. @throws ConfmanError however else it ends: a stream that merely ends is `unreachable` */
async function* watchOnce(
  exchange: Exchange,
  options: WatchOptions,
  position: Position,
  lifetime: Deadline,
): AsyncGenerator<WatchItem, void, undefined> {
  const resume = position.resumeText();
  const since = resume === null ? options.since : undefined;
  const path = `/api/v1/watch${query({ namespace: options.namespace, prefix: options.prefix, values: options.values, since })}`;
  const headers = { accept: 'text/event-stream', ...(resume === null ? {} : { 'last-event-id': resume }) };
  const { answer, close, endpoint } = await exchange.stream(
    { kind: 'read', method: 'GET', path, headers, options: { session: false }, cacheable: false },
    lifetime,
  );
  // Where a watch from now on begins: without it a cut before the first event would lose what came in between.
  const start = answer.headers.get('x-confman-token');
  if (position.isOpen() && start !== null) position.advance(start);
  try {
    for await (const event of readEvents(answer, exchange.timeouts.streamIdleMs, exchange.environment)) {
      const item = toItem(event, position, exchange);
      if (item === null) continue;
      yield item;
      if (item.type === 'compacted') return;
    }
  } catch (error) {
    if (lifetime.signal.aborted) throw lifetime.error(error);
    if (error instanceof TokenError) throw error;
    exchange.streamFailed(endpoint);
    if (error instanceof ConfmanError) throw error;
    throw new ConfmanError('unreachable', 'the stream broke', { retryable: true, endpoint, cause: error });
  } finally {
    close();
  }
  if (lifetime.signal.aborted) throw lifetime.error(lifetime.signal.reason);
  throw new ConfmanError('unreachable', 'the stream ended', { retryable: true, endpoint });
}

function toItem(event: ServerEvent, position: Position, exchange: Exchange): WatchItem | null {
  switch (event.event) {
    case 'change': {
      const token = event.id ?? '';
      if (!position.advance(token)) return null;
      exchange.session.observe(token);
      return { type: 'change', token, change: parseData(event) as WatchEvent };
    }
    case 'bookmark': {
      const token = event.id ?? (parseData(event) as WatchBookmark).version;
      return position.advance(token) ? { type: 'bookmark', token: position.text() } : null;
    }
    case 'compacted': {
      const { oldest } = parseData(event) as WatchCompacted;
      return { type: 'compacted', reason: 'retention', message: `the changes before ${oldest} are no longer kept` };
    }
    default:
      // Later versions may send more.
      return null;
  }
}

function parseData(event: ServerEvent): unknown {
  try {
    return JSON.parse(event.data);
  } catch (cause) {
    throw new ConfmanError('invalid-answer', `the data of a ${event.event} event is not JSON`, { cause });
  }
}

/** How far a watch has come, per group. */
class Position {
  #token: Token;
  /** Whether anything but the caller's `since` is known. */
  #moved = false;

  constructor(since: string | undefined) {
    this.#token = since === undefined ? [] : parseSince(since);
  }

  /** No resume point at all yet. */
  isOpen(): boolean {
    return this.#token.length === 0;
  }

  text(): string {
    return formatToken(this.#token);
  }

  /** What the next connection resumes after; null as long as that is what the caller said. */
  resumeText(): string | null {
    return this.#moved ? this.text() : null;
  }

  /**
   * Moves on to an event.
   *
   * @returns whether it is new: an event at or before the position was seen already
   * @throws TokenError `conflict` when it cannot follow on what was seen
   */
  advance(text: string): boolean {
    const seen = parseToken(text);
    const groups = new Map(seen.map(({ group, history }) => [group, history]));
    // After a restore the log goes on in a new lineage; the old one has nothing more to say.
    const known = this.#token.filter(({ group, history }) => !groups.has(group) || groups.get(group) === history);
    const next = mergeTokens(known, seen);
    if (formatToken(next) === this.text()) return false;
    this.#token = next;
    this.#moved = true;
    return true;
  }
}

function parseSince(since: string): Token {
  try {
    return mergeTokens(parseToken(since));
  } catch (cause) {
    if (!(cause instanceof TokenError)) throw cause;
    throw new ConfmanError('invalid-options', `since: ${cause.message}`, { cause });
  }
}
