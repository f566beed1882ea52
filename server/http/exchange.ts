/**
 * A request and its answer, as the API's own code sees them. Fastify's objects are such, and so are those of the short way
 * (`entry-lane.ts`), which a hot request takes past Fastify.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Right } from '../auth/principal.ts';
import type { Caller } from './request-context.ts';

export interface ApiRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Of this request, the caller's own where it gave one. */
  readonly id: string;
  /** Address of the peer. */
  readonly ip: string;
  readonly params: unknown;
  readonly query: unknown;
  /** The bytes as they came; undefined when there are none. */
  readonly body: unknown;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string | undefined; readonly config: { readonly right?: Right | undefined } };
  /** Who asks; null on open routes. */
  caller: Caller | null;
  /** When its headers had arrived, on the monotonic clock. */
  startedMs: number;
}

export interface ApiReply {
  readonly raw: ServerResponse;
  /** From here on whoever called this writes the answer. */
  hijack(): unknown;
}
