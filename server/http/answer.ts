/** What a route answers, before headers are written. */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ReadFacts } from '../services/errors.ts';
import type { ReadResult, WriteResult } from '../services/context.ts';
import type { StreamEvent } from '../services/stream-event.ts';

/** Where a write stands in the log. */
export interface WroteFacts {
  readonly group: string;
  readonly position: { readonly term: number; readonly index: number };
  readonly replayed: boolean;
  readonly clock: string | null;
  readonly clockIgnored: boolean;
}

export type Body =
  | { readonly kind: 'text'; readonly text: string; readonly contentType: string }
  | { readonly kind: 'events'; readonly events: AsyncIterable<StreamEvent> }
  | { readonly kind: 'lines'; readonly lines: AsyncIterable<unknown> }
  /** A file; its answer carries its size. */
  | { readonly kind: 'bytes'; readonly chunks: AsyncIterable<Uint8Array>; readonly sizeBytes: number; readonly contentType: string }
  | { readonly kind: 'none' };

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly read: ReadFacts | null;
  readonly wrote: WroteFacts | null;
  /** The state that an open route spoke of once it knew who asked. */
  readonly seen?: LogPosition | undefined;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

export function jsonBody(value: unknown): Body {
  return { kind: 'text', text: JSON.stringify(value), contentType: JSON_TYPE };
}

/** An answer from a read: its data as JSON. */
export function readAnswer(read: ReadResult<unknown>, headers: Readonly<Record<string, string>> | null = null): Answer {
  return { status: 200, body: jsonBody(read.data), headers, read, wrote: null };
}

/** An answer to a write: its data as JSON, `version` included. */
export function wroteAnswer(result: WriteResult<unknown>, status = 200, headers: Readonly<Record<string, string>> | null = null): Answer {
  const { group, position, replayed, clock, clockIgnored } = result;
  return { status, body: jsonBody(result.data), headers, read: null, wrote: { group, position, replayed, clock, clockIgnored } };
}

/** An answer that touched no group. */
export function plainAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> | null = null): Answer {
  return { status, body: jsonBody(value), headers, read: null, wrote: null };
}
