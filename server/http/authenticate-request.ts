/** Finds out who asks, before a body is read. Default deny: a route that does not say it is open needs a key. */
import type { RelayAnswer, RelayRequest } from '../engine/types.ts';
import { isOwnOrigin } from '../auth/origin.ts';
import { shownSecret } from '../auth/authenticate.ts';
import { hasRight } from '../auth/principal.ts';
import type { Right } from '../auth/principal.ts';
import type { Lane } from './entry-lane.ts';
import { ServiceError } from '../services/errors.ts';
import { requireRight } from '../services/guards.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import { URL_BYTES_MAX } from './limits.ts';
import { RELAY_HEADER } from './relay.ts';
import type { RawQuery } from './query-string.ts';
import { consistencyOf, goneSignal, header } from './request-context.ts';
import type { Caller } from './request-context.ts';
import { sendProblem } from './respond.ts';
import type { ApiRuntime } from './runtime.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on open routes. */
    caller: Caller | null;
    /** When its headers had arrived, on the monotonic clock. */
    startedMs: number;
  }
  interface FastifyContextConfig {
    right?: Right | undefined;
  }
  interface FastifyInstance {
    /** Answers what other nodes relay to this one. */
    relay: (request: RelayRequest) => Promise<RelayAnswer>;
    /** The short way of hot requests; asked before `routing`. */
    lane: Lane;
  }
}

type Hook = (request: ApiRequest, reply: ApiReply, done: () => void) => void;

export function authenticateRequest(api: ApiRuntime): Hook {
  return (request, reply, done) => {
    request.startedMs = performance.now();
    try {
      if ((request.raw.url ?? '').length > URL_BYTES_MAX)
        throw new ServiceError('uri-too-long', `an address has at most ${URL_BYTES_MAX} bytes`);
      const right = request.is404 ? rightOfUnknown(request) : (request.routeOptions.config.right ?? 'read');
      if (right !== 'open') {
        const late = admit(api, request, reply, right);
        if (late !== null) {
          void settle(late, done, (error) => sendProblem(api, request, reply, request.caller, error));
          return;
        }
      }
    } catch (error) {
      sendProblem(api, request, reply, request.caller, error);
      return;
    }
    done();
  };
}

/** Lets the caller in, at once as a rule. Rejects, or throws, with why not. */
function admit(api: ApiRuntime, request: ApiRequest, reply: ApiReply, right: Right): Promise<void> | null {
  const enter = (): void => {
    request.caller = callerOf(api, request);
    if (!hasRight(request.caller.principal.role, right)) requireRight(request.caller.principal, right);
  };
  try {
    enter();
    return null;
  } catch (error) {
    const waited = error instanceof ServiceError && error.code === 'unauthenticated' ? lateKey(api, request, reply) : null;
    if (waited === null) throw error;
    return again(waited, enter, error);
  }
}

async function settle(late: Promise<void>, enter: () => void, refuse: (error: unknown) => void): Promise<void> {
  try {
    await late;
  } catch (error) {
    refuse(error);
    return;
  }
  enter();
}

async function again(waited: Promise<boolean>, enter: () => void, refusal: unknown): Promise<void> {
  if (!(await waited)) throw refusal;
  enter();
}

/** The wait for a key that this node may not have applied yet; null when there is none. */
function lateKey(api: ApiRuntime, request: ApiRequest, reply: ApiReply): Promise<boolean> | null {
  const secret = shownSecret({ authorization: request.headers.authorization, apiKey: header(request.raw, 'x-api-key') });
  if (typeof secret !== 'string' || request.raw.headers[RELAY_HEADER] !== undefined) return null;
  try {
    const consistency = consistencyOf(request.raw, request.query as RawQuery);
    return api.lateKeys.wait({ secret, consistency, address: request.ip, gone: goneSignal(reply) });
  } catch {
    // What cannot be understood asks for nothing; it is told that it is nobody, as without it.
    return null;
  }
}

/** Whoever asks for what is not there learns nothing about the API without a key. */
function rightOfUnknown(request: ApiRequest): Right {
  return (request.raw.url ?? '').startsWith('/api') ? 'read' : 'open';
}

function callerOf(api: ApiRuntime, request: ApiRequest): Caller {
  const { headers } = request.raw;
  const nonce = headers[RELAY_HEADER];
  if (nonce !== undefined) {
    const principal = typeof nonce === 'string' ? api.relayed.get(nonce) : undefined;
    if (principal === undefined || typeof nonce !== 'string')
      throw new ServiceError('unauthenticated', 'this request was not relayed by a node of this cluster');
    api.relayed.delete(nonce);
    return { principal, applied: null, relayed: true };
  }
  const found = api.authenticator.authenticate({
    authorization: headers.authorization,
    apiKey: header(request.raw, 'x-api-key'),
    cookie: headers.cookie,
  });
  switch (found.kind) {
    case 'known':
      if (found.principal.via === 'cookie') checkCookieOrigin(api, request);
      return { principal: found.principal, applied: found.applied, relayed: false };
    case 'contradictory':
      throw new ServiceError('invalid-parameter', found.detail, { errors: [{ parameter: 'X-Api-Key', detail: found.detail }] });
    case 'unseeded':
      throw new ServiceError('node-not-ready', found.detail, { retryAfterMs: 1000 });
    case 'missing':
    case 'invalid':
      throw new ServiceError('unauthenticated', found.detail);
  }
}

/** A cookie goes along with whatever page sends a request, so a write by cookie has to come from a page of this cluster. */
function checkCookieOrigin(api: ApiRuntime, request: ApiRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return;
  const { origin, host } = request.headers;
  if (isOwnOrigin({ origin, host, allowed: api.settings.allowedOrigins })) return;
  throw new ServiceError(
    'origin-mismatch',
    origin === undefined ? 'a change by session cookie needs the Origin header' : `${origin} is not this cluster`,
  );
}
