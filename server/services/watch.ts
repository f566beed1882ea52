/**
 * The feed of changes for consumers (spec 2, "Watch"): one event per applied command, in log order, without a gap. It is
 * pulled: nothing is read from the state while the consumer has not taken what came before, so a slow one costs one page.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { WatchEvent } from '../../lib/contract/schemas/audit.ts';
import { TokenError, formatFullVersion, formatVersion, parseToken } from '../../lib/contract/token.ts';
import type { Token } from '../../lib/contract/token.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import type { WatchChange as WatchChangeRow, WatchCommand } from '../state/watch-types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { historyOf } from './cursor.ts';
import { ServiceError } from './errors.ts';
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

/** Waits for the state that a stream starts from: a start in the future, or of another history, ends as a read of it would. */
export async function streamStart(services: Services, call: Call, since: Token): Promise<ReadResult<LogPosition>> {
  const own = since.filter((element) => element.group === CLUSTER_GROUP);
  const { consistency } = call;
  const mode = own.length > 0 && consistency.mode !== 'linearizable' ? 'read-your-writes' : consistency.mode;
  const waiting: Call = { ...call, consistency: { ...consistency, mode, token: [...consistency.token, ...since] } };
  const read = await services.reads.read(CLUSTER_GROUP, { type: 'keyById', id: call.principal.keyId }, waiting);
  const highest = own.reduce((max, element) => (max === null || element.index > max.index ? element : max), own[0] ?? null);
  // Without a start: from now on. `0:0` asks for everything that is kept.
  return { ...read, data: highest === null ? read.applied : { term: Number(highest.term), index: Number(highest.index) } };
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
  const start = await streamStart(services, call, sinceToken(input.since));
  return { ...start, data: changeEvents(services, call.principal, input, stream, start.data) };
}

/** The events after a position, until the client goes, its key is revoked, or history does not reach back so far. */
export async function* changeEvents(
  services: Services,
  principal: Principal,
  input: Pick<WatchInput, 'namespace' | 'prefix' | 'values'>,
  { authenticator, signal }: StreamContext,
  start: LogPosition,
): AsyncGenerator<StreamEvent> {
  const { engine, sources } = services;
  const group = CLUSTER_GROUP;
  const token = (position: LogPosition): string => formatFullVersion(historyOf(engine, group), group, position);
  const bookmark = (position: LogPosition): StreamEvent => ({
    event: 'bookmark',
    id: position.index === 0 ? undefined : token(position),
    data: { version: formatVersion(group, position) },
  });
  const alarm = new Alarm();
  const unsubscribe = engine.onApplied(group, () => alarm.wake());
  let position = start;
  let saidAtMs = sources.tickMs();
  try {
    yield bookmark(position);
    while (!signal.aborted) {
      const caller = authenticator.refresh(principal);
      if (caller === null) return;
      const query = {
        type: 'changes',
        afterIndex: position.index,
        namespacePrefix: input.namespace,
        keyPrefix: input.prefix,
        scope: caller.scope,
        values: input.values,
        rowsMax: PAGE_ROWS,
        bytesMax: PAGE_BYTES,
      } as const;
      const { data } = engine.read(group, query);
      if (data.kind === 'compacted') {
        yield { event: 'compacted', data: { oldest: formatVersion(group, data.oldest), token: token(data.oldest) } };
        return;
      }
      for (const command of data.commands) {
        yield { event: 'change', id: token(command.position), data: toWatchEvent(group, command) };
        saidAtMs = sources.tickMs();
      }
      if (data.upTo.index > position.index) position = data.upTo;
      if (data.more) {
        await nextTurn();
        continue;
      }
      const idleMs = sources.tickMs() - saidAtMs;
      if (idleMs >= BOOKMARK_MS) {
        yield bookmark(position);
        saidAtMs = sources.tickMs();
      }
      await alarm.sleep(Math.max(1, BOOKMARK_MS - (sources.tickMs() - saidAtMs)), signal);
    }
  } finally {
    unsubscribe();
  }
}

export function toWatchEvent(group: string, { position, changes, actor, message, hlc }: WatchCommand): WatchEvent {
  return { version: formatVersion(group, position), changes: changes.map(toWatchChange), actor, message, hlc };
}

function toWatchChange({ value, count, ...change }: WatchChangeRow): WatchEvent['changes'][number] {
  return { ...change, ...(value === undefined ? {} : { value }), ...(count === undefined ? {} : { count }) };
}
