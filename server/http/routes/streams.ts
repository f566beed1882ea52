/** Routes of event streams. */
import { namespaceFault } from '../../../lib/contract/names.ts';
import { TOPICS } from '../../../lib/contract/schemas/queries.ts';
import * as queries from '../../../lib/contract/schemas/queries.ts';
import { startEvents } from '../../services/events.ts';
import { ServiceError } from '../../services/errors.ts';
import { startWatch } from '../../services/watch.ts';
import type { WatchInput } from '../../services/watch.ts';
import type { Answer } from '../answer.ts';
import { accepts } from '../negotiation.ts';
import { header } from '../request-context.ts';
import { route } from '../route.ts';
import type { RouteContext } from '../route.ts';

const EVENT_STREAM = 'text/event-stream';

/** Where to go on: what a reconnecting client saw last counts for more than where it once started. */
function sinceOf({ request }: RouteContext<never, null>, since: string | undefined): WatchInput['since'] {
  const last = header(request.raw, 'last-event-id');
  if (last !== undefined && last !== '') return { text: last, parameter: 'Last-Event-ID' };
  return since === undefined ? null : { text: since, parameter: 'since' };
}

async function streaming(
  context: RouteContext<never, null>,
  start: (signal: AbortSignal) => Promise<Omit<Answer, 'status' | 'headers' | 'wrote'>>,
): Promise<Answer> {
  const { api, call, request } = context;
  if (!accepts(request.headers.accept, EVENT_STREAM))
    throw new ServiceError('not-acceptable', `this is an event stream: accept ${EVENT_STREAM}`);
  const release = api.takeStream();
  const signal = AbortSignal.any([call.gone(), api.stopping]);
  signal.addEventListener('abort', release, { once: true });
  try {
    return { ...(await start(signal)), status: 200, headers: null, wrote: null };
  } catch (error) {
    release();
    throw error;
  }
}

export const streamRoutes = [
  route<queries.WatchQuery>({
    id: 'watch',
    method: 'GET',
    path: '/api/v1/watch',
    right: 'read',
    kind: 'stream',
    summary: 'Changes as they are applied, one event per command',
    query: queries.WatchQuery,
    headers: { 'Last-Event-ID': 'Go on after this event' },
    answers: { 200: { description: 'Events `change`, `bookmark`, `compacted`', media: [EVENT_STREAM] } },
    handle: async (context) => {
      const { api, call, query } = context;
      const namespace = query.namespace ?? null;
      const fault = namespace === null ? null : namespaceFault(namespace);
      if (fault !== null) throw new ServiceError('invalid-name', fault, { errors: [{ parameter: 'namespace', detail: fault }] });
      const input: WatchInput = {
        namespace,
        prefix: query.prefix ?? '',
        values: query.values !== 'false',
        since: sinceOf(context as never, query.since),
      };
      return streaming(context as never, async (signal) => {
        const read = await startWatch(api.services, call, input, { authenticator: api.authenticator, signal });
        return { body: { kind: 'events', events: read.data }, read };
      });
    },
  }),
  route<queries.EventsQuery>({
    id: 'events',
    method: 'GET',
    path: '/api/v1/events',
    right: 'read',
    kind: 'stream',
    summary: 'One stream for the console: cluster status, changes, audit, moves',
    query: queries.EventsQuery,
    headers: { 'Last-Event-ID': 'Go on after this event' },
    answers: { 200: { description: 'Events `cluster`, `change`, `audit`, `moves`, `bookmark`, `compacted`', media: [EVENT_STREAM] } },
    handle: async (context) => {
      const { api, call, query } = context;
      const topics = new Set((query.topics?.split(',') ?? TOPICS) as queries.Topic[]);
      return streaming(context as never, async (signal) => {
        const read = await startEvents(
          api.services,
          call,
          { topics, since: sinceOf(context as never, undefined) },
          { authenticator: api.authenticator, statuses: api.statuses, signal },
        );
        return { body: { kind: 'events', events: read.data }, read };
      });
    },
  }),
];
