/**
 * What a caller asks of consistency: headers and their query parameters (spec 1, section 2). Each has one meaning or is a
 * fault that names what would be right; nothing is guessed.
 */
import { MAX_WAIT_MS_MAX, ON_TIMEOUT } from '../../lib/contract/headers.ts';
import type { OnTimeout } from '../../lib/contract/headers.ts';
import { CONSISTENCY_MODES } from '../../lib/contract/model.ts';
import type { ConsistencyMode } from '../../lib/contract/model.ts';
import { nodeIdFault } from '../../lib/contract/names.ts';
import { EMPTY_TOKEN, TokenError, formatToken, mergeTokens, parseToken } from '../../lib/contract/token.ts';
import type { Token } from '../../lib/contract/token.ts';

export interface ConsistencyRequest {
  /** Merged; empty when no version is asked for. Elements `0:0` are left out: they ask for nothing. */
  readonly token: Token;
  readonly mode: ConsistencyMode | null;
  /** Null: the caller does not say. */
  readonly maxWaitMs: number | null;
  readonly onTimeout: OnTimeout;
  /** The node that is to answer, or null for any. */
  readonly node: string | null;
}

/** The five as they came; undefined: absent. Repeated headers come joined by commas, as HTTP folds them. */
export interface RawConsistency {
  readonly minVersion: string | undefined;
  readonly mode: string | undefined;
  readonly maxWait: string | undefined;
  readonly onTimeout: string | undefined;
  readonly node: string | undefined;
}

/** A parameter that cannot be meant. */
export class ParameterFault extends Error {
  override readonly name = 'ParameterFault';
  readonly code: 'invalid-parameter' | 'invalid-version-token';
  /** Header or query parameter. */
  readonly parameter: string;
  readonly tokenFault: TokenError | null;
  constructor(parameter: string, detail: string, tokenFault: TokenError | null = null) {
    super(detail, tokenFault === null ? undefined : { cause: tokenFault });
    this.parameter = parameter;
    this.tokenFault = tokenFault;
    this.code = tokenFault === null ? 'invalid-parameter' : 'invalid-version-token';
  }
}

const NOTHING: ConsistencyRequest = { token: EMPTY_TOKEN, mode: null, maxWaitMs: null, onTimeout: 'fail', node: null };

/**
 * Reads the five parameters.
 *
 * @throws ParameterFault for an empty, unknown, contradictory or out-of-range value
 */
export function parseConsistency(headers: RawConsistency, query: RawConsistency): ConsistencyRequest {
  if (isAbsent(headers) && isAbsent(query)) return NOTHING;
  const token = agreed('X-Confman-Min-Version', headers.minVersion, 'minVersion', query.minVersion, parseMinVersion, formatToken);
  const mode = agreed('X-Confman-Consistency', headers.mode, 'consistency', query.mode, parseMode, String);
  const maxWaitMs = agreed('X-Confman-Max-Wait', headers.maxWait, 'maxWait', query.maxWait, parseMaxWait, String);
  const onTimeout = agreed('X-Confman-On-Timeout', headers.onTimeout, 'onTimeout', query.onTimeout, parseOnTimeout, String);
  const node = agreed('X-Confman-Node', headers.node, 'node', query.node, parseNode, String);
  return {
    token: token ?? EMPTY_TOKEN,
    mode: mode ?? null,
    maxWaitMs: maxWaitMs ?? null,
    onTimeout: onTimeout ?? 'fail',
    node: node ?? null,
  };
}

/**
 * Holds a mode against the time that the caller gives it.
 *
 * @throws ParameterFault when a linearizable read may not wait at all
 */
export function checkWait(mode: ConsistencyMode, maxWaitMs: number): void {
  if (mode === 'linearizable' && maxWaitMs === 0) {
    throw new ParameterFault('X-Confman-Max-Wait', 'a linearizable read has to wait for a quorum: give it more than 0s, at most 30s');
  }
}

function isAbsent(raw: RawConsistency): boolean {
  return (
    raw.minVersion === undefined &&
    raw.mode === undefined &&
    raw.maxWait === undefined &&
    raw.onTimeout === undefined &&
    raw.node === undefined
  );
}

function agreed<T>(
  header: string,
  fromHeader: string | undefined,
  parameter: string,
  fromQuery: string | undefined,
  parse: (text: string, name: string) => T,
  canonical: (value: T) => string,
): T | undefined {
  const one = fromHeader === undefined ? undefined : parse(nonEmpty(fromHeader, header), header);
  const other = fromQuery === undefined ? undefined : parse(nonEmpty(fromQuery, parameter), parameter);
  if (one === undefined) return other;
  if (other !== undefined && canonical(one) !== canonical(other)) {
    throw new ParameterFault(
      parameter,
      `the header ${header} says ${quote(fromHeader)} and the query parameter ${parameter} says ${quote(fromQuery)}: send one of them, or the same in both`,
    );
  }
  return one;
}

function nonEmpty(text: string, name: string): string {
  if (text === '') throw new ParameterFault(name, `${name} is empty: leave it out, or give it a value`);
  return text;
}

function parseMinVersion(text: string, name: string): Token {
  try {
    const token = parseToken(text);
    const asking = token.filter((element) => element.index !== 0n);
    return asking.length < 2 ? asking : mergeTokens(asking);
  } catch (error) {
    if (error instanceof TokenError) throw new ParameterFault(name, error.message, error);
    throw error;
  }
}

function parseMode(text: string, name: string): ConsistencyMode {
  return oneOf(text, name, CONSISTENCY_MODES);
}

function parseOnTimeout(text: string, name: string): OnTimeout {
  return oneOf(text, name, ON_TIMEOUT);
}

function oneOf<T extends string>(text: string, name: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) {
    throw new ParameterFault(name, `${name} is ${quote(text)}: it must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  }
  return found;
}

const DURATION = /^(0|[1-9][0-9]{0,8})(ms|s)$/;

function parseMaxWait(text: string, name: string): number {
  const match = DURATION.exec(text);
  if (match === null) {
    throw new ParameterFault(name, `${name} is ${quote(text)}: it must be a whole number with the unit s or ms, for example 5s or 750ms`);
  }
  const ms = Number(match[1]) * (match[2] === 's' ? 1000 : 1);
  if (ms > MAX_WAIT_MS_MAX) throw new ParameterFault(name, `${name} is ${quote(text)}: it may be at most ${MAX_WAIT_MS_MAX / 1000}s`);
  return ms;
}

function parseNode(text: string, name: string): string {
  const fault = nodeIdFault(text);
  if (fault !== null) throw new ParameterFault(name, `${name} is ${quote(text)}: ${fault}`);
  return text;
}

function quote(text: string | undefined): string {
  const shown = text ?? '';
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
}
