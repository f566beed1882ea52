/** Writes answers and problems, with the headers that every answer carries. */
import type { LogPosition } from '../../lib/contract/model.ts';
import { HEADERS } from '../../lib/contract/headers.ts';
import type { Call } from '../services/context.ts';
import { CLUSTER_GROUP } from '../services/context.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import type { Answer } from './answer.ts';
import { encodeEvents, encodeLines, pumpStream } from './event-stream.ts';
import { PROBLEM_TYPE, problemOf, toServiceError } from './problem-body.ts';
import type { Caller } from './request-context.ts';
import { header } from './request-context.ts';
import type { ApiRuntime } from './runtime.ts';
import { SECURITY_HEADERS } from './version-headers.ts';
import type { AnswerFacts, HeaderList } from './version-headers.ts';

const REPLAYED = HEADERS.idempotentReplayed.toLowerCase();
const VARY = 'Accept, Authorization, X-Api-Key, Cookie, X-Confman-Min-Version, X-Confman-Consistency';
const NO_STORE = 'private, no-store';

/** Writes a whole answer. Past Fastify's own pipeline: it has nothing to add, and costs more than all the rest of a read. */
function write(api: ApiRuntime, request: ApiRequest, reply: ApiReply, status: number, headers: HeaderList, text: string): void {
  const { raw } = reply;
  if (status !== 304 && status !== 204) headers.push('content-length', String(Buffer.byteLength(text)));
  if (api.stopping.aborted) headers.push('connection', 'close');
  reply.hijack();
  raw.writeHead(status, headers);
  raw.end(text);
  api.metrics.answered(request.method, request.routeOptions.url ?? 'none', status, request.startedMs);
}

function baseHeaders(request: ApiRequest): HeaderList {
  const headers = [...SECURITY_HEADERS, 'x-request-id', request.id];
  const traceparent = header(request.raw, 'traceparent');
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  return headers;
}

function pushAll(headers: HeaderList, more: Readonly<Record<string, string>> | null): void {
  if (more === null) return;
  for (const name of Object.keys(more)) headers.push(name, more[name] ?? '');
}

/** Answers a call. Streams stay open until their source ends. */
export function sendAnswer(
  api: ApiRuntime,
  request: ApiRequest,
  reply: ApiReply,
  call: Call | null,
  caller: Caller | null,
  answer: Answer,
): void {
  const { body, wrote, seen } = answer;
  const headers = baseHeaders(request);
  if (caller !== null) api.headers.write(headers, factsOf(api, caller, answer));
  else if (seen !== undefined) api.headers.write(headers, { group: CLUSTER_GROUP, position: seen, mode: null, waitedMs: null });
  if (wrote !== null) {
    if (wrote.clock !== null) headers.push('x-confman-clock', wrote.clock);
    if (wrote.clockIgnored) headers.push('x-confman-clock-status', 'ignored');
    if (wrote.replayed) headers.push(REPLAYED, 'true');
  }
  if (body.kind === 'events') {
    // A stream ends when the node stops or the key is revoked: then its connection is of no more use, and must not keep the node up.
    headers.push('cache-control', 'private, no-store, no-transform', 'x-accel-buffering', 'no', 'connection', 'close');
  } else if (answer.headers?.['cache-control'] === undefined) {
    headers.push('cache-control', isConstrained(call, answer) ? NO_STORE : 'private, no-cache', 'vary', VARY);
  }
  pushAll(headers, answer.headers);
  switch (body.kind) {
    case 'none':
      write(api, request, reply, answer.status, headers, '');
      return;
    case 'text':
      headers.push('content-type', body.contentType);
      write(api, request, reply, answer.status, headers, body.text);
      return;
    case 'events':
      headers.push('content-type', 'text/event-stream; charset=utf-8');
      void pump(api, request, reply, headers, encodeEvents(body.events));
      return;
    case 'lines':
      headers.push('content-type', 'application/x-ndjson; charset=utf-8');
      void pump(api, request, reply, headers, encodeLines(body.lines));
      return;
    case 'bytes':
      headers.push('content-type', body.contentType, 'content-length', String(body.sizeBytes));
      void pump(api, request, reply, headers, body.chunks);
  }
}

async function pump(
  api: ApiRuntime,
  request: ApiRequest,
  reply: ApiReply,
  headers: HeaderList,
  chunks: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const route = request.routeOptions.url ?? '';
  reply.hijack();
  reply.raw.writeHead(200, headers);
  reply.raw.flushHeaders();
  api.metrics.answered(request.method, route, 200, request.startedMs);
  api.metrics.streamOpened(route);
  try {
    await pumpStream(reply.raw, chunks);
  } catch (error) {
    // The status is on the wire already: all that is left is to break the stream off, so that it is not taken for whole.
    api.logger.warn({ requestId: request.id, err: error }, 'a stream broke off');
    reply.raw.destroy();
  } finally {
    api.metrics.streamClosed(route);
  }
}

/** Whether the answer is good for this one request only. */
function isConstrained(call: Call | null, { read }: Pick<Answer, 'read'>): boolean {
  if (call === null || (read !== null && read.mode !== 'eventual')) return true;
  const { token, mode } = call.consistency;
  return token.length > 0 || mode === 'linearizable';
}

function factsOf(api: ApiRuntime, caller: Caller, { read, wrote }: Pick<Answer, 'read' | 'wrote'>): AnswerFacts {
  if (wrote !== null) return { group: wrote.group, position: wrote.position, mode: null, waitedMs: null };
  if (read !== null) {
    const { group, applied: position, mode, waitedMs, also, replica } = read;
    return { group, position, mode, waitedMs, also, replica };
  }
  return { group: CLUSTER_GROUP, position: positionNow(api, caller), mode: null, waitedMs: null };
}

/** For answers that touched no group. */
function positionNow(api: ApiRuntime, caller: Caller): LogPosition {
  const now = api.services.reads.position(CLUSTER_GROUP);
  return caller.applied !== null && caller.applied.index >= now.index ? caller.applied : now;
}

/** Answers with a problem. `caller` null: not authenticated, so nothing is said about the state. */
export function sendProblem(
  api: ApiRuntime,
  request: ApiRequest,
  reply: ApiReply,
  caller: Caller | null,
  failure: unknown,
  more: Readonly<Record<string, string>> | null = null,
): void {
  const error = toServiceError(failure);
  if (error.code === 'internal-error') api.logger.error({ requestId: request.id, err: error.cause ?? error }, 'a request failed');
  const problem = problemOf(error.code, error.message, request.id, error.extras);
  const headers = baseHeaders(request);
  headers.push('cache-control', NO_STORE, 'vary', VARY, 'content-type', PROBLEM_TYPE);
  const { decidedAt } = error;
  if (caller !== null && api.services.engine.view(CLUSTER_GROUP).condition === 'ok') {
    const wrote =
      decidedAt === null
        ? null
        : { group: decidedAt.group, position: decidedAt.position, replayed: false, clock: null, clockIgnored: false };
    api.headers.write(headers, factsOf(api, caller, { read: error.read, wrote }));
    if (decidedAt?.replayed === true) headers.push(REPLAYED, 'true');
  }
  const { retryAfterMs } = error.extras;
  if (retryAfterMs !== undefined) {
    headers.push(
      'retry-after',
      String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
      'x-confman-retry-after-ms',
      String(Math.ceil(retryAfterMs)),
    );
  }
  if (problem.status === 401) headers.push('www-authenticate', 'Bearer realm="confman"');
  pushAll(headers, more);
  write(api, request, reply, problem.status, headers, JSON.stringify(problem));
}

/** 307: the caller is to ask the leader itself, with the same path and query. */
export function sendRedirect(api: ApiRuntime, request: ApiRequest, reply: ApiReply, caller: Caller, leaderUrl: string): void {
  const headers = baseHeaders(request);
  api.headers.write(headers, factsOf(api, caller, { read: null, wrote: null }));
  headers.push('cache-control', NO_STORE, 'vary', VARY, 'location', `${leaderUrl.replace(/\/$/, '')}${request.raw.url ?? '/'}`);
  write(api, request, reply, 307, headers, '');
}
