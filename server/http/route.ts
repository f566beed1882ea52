/** A route as a declaration: one table feeds the router, authorisation, OpenAPI and the tests. */
import type { z } from 'zod';
import type { Right } from '../auth/principal.ts';
import type { Call, WriteCall } from '../services/context.ts';
import type { ApiReply, ApiRequest } from './exchange.ts';
import type { Answer } from './answer.ts';
import type { ApiRuntime, ApiSettings } from './runtime.ts';

export type ParameterName = 'namespace' | 'key' | 'group' | 'id' | 'prefix';
export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** What a handler gets: everything checked. */
export interface RouteContext<Q, B> {
  readonly api: ApiRuntime;
  /** An authenticated call. Routes that are open have none. */
  readonly call: Call;
  /** The call as a write; its body hash is made on first use. */
  readonly write: () => WriteCall;
  readonly params: Readonly<Record<ParameterName, string>>;
  readonly query: Q;
  readonly body: B;
  readonly request: ApiRequest;
  readonly reply: ApiReply;
}

export interface AnswerDeclaration {
  readonly description: string;
  readonly schema?: z.ZodType | undefined;
  /** Other media types than JSON that the answer may come in. */
  readonly media?: readonly string[] | undefined;
}

/**
 * - `read`: obeys the consistency headers.
 * - `write`: goes through the log.
 * - `node`: about this node or the cluster, answered from memory.
 * - `stream`: stays open; never relayed.
 */
export type RouteKind = 'read' | 'write' | 'node' | 'stream';

export interface Route<Q = unknown, B = unknown> {
  readonly id: string;
  readonly method: Method;
  /** Fastify pattern; parameters are whole segments. */
  readonly path: string;
  readonly right: Right;
  readonly kind: RouteKind;
  readonly summary: string;
  readonly query?: z.ZodType<Q> | undefined;
  readonly body?: z.ZodType<B> | undefined;
  readonly bodyBytesMax?: ((settings: ApiSettings) => number) | undefined;
  /** Request headers beyond those that every route of its kind takes, with what they mean. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly answers: Readonly<Record<number, AnswerDeclaration>>;
  readonly handle: (context: RouteContext<Q, B>) => Answer | Promise<Answer>;
}

/** Any route of the table. */
export type AnyRoute = Route<never, never>;

/** Declares a route; the handler's types follow from its schemas. */
export function route<Q = Record<string, never>, B = null>(declaration: Route<Q, B>): AnyRoute {
  return declaration as unknown as AnyRoute;
}

/** Names of the parameters in a path, in order. */
export function parametersOf(path: string): readonly ParameterName[] {
  return [...path.matchAll(/:([a-z]+)/g)].map((match) => match[1] as ParameterName);
}
