/** Secrets of API keys: random, prefixed, known to the cluster by their hash only. */
import { hash, timingSafeEqual } from 'node:crypto';
import { SECRET_PREFIX } from '../../lib/contract/headers.ts';

const SECRET_BYTES = 32;
const ID_BYTES = 8;

/** A new secret: `confman_` and 43 characters, 256 random bits. */
export function mintSecret(randomBytes: (count: number) => Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')}`;
}

/** A new id of an API key: says nothing of its secret. */
export function mintKeyId(randomBytes: (count: number) => Uint8Array): string {
  return `key_${Buffer.from(randomBytes(ID_BYTES)).toString('hex')}`;
}

/** SHA-256 of a secret, hex: what is stored and replicated. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
