/** Names of Confman's own headers (spec 1, section 2; spec 2), as documentation writes them. HTTP does not care about their case. */

export const HEADERS = {
  minVersion: 'X-Confman-Min-Version',
  consistency: 'X-Confman-Consistency',
  maxWait: 'X-Confman-Max-Wait',
  onTimeout: 'X-Confman-On-Timeout',
  node: 'X-Confman-Node',
  forward: 'X-Confman-Forward',
  version: 'X-Confman-Version',
  token: 'X-Confman-Token',
  replica: 'X-Confman-Replica',
  retryAfterMs: 'X-Confman-Retry-After-Ms',
  clock: 'X-Confman-Clock',
  clockStatus: 'X-Confman-Clock-Status',
  apiKey: 'X-Api-Key',
  idempotencyKey: 'Idempotency-Key',
  idempotentReplayed: 'Idempotent-Replayed',
  requestId: 'X-Request-Id',
  correlationId: 'X-Correlation-Id',
} as const;

/** Prefix of every secret, so that scanners can find a leaked one. */
export const SECRET_PREFIX = 'confman_';

export const MAX_WAIT_MS_DEFAULT = 5_000;
export const MAX_WAIT_MS_MAX = 30_000;

export const ON_TIMEOUT = ['fail', 'redirect', 'forward'] as const;
/** What a node does when it cannot reach the version in time. */
export type OnTimeout = (typeof ON_TIMEOUT)[number];
