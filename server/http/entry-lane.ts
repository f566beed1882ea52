/**
 * The short way of the two requests that services send all day: GET and PUT of one entry, spelled plainly. It runs the very
 * functions that Fastify would run for them, authentication and route, without what Fastify does around them, which costs
 * more than the answer (docs/benchmarks.md). Whatever is not plain goes the long way, where every spelling has its answer.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { authenticateRequest } from './authenticate-request.ts';
import { handlerOf } from './dispatch.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import { SMALL_BODY_BYTES_MAX } from './limits.ts';
import { NO_QUERY } from './query-string.ts';
import type { Caller } from './request-context.ts';
import { requestIdOf } from './request-context.ts';
import type { AnyRoute } from './route.ts';
import type { ApiRuntime } from './runtime.ts';

/** Takes the request if it is one of its kind. @returns whether it did; if not, nothing was read or written */
export type Lane = (request: IncomingMessage, response: ServerResponse) => boolean;

/** One entry's address without a query: nothing in it has to be decoded but `%2F`. */
const PLAIN_ENTRY = /^\/api\/v1\/namespaces\/((?:[\w.-]|%2[Ff])+)\/config\/((?:[\w.:-]|%2[Ff])+)$/;
/** The route of these addresses in the table. */
const ENTRY_PATH = '/api/v1/namespaces/:namespace/config/:key';
/** Ask for another node's answer, or tell who asked it: the long way. */
const LONG_WAY_HEADERS = ['x-confman-node', 'x-confman-on-timeout', 'x-confman-relayed', 'transfer-encoding', 'content-encoding'] as const;

type Method = 'GET' | 'PUT';

class LaneRequest implements ApiRequest {
  readonly raw: IncomingMessage;
  readonly method: Method;
  readonly headers: IncomingHttpHeaders;
  readonly id: string;
  readonly params: Readonly<Record<'namespace' | 'key', string>>;
  readonly query = NO_QUERY;
  readonly is404 = false;
  readonly routeOptions: ApiRequest['routeOptions'];
  body: Buffer | undefined = undefined;
  caller: Caller | null = null;
  startedMs = 0;

  constructor(raw: IncomingMessage, method: Method, params: LaneRequest['params'], routeOptions: ApiRequest['routeOptions']) {
    this.raw = raw;
    this.method = method;
    this.headers = raw.headers;
    this.id = requestIdOf(raw);
    this.params = params;
    this.routeOptions = routeOptions;
  }

  get ip(): string {
    return this.raw.socket.remoteAddress ?? '';
  }
}

class LaneReply implements ApiReply {
  readonly raw: ServerResponse;

  constructor(raw: ServerResponse) {
    this.raw = raw;
  }

  hijack(): void {
    // Nobody else would write.
  }
}

/** The lane of one API. */
export function entryLane(api: ApiRuntime, routes: readonly AnyRoute[]): Lane {
  const authenticate = authenticateRequest(api);
  const [get, put] = (['GET', 'PUT'] as const).map((method) => {
    const route = routes.find((one) => one.path === ENTRY_PATH && one.method === method);
    if (route === undefined) throw new TypeError(`there is no route ${method} ${ENTRY_PATH}`);
    return { handle: handlerOf(api, route), routeOptions: { url: route.path, config: { right: route.right } } };
  });
  if (get === undefined || put === undefined) throw new TypeError('both routes were looked for');

  return (raw, response) => {
    const { method, headers } = raw;
    if (method !== 'GET' && method !== 'PUT') return false;
    const match = PLAIN_ENTRY.exec(raw.url ?? '');
    if (match === null || LONG_WAY_HEADERS.some((name) => headers[name] !== undefined)) return false;
    if (method === 'GET' ? headers['content-length'] !== undefined : !hasPlainBody(headers)) return false;

    const { handle, routeOptions } = method === 'GET' ? get : put;
    const params = { namespace: decoded(match[1] ?? ''), key: decoded(match[2] ?? '') };
    const request = new LaneRequest(raw, method, params, routeOptions);
    const reply = new LaneReply(response);
    authenticate(request, reply, () => {
      if (method === 'GET') {
        handle(request, reply);
        return;
      }
      readBody(raw, (body) => {
        request.body = body;
        handle(request, reply);
      });
    });
    return true;
  };
}

function decoded(segment: string): string {
  return segment.includes('%') ? segment.replaceAll(/%2f/gi, '/') : segment;
}

/** JSON of a length that is known, and small enough for any limit of a value. */
function hasPlainBody(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (type !== 'application/json' && type !== 'application/json; charset=utf-8') return false;
  const length = Number(headers['content-length']);
  return length > 0 && length <= SMALL_BODY_BYTES_MAX;
}

/** Calls back when the body is whole; never, when the client goes before. Node's parser sees to its length. */
function readBody(raw: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  raw.on('data', (chunk: Buffer) => chunks.push(chunk));
  raw.on('end', () => done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
}
