/** The public HTTP port: the API at once, everything else to the web thread. */
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { NodeSettings } from '../config/node-settings.ts';
import { answerClientError } from '../http/client-error.ts';
import { CONNECTIONS_MAX, HTTP_SERVER_OPTIONS } from '../http/limits.ts';
import type { WebDoor } from './web-door.ts';

export interface PublicServerOptions {
  readonly settings: NodeSettings;
  readonly api: FastifyInstance;
  /** Null: the API alone. */
  readonly web: WebDoor | null;
}

/** A browser that has met this node by HTTPS comes back no other way. Sent over HTTPS only. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** Paths that belong to the API's application; the rest are pages. */
function isApiPath(url: string): boolean {
  return url.startsWith('/api/') || url === '/api' || /^\/(health|metrics)([/?]|$)/.test(url);
}

/** Next answers 500 to a path that it cannot decode, before any route of ours sees it; the API's application knows better. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

export class PublicServer {
  readonly #server: Server | HttpsServer;
  readonly #settings: NodeSettings;

  constructor({ settings, api, web }: PublicServerOptions) {
    this.#settings = settings;
    const throughNext = settings.apiDoor === 'next' && web !== null;
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      const url = request.url ?? '/';
      const forApi = isApiPath(url) || !isDecodable(url);
      if (settings.tls !== null) response.setHeader('strict-transport-security', STRICT_TRANSPORT);
      // The API goes on through the other door while the pages are away.
      if (web !== null && (!forApi || (throughNext && web.open && isDecodable(url)))) web.handle(request, response);
      else if (!api.lane(request, response)) api.routing(request, response);
    };
    this.#server =
      settings.tls === null
        ? createHttp(HTTP_SERVER_OPTIONS, handle)
        : createHttps({ ...HTTP_SERVER_OPTIONS, ...readCertificate(settings.tls) }, handle);
    this.#server.maxConnections = CONNECTIONS_MAX;
    // Answers of Node itself, before there is a request: what could not even be parsed.
    this.#server.on('clientError', answerClientError);
  }

  listen(): Promise<void> {
    const { host, port } = this.#settings.listen;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
  }

  /** New certificates for connections made from now on. */
  reloadTls(): void {
    if (this.#settings.tls !== null && 'setSecureContext' in this.#server)
      this.#server.setSecureContext(readCertificate(this.#settings.tls));
  }

  /** Takes no new connection and waits for requests under way, at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  }
}

function readCertificate(tls: NonNullable<NodeSettings['tls']>): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
}
