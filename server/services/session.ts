/** Sessions of the console: sign in with an API key, who am I. */
import type { Session } from '../../lib/contract/schemas/access.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import { sessionCookieName } from '../auth/session-cookie.ts';
import type { SessionSealer } from '../auth/session-cookie.ts';
import type { SignInLimit } from '../auth/sign-in-limit.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { ServiceError } from './errors.ts';
import { timeOf } from './rows.ts';

export interface SessionTools {
  readonly authenticator: Authenticator;
  readonly sealer: SessionSealer;
  readonly limit: SignInLimit;
  readonly sessionMs: number;
}

export function clusterIdOf({ engine }: Pick<Services, 'engine'>): string | null {
  return engine.identity(CLUSTER_GROUP)?.clusterId ?? null;
}

export function whoAmI(services: Services, principal: Principal): Session {
  return {
    key: { id: principal.keyId, name: principal.name },
    role: principal.role,
    scope: principal.scope === null ? null : [...principal.scope],
    via: principal.via,
    expiresAt: principal.expiresAtMs === null ? null : timeOf(principal.expiresAtMs),
    node: services.engine.nodeId,
    cluster: clusterIdOf(services),
    lab: services.engine.lab !== null,
  };
}

export interface SignedIn {
  readonly session: Session;
  readonly applied: LogPosition;
  readonly cookieName: string;
  readonly cookieValue: string;
  readonly maxAgeSeconds: number;
}

/** @throws ServiceError `rate-limited`, `unauthenticated`, or `node-not-ready` while the cluster is being formed */
export function signIn(services: Services, tools: SessionTools, secret: string, address: string): SignedIn {
  const { sources } = services;
  const nowMs = sources.nowMs();
  const waitMs = tools.limit.waitMs(address, nowMs);
  if (waitMs > 0) throw new ServiceError('rate-limited', 'too many failed sign-ins: wait before the next one', { retryAfterMs: waitMs });
  const clusterId = clusterIdOf(services);
  if (clusterId === null) throw new ServiceError('node-not-ready', 'this node is not part of a cluster yet', { retryAfterMs: 1000 });
  const found = tools.authenticator.bySecret(secret);
  if (found.kind === 'unseeded') throw new ServiceError('node-not-ready', found.detail, { retryAfterMs: 1000 });
  if (found.kind !== 'known') {
    tools.limit.failed(address, nowMs);
    throw new ServiceError('unauthenticated', found.detail);
  }
  tools.limit.succeeded(address);
  const { principal, applied } = found;
  const expiresAtMs = Math.min(nowMs + tools.sessionMs, principal.expiresAtMs ?? Infinity);
  const cookieName = sessionCookieName(clusterId);
  return {
    session: whoAmI(services, { ...principal, via: 'cookie', expiresAtMs }),
    applied,
    cookieName,
    cookieValue: tools.sealer.seal(cookieName, { keyId: principal.keyId, expiresAtMs }),
    maxAgeSeconds: Math.floor((expiresAtMs - nowMs) / 1000),
  };
}
