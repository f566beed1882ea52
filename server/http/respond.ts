/** Writes answers and problems, with the headers that every answer carries. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LogPosition } from '../../lib/contract/model.ts';
import { HEADERS } from '../../lib/contract/headers.ts';
import type { Call } from '../services/context.ts';
import { CLUSTER_GROUP } from '../services/context.ts';
import type { Answer } from './answer.ts';
import { encodeEvents, encodeLines, pumpStream } from './event-stream.ts';
import { PROBLEM_TYPE, problemOf, toServiceError } from './problem-body.ts';
import type { Caller } from './request-context.ts';
import { header } from './request-context.ts';
import type { ApiRuntime } from './runtime.ts';
import { SECURITY_HEADERS, VARY } from './version-headers.ts';
import type { AnswerFacts } from './version-headers.ts';

const REPLAYED = HEADERS.idempotentReplayed.toLowerCase();

function baseHeaders(request: FastifyRequest): Record<string, string> {
  const headers: Record<string, string> = { ...SECURITY_HEADERS, 'x-request-id': request.id };
  const traceparent = header(request.raw, 'traceparent');
  if (traceparent !== undefined) headers['traceparent'] = traceparent;
  return headers;
}

/** Answers a call. Streams stay open until their source ends. */
export function sendAnswer(
  api: ApiRuntime,
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call | null,
  caller: Caller | null,
  answer: Answer,
): void {
  const headers = baseHeaders(request);
  if (caller !== null) api.headers.write(headers, factsOf(api, call, caller, answer));
  if (answer.wrote !== null) {
    if (answer.wrote.clock !== null) headers['x-confman-clock'] = answer.wrote.clock;
    if (answer.wrote.replayed) headers[REPLAYED] = 'true';
  }
  if (answer.headers !== null) Object.assign(headers, answer.headers);
  const { body } = answer;
  switch (body.kind) {
    case 'none':
      void reply.code(answer.status).headers(headers).send();
      return;
    case 'text':
      headers['content-type'] = body.contentType;
      void reply.code(answer.status).headers(headers).send(body.text);
      return;
    case 'events':
      headers['content-type'] = 'text/event-stream; charset=utf-8';
      headers['cache-control'] = 'private, no-store, no-transform';
      headers['x-accel-buffering'] = 'no';
      void pump(api, request, reply, headers, encodeEvents(body.events));
      return;
    case 'lines':
      headers['content-type'] = 'application/x-ndjson; charset=utf-8';
      void pump(api, request, reply, headers, encodeLines(body.lines));
  }
}

async function pump(
  api: ApiRuntime,
  request: FastifyRequest,
  reply: FastifyReply,
  headers: Record<string, string>,
  chunks: AsyncIterable<string>,
): Promise<void> {
  const route = request.routeOptions.url ?? '';
  reply.hijack();
  reply.raw.writeHead(200, headers);
  reply.raw.flushHeaders();
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

function factsOf(api: ApiRuntime, call: Call | null, caller: Caller, { read, wrote }: Pick<Answer, 'read' | 'wrote'>): AnswerFacts {
  const asked = call?.consistency;
  const constrained = asked !== undefined && (asked.token.length > 0 || asked.mode === 'linearizable');
  if (wrote !== null) return { group: wrote.group, position: wrote.position, mode: null, waitedMs: null, constrained };
  if (read !== null)
    return {
      group: read.group,
      position: read.applied,
      mode: read.mode,
      waitedMs: read.waitedMs,
      constrained: constrained || read.mode !== 'eventual',
    };
  return { group: CLUSTER_GROUP, position: positionNow(api, caller), mode: null, waitedMs: null, constrained };
}

/** For answers that touched no group. */
function positionNow(api: ApiRuntime, caller: Caller): LogPosition {
  const now = api.services.reads.position(CLUSTER_GROUP);
  return caller.applied !== null && caller.applied.index >= now.index ? caller.applied : now;
}

/** Answers with a problem. `caller` null: not authenticated, so nothing is said about the state. */
export function sendProblem(
  api: ApiRuntime,
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call | null,
  caller: Caller | null,
  failure: unknown,
): void {
  const error = toServiceError(failure);
  if (error.code === 'internal-error') api.logger.error({ requestId: request.id, err: error.cause ?? error }, 'a request failed');
  const problem = problemOf(error.code, error.message, request.id, error.extras);
  const headers = baseHeaders(request);
  headers['cache-control'] = 'private, no-store';
  headers['vary'] = VARY;
  headers['content-type'] = PROBLEM_TYPE;
  if (caller !== null && api.services.engine.view(CLUSTER_GROUP).condition === 'ok') {
    const { decidedAt } = error;
    const wrote =
      decidedAt === null
        ? null
        : { group: decidedAt.group, position: decidedAt.position, replayed: decidedAt.replayed === true, clock: null };
    api.headers.write(headers, { ...factsOf(api, call, caller, { read: error.read, wrote }), constrained: true });
    if (wrote?.replayed === true) headers[REPLAYED] = 'true';
  }
  const { retryAfterMs } = error.extras;
  if (retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    headers['x-confman-retry-after-ms'] = String(Math.ceil(retryAfterMs));
  }
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="confman"';
  void reply.code(problem.status).headers(headers).send(JSON.stringify(problem));
}

/** 307: the caller is to ask the leader itself, with the same path and query. */
export function sendRedirect(
  api: ApiRuntime,
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call,
  caller: Caller,
  leaderUrl: string,
): void {
  const headers = baseHeaders(request);
  api.headers.write(headers, { ...factsOf(api, call, caller, { read: null, wrote: null }), constrained: true });
  headers['location'] = `${leaderUrl.replace(/\/$/, '')}${request.raw.url ?? '/'}`;
  void reply.code(307).headers(headers).send();
}
