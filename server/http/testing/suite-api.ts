/** The client of the API suite: plain `fetch`, and every JSON answer is held against the schema that its route declares. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { z } from 'zod';
import { Problem } from '../../../lib/contract/schemas/problem.ts';
import type { AnyRoute } from '../route.ts';
import { routeTable } from '../routes/table.ts';

/** What the suite is run against. */
export interface SuiteTarget {
  readonly name: string;
  /** Base URL of the node that is asked. */
  readonly baseUrl: () => string;
  readonly adminKey: () => string;
  /** A follower with lab routes, whose applying may be held; null where there is none. */
  readonly follower?: (() => { readonly node: string; readonly url: string }) | undefined;
  /** Largest value, as the node is set. */
  readonly valueBytesMax?: number | undefined;
  /** Whether the door in front rewrites what concerns the connection (Next sends bodies chunked, and answers some paths itself). */
  readonly behindNext?: boolean | undefined;
}

export interface SuiteAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: Record<string, unknown>;
  readonly version: string;
  readonly token: string;
}

export interface SuiteRequest {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A value is sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** Null: no key at all. */
  readonly key?: string | null | undefined;
  readonly url?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ROUTES: readonly { readonly route: AnyRoute; readonly pattern: RegExp }[] = routeTable(true).map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/:[a-z]+/g, '[^/]+')}$`),
}));

function schemaOf(method: string, path: string, status: number): z.ZodType | null {
  if (status >= 400 && !path.startsWith('/health')) return Problem;
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = ROUTES.find(({ route, pattern }) => route.method === wanted && pattern.test(path.split('?')[0] ?? ''));
  return found?.route.answers[status]?.schema ?? null;
}

/** Nothing is missing, nothing is of another type, and nothing is there that is not declared. */
function checkDeclared(method: string, path: string, status: number, json: unknown): void {
  const schema = schemaOf(method, path, status);
  if (schema === null || path.includes('dryRun=true') || path.includes('revision=')) return;
  const parsed = schema.safeParse(json);
  expect(parsed.error?.issues ?? [], `${method} ${path} ${status}`).toEqual([]);
  expect(parsed.data).toEqual(json);
}

let names = 0;

/** A name that nobody else uses. */
export function fresh(prefix: string): string {
  names += 1;
  return `${prefix}-${randomBytes(4).toString('hex')}-${names}`;
}

export class SuiteApi {
  readonly #target: SuiteTarget;

  constructor(target: SuiteTarget) {
    this.#target = target;
  }

  async send(method: string, path: string, { headers = {}, body, key, url, signal }: SuiteRequest = {}): Promise<SuiteAnswer> {
    const shown = key === undefined ? this.#target.adminKey() : key;
    const response = await fetch(`${url ?? this.#target.baseUrl()}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '') && text !== '';
    const json = (isJson ? JSON.parse(text) : undefined) as Record<string, unknown>;
    if (isJson) checkDeclared(method, path, response.status, json);
    return {
      status: response.status,
      headers: response.headers,
      text,
      json,
      version: response.headers.get('x-confman-version') ?? '',
      token: response.headers.get('x-confman-token') ?? '',
    };
  }

  async get(path: string, request: SuiteRequest = {}): Promise<SuiteAnswer> {
    return this.send('GET', path, request);
  }

  async put(path: string, body: unknown, request: SuiteRequest = {}): Promise<SuiteAnswer> {
    return this.send('PUT', path, { ...request, body });
  }

  async post(path: string, body: unknown, request: SuiteRequest = {}): Promise<SuiteAnswer> {
    return this.send('POST', path, { ...request, body });
  }

  async delete(path: string, request: SuiteRequest = {}): Promise<SuiteAnswer> {
    return this.send('DELETE', path, request);
  }

  /** A key of its own; returns its secret. */
  async key(
    role: 'viewer' | 'editor' | 'admin',
    scope: readonly string[] | null = null,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const created = await this.post('/api/v1/keys', { name: fresh('suite'), role, ...(scope === null ? {} : { scope }) });
    expect(created.status).toBe(201);
    return { id: String(created.json['id']), secret: String(created.json['secret']) };
  }
}

/** Expects a problem of this code and returns its body. */
export function expectProblem(answer: SuiteAnswer, code: string): Record<string, unknown> {
  expect({ code: answer.json?.['code'], status: answer.json?.['status'] ?? answer.status }).toEqual({ code, status: answer.status });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.json['type']).toMatch(new RegExp(`${code}$`));
  expect(answer.json['instance']).toBe(answer.headers.get('x-request-id'));
  return answer.json;
}

/** First of the errors of a problem. */
export function firstError(answer: SuiteAnswer): Record<string, unknown> {
  const errors = answer.json['errors'] as readonly Record<string, unknown>[] | undefined;
  expect(errors?.length).toBeGreaterThan(0);
  return errors?.[0] ?? {};
}
