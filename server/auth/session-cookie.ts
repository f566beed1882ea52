/**
 * The session of the console: a stateless, sealed cookie (spec 2, "Rights"). It holds the id of the API key that signed in and
 * when it ends; the key itself is looked up again with every request, so that revoking it ends the session.
 *
 *     base64url( nonce 12 | AES-256-GCM( {"k": key id, "e": ends at, ms} ) | tag 16 ), the cookie's name authenticated with it
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

export interface SessionClaims {
  readonly keyId: string;
  readonly expiresAtMs: number;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COOKIE_CHARS_MAX = 1_000;

/** Carries the cluster id, so that two clusters on one host do not meet. */
export function sessionCookieName(clusterId: string): string {
  return `confman_session_${clusterId}`;
}

export class SessionSealer {
  readonly #key: Buffer;
  readonly #randomBytes: (count: number) => Uint8Array;

  /** @param secret the cluster's secret: every node of the cluster opens what another one sealed */
  constructor(secret: string, randomBytes: (count: number) => Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, 'confman', 'session cookie v1', 32));
    this.#randomBytes = randomBytes;
  }

  seal(cookieName: string, claims: SessionClaims): string {
    const nonce = this.#randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(cookieName));
    const sealed = Buffer.concat([cipher.update(JSON.stringify({ k: claims.keyId, e: claims.expiresAtMs }), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** What was sealed under this name with this cluster's secret; null for anything else. Whether it has ended is the caller's question. */
  open(cookieName: string, value: string): SessionClaims | null {
    if (value.length > COOKIE_CHARS_MAX) return null;
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(cookieName));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
      const claims = JSON.parse(opened) as { readonly k: string; readonly e: number };
      return { keyId: claims.k, expiresAtMs: claims.e };
    } catch {
      return null;
    }
  }
}

/** The value of one cookie in a `Cookie` header; null when it is not there. */
export function cookieValue(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
}

/** A `Set-Cookie` value; `maxAgeSeconds` 0 takes the cookie away. */
export function setCookie(name: string, value: string, maxAgeSeconds: number, secure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
