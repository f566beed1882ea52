/** Routes of API keys and sessions. */
import * as access from '../../../lib/contract/schemas/access.ts';
import { LIST_LIMIT_DEFAULT } from '../../../lib/contract/schemas/common.ts';
import * as queries from '../../../lib/contract/schemas/queries.ts';
import { isOwnOrigin } from '../../auth/origin.ts';
import { sessionCookieName, setCookie } from '../../auth/session-cookie.ts';
import { ServiceError } from '../../services/errors.ts';
import { createKey, listKeys, revokeKey } from '../../services/keys.ts';
import { clusterIdOf, signIn, whoAmI } from '../../services/session.ts';
import type { SignedIn } from '../../services/session.ts';
import { plainAnswer, readAnswer, wroteAnswer } from '../answer.ts';
import { route } from '../route.ts';
import type { RouteContext } from '../route.ts';
import type { ApiRuntime } from '../runtime.ts';

/** A page elsewhere must not sign anybody in or out; programs send no Origin and are welcome. */
function checkOrigin({ api, request }: RouteContext<never, never>): void {
  const { origin, host } = request.headers;
  if (origin === undefined || isOwnOrigin({ origin, host, allowed: api.settings.allowedOrigins })) return;
  throw new ServiceError('origin-mismatch', `${origin} is not this cluster`);
}

function isSecure(api: ApiRuntime): boolean {
  return api.settings.advertiseUrl.startsWith('https:');
}

function attempt(api: ApiRuntime, secret: string, address: string): SignedIn {
  try {
    const signed = signIn(api.services, api.sessions, secret, address);
    api.metrics.signIn('accepted');
    return signed;
  } catch (error) {
    if (error instanceof ServiceError) api.metrics.signIn(error.code === 'rate-limited' ? 'limited' : 'refused');
    throw error;
  }
}

export const accessRoutes = [
  route<queries.HistoryQuery>({
    id: 'listKeys',
    method: 'GET',
    path: '/api/v1/keys',
    right: 'admin',
    kind: 'read',
    summary: 'API keys, without their secrets',
    query: queries.HistoryQuery,
    answers: { 200: { description: 'A page of keys', schema: access.ApiKeyList } },
    handle: async ({ api, call, query }) =>
      readAnswer(await listKeys(api.services, call, { limit: Number(query.limit ?? LIST_LIMIT_DEFAULT), cursor: query.cursor ?? null })),
  }),
  route<Record<string, never>, access.CreateKeyRequest>({
    id: 'createKey',
    method: 'POST',
    path: '/api/v1/keys',
    right: 'admin',
    kind: 'write',
    summary: 'Creates an API key; the secret is shown once',
    body: access.CreateKeyRequest,
    answers: { 201: { description: 'Created', schema: access.CreateKeyAnswer } },
    handle: async ({ api, write, body }) => wroteAnswer(await createKey(api.services, write(), { body }), 201),
  }),
  route({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/api/v1/keys/:id',
    right: 'admin',
    kind: 'write',
    summary: 'Revokes an API key; its streams and sessions end',
    answers: { 200: { description: 'Revoked', schema: access.RevokeKeyAnswer } },
    handle: async ({ api, write, params }) => wroteAnswer(await revokeKey(api.services, write(), { id: params.id })),
  }),
  route({
    id: 'whoAmI',
    method: 'GET',
    path: '/api/v1/session',
    right: 'read',
    kind: 'node',
    summary: 'Who the caller is, and which node answers',
    answers: { 200: { description: 'The caller', schema: access.Session } },
    handle: ({ api, call }) => plainAnswer(whoAmI(api.services, call.principal)),
  }),
  route<Record<string, never>, access.SignInRequest>({
    id: 'signIn',
    method: 'POST',
    path: '/api/v1/session',
    right: 'open',
    kind: 'node',
    summary: 'Signs in with an API key: a sealed cookie',
    body: access.SignInRequest,
    answers: { 200: { description: 'Signed in', schema: access.Session } },
    handle: (context) => {
      const { api, body, request } = context;
      checkOrigin(context as never);
      const signed = attempt(api, body.key, request.ip);
      const cookie = setCookie(signed.cookieName, signed.cookieValue, signed.maxAgeSeconds, isSecure(api));
      return { ...plainAnswer(signed.session, 200, { 'set-cookie': cookie, 'cache-control': 'private, no-store' }), seen: signed.applied };
    },
  }),
  route({
    id: 'signOut',
    method: 'DELETE',
    path: '/api/v1/session',
    right: 'open',
    kind: 'node',
    summary: 'Signs out: takes the cookie away',
    answers: { 200: { description: 'Signed out', schema: access.SignOutAnswer } },
    handle: (context) => {
      const { api } = context;
      checkOrigin(context as never);
      const clusterId = clusterIdOf(api.services);
      const headers = {
        'cache-control': 'private, no-store',
        ...(clusterId === null ? {} : { 'set-cookie': setCookie(sessionCookieName(clusterId), '', 0, isSecure(api)) }),
      };
      return plainAnswer({ signedOut: true }, 200, headers);
    },
  }),
];
