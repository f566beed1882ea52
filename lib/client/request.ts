/** A call before it is sent: what to ask, and what the answer may be. */
import type { Session } from './session.ts';
import { formatToken, mergeTokens, parseToken, TokenError } from '../contract/token.ts';
import { ConfmanError } from './errors.ts';
import type { CallOptions, ConditionalWriteOptions, ReadOptions } from './types.ts';

export interface ReadRequest {
  readonly kind: 'read';
  /** POST: of a backup, which changes nothing. */
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly options: ReadOptions;
  /** Whether a kept answer may stand in while the cluster is down. */
  readonly cacheable: boolean;
  /** How long one attempt may take to its headers, beyond the wait; the client's own bound unless told otherwise. */
  readonly attemptMs?: number | undefined;
}

export interface WriteRequest {
  readonly kind: 'write';
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  /** Of the options `ifMatch` and `ifNoneMatch` where the route knows them. */
  readonly options: ConditionalWriteOptions;
  /** `key`: the server remembers idempotency keys for this route. `always`: twice is once by nature. `never`: one attempt. */
  readonly repeatable: 'key' | 'always' | 'never';
  /** Kept answers whose path starts so may no longer hold afterwards. */
  readonly changes?: string | undefined;
}

export type Request = ReadRequest | WriteRequest;

/** Query string of the parameters that are given, with its `?`; empty without any. */
export function query(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

/** The token that a read demands: what the caller names and what the session holds. Null: nothing. */
export function demandedToken(options: ReadOptions, session: Session): string | null {
  const held = options.session === false ? [] : session.token;
  if (options.minVersion === undefined) return held.length === 0 ? null : formatToken(held);
  try {
    return formatToken(mergeTokens(parseToken(options.minVersion), held));
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ConfmanError('invalid-options', `minVersion: ${error.message}`, { cause: error });
  }
}

/** Headers of one attempt, the token of this very moment included. */
export function headersOf(request: Request, session: Session, idempotencyKey: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers, ...commonHeaders(request.options) };
  if (request.kind === 'read') {
    const { consistency, onTimeout } = request.options;
    const token = demandedToken(request.options, session);
    if (token !== null) headers['x-confman-min-version'] = token;
    if (consistency !== undefined) headers['x-confman-consistency'] = consistency;
    if (onTimeout !== undefined) headers['x-confman-on-timeout'] = onTimeout;
    return headers;
  }
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  if (idempotencyKey !== null) headers['idempotency-key'] = idempotencyKey;
  const { ifMatch, ifNoneMatch } = request.options;
  if (ifMatch !== undefined) headers['if-match'] = `"${ifMatch}"`;
  if (ifNoneMatch !== undefined) headers['if-none-match'] = ifNoneMatch;
  if (session.clock !== null) headers['x-confman-clock'] = session.clock;
  return headers;
}

function commonHeaders(options: CallOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  if (options.maxWaitMs !== undefined) headers['x-confman-max-wait'] = `${Math.round(options.maxWaitMs)}ms`;
  if (options.node !== undefined) headers['x-confman-node'] = options.node;
  if (options.requestId !== undefined) headers['x-request-id'] = options.requestId;
  return headers;
}
