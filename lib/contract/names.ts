/**
 * Names of namespaces, keys, groups and nodes (spec 2). Names are case-sensitive and never folded: a name outside the
 * rules is refused with the rule, never changed in silence.
 */

export const NAMESPACE_SEGMENTS_MAX = 8;
export const SEGMENT_CHARS_MAX = 63;
export const KEY_CHARS_MAX = 256;

/** Id of the API key that a new cluster begins with. Keys are revoked, never removed: while none has this id, there is none. */
export const FIRST_KEY_ID = 'admin';

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

// Letters, digits and the punctuation of file and property names: what nearly every key is made of.
const PLAIN_KEY = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.:-]*)*$/;
// Control, format, private-use and surrogate code points, and every separator that is not the plain space.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{Noncharacter_Code_Point}/u;

/** What is wrong with a name: the rule, said so that it can be shown to whoever typed it; null when nothing is. */
export type NameFault = string | null;

/** Judges a namespace: a path of 1 to 8 segments, `teams/payments/prod`. */
export function namespaceFault(name: string): NameFault {
  if (name.length === 0) return 'a namespace may not be empty';
  const segments = name.split('/');
  if (segments.length > NAMESPACE_SEGMENTS_MAX)
    return `a namespace has at most ${NAMESPACE_SEGMENTS_MAX} segments, this one has ${segments.length}`;
  for (const segment of segments) {
    if (SEGMENT.test(segment)) continue;
    if (segment.length === 0) return 'a namespace has no empty segment: no leading, trailing or double "/"';
    if (segment.length > SEGMENT_CHARS_MAX)
      return `a segment of a namespace has at most ${SEGMENT_CHARS_MAX} characters, ${quote(segment)} has ${segment.length}`;
    if (!/^[A-Za-z0-9]/.test(segment))
      return `a segment of a namespace starts with a letter or digit (A-Z, a-z, 0-9), not ${quote(firstCodePoint(segment))}`;
    const odd = /[^A-Za-z0-9._-]/u.exec(segment);
    return `a segment of a namespace may only have A-Z, a-z, 0-9, ".", "_" and "-", not ${quote(odd?.[0] ?? segment)}`;
  }
  return null;
}

/** Judges a key: 1 to 256 characters (code points) of printable Unicode in NFC, with the rules of a relative path. */
export function keyFault(name: string): NameFault {
  if (name.length <= KEY_CHARS_MAX && PLAIN_KEY.test(name)) return null;
  if (name.length === 0) return 'a key may not be empty';
  const bad = UNPRINTABLE.exec(name);
  if (bad !== null) return `a key may only have printable characters; ${codePointName(bad[0])} at position ${bad.index + 1} is not`;
  const length = codePoints(name);
  if (length > KEY_CHARS_MAX) return `a key has at most ${KEY_CHARS_MAX} characters, this one has ${length}`;
  if (name !== name.normalize('NFC')) return 'a key must be in Unicode normalization form C (NFC)';
  if (name.startsWith(' ') || name.endsWith(' ')) return 'a key may not start or end with a space';
  if (name.startsWith('/') || name.endsWith('/')) return 'a key may not start or end with "/"';
  if (name.includes('//')) return 'a key may not contain "//"';
  const dots = name.split('/').find((segment) => segment === '.' || segment === '..');
  if (dots !== undefined) return `a key may not have the segment ${quote(dots)}`;
  return null;
}

/** Judges the name of a node, `n1`. */
export function nodeIdFault(name: string): NameFault {
  return NODE_ID.test(name) ? null : 'a node name is a letter or digit, then at most 62 of A-Z, a-z, 0-9, ".", "_" and "-"';
}

/** Judges the address of a peer port: `node1.example.com:6101`, `[::1]:6101`. */
export function hostPortFault(text: string): NameFault {
  const match = /^(?:\[[0-9A-Fa-f:.]+(?:%[\w.]+)?\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1]);
  if (match !== null && text.length <= 300 && port >= 1 && port <= 65_535) return null;
  return 'an address is host:port, such as 127.0.0.1:6101 or [::1]:6101, with a port from 1 to 65535';
}

/** Judges the base URL of a node: `https://node1.example.com:8443`, without anything behind the port. */
export function baseUrlFault(text: string): NameFault {
  const fault = 'a base URL is http://host:port or https://host:port, without a path or a trailing slash';
  if (text.length > 500 || !/^https?:\/\//.test(text) || !URL.canParse(text)) return fault;
  return new URL(text).origin === text ? null : fault;
}

/** Judges short text that people write and read in lists: names of keys, owners. */
export function labelFault(text: string, charsMax: number): NameFault {
  if (text.length > 2 * charsMax || codePoints(text) > charsMax) return `it may have at most ${charsMax} characters`;
  const bad = UNPRINTABLE.exec(text);
  return bad === null ? null : `it may only have printable characters; ${codePointName(bad[0])} at position ${bad.index + 1} is not`;
}

/** Judges longer text: as a label, but line breaks and tabs are welcome. */
export function textFault(text: string, charsMax: number): NameFault {
  return labelFault(text.replaceAll(/\r\n|[\n\t]/g, ' '), charsMax);
}

export function isNamespace(name: string): boolean {
  return namespaceFault(name) === null;
}

export function isKey(name: string): boolean {
  return keyFault(name) === null;
}

/** Whether `namespace` is `prefix` or lies below it, by whole segments. */
export function isWithin(namespace: string, prefix: string): boolean {
  return namespace === prefix || (namespace.startsWith(prefix) && namespace.charCodeAt(prefix.length) === 0x2f);
}

/** A name as one segment of a URL path: `db/url` becomes `db%2Furl`. */
export function encodeName(name: string): string {
  return encodeURIComponent(name);
}

/** Path of a namespace in the API. */
export function namespacePath(namespace: string): string {
  return `/api/v1/namespaces/${encodeName(namespace)}`;
}

/** Path of an entry in the API. */
export function entryPath(namespace: string, key: string): string {
  return `${namespacePath(namespace)}/config/${encodeName(key)}`;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function firstCodePoint(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}

function codePointName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
