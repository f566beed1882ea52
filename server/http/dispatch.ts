/** From a request to its answer: reads what was sent, hands it to the route or to another node, answers. */
import type { Call } from '../services/context.ts';
import { ClientGone, LeaderForward, LeaderRedirect, ServiceError } from '../services/errors.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import type { Answer } from './answer.ts';
import { relayTo, unreachable } from './relay.ts';
import { checkParams, consistencyOf, goneSignal, queryOf, toWriteCall } from './request-context.ts';
import type { Caller } from './request-context.ts';
import type { RawQuery } from './query-string.ts';
import { checkBody, parseJson } from './request-body.ts';
import { sendAnswer, sendProblem, sendRedirect } from './respond.ts';
import type { AnyRoute, ParameterName, RouteContext } from './route.ts';
import { parametersOf } from './route.ts';
import type { ApiRuntime } from './runtime.ts';

type Handler = (request: ApiRequest, reply: ApiReply) => void;

/** The Fastify handler of a route. */
export function handlerOf(api: ApiRuntime, route: AnyRoute): Handler {
  const names = parametersOf(route.path);
  return (request, reply) => {
    const caller = request.caller;
    let call: Call | null = null;
    try {
      call = callOf(request, reply, caller, route);
      const answered = answerOf(api, route, names, request, reply, call);
      // The hot path has its answer here already, without a promise.
      if (answered instanceof Promise) void finish(api, request, reply, call, caller, answered);
      else sendAnswer(api, request, reply, call, caller, answered);
    } catch (error) {
      void fail(api, request, reply, call, caller, error);
    }
  };
}

async function finish(
  api: ApiRuntime,
  request: ApiRequest,
  reply: ApiReply,
  call: Call,
  caller: Caller | null,
  answered: Promise<Answer | null>,
): Promise<void> {
  try {
    const answer = await answered;
    if (answer !== null) sendAnswer(api, request, reply, call, caller, answer);
  } catch (error) {
    await fail(api, request, reply, call, caller, error);
  }
}

/** Stands in for the caller of an open route: nobody, who may nothing. */
const NOBODY = { keyId: '', name: '', role: 'viewer', scope: [], via: 'bearer', expiresAtMs: 0 } as const;

function callOf(request: ApiRequest, reply: ApiReply, caller: Caller | null, route: AnyRoute): Call {
  if (caller === null && route.right !== 'open') throw new ServiceError('unauthenticated', 'nobody is signed in');
  return {
    principal: caller?.principal ?? NOBODY,
    requestId: request.id,
    consistency: consistencyOf(request.raw, request.query as RawQuery),
    gone: goneSignal(reply),
    relayed: caller?.relayed ?? false,
  };
}

function answerOf(
  api: ApiRuntime,
  route: AnyRoute,
  names: readonly ParameterName[],
  request: ApiRequest,
  reply: ApiReply,
  call: Call,
): Answer | Promise<Answer | null> {
  const params = request.params as Record<ParameterName, string>;
  checkParams(names, params);
  const bytes = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null;
  const { node } = call.consistency;
  if (node !== null && node !== api.services.engine.nodeId && route.right !== 'open')
    return relayNamed(api, route, node, { request, reply, call, body: bytes });
  const context: RouteContext<never, never> = {
    api,
    call,
    write: () => toWriteCall(call, route, params, request, bytes),
    params,
    query: queryOf(route, request.query as RawQuery) as never,
    body: bodyOf(route, bytes) as never,
    request,
    reply,
  };
  return route.handle(context);
}

function bodyOf(route: AnyRoute, bytes: Buffer | null): unknown {
  if (route.body === undefined) {
    if (bytes !== null)
      throw new ServiceError('invalid-body', 'this request takes no body', { errors: [{ pointer: '', detail: 'leave the body out' }] });
    return null;
  }
  if (bytes === null)
    throw new ServiceError('invalid-body', 'a JSON body is missing', {
      errors: [{ pointer: '', detail: 'send a JSON object as Content-Type: application/json' }],
    });
  return checkBody(route.body, parseJson(bytes));
}

type Relayed = { readonly request: ApiRequest; readonly reply: ApiReply; readonly call: Call; readonly body: Buffer | null };

async function relayNamed(api: ApiRuntime, route: AnyRoute, node: string, relayed: Relayed): Promise<null> {
  // Hop limit 1: what came through another node is answered here or nowhere.
  if (relayed.call.relayed) throw unreachable(node);
  if (route.kind === 'stream') {
    throw new ServiceError('invalid-parameter', 'a stream is served by the node that is asked: ask that node itself', {
      errors: [{ parameter: 'X-Confman-Node', detail: 'not for streams' }],
    });
  }
  await relayTo(api, node, { ...relayed, instead: unreachable(node), waited: false });
  return null;
}

async function fail(
  api: ApiRuntime,
  request: ApiRequest,
  reply: ApiReply,
  call: Call | null,
  caller: Caller | null,
  error: unknown,
): Promise<void> {
  try {
    if (error instanceof ClientGone || reply.raw.destroyed || reply.raw.headersSent) {
      reply.hijack();
      reply.raw.destroy();
    } else if (error instanceof LeaderRedirect && caller !== null) {
      sendRedirect(api, request, reply, caller, error.url);
    } else if (error instanceof LeaderForward && call !== null) {
      await relayTo(api, error.node, { request, reply, call, body: null, instead: error.instead, waited: true });
    } else {
      sendProblem(api, request, reply, caller, error);
    }
  } catch (second) {
    sendProblem(api, request, reply, caller, second);
  }
}
