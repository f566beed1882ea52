/**
 * The REST API as one Fastify application. It listens to nothing: the node's own HTTP server routes into it, and the
 * Next.js catch-all calls it through `inject()`. Creating it starts nothing; being ready starts its housekeeping, closing
 * it ends every stream and wait.
 */
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { Authenticator } from '../auth/authenticate.ts';
import { joinKey } from '../auth/join-proof.ts';
import { KeyTable } from '../auth/key-table.ts';
import { KeyUses } from '../auth/key-uses.ts';
import { SessionSealer } from '../auth/session-cookie.ts';
import { SignInLimit } from '../auth/sign-in-limit.ts';
import type { Engine, RelayAnswer, RelayRequest } from '../engine/types.ts';
import { ApiMetrics } from '../metrics/api-metrics.ts';
import { ReadCoordinator } from '../services/consistent-read.ts';
import { Gateway } from '../services/gateway.ts';
import { RemoteGroups } from '../services/remote-groups.ts';
import { ShardMap } from '../services/shard-map.ts';
import { SYSTEM_SOURCES } from '../services/context.ts';
import type { Services, Sources } from '../services/context.ts';
import { ServiceError } from '../services/errors.ts';
import { clusterIdOf } from '../services/session.ts';
import { startMoves } from '../services/moves/start.ts';
import { StatusFeed } from '../services/status-feed.ts';
import { touchKeys } from '../services/touch-keys.ts';
import { ValueValidator } from '../services/values/validator.ts';
import type { ValueThread } from '../services/values/validator.ts';
import { authenticateRequest } from './authenticate-request.ts';
import { answerClientError } from './client-error.ts';
import { handlerOf } from './dispatch.ts';
import { entryLane } from './entry-lane.ts';
import { LateKeys } from './late-key.ts';
import { HTTP_SERVER_OPTIONS, SMALL_BODY_BYTES_MAX, URL_BYTES_MAX } from './limits.ts';
import { openapiDocument } from './openapi.ts';
import { parseQueryString } from './query-string.ts';
import { relayHandler } from './relay.ts';
import { requestIdOf } from './request-context.ts';
import { sendProblem } from './respond.ts';
import type { AnyRoute } from './route.ts';
import { routeTable } from './routes/table.ts';
import type { ApiRuntime, ApiSettings } from './runtime.ts';
import { VersionHeaders } from './version-headers.ts';

export interface ApiOptions {
  readonly engine: Engine;
  readonly settings: ApiSettings;
  /** The cluster's secret: session cookies are sealed, and nodes that are to join are known, by keys derived from it. */
  readonly sessionSecret: string;
  readonly logger: FastifyBaseLogger;
  /** Version of the program. */
  readonly version: string;
  /** Where time and chance come from; the system's unless told otherwise. */
  readonly sources?: Sources | undefined;
  /** The thread that judges large values; null judges them on this one. */
  readonly valueThread?: ValueThread | null | undefined;
  /** Drives the moves of the cluster while this node leads it: for one thread of a node. */
  readonly drivesMoves?: boolean | undefined;
}

const TOUCH_KEYS_MS = 60_000;
const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The API of one node. */
export function createApi(options: ApiOptions): FastifyInstance {
  const { engine } = options;
  const routes = routeTable(engine.lab !== null);
  const stop = new AbortController();
  const uses = new KeyUses((options.sources ?? SYSTEM_SOURCES).nowMs);
  const api = runtimeOf(options, routes, uses, stop.signal);
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Requests are not logged, and what goes wrong with one is logged here with its id: a logger of its own is only a cost.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIdOf,
    bodyLimit: SMALL_BODY_BYTES_MAX,
    http: HTTP_SERVER_OPTIONS,
    clientErrorHandler: answerClientError,
    requestTimeout: HTTP_SERVER_OPTIONS.requestTimeout,
    keepAliveTimeout: HTTP_SERVER_OPTIONS.keepAliveTimeout,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: URL_BYTES_MAX, caseSensitive: true, ignoreTrailingSlash: false, querystringParser: parseQueryString },
    frameworkErrors: (error, request, reply) => {
      // So early that no hook has run yet.
      request.startedMs = performance.now();
      sendProblem(api, request, reply, null, error);
    },
  });
  app.decorateRequest('caller', null);
  app.decorateRequest('startedMs', 0);
  app.decorate('relay', relayHandler(app, api));
  app.decorate('lane', entryLane(api, routes));
  acceptBodies(app);
  app.addHook('onRequest', authenticateRequest(api));
  app.setErrorHandler((error, request, reply) => {
    sendProblem(api, request, reply, request.caller, error);
  });
  app.setNotFoundHandler((request, reply) => {
    sendProblem(api, request, reply, request.caller, new ServiceError('not-found', 'there is no such resource'));
  });
  addRoutes(app, api, routes);

  let moves: ReturnType<typeof startMoves> | null = null;
  let touching: NodeJS.Timeout | null = null;
  app.addHook('onReady', (done) => {
    touching = setInterval(() => void touchKeys(engine, uses), TOUCH_KEYS_MS);
    touching.unref();
    if (options.drivesMoves === true) moves = startMoves(api.services, options.logger, stop.signal);
    done();
  });
  app.addHook('preClose', (done) => {
    if (touching !== null) clearInterval(touching);
    stop.abort();
    moves?.stop();
    api.services.reads.stop();
    done();
  });
  app.addHook('onClose', async () => {
    await api.services.values.close();
  });
  return app;
}

/** Answers what other nodes relay to this one: for `Engine.serveRelays`. */
export function createRelayHandler(app: FastifyInstance): (request: RelayRequest) => Promise<RelayAnswer> {
  return app.relay;
}

function runtimeOf(options: ApiOptions, routes: readonly AnyRoute[], uses: KeyUses, stopping: AbortSignal): ApiRuntime {
  const { engine, settings, version } = options;
  const sources = options.sources ?? SYSTEM_SOURCES;
  const { tickMs } = sources;
  const map = new ShardMap(engine, tickMs);
  const reads = new ReadCoordinator(engine, settings, tickMs, map);
  const headers = new VersionHeaders(engine, map);
  const describe = (group: string, waitedMs: number): string => headers.replica(group, waitedMs);
  const remote = new RemoteGroups({ engine, map, reads, tickMs, describe });
  const gateway = new Gateway({ map, reads, remote, tickMs });
  const values = new ValueValidator(options.valueThread ?? null);
  const services: Services = { engine, settings, sources, reads, map, remote, gateway, values, version };
  const sealer = new SessionSealer(options.sessionSecret, sources.randomBytes);
  const authenticator = new Authenticator({
    keys: new KeyTable(engine),
    sealer,
    clusterId: () => clusterIdOf(services),
    nowMs: sources.nowMs,
    used: (id) => uses.record(id),
  });
  let openapi: string | null = null;
  let streams = 0;
  return {
    services,
    settings,
    authenticator,
    lateKeys: new LateKeys(engine),
    sessions: { authenticator, sealer, limit: new SignInLimit(), sessionMs: settings.sessionMs },
    joinKey: joinKey(options.sessionSecret),
    joinLimit: new SignInLimit(),
    statuses: new StatusFeed(engine, sources.tickMs),
    metrics: new ApiMetrics({ waiters: () => reads.waiting, belowFloor: () => reads.acceptedBelowFloor }),
    headers,
    logger: options.logger,
    relayed: new Map(),
    stopping,
    takeStream: () => {
      if (streams >= settings.streamsMax)
        throw new ServiceError('too-many-streams', `${streams} event streams are open on this node already`, { retryAfterMs: 5_000 });
      streams += 1;
      let taken = true;
      return () => {
        if (taken) streams -= 1;
        taken = false;
      };
    },
    openapi: () => {
      openapi ??= JSON.stringify(openapiDocument(routes, version));
      return openapi;
    },
  };
}

/** Bodies are JSON; the bytes are kept as they came, because idempotency judges by them. */
function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      done(new ServiceError('unsupported-media-type', 'send the body without Content-Encoding'));
    else done(null, body);
  });
}

function addRoutes(app: FastifyInstance, api: ApiRuntime, routes: readonly AnyRoute[]): void {
  const methodsOf = new Map<string, Set<string>>();
  for (const route of routes) {
    const methods = methodsOf.get(route.path) ?? new Set<string>();
    methodsOf.set(route.path, methods);
    // A stream has no headers worth asking for without it.
    const served = route.method === 'GET' && route.kind !== 'stream' ? ['GET', 'HEAD'] : [route.method];
    for (const method of served) methods.add(method);
    app.route({
      method: served,
      url: route.path,
      config: { right: route.right },
      ...(route.bodyBytesMax === undefined ? {} : { bodyLimit: route.bodyBytesMax(api.settings) }),
      handler: handlerOf(api, route),
    });
  }
  for (const [path, methods] of methodsOf) {
    const allow = [...methods].toSorted().join(', ');
    app.route({
      method: ALL_METHODS.filter((method) => !methods.has(method)),
      url: path,
      config: { right: path.startsWith('/api/') ? 'read' : 'open' },
      handler: (request, reply) => {
        if (request.method === 'OPTIONS') {
          void reply.code(204).header('allow', allow).send();
          return;
        }
        sendProblem(api, request, reply, request.caller, new ServiceError('method-not-allowed', `${path} takes ${allow}`), { allow });
      },
    });
  }
}
