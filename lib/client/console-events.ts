/** The event stream of the console: cluster status, changes, audit, moves. It shows what is now, so it does not resume. */
import { pauseBefore } from './backoff.ts';
import { startDeadline } from './deadline.ts';
import { pause } from './environment.ts';
import { ConfmanError } from './errors.ts';
import { query } from './request.ts';
import { readEvents } from './sse.ts';
import type { Topic } from '../contract/schemas/queries.ts';
import type { Exchange } from './exchange.ts';

export interface EventsOptions {
  readonly topics: readonly Topic[];
  readonly signal?: AbortSignal | undefined;
}

export type ConsoleEvent =
  /** A connection stands: what came before it may have been missed, so caches are to be asked again. */
  | { readonly type: 'connected'; readonly endpoint: string }
  /** `data` as the topic's schema says. */
  | { readonly type: 'event'; readonly event: string; readonly id: string | null; readonly data: unknown }
  /** The connection is gone; the next attempt follows after `retryInMs`. */
  | { readonly type: 'disconnected'; readonly retryInMs: number; readonly error: ConfmanError };

/**
 * Events until the caller ends it.
 *
 * @throws ConfmanError when the stream is refused or aborted
 */
export async function* consoleEvents(exchange: Exchange, options: EventsOptions): AsyncGenerator<ConsoleEvent, void, undefined> {
  const lifetime = startDeadline(exchange.environment, Number.POSITIVE_INFINITY, options.signal);
  const path = `/api/v1/events${query({ topics: options.topics.join(',') })}`;
  let failures = 0;
  try {
    for (;;) {
      let endpoint = '';
      let close = (): void => undefined;
      let error: ConfmanError;
      try {
        const opened = await exchange.stream(
          { kind: 'read', method: 'GET', path, headers: { accept: 'text/event-stream' }, options: { session: false }, cacheable: false },
          lifetime,
        );
        ({ endpoint, close } = opened);
        yield { type: 'connected', endpoint };
        for await (const event of readEvents(opened.answer, exchange.timeouts.streamIdleMs, exchange.environment)) {
          failures = 0;
          yield { type: 'event', event: event.event, id: event.id, data: parseJson(event.data) };
        }
        error = new ConfmanError('unreachable', 'the stream ended', { retryable: true, endpoint });
      } catch (cause) {
        if (lifetime.signal.aborted) throw lifetime.error(cause);
        error =
          cause instanceof ConfmanError ? cause : new ConfmanError('unreachable', 'the stream broke', { retryable: true, endpoint, cause });
        if (!error.retryable) throw error;
        if (endpoint !== '') exchange.streamFailed(endpoint);
      } finally {
        close();
      }
      const retryInMs = pauseBefore(failures++, exchange.retry, error.retryAfterMs, () => exchange.environment.random());
      yield { type: 'disconnected', retryInMs, error };
      try {
        await pause(exchange.environment, retryInMs, lifetime.signal);
      } catch (cause) {
        throw lifetime.error(cause);
      }
    }
  } finally {
    lifetime.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfmanError('invalid-answer', 'the data of an event is not JSON', { cause });
  }
}
