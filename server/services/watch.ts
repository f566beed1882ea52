/**
 * The feed of changes for consumers (spec 2, "Watch"): one event per applied command, in log order, without a gap. It is
 * pulled: nothing is read from the state while the consumer has not taken what came before, so a slow one costs one page.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { WatchEvent } from '../../lib/contract/schemas/audit.ts';
import { TokenError, formatVersion, parseToken } from '../../lib/contract/token.ts';
import type { Token } from '../../lib/contract/token.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import type { WatchChange as WatchChangeRow, WatchCommand } from '../state/watch-types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { ChangeFeed, REMOTE_POLL_MS, compactedEvent, startPositions } from './change-feed.ts';
import { ServiceError } from './errors.ts';
import type { ReadFacts } from './errors.ts';
import { factsOf, gather } from './gather.ts';
import { requireNamespace, requireRight } from './guards.ts';
import { Alarm } from './stream-event.ts';
import type { StreamEvent } from './stream-event.ts';

const BOOKMARK_MS = 5_000;
const PAGE_ROWS = 200;
const PAGE_BYTES = 256 * 1024;

export interface WatchInput {
  readonly namespace: string | null;
  readonly prefix: string;
  readonly values: boolean;
  /** Where to go on, as the caller gave it; null: from now on. */
  readonly since: { readonly text: string; readonly parameter: string } | null;
}

export interface StreamContext {
  readonly authenticator: Authenticator;
  /** Aborted when the client is gone or the node stops. */
  readonly signal: AbortSignal;
}

/** Reads where a stream is to go on; null: nothing was named. */
export function sinceToken(since: WatchInput['since']): Token {
  if (since === null) return [];
  try {
    return parseToken(since.text);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const detail = `${since.parameter}: ${error.message}`;
    throw new ServiceError(
      'invalid-version-token',
      detail,
      { errors: [{ parameter: since.parameter, detail: error.message, element: error.element + 1, offset: error.offset }] },
      { cause: error },
    );
  }
}

/** Where a stream starts, and the states that it was decided from. */
export interface StreamStart extends ReadFacts {
  readonly positions: ReadonlyMap<string, LogPosition>;
}

/** Waits for the states that a stream starts from: a start in the future, or of another history, ends as a read of it would. */
export async function streamStart(services: Services, call: Call, since: Token): Promise<StreamStart> {
  const { consistency } = call;
  const mode = since.length > 0 && consistency.mode !== 'linearizable' ? 'read-your-writes' : consistency.mode;
  const waiting: Call = { ...call, consistency: { ...consistency, mode, token: [...consistency.token, ...since] } };
  const parts = await gather(services, waiting, () => ({ type: 'keyById', id: call.principal.keyId }), false);
  return { ...factsOf(parts), positions: startPositions(services, since, parts) };
}

/** Begins a watch: what is wrong with it is said before the first event. */
export async function startWatch(
  services: Services,
  call: Call,
  input: WatchInput,
  stream: StreamContext,
): Promise<ReadResult<AsyncIterable<StreamEvent>>> {
  if (input.namespace === null) requireRight(call.principal, 'read');
  else requireNamespace(call.principal, 'read', input.namespace);
  const { positions, ...facts } = await streamStart(services, call, sinceToken(input.since));
  return { ...facts, data: changeEvents(services, call, input, stream, positions) };
}

/** The events after a position, until the client goes, its key is revoked, or history does not reach back so far. */
async function* changeEvents(
  services: Services,
  call: Call,
  input: Pick<WatchInput, 'namespace' | 'prefix' | 'values'>,
  { authenticator, signal }: StreamContext,
  start: ReadonlyMap<string, LogPosition>,
): AsyncGenerator<StreamEvent> {
  const { sources } = services;
  const alarm = new Alarm();
  const query = {
    namespacePrefix: input.namespace,
    keyPrefix: input.prefix,
    values: input.values,
    rowsMax: PAGE_ROWS,
    bytesMax: PAGE_BYTES,
  };
  const feed = new ChangeFeed(services, call, query, start, alarm);
  const bookmark = (): StreamEvent => ({ event: 'bookmark', id: feed.token, data: { version: feed.version } });
  let saidAtMs = sources.tickMs();
  try {
    yield bookmark();
    while (!signal.aborted) {
      const caller = authenticator.refresh(call.principal);
      if (caller === null) return;
      for await (const item of feed.next(caller.scope)) {
        if (item.kind === 'compacted') {
          yield compactedEvent(services, feed, item);
          return;
        }
        yield { event: 'change', id: feed.token, data: toWatchEvent(item.group, item.command) };
        saidAtMs = sources.tickMs();
      }
      if (feed.behind) {
        await nextTurn();
        continue;
      }
      const idleMs = sources.tickMs() - saidAtMs;
      if (idleMs >= BOOKMARK_MS) {
        yield bookmark();
        saidAtMs = sources.tickMs();
      }
      const sleepMs = Math.max(1, BOOKMARK_MS - (sources.tickMs() - saidAtMs));
      await alarm.sleep(feed.polls ? Math.min(sleepMs, REMOTE_POLL_MS) : sleepMs, signal);
    }
  } finally {
    feed.close();
  }
}

export function toWatchEvent(group: string, { position, changes, actor, message, hlc }: WatchCommand): WatchEvent {
  return { version: formatVersion(group, position), changes: changes.map(toWatchChange), actor, message, hlc };
}

function toWatchChange({ value, count, ...change }: WatchChangeRow): WatchEvent['changes'][number] {
  return { ...change, ...(value === undefined ? {} : { value }), ...(count === undefined ? {} : { count }) };
}
