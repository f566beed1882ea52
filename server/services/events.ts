/** One stream for the console: cluster status, changes, audit, moves (spec 2, `/events`). */
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { AuditEvent, LogPosition } from '../../lib/contract/model.ts';
import { PROBLEMS } from '../../lib/contract/problems.ts';
import type { Topic } from '../../lib/contract/schemas/queries.ts';
import type { Principal } from '../auth/principal.ts';
import type { AnswerOf, Query, ReadAnswer } from '../state/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER } from './context.ts';
import { ServiceError } from './errors.ts';
import { ChangeFeed, REMOTE_POLL_MS, compactedEvent } from './change-feed.ts';
import { requireRight } from './guards.ts';
import { MovesFollower, PROGRESS_MS } from './move-events.ts';
import type { StatusFeed } from './status-feed.ts';
import { Alarm } from './stream-event.ts';
import type { StreamEvent } from './stream-event.ts';
import { sinceToken, streamStart, toWatchEvent } from './watch.ts';
import type { StreamContext, WatchInput } from './watch.ts';

const IDLE_MS = 5_000;
/** How often a group that could not be reached is asked again, and for how long at most: the status waits meanwhile. */
const [START_AGAIN_MS, START_WAIT_MS] = [1_000, 300];
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
  try {
    const { positions, ...facts } = await streamStart(services, call, sinceToken(input.since));
    return { ...facts, data: consoleEvents(services, call, input.topics, stream, positions) };
  } catch (error) {
    if (!input.topics.has('cluster') || !isGroupAway(error)) throw error;
    // Whoever looks at the cluster has to see just now how it is.
    const local: Call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
    const { data: _data, ...facts } = await services.reads.read(CLUSTER, { type: 'registry' }, local);
    return { ...facts, data: statusUntilStarted(services, call, input, stream) };
  }
}

function isGroupAway(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'group-unreachable';
}

/** The status alone while a group cannot be reached; everything from when all can. */
async function* statusUntilStarted(
  services: Services,
  call: Call,
  { topics, since }: EventsInput,
  stream: EventsContext,
): AsyncGenerator<StreamEvent> {
  const { authenticator, signal, statuses } = stream;
  const alarm = new Alarm();
  const waiting: ClusterStatus[] = [];
  const unsubscribe = statuses.subscribe((next) => {
    waiting.splice(0, waiting.length, next);
    alarm.wake();
  });
  const brief: Call = { ...call, consistency: { ...call.consistency, maxWaitMs: START_WAIT_MS } };
  let start: ReadonlyMap<string, LogPosition> | null = null;
  try {
    for (let triedMs = services.sources.tickMs(); start === null && !signal.aborted;) {
      if (authenticator.refresh(call.principal) === null) return;
      for (const data of waiting.splice(0)) yield { event: 'cluster', data };
      const nowMs = services.sources.tickMs();
      if (nowMs - triedMs < START_AGAIN_MS) {
        await alarm.sleep(START_AGAIN_MS - (nowMs - triedMs), signal);
        continue;
      }
      try {
        start = (await streamStart(services, brief, sinceToken(since))).positions;
      } catch (error) {
        if (!(error instanceof ServiceError) || !PROBLEMS[error.code].retryable) throw error;
        triedMs = services.sources.tickMs();
      }
    }
  } finally {
    unsubscribe();
  }
  if (start === null) return;
  // What has happened since the caller asked is told only where it said from when on.
  yield* consoleEvents(services, call, topics, stream, start, since === null);
}

async function* consoleEvents(
  services: Services,
  call: Call,
  topics: ReadonlySet<Topic>,
  stream: EventsContext,
  start: ReadonlyMap<string, LogPosition>,
  gap = false,
): AsyncGenerator<StreamEvent> {
  const { authenticator, signal, statuses } = stream;
  const alarm = new Alarm();
  let status: ClusterStatus | null = null;
  const unsubscribe = topics.has('cluster')
    ? statuses.subscribe((next) => {
        status = next;
        alarm.wake();
      })
    : null;
  // Also where only the audit is followed: its positions are what a bookmark says.
  const feed = new ChangeFeed(services, call, CHANGES, start, alarm);
  const audit = topics.has('audit') ? new AuditFollower(services, call, start) : null;
  const moves = topics.has('moves') ? new MovesFollower(services, call) : null;
  try {
    yield { event: 'bookmark', id: feed.token, data: { version: feed.version } };
    if (gap) yield { event: 'compacted', data: { oldest: feed.version, token: feed.token } };
    while (!signal.aborted) {
      const caller = authenticator.refresh(call.principal);
      if (caller === null) return;
      // Read again each time round: the listener sets it while this generator is suspended.
      const latest = takeStatus();
      if (latest !== null) yield { event: 'cluster', data: latest };
      if (topics.has('changes')) yield* changesOf(services, feed, caller);
      if (audit !== null) yield* await audit.next(caller);
      if (moves !== null) yield* await moves.next(caller);
      if (feed.behind) continue;
      await alarm.sleep(moves?.polls === true ? PROGRESS_MS : feed.polls ? REMOTE_POLL_MS : IDLE_MS, signal);
    }
  } finally {
    unsubscribe?.();
    feed.close();
  }

  function takeStatus(): ClusterStatus | null {
    const taken = status;
    status = null;
    return taken;
  }
}

const CHANGES = { namespacePrefix: null, keyPrefix: '', values: false, rowsMax: PAGE_ROWS, bytesMax: PAGE_BYTES };

async function* changesOf(services: Services, feed: ChangeFeed, caller: Principal): AsyncGenerator<StreamEvent> {
  for await (const item of feed.next(caller.scope)) {
    if (item.kind === 'change') {
      yield { event: 'change', id: feed.token, data: toWatchEvent(item.group, item.command) };
      continue;
    }
    // A view that is refreshed needs no history: say that there is a gap, and go on from now.
    yield compactedEvent(services, feed, item);
    feed.skip(item.group, item.applied);
  }
}

type AuditPlace = NonNullable<AnswerOf<'audit'>['next']>;

/** Follows the audit events of all groups. */
class AuditFollower {
  readonly #services: Services;
  readonly #call: Call;
  /** Index up to which each group's events are told. */
  readonly #told: Map<string, number>;

  constructor(services: Services, call: Call, start: ReadonlyMap<string, LogPosition>) {
    this.#services = services;
    this.#call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
    this.#told = new Map([...start].map(([group, { index }]) => [group, index]));
  }

  /** New events come in the order in which they happened, as far as they are known. */
  async next(principal: Principal): Promise<readonly StreamEvent[]> {
    const { map } = this.#services;
    const fresh: AuditEvent[] = [];
    const ended = map.archived.filter(({ id }) => this.#told.has(id)).map(({ id }) => id);
    for (const group of [...ended, ...map.groups]) fresh.push(...(await this.#ofGroup(group, principal)));
    if (map.epoch > 0) fresh.sort((a, b) => (a.hlc === b.hlc ? 0 : a.hlc < b.hlc ? -1 : 1));
    return fresh.map((data) => ({ event: 'audit', data }));
  }

  /** Events come newest first; the new ones are gathered and given the other way round. */
  async #ofGroup(group: string, principal: Principal): Promise<readonly AuditEvent[]> {
    const { engine, gateway, remote, map } = this.#services;
    // What it told no more before it ended has been taken over by `default`.
    const ended = map.archived.some(({ id }) => id === group);
    const asked = ended ? DEFAULT_GROUP : group;
    const told = this.#told.get(group) ?? 0;
    if (!ended && remote.isHere(group) && engine.view(group).appliedIndex <= told) return [];
    const fresh: AuditEvent[] = [];
    let before: AuditPlace | null = null;
    let newest = told;
    for (let page = 0; page < AUDIT_PAGES_MAX; page += 1) {
      const query: Query<'audit'> = { ...AUDIT, scope: principal.scope, before, ...(ended ? { of: group } : {}) };
      const answer: ReadAnswer<'audit'> = await gateway.scanGroup(asked, query, this.#call);
      if (page === 0) newest = answer.applied.index;
      const rows = answer.data.rows.filter((row) => row.index > told);
      for (const { index: _index, ordinal: _ordinal, ...event } of rows) fresh.push(event);
      before = answer.data.next;
      if (before === null || before.index <= told || rows.length < answer.data.rows.length) break;
    }
    if (ended) this.#told.delete(group);
    else this.#told.set(group, Math.max(told, newest));
    return fresh.toReversed();
  }
}

const AUDIT = {
  type: 'audit',
  namespace: null,
  key: null,
  actor: null,
  action: null,
  search: null,
  fromMs: null,
  toMs: null,
  asOf: null,
  rowsMax: PAGE_ROWS,
} as const;
