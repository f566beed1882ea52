/** The hello of a handshake as bytes: JSON, so that later builds may add fields, of which the known ones are checked strictly. */
import { decodeUtf8, WireError } from './bytes.ts';
import type { Hello } from './types.ts';

/** What the transport adds to the hello of its owner. */
export interface WireHello {
  readonly hello: Hello;
  /** Drawn at every start of a transport: tells a restarted peer from a second connection of the same one. */
  readonly session: string;
  /** The name that was dialled; null in the answer. Keeps a handshake from being passed on to another node. */
  readonly to: string | null;
}

const NAME_CHARS_MAX = 64;
const ID_CHARS_MAX = 128;
const URL_CHARS_MAX = 512;

function text(value: unknown, field: string, charsMax: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > charsMax)
    throw new WireError(`hello: ${field} is not a text of 1 to ${charsMax} characters`);
  return value;
}

function textOrNull(value: unknown, field: string, charsMax: number): string | null {
  return value === null ? null : text(value, field, charsMax);
}

function wholeOf(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new WireError(`hello: ${field} is not a whole number`);
  return value;
}

function readHello(fields: Record<string, unknown>): Hello {
  const formed = fields['formed'];
  if (typeof formed !== 'boolean') throw new WireError('hello: formed is not a truth value');
  const hello: Hello = {
    name: text(fields['name'], 'name', NAME_CHARS_MAX),
    formed,
    clusterId: textOrNull(fields['clusterId'], 'clusterId', ID_CHARS_MAX),
    lineageId: textOrNull(fields['lineageId'], 'lineageId', ID_CHARS_MAX),
    incarnation: textOrNull(fields['incarnation'], 'incarnation', ID_CHARS_MAX),
    listHash: textOrNull(fields['listHash'], 'listHash', ID_CHARS_MAX),
    peerAddress: text(fields['peerAddress'], 'peerAddress', URL_CHARS_MAX),
    url: text(fields['url'], 'url', URL_CHARS_MAX),
    levelMin: wholeOf(fields['levelMin'], 'levelMin'),
    levelMax: wholeOf(fields['levelMax'], 'levelMax'),
    buildVersion: text(fields['buildVersion'], 'buildVersion', ID_CHARS_MAX),
    ...(fields['claim'] === undefined ? {} : { claim: text(fields['claim'], 'claim', ID_CHARS_MAX) }),
    ...(fields['memberSince'] === undefined ? {} : { memberSince: wholeOf(fields['memberSince'], 'memberSince') }),
  };
  if (hello.levelMin > hello.levelMax) throw new WireError('hello: levelMin is above levelMax');
  return hello;
}

function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError(`hello: ${field} is not an object`);
  return value as Record<string, unknown>;
}

export function encodeHello(wire: WireHello): Buffer {
  return Buffer.from(JSON.stringify(wire));
}

/** @throws WireError */
export function decodeHello(bytes: Uint8Array): WireHello {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw new WireError('hello: not JSON', { cause });
  }
  const fields = object(parsed, 'the whole');
  return {
    hello: readHello(object(fields['hello'], 'hello')),
    session: text(fields['session'], 'session', ID_CHARS_MAX),
    to: textOrNull(fields['to'], 'to', NAME_CHARS_MAX),
  };
}

/** The highest level that both speak, or null. */
export function commonLevel(ours: Hello, theirs: Hello): number | null {
  const level = Math.min(ours.levelMax, theirs.levelMax);
  return level >= Math.max(ours.levelMin, theirs.levelMin) ? level : null;
}
