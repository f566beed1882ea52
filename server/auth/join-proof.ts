/**
 * How a node that is to join proves, over the public port of another, that it knows the cluster secret, and how it knows that
 * the answer comes from somebody who does. All that is told is where the peer ports are; whatever matters is settled there, by
 * the handshake of `server/peers`. A repeated question gets what its first asker was told and changes nothing.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The key of these proofs: derived from the secret, and good for nothing else. */
export function joinKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'confman join 1', 32));
}

/** Of the one who asks, 64 hexadecimal digits. */
export function questionProof(key: Uint8Array, question: { readonly id: string; readonly nonce: string }): string {
  return proof(key, 'question', [question.id, question.nonce]);
}

/** Of the one who answers: bound to the nonce, so that no earlier answer will do. */
export function answerProof(
  key: Uint8Array,
  nonce: string,
  answer: { readonly cluster: string; readonly peers: readonly { readonly id: string; readonly peer: string }[] },
): string {
  return proof(key, 'answer', [nonce, answer.cluster, ...answer.peers.flatMap(({ id, peer }) => [id, peer])]);
}

function proof(key: Uint8Array, label: string, parts: readonly string[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([label, ...parts]))
    .digest('hex');
}

/** In constant time. */
export function isProof(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
