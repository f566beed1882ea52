/** Reads what an answer says in its headers. */
import { CONSISTENCY_MODES } from '../contract/model.ts';
import type { FetchAnswer } from './fetch.ts';
import type { KeptAnswer } from './cache.ts';
import type { AnswerMeta, ReplicaReport } from './types.ts';

export function metaOfAnswer(answer: FetchAnswer, endpoint: string, attempts: number): AnswerMeta {
  const header = (name: string): string | null => answer.headers.get(name);
  const mode = header('x-confman-consistency');
  return {
    status: answer.status,
    version: header('x-confman-version'),
    token: header('x-confman-token'),
    consistency: CONSISTENCY_MODES.find((known) => known === mode) ?? null,
    replicas: parseReplicas(header('x-confman-replica') ?? ''),
    etag: header('etag'),
    requestId: header('x-request-id'),
    endpoint,
    attempts,
    replayed: header('idempotent-replayed') === 'true',
    fromCache: false,
    ageMs: 0,
  };
}

export function metaOfKept(kept: KeptAnswer, nowMs: number, attempts: number): AnswerMeta {
  const ageMs = Math.max(0, nowMs - kept.atMs);
  return {
    status: 200,
    version: kept.version,
    token: kept.token,
    consistency: null,
    replicas: [],
    etag: kept.etag,
    requestId: null,
    endpoint: null,
    attempts,
    replayed: false,
    fromCache: true,
    ageMs,
  };
}

/**
 * Members of `X-Confman-Replica`, an RFC 9651 list: `n2;role=follower;group=default;lag=3;contact-ms=40;waited-ms=4`.
 * What is missing or unreadable is null: what is not known is not shown as fresh.
 */
export function parseReplicas(header: string): readonly ReplicaReport[] {
  const reports: ReplicaReport[] = [];
  for (const member of header.split(',')) {
    const [node = '', ...parameters] = member.split(';').map((part) => part.trim());
    if (node === '') continue;
    const given = new Map<string, string>();
    for (const parameter of parameters) {
      const at = parameter.indexOf('=');
      // A parameter without a value is true.
      if (at < 0) given.set(parameter, '?1');
      else given.set(parameter.slice(0, at), unquote(parameter.slice(at + 1)));
    }
    reports.push({
      node: unquote(node),
      role: given.get('role') ?? 'unknown',
      group: given.get('group') ?? 'default',
      lag: count(given.get('lag')),
      contactMs: count(given.get('contact-ms')),
      waitedMs: count(given.get('waited-ms')),
      stale: given.get('stale') === '?1',
    });
  }
  return reports;
}

function unquote(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

function count(text: string | undefined): number | null {
  const number = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
