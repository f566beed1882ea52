/** `Fetch` over node:http: nothing to load, so it suits commands that ask once and end. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { toFetchAnswer } from './answer.ts';
import type { Fetch } from '../fetch.ts';

export interface NodeFetch {
  readonly fetch: Fetch;
  /** Closes kept connections, so that the process may end. */
  readonly close: () => Promise<void>;
}

export interface NodeFetchOptions {
  readonly connectionsMax?: number | undefined;
  /** Certificate authorities (PEM) beside or instead of the system's. */
  readonly ca?: string | undefined;
}

export function httpFetch(options: NodeFetchOptions = {}): NodeFetch {
  const settings = { keepAlive: true, maxSockets: options.connectionsMax ?? 64 };
  const http = new HttpAgent(settings);
  const https = new HttpsAgent({ ...settings, ...(options.ca === undefined ? {} : { ca: options.ca }) });
  const fetch: Fetch = (url, init) =>
    new Promise((resolve, reject) => {
      const secure = url.startsWith('https:');
      const { method, headers, body, signal } = init;
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = (secure ? requestHttps : requestHttp)(url, {
        method,
        headers: { ...headers, ...length },
        agent: secure ? https : http,
        signal,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        resolve(toFetchAnswer(incoming.statusCode ?? 0, incoming.headers, incoming));
      });
      outgoing.end(body);
    });
  return {
    fetch,
    close: () => {
      http.destroy();
      https.destroy();
      return Promise.resolve();
    },
  };
}
