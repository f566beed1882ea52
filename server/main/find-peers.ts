/** Asks nodes of a cluster, at their public ports, where the peer ports are: how a node that joins begins. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { FetchAnswer } from '../../lib/client/fetch.ts';
import { httpFetch } from '../../lib/client/node/http-fetch.ts';
import { JoinAnswer } from '../../lib/contract/schemas/cluster.ts';
import { answerProof, isProof, joinKey, questionProof } from '../auth/join-proof.ts';
import type { NodeSettings } from '../config/node-settings.ts';
import type { FindPeers } from '../replica/joining.ts';

const ASK_MS = 5000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** @returns a function that asks one address after the other; it rejects with what each of them said */
export function findPeers({
  settings,
  secret,
}: {
  readonly settings: Pick<NodeSettings, 'id' | 'join' | 'peerTls'>;
  readonly secret: string;
}): FindPeers {
  const key = joinKey(secret);
  return async (signal) => {
    const faults: string[] = [];
    const { fetch, close } = httpFetch({ ca: authorities(settings) });
    try {
      for (const base of settings.join) {
        const nonce = randomBytes(32).toString('hex');
        const body = JSON.stringify({ id: settings.id, nonce, proof: questionProof(key, { id: settings.id, nonce }) });
        try {
          const answer = await fetch(`${base}/api/v1/cluster/join`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept: 'application/json' },
            body,
            signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
            redirect: 'manual',
            credentials: 'same-origin',
            cache: 'no-store',
          });
          const text = await textOf(answer);
          if (answer.status !== 200) {
            faults.push(`${base} says: ${problemDetail(text) ?? `status ${answer.status}`}`);
            continue;
          }
          const { cluster, peers, proof } = JoinAnswer.parse(JSON.parse(text));
          if (!isProof(proof, answerProof(key, nonce, { cluster, peers }))) {
            faults.push(`${base} answers, but does not know this cluster-secret`);
            continue;
          }
          return peers.map(({ id, peer }) => ({ name: id, peer }));
        } catch (error) {
          faults.push(`${base}: ${describe(error)}`);
        }
      }
    } finally {
      await close();
    }
    throw new Error(`No way into the cluster: ${faults.join('; ')}.`);
  };
}

/** Whoever answers has not shown yet who it is: not more is taken from it than a list of peers may be long. */
async function textOf({ body }: FetchAnswer): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) break;
    bytes += value.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw new Error('the answer is far too long for a list of peers');
    }
    parts.push(value);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The authority of the nodes' own certificates is trusted for their public ports as well, beside the well-known ones. */
function authorities({ peerTls }: Pick<NodeSettings, 'peerTls'>): string | undefined {
  return peerTls === null ? undefined : [...rootCertificates, readFileSync(peerTls.caFile, 'utf8')].join('\n');
}

function problemDetail(text: string): string | null {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === 'string' ? detail.slice(0, 300) : null;
  } catch {
    return null;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message || String((error as NodeJS.ErrnoException).code);
}
