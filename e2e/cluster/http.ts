/** Requests as they are, one connection each: nothing is retried, followed, decoded or completed on the way. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

export interface RawRequest {
  readonly method?: string | undefined;
  /** Several values are several header lines. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; repeated lines joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body, if it is JSON; else an empty object. */
  readonly json: Readonly<Record<string, unknown>>;
  /** `code` of a problem body. */
  readonly code: string | null;
  readonly version: string;
  readonly token: string;
  /** Index of `version`. */
  readonly index: number;
}

const REQUEST_MS_MAX = 40_000;

/** @throws Error when no whole answer came: refused, cut, timed out, aborted */
export async function rawRequest(url: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { method = 'GET', headers = {}, body, signal, timeoutMs = REQUEST_MS_MAX } = options;
  const content = body === undefined ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all: OutgoingHttpHeaders = {
    ...(content === null ? {} : { 'content-type': 'application/json', 'content-length': content.length }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      headers: all,
      agent: false,
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${url}: nothing for ${timeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', (response) => {
      collect(response).then(resolve, reject);
    });
    request.end(content ?? undefined);
  });
}

async function collect(response: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  const isJson = /[/+]json/.test(headers['content-type'] ?? '') && text !== '';
  const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
  const version = headers['x-confman-version'] ?? '';
  return {
    status: response.statusCode ?? 0,
    headers,
    text,
    json,
    code: typeof json['code'] === 'string' ? json['code'] : null,
    version,
    token: headers['x-confman-token'] ?? '',
    index: Number(version.split(':')[1] ?? Number.NaN),
  };
}
