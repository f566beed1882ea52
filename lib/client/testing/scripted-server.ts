/** An HTTP server that answers as a test's script says, and remembers what it was asked. */
import { createServer } from 'node:http';
import { PROBLEMS, problemType } from '../../contract/problems.ts';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProblemCode } from '../../contract/problems.ts';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown;
  /** Takes over the answer: to hold it, cut it, or stream it. */
  readonly handle?: (response: ServerResponse) => void;
}

export type Script = (asked: Asked, number: number) => Scripted | Promise<Scripted>;

export class ScriptedServer {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  #script: Script = () => ({ status: 500 });

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const asked = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        };
        this.asked.push(asked);
        void this.#answer(asked, response);
      });
    });
  }

  static async start(script?: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    if (script !== undefined) server.#script = script;
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  script(script: Script): void {
    this.#script = script;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  async #answer(asked: Asked, response: ServerResponse): Promise<void> {
    const { status = 200, headers = {}, body, handle } = await this.#script(asked, this.asked.length);
    if (handle !== undefined) {
      handle(response);
      return;
    }
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers });
    response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  }
}

/** A problem answer of the API. */
export function problem(
  code: ProblemCode,
  extra: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Scripted {
  const { status, title, retryable } = PROBLEMS[code];
  return { status, headers, body: { type: problemType(code), title, status, detail: '', instance: 'r-1', code, retryable, ...extra } };
}

/** An answer with its version, as every API answer has one. */
export function versioned(token: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Scripted {
  return { headers: { 'x-confman-token': token, 'x-confman-version': token.replaceAll(/[0-9a-f.]+\//g, ''), ...headers }, body };
}

/** The events of a watch, as text. */
export function eventText(event: string, id: string | null, data: unknown): string {
  return `event: ${event}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
