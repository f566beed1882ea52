/** From what a request shows to who asks (spec 2, "Rights"). */
import type { LogPosition } from '../../lib/contract/model.ts';
import { SECRET_PREFIX } from '../../lib/contract/headers.ts';
import type { ApiKeyRow } from '../state/types.ts';
import type { KeyTable } from './key-table.ts';
import type { Principal } from './principal.ts';
import { hashSecret, sameHash } from './secret.ts';
import { cookieValue, sessionCookieName } from './session-cookie.ts';
import type { SessionSealer } from './session-cookie.ts';

/** What a request shows. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly cookie: string | undefined;
}

export type Authentication =
  | { readonly kind: 'known'; readonly principal: Principal; readonly applied: LogPosition }
  /** `invalid`: something was shown, and it opens nothing. `detail` is for the caller. */
  | { readonly kind: 'missing' | 'invalid' | 'contradictory'; readonly detail: string }
  /** The cluster is just being formed and this node has no keys yet: nothing can be said of what was shown. */
  | { readonly kind: 'unseeded'; readonly detail: string };

export interface AuthenticatorOptions {
  readonly keys: KeyTable;
  readonly sealer: SessionSealer;
  readonly clusterId: () => string | null;
  readonly nowMs: () => number;
  /** Told of every use of a key. */
  readonly used: (keyId: string) => void;
}

const SECRET_CHARS_MAX = 300;

export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** @throws ReplicaUnavailableError when this node has no readable key table */
  authenticate(credentials: Credentials): Authentication {
    const secret = shownSecret(credentials);
    if (typeof secret === 'object') return secret;
    if (secret !== undefined) return this.bySecret(secret);
    return this.#byCookie(credentials.cookie);
  }

  /** Who holds this secret. */
  bySecret(secret: string): Authentication {
    const unknown = { kind: 'invalid', detail: 'this API key is not known, or has been revoked or expired' } as const;
    if (!secret.startsWith(SECRET_PREFIX) || secret.length > SECRET_CHARS_MAX) return unknown;
    const hash = hashSecret(secret);
    const { row, applied } = this.#options.keys.bySecretHash(hash);
    if (row === null && !this.#options.keys.seeded()) {
      return { kind: 'unseeded', detail: 'the cluster is being formed, and this node has no API keys yet: ask again in a moment' };
    }
    if (row === null || !sameHash(row.secretHash, hash) || !this.#inForce(row)) return unknown;
    this.#options.used(row.id);
    return { kind: 'known', principal: principalOf(row, 'bearer', expiryOf(row)), applied };
  }

  /** Whether a principal may still ask: for answers that last. Null: no longer. */
  refresh(principal: Principal): Principal | null {
    const { row } = this.#options.keys.byId(principal.keyId);
    if (row === null || !this.#inForce(row)) return null;
    if (principal.expiresAtMs !== null && principal.expiresAtMs <= this.#options.nowMs()) return null;
    return principalOf(row, principal.via, principal.expiresAtMs);
  }

  #byCookie(header: string | undefined): Authentication {
    const clusterId = this.#options.clusterId();
    const name = clusterId === null ? null : sessionCookieName(clusterId);
    const value = name === null ? null : cookieValue(header, name);
    if (name === null || value === null) {
      return { kind: 'missing', detail: 'send an API key as "Authorization: Bearer confman_…" or "X-Api-Key: confman_…", or sign in' };
    }
    const over = { kind: 'invalid', detail: 'this session is over: sign in again' } as const;
    const claims = this.#options.sealer.open(name, value);
    if (claims === null || claims.expiresAtMs <= this.#options.nowMs()) return over;
    const { row, applied } = this.#options.keys.byId(claims.keyId);
    if (row === null || !this.#inForce(row)) return over;
    this.#options.used(row.id);
    return { kind: 'known', principal: principalOf(row, 'cookie', Math.min(claims.expiresAtMs, expiryOf(row) ?? Infinity)), applied };
  }

  #inForce(row: ApiKeyRow): boolean {
    if (row.revokedAt !== null) return false;
    const expiresAtMs = expiryOf(row);
    return expiresAtMs === null || expiresAtMs > this.#options.nowMs();
  }
}

/** The key that a request shows; undefined when it shows none. */
export function shownSecret({ authorization, apiKey }: Omit<Credentials, 'cookie'>): string | undefined | Authentication {
  let bearer: string | undefined;
  if (authorization !== undefined) {
    bearer = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (bearer === undefined) return { kind: 'invalid', detail: 'the Authorization header must be "Bearer confman_…"' };
  }
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    return { kind: 'contradictory', detail: 'Authorization and X-Api-Key name different keys: send one of them' };
  }
  return bearer ?? apiKey;
}

function principalOf(row: ApiKeyRow, via: Principal['via'], expiresAtMs: number | null): Principal {
  return { keyId: row.id, name: row.name, role: row.role, scope: row.scope, via, expiresAtMs };
}

function expiryOf(row: ApiKeyRow): number | null {
  return row.expiresAt === null ? null : Date.parse(row.expiresAt);
}
