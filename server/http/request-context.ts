/** What is found out about a request before its route runs: id, caller, consistency, parameters. */
import { hash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { IDEMPOTENCY_KEY_CHARS_MAX, REQUEST_ID_CHARS_MAX } from '../../lib/contract/schemas/common.ts';
import { isGroupId } from '../../lib/contract/token.ts';
import { keyFault, namespaceFault } from '../../lib/contract/names.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Principal } from '../auth/principal.ts';
import { type ClockValue, parseClock } from '../clock/hlc.ts';
import { ParameterFault, parseConsistency } from '../consistency/request.ts';
import type { ConsistencyRequest } from '../consistency/request.ts';
import type { Call, WriteCall } from '../services/context.ts';
import { ServiceError } from '../services/errors.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import { NO_QUERY } from './query-string.ts';
import type { RawQuery } from './query-string.ts';
import type { AnyRoute, ParameterName } from './route.ts';

/** Who asks, once the hook has found out. */
export interface Caller {
  readonly principal: Principal;
  /** The state that the key was looked up in; null for what another node has authenticated. */
  readonly applied: LogPosition | null;
  readonly relayed: boolean;
}

const CONSISTENCY_PARAMETERS = ['minVersion', 'consistency', 'maxWait', 'onTimeout', 'node'] as const;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** The caller's own request id, if it can be one; else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = header(request, 'x-request-id') ?? header(request, 'x-correlation-id');
  return given !== undefined && given.length <= REQUEST_ID_CHARS_MAX && VISIBLE_ASCII.test(given) ? given : randomUUID();
}

/** A header that may occur once; Node joins repeated ones by commas where they are lists. */
export function header(request: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A parameter of the query string that may occur once. */
function single(query: RawQuery, name: string): string | undefined {
  const value = query[name];
  if (value === null) throw new ParameterFault(name, 'its percent-encoding is broken');
  if (typeof value === 'object') throw new ParameterFault(name, `it occurs ${value.length} times: send it once`);
  return value;
}

export function consistencyOf(request: IncomingMessage, query: RawQuery): ConsistencyRequest {
  const { headers } = request;
  return parseConsistency(
    {
      minVersion: headers['x-confman-min-version'] as string | undefined,
      mode: headers['x-confman-consistency'] as string | undefined,
      maxWait: headers['x-confman-max-wait'] as string | undefined,
      onTimeout: headers['x-confman-on-timeout'] as string | undefined,
      node: headers['x-confman-node'] as string | undefined,
    },
    {
      minVersion: single(query, 'minVersion'),
      mode: single(query, 'consistency'),
      maxWait: single(query, 'maxWait'),
      onTimeout: single(query, 'onTimeout'),
      node: single(query, 'node'),
    },
  );
}

/** The route's own parameters, checked by its schema; unknown ones are refused. */
export function queryOf(route: AnyRoute, query: RawQuery): unknown {
  if (query !== NO_QUERY) return checkedQuery(route, query);
  let data = withoutQuery.get(route);
  if (data === undefined) {
    data = checkedQuery(route, query);
    withoutQuery.set(route, data);
  }
  return data;
}

/** What a route's schema makes of no query at all: always the same. */
const withoutQuery = new WeakMap<AnyRoute, unknown>();

function checkedQuery(route: AnyRoute, query: RawQuery): unknown {
  // Without a prototype, so that no name means anything by itself.
  const own = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(query)) {
    if ((CONSISTENCY_PARAMETERS as readonly string[]).includes(name)) continue;
    const value = single(query, name);
    if (value !== undefined) own[name] = value;
  }
  if (route.query === undefined) {
    const [unknown] = Object.keys(own);
    if (unknown !== undefined) throw new ParameterFault(unknown, 'this query parameter is not known here');
    return own;
  }
  const parsed = route.query.safeParse(own);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ parameter: key, detail: 'this query parameter is not known here' }))
      : [{ parameter: issue.path.join('.'), detail: issue.message }],
  );
  throw new ServiceError('invalid-parameter', `${errors[0]?.parameter}: ${errors[0]?.detail}`, { errors });
}

const PARAMETER_FAULT: Readonly<Record<ParameterName, (value: string) => string | null>> = {
  namespace: namespaceFault,
  key: keyFault,
  prefix: namespaceFault,
  group: (value) => (isGroupId(value) ? null : 'a group is a lower-case letter, then at most 31 of a-z, 0-9 and "-"'),
  id: (value) => (/^[\x21-\x7e]{1,128}$/.test(value) ? null : 'an id has 1 to 128 visible ASCII characters'),
};

/** @throws ServiceError `invalid-name` with the rule */
export function checkParams(names: readonly ParameterName[], params: Readonly<Record<string, string | undefined>>): void {
  for (const name of names) {
    const fault = PARAMETER_FAULT[name](params[name] ?? '');
    if (fault !== null) throw new ServiceError('invalid-name', fault, { errors: [{ parameter: name, detail: fault }] });
  }
}

/** Aborted when the client goes before it has its answer. Costs nothing until it is asked for. */
export function goneSignal(reply: ApiReply): () => AbortSignal {
  let controller: AbortController | null = null;
  return () => {
    if (controller === null) {
      const made = new AbortController();
      controller = made;
      const { raw } = reply;
      if (raw.destroyed) made.abort();
      else raw.once('close', () => made.abort());
    }
    return controller.signal;
  };
}

/** The call as a write: idempotency key, its scope, the hash of the body as it came. */
export function toWriteCall(
  call: Call,
  route: AnyRoute,
  params: Readonly<Record<string, string>>,
  request: ApiRequest,
  bodyBytes: Buffer | null,
): WriteCall {
  const idempotencyKey = header(request.raw, 'idempotency-key') ?? null;
  if (idempotencyKey !== null && (idempotencyKey.length > IDEMPOTENCY_KEY_CHARS_MAX || !/^[\x20-\x7e]+$/.test(idempotencyKey))) {
    throw new ParameterFault('Idempotency-Key', `it has 1 to ${IDEMPOTENCY_KEY_CHARS_MAX} printable ASCII characters`);
  }
  const forward = header(request.raw, 'x-confman-forward');
  if (forward !== undefined && forward !== 'never' && forward !== 'always')
    throw new ParameterFault('X-Confman-Forward', 'it must be never or always');
  const resource = resourceOf(route, params);
  const bodyHash = hash('sha256', bodyBytes ?? '', 'hex');
  const { principal, requestId, consistency, gone, relayed } = call;
  const write = { idempotencyKey, resource, bodyHash, forward: forward ?? 'always', clock: clockOf(request) } as const;
  return { principal, requestId, consistency, gone, relayed, write };
}

/** Method and path of a request, its parameters in one spelling. */
function resourceOf(route: AnyRoute, params: Readonly<Record<string, string>>): string {
  let pieces = pathPieces.get(route);
  if (pieces === undefined) {
    pieces = `${route.method} ${route.path}`.split(/:([a-z]+)/);
    pathPieces.set(route, pieces);
  }
  let resource = pieces[0] ?? '';
  for (let at = 1; at < pieces.length; at += 2) resource += encodeURIComponent(params[pieces[at] ?? ''] ?? '') + (pieces[at + 1] ?? '');
  return resource;
}

/** Of each route: what stands between its parameters, and their names, in turn. */
const pathPieces = new WeakMap<AnyRoute, readonly string[]>();

/** What the caller has seen of the cluster's clock, as an answer to a write gave it. */
function clockOf(request: ApiRequest): ClockValue | null {
  const text = header(request.raw, 'x-confman-clock');
  if (text === undefined) return null;
  const value = parseClock(text);
  if (value === null)
    throw new ParameterFault(
      'X-Confman-Clock',
      'send back what an answer gave: {13 digits}-{4 hexadecimal digits}-{node}, such as 1794268800000-0001-n1',
    );
  return { ms: value.ms, counter: value.counter };
}
