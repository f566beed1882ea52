/** Bounds of what a client may send, and for how long it may take. Beyond each there is a clear 4xx. */
import type { ServerOptions } from 'node:http';
import { BATCH_BYTES_MAX } from '../../lib/contract/schemas/common.ts';

export const URL_BYTES_MAX = 16 * 1024;
export const HEADERS_BYTES_MAX = 32 * 1024;
/** A body without a value in it. */
export const SMALL_BODY_BYTES_MAX = 64 * 1024;
/** JSON writes a byte of a value in at most six: `\u0001`. */
const JSON_EXPANSION_MAX = 6;

/** Bytes of a PUT's body: the largest value in its longest spelling, and the other fields. */
export function entryBodyBytesMax(valueBytesMax: number): number {
  return valueBytesMax * JSON_EXPANSION_MAX + SMALL_BODY_BYTES_MAX;
}

/** Bytes of a batch's body: twice what keys and values may have together, for escapes and the JSON around them. */
export const BATCH_BODY_BYTES_MAX = 2 * BATCH_BYTES_MAX + SMALL_BODY_BYTES_MAX;

/** Open connections of the public port; beyond it new ones are cut, so that the log never lacks a file descriptor. Above `max-waiters`. */
export const CONNECTIONS_MAX = 16_384;

/** How a `node:http` server has to be made that serves the API: a client that is slow on purpose is cut. */
export const HTTP_SERVER_OPTIONS = {
  maxHeaderSize: HEADERS_BYTES_MAX,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  insecureHTTPParser: false,
} as const satisfies ServerOptions;

/** How long a client may leave a full buffer untouched before its stream is cut. */
export const STREAM_STALL_MS_MAX = 15_000;
