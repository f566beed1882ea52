/** Requests that another node answers: `X-Confman-Node`, `On-Timeout: forward`; and the other side, which answers them here. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { MAX_WAIT_MS_DEFAULT } from '../../lib/contract/headers.ts';
import { decodePrincipal, encodePrincipal } from '../auth/principal.ts';
import type { RelayAnswer, RelayRequest } from '../engine/types.ts';
import type { Call } from '../services/context.ts';
import { ServiceError } from '../services/errors.ts';
import { GROUP_METHOD } from '../services/remote-groups.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import type { ApiRuntime } from './runtime.ts';

/** Header of an injected request that another node relayed: a nonce that only this process knows, good once. */
export const RELAY_HEADER = 'x-confman-relayed';

/** What goes along. Credentials do not: the principal does. */
const FORWARDED_HEADERS = [
  'accept',
  'content-type',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'x-confman-min-version',
  'x-confman-consistency',
  'x-confman-forward',
  'x-confman-clock',
];

/** Concern one connection only. */
const DROPPED_ANSWER_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'x-request-id']);

/** What the answering node needs beyond the wait itself. */
const RELAY_SLACK_MS = 2_000;
const FORWARD_WAIT_MS_MIN = 1_000;

export interface RelayInput {
  readonly request: ApiRequest;
  readonly reply: ApiReply;
  readonly call: Call;
  readonly body: Buffer | null;
  /** The answer when no answer comes from there. */
  readonly instead: ServiceError;
  /** Whether this node has waited already, so that the other one need not be given nothing. */
  readonly waited: boolean;
}

/** Lets another node answer and hands its answer on. */
export async function relayTo(api: ApiRuntime, node: string, { request, reply, call, body, instead, waited }: RelayInput): Promise<void> {
  const askedMs = call.consistency.maxWaitMs ?? MAX_WAIT_MS_DEFAULT;
  const waitMs = waited ? Math.max(askedMs, FORWARD_WAIT_MS_MIN) : askedMs;
  const headers: Record<string, string> = { 'x-request-id': call.requestId, 'x-confman-max-wait': `${Math.round(waitMs)}ms` };
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  // Whatever becomes of the write, its caller can ask again with a key.
  if (isWrite(request)) headers['idempotency-key'] ??= Buffer.from(api.services.sources.randomBytes(16)).toString('hex');
  const onTimeout = waited ? 'fail' : call.consistency.onTimeout;
  headers['x-confman-on-timeout'] = onTimeout;
  const relayed: RelayRequest = {
    method: request.method,
    url: withoutRelayParameters(request.raw.url ?? '/'),
    headers,
    body,
    principal: encodePrincipal(call.principal),
  };
  const outcome = await api.services.engine.relay(node, relayed, { timeoutMs: waitMs + RELAY_SLACK_MS, signal: call.gone() });
  if (outcome.kind !== 'answered')
    throw outcome.kind === 'timeout' && isWrite(request) ? outcomeUnknown(node, headers['idempotency-key'] ?? '') : instead;
  const { answer } = outcome;
  const answered: string[] = ['x-request-id', call.requestId];
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!DROPPED_ANSWER_HEADERS.has(name)) answered.push(name, value);
  }
  if (answer.status !== 304 && answer.status !== 204) answered.push('content-length', String(answer.body.byteLength));
  reply.hijack();
  reply.raw.writeHead(answer.status, answered);
  reply.raw.end(Buffer.from(answer.body));
}

function isWrite(request: ApiRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD';
}

function outcomeUnknown(node: string, idempotencyKey: string): ServiceError {
  return new ServiceError(
    'write-outcome-unknown',
    `${node} was asked, but no answer came back: ask again with the Idempotency-Key in this problem`,
    {
      node,
      idempotencyKey,
      retryAfterMs: 250,
    },
  );
}

/** The address without what was meant for this node. */
function withoutRelayParameters(url: string): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((pair) => !/^(?:node|onTimeout|maxWait)(?:=|$)/.test(pair));
  return kept.length === 0 ? url.slice(0, start) : `${url.slice(0, start)}?${kept.join('&')}`;
}

/** Who was to answer cannot. */
export function unreachable(node: string): ServiceError {
  return new ServiceError('node-unreachable', `${node} cannot be reached from here, or is no member of this cluster`, {
    node,
    retryAfterMs: 1000,
  });
}

/** The side that answers: for `Engine.serveRelays`. The other node has authenticated the caller, so its principal is trusted. */
export function relayHandler(app: FastifyInstance, api: ApiRuntime): (request: RelayRequest) => Promise<RelayAnswer> {
  return async ({ method, url, headers, body, principal }) => {
    if (method === GROUP_METHOD) return api.services.remote.serve({ body, principal });
    const nonce = randomUUID();
    api.relayed.set(nonce, decodePrincipal(principal));
    try {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: { ...headers, [RELAY_HEADER]: nonce },
        ...(body === null ? {} : { payload: Buffer.from(body) }),
      });
      const flat: Record<string, string> = {};
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : String(value);
      }
      return { status: answer.statusCode, headers: flat, body: new Uint8Array(answer.rawPayload) };
    } finally {
      api.relayed.delete(nonce);
    }
  };
}
