/** One stream for the console: cluster status, changes, audit (spec 2, `/events`). */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Topic } from '../../lib/contract/schemas/queries.ts';
import { formatFullVersion, formatVersion } from '../../lib/contract/token.ts';
import type { Principal } from '../auth/principal.ts';
import type { AnswerOf, ReadAnswer } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { historyOf } from './cursor.ts';
import { requireRight } from './guards.ts';
import type { StatusFeed } from './status-feed.ts';
import { Alarm } from './stream-event.ts';
import type { StreamEvent } from './stream-event.ts';
import { sinceToken, streamStart, toWatchEvent } from './watch.ts';
import type { StreamContext, WatchInput } from './watch.ts';

const IDLE_MS = 5_000;
const PAGE_ROWS = 100;
const PAGE_BYTES = 256 * 1024;
const AUDIT_PAGES_MAX = 20;

export interface EventsInput {
  readonly topics: ReadonlySet<Topic>;
  readonly since: WatchInput['since'];
}

export interface EventsContext extends StreamContext {
  readonly statuses: StatusFeed;
}

export async function startEvents(
  services: Services,
  call: Call,
  input: EventsInput,
  stream: EventsContext,
): Promise<ReadResult<AsyncIterable<StreamEvent>>> {
  requireRight(call.principal, 'read');
  const start = await streamStart(services, call, sinceToken(input.since));
  return { ...start, data: consoleEvents(services, call.principal, input.topics, stream, start.data) };
}

async function* consoleEvents(
  services: Services,
  principal: Principal,
  topics: ReadonlySet<Topic>,
  stream: EventsContext,
  start: LogPosition,
): AsyncGenerator<StreamEvent> {
  const { engine } = services;
  const { authenticator, signal, statuses } = stream;
  const alarm = new Alarm();
  let status: ClusterStatus | null = null;
  const unsubscribe = [
    engine.onApplied(CLUSTER_GROUP, () => alarm.wake()),
    ...(topics.has('cluster')
      ? [
          statuses.subscribe((next) => {
            status = next;
            alarm.wake();
          }),
        ]
      : []),
  ];
  const log = topics.has('changes') || topics.has('audit') ? new LogFollower(services, topics, start) : null;
  try {
    yield bookmark(services, start);
    while (!signal.aborted) {
      const caller = authenticator.refresh(principal);
      if (caller === null) return;
      // Read again each time round: the listener sets it while this generator is suspended.
      const latest = takeStatus();
      if (latest !== null) yield { event: 'cluster', data: latest };
      let behind = false;
      if (log !== null) {
        yield* log.next(caller);
        behind = log.behind;
      }
      if (!behind) await alarm.sleep(IDLE_MS, signal);
    }
  } finally {
    for (const end of unsubscribe) end();
  }

  function takeStatus(): ClusterStatus | null {
    const taken = status;
    status = null;
    return taken;
  }
}

function bookmark({ engine }: Services, position: LogPosition): StreamEvent {
  const id = position.index === 0 ? undefined : formatFullVersion(historyOf(engine, CLUSTER_GROUP), CLUSTER_GROUP, position);
  return { event: 'bookmark', id, data: { version: formatVersion(CLUSTER_GROUP, position) } };
}

type AuditPlace = NonNullable<AnswerOf<'audit'>['next']>;

/** Follows the log of one group for the topics `changes` and `audit`. */
class LogFollower {
  readonly #services: Services;
  readonly #topics: ReadonlySet<Topic>;
  #changesTo: LogPosition;
  #auditTo: number;
  /** Whether the page ended before the end of the log. */
  behind = false;

  constructor(services: Services, topics: ReadonlySet<Topic>, start: LogPosition) {
    this.#services = services;
    this.#topics = topics;
    this.#changesTo = start;
    this.#auditTo = start.index;
  }

  async *next(principal: Principal): AsyncGenerator<StreamEvent> {
    this.behind = false;
    if (this.#topics.has('changes')) yield* this.#changes(principal);
    if (this.#topics.has('audit')) yield* await this.#audit(principal);
  }

  *#changes(principal: Principal): Generator<StreamEvent> {
    const { engine } = this.#services;
    const group = CLUSTER_GROUP;
    const query = {
      type: 'changes',
      afterIndex: this.#changesTo.index,
      namespacePrefix: null,
      keyPrefix: '',
      scope: principal.scope,
      values: false,
      rowsMax: PAGE_ROWS,
      bytesMax: PAGE_BYTES,
    } as const;
    const { data, applied } = engine.read(group, query);
    if (data.kind === 'compacted') {
      // A view that is refreshed needs no history: say that there is a gap, and go on from now.
      this.#changesTo = applied;
      yield {
        event: 'compacted',
        data: { oldest: formatVersion(group, data.oldest), token: formatFullVersion(historyOf(engine, group), group, data.oldest) },
      };
      return;
    }
    for (const command of data.commands) {
      yield {
        event: 'change',
        id: formatFullVersion(historyOf(engine, group), group, command.position),
        data: toWatchEvent(group, command),
      };
    }
    if (data.upTo.index > this.#changesTo.index) this.#changesTo = data.upTo;
    this.behind = data.more;
  }

  /** Audit events come newest first; the new ones are gathered and given in the order in which they happened. */
  async #audit(principal: Principal): Promise<readonly StreamEvent[]> {
    const { engine } = this.#services;
    if (engine.view(CLUSTER_GROUP).appliedIndex <= this.#auditTo) return [];
    const fresh: StreamEvent[] = [];
    let before: AuditPlace | null = null;
    let newest = this.#auditTo;
    for (let page = 0; page < AUDIT_PAGES_MAX; page += 1) {
      const answer: ReadAnswer<'audit'> = await engine.scan(CLUSTER_GROUP, {
        type: 'audit',
        scope: principal.scope,
        namespace: null,
        key: null,
        actor: null,
        action: null,
        search: null,
        fromMs: null,
        toMs: null,
        before,
        asOf: null,
        rowsMax: PAGE_ROWS,
      });
      if (page === 0) newest = answer.applied.index;
      const rows = answer.data.rows.filter((row) => row.index > this.#auditTo);
      for (const { index: _index, ordinal: _ordinal, ...event } of rows) fresh.push({ event: 'audit', data: event });
      before = answer.data.next;
      if (before === null || before.index <= this.#auditTo || rows.length < answer.data.rows.length) break;
    }
    this.#auditTo = Math.max(this.#auditTo, newest);
    return fresh.toReversed();
  }
}
