/**
 * Version tokens (spec 1, section 1): what every write answers with, and what a read may demand.
 *
 *     token    = element *( OWS "," OWS element )            one element per group
 *     element  = [ history "/" ] [ group "=" ] term ":" index
 *     history  = 8HEXDIG "." 8HEXDIG                          cluster id "." lineage id
 *
 * Order is by index, identity is by term. Clients send back what they were given and never look inside.
 */

/** The group that every cluster has; a bare element means it. */
export const DEFAULT_GROUP = 'default';
/** Reserved: `registry=0:EPOCH` says by which routing an answer was given (spec 4, section 1). Its term is always 0. */
export const REGISTRY_GROUP = 'registry';
export const TOKEN_ELEMENTS_MAX = 64;
export const TOKEN_BYTES_MAX = 4096;

const NUMBER_MAX = 9223372036854775807n;

/** One group's part of a token. `history` is `cluster.lineage`, or null in a bare element. */
export interface TokenElement {
  readonly history: string | null;
  readonly group: string;
  readonly term: bigint;
  readonly index: bigint;
}

export type Token = readonly TokenElement[];

/** No constraint at all. */
export const EMPTY_TOKEN: Token = [];

/**
 * Why a token was not taken.
 *
 * - `malformed`: not in the grammar; `element` (from 0) and `offset` (characters from the start of the text) say where.
 * - `too-large`: more than 64 elements or 4096 bytes.
 * - `conflict`: two elements of one history and group that cannot come from one log.
 */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly kind: 'malformed' | 'too-large' | 'conflict';
  readonly element: number;
  readonly offset: number;
  constructor(kind: TokenError['kind'], message: string, element: number, offset: number) {
    super(message);
    this.kind = kind;
    this.element = element;
    this.offset = offset;
  }
}

const HISTORY = /^[0-9a-f]{8}\.[0-9a-f]{8}$/;
const GROUP = /^[a-z][a-z0-9-]{0,31}$/;
const NUMBER = /^(?:0|[1-9][0-9]{0,18})$/;

/** Whether `text` can name a Raft group. */
export function isGroupId(text: string): boolean {
  return GROUP.test(text);
}

/** Whether `text` is a history, `cluster.lineage` in lower-case hex. */
export function isHistory(text: string): boolean {
  return HISTORY.test(text);
}

/**
 * Reads a token.
 *
 * @throws TokenError `malformed` or `too-large`
 */
export function parseToken(text: string): Token {
  if (text.length > TOKEN_BYTES_MAX) {
    throw new TokenError(
      'too-large',
      `a version token has at most ${TOKEN_BYTES_MAX} bytes, this one has ${text.length}`,
      0,
      TOKEN_BYTES_MAX,
    );
  }
  const elements: TokenElement[] = [];
  let start = 0;
  for (;;) {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    if (elements.length === TOKEN_ELEMENTS_MAX) {
      throw new TokenError('too-large', `a version token has at most ${TOKEN_ELEMENTS_MAX} elements`, TOKEN_ELEMENTS_MAX, start);
    }
    // White space is allowed around commas only, not at the two ends of the token.
    const from = start === 0 ? start : skipBlank(text, start, end);
    const to = comma === -1 ? end : trimBlank(text, from, end);
    elements.push(parseElement(text, from, to, elements.length));
    if (comma === -1) return elements;
    start = comma + 1;
  }
}

function parseElement(text: string, from: number, to: number, element: number): TokenElement {
  const fail = (offset: number, message: string): TokenError =>
    new TokenError('malformed', `element ${element + 1} at offset ${offset}: ${message}`, element, offset);
  if (from >= to) throw fail(from, 'it is empty; write {term}:{index}, for example 5:42');

  let at = from;
  let history: string | null = null;
  const slash = text.indexOf('/', from);
  if (slash !== -1 && slash < to) {
    history = text.slice(from, slash);
    if (!HISTORY.test(history)) throw fail(from, 'a history is 8 lower-case hex digits, ".", 8 lower-case hex digits');
    at = slash + 1;
  }
  let group = DEFAULT_GROUP;
  const equals = text.indexOf('=', at);
  if (equals !== -1 && equals < to) {
    group = text.slice(at, equals);
    if (!GROUP.test(group)) throw fail(at, 'a group is a lower-case letter, then at most 31 of a-z, 0-9 and "-"');
    at = equals + 1;
  }
  const colon = text.indexOf(':', at);
  if (colon === -1 || colon >= to) throw fail(at, 'there is no ":" between term and index');
  const term = parseNumber(text, at, colon, 'term', fail);
  const index = parseNumber(text, colon + 1, to, 'index', fail);
  if (group === REGISTRY_GROUP) {
    if (term !== 0n) throw fail(at, 'the term of a registry element is 0');
  } else if (term === 0n && index !== 0n) {
    throw fail(at, `0:${index} names no entry: terms start at 1, and only 0:0 means "no constraint"`);
  } else if (term !== 0n && index === 0n) {
    throw fail(colon + 1, `${term}:0 names no entry: indexes start at 1, and only 0:0 means "no constraint"`);
  }
  return { history, group, term, index };
}

function parseNumber(text: string, from: number, to: number, what: string, fail: (offset: number, message: string) => TokenError): bigint {
  const digits = text.slice(from, to);
  if (!NUMBER.test(digits)) {
    if (digits.length === 0) throw fail(from, `the ${what} is missing`);
    const odd = /[^0-9]/.exec(digits);
    if (odd !== null) throw fail(from + odd.index, `the ${what} may only have digits`);
    if (digits.startsWith('0')) throw fail(from, `the ${what} may not start with 0`);
    throw fail(from, `the ${what} has more than 19 digits`);
  }
  const value = BigInt(digits);
  if (value > NUMBER_MAX) throw fail(from, `the ${what} is larger than ${NUMBER_MAX}`);
  return value;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

function skipBlank(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(text, at)) at++;
  return at;
}

function trimBlank(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && isBlank(text, end - 1)) end--;
  return end;
}

/** One element as text; the history only if it has one, the group only where it is not `default`. */
export function formatElement(element: TokenElement): string {
  const history = element.history === null ? '' : `${element.history}/`;
  const group = element.group === DEFAULT_GROUP ? '' : `${element.group}=`;
  return `${history}${group}${element.term}:${element.index}`;
}

/** The token as text, histories included. The empty token is `0:0`: a token is never an empty string. */
export function formatToken(token: Token): string {
  return token.length === 0 ? '0:0' : token.map(formatElement).join(',');
}

/** The token without histories: the short form that people read. */
export function formatBareToken(token: Token): string {
  return formatToken(token.map((element) => ({ ...element, history: null })));
}

/** `{term}:{index}`, with the group where that is not `default`: the version of one position. */
export function formatVersion(group: string, position: { readonly term: number; readonly index: number }): string {
  return group === DEFAULT_GROUP ? `${position.term}:${position.index}` : `${group}=${position.term}:${position.index}`;
}

/** The same with the history in front, as `X-Confman-Token` carries it. */
export function formatFullVersion(history: string, group: string, position: { readonly term: number; readonly index: number }): string {
  return `${history}/${formatVersion(group, position)}`;
}

/**
 * Merges tokens: the higher index per (history, group) wins. Commutative, associative and idempotent over tokens of one log.
 * The result is in a fixed order: by group (`default` first), then by history (bare first).
 *
 * @throws TokenError `conflict` when two elements cannot come from one log; `too-large` when more than 64 elements remain
 */
export function mergeTokens(...tokens: readonly Token[]): Token {
  const byLog = new Map<string, TokenElement>();
  for (const token of tokens) {
    for (const element of token) {
      const log = `${element.history ?? ''}/${element.group}`;
      const known = byLog.get(log);
      byLog.set(log, known === undefined ? element : later(known, element));
    }
  }
  if (byLog.size > TOKEN_ELEMENTS_MAX) {
    throw new TokenError(
      'too-large',
      `a version token has at most ${TOKEN_ELEMENTS_MAX} elements, the merged one would have ${byLog.size}`,
      TOKEN_ELEMENTS_MAX,
      0,
    );
  }
  return [...byLog.values()].toSorted(compareElements);
}

function later(a: TokenElement, b: TokenElement): TokenElement {
  const [low, high] = a.index <= b.index ? [a, b] : [b, a];
  // Terms never fall along a log, and one index has one term.
  const contradicts = low.index === high.index ? low.term !== high.term : low.term > high.term;
  if (contradicts) {
    throw new TokenError('conflict', `${formatElement(low)} and ${formatElement(high)} cannot come from one log`, 0, 0);
  }
  return high;
}

function compareElements(a: TokenElement, b: TokenElement): number {
  return (
    compareText(a.group === DEFAULT_GROUP ? '' : a.group, b.group === DEFAULT_GROUP ? '' : b.group) ||
    compareText(a.history ?? '', b.history ?? '')
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The histories that a token speaks of, each once; null stands for its bare elements. */
export function historiesOf(token: Token): readonly (string | null)[] {
  return [...new Set(token.map((element) => element.history))];
}

/**
 * The token without the elements of one history (null: without its bare elements): what a client does after a 409
 * that says that this history is not the cluster's (spec 1, section 5).
 */
export function dropHistory(token: Token, history: string | null): Token {
  return token.filter((element) => element.history !== history);
}

/** Only the elements of one history. */
export function keepHistory(token: Token, history: string | null): Token {
  return token.filter((element) => element.history === history);
}
