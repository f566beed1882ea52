/** Hands requests for pages to the web thread, and takes its answers back, as streams. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { NodeSettings } from '../config/node-settings.ts';
import type { ClientPorts } from './threads.ts';
import type { FromWeb, WebThreadData } from './thread-messages.ts';

export interface WebDoorOptions {
  readonly root: string;
  readonly settings: NodeSettings;
  readonly secret: string;
  readonly version: string;
  readonly ports: ClientPorts;
  readonly onFailed: (message: string) => void;
}

/** Concern one connection only. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer']);
const CONNECTIONS_MAX = 256;
const HOLD_MS_MAX = 15_000;

export class WebDoor {
  readonly #worker: Worker;
  readonly #dir: string;
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  readonly #waiting = new Set<() => void>();
  #state: 'starting' | 'open' | 'closed' = 'starting';

  constructor(options: WebDoorOptions) {
    // A path of its own under the temporary directory: socket paths are short, data directories need not be.
    this.#dir = mkdtempSync(join(tmpdir(), 'confman-web-'));
    chmodSync(this.#dir, 0o700);
    this.#socketPath = join(this.#dir, `${randomBytes(4).toString('hex')}.sock`);
    const { root, settings, secret, version, ports } = options;
    const data: WebThreadData = { root, socketPath: this.#socketPath, settings, sessionSecret: secret, version, ...ports };
    this.#worker = new Worker(new URL('./web-thread.mjs', import.meta.url), {
      workerData: data,
      transferList: [ports.enginePort, ports.scanPort],
      name: 'web',
    });
    this.#worker.on('message', (message: FromWeb) => {
      if (message.type === 'listening') return this.#turn('open');
      // Nothing will listen any more: who waits for it is told so.
      this.#turn('closed');
      options.onFailed(message.message);
    });
    this.#worker.on('error', (error) => options.onFailed(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    this.#worker.on('exit', () => this.#turn('closed'));
  }

  #turn(state: 'open' | 'closed'): void {
    this.#state = state;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** The pages come up a moment after the API: who asks in between gets the page a moment later. */
  #hold(request: IncomingMessage, response: ServerResponse): void {
    const go = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(go);
      if (!response.destroyed) this.handle(request, response);
    };
    const timer = setTimeout(() => {
      this.#waiting.delete(go);
      response.writeHead(503, { 'retry-after': '1' }).end();
    }, HOLD_MS_MAX);
    this.#waiting.add(go);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#state === 'starting' && this.#waiting.size < CONNECTIONS_MAX) return this.#hold(request, response);
    if (this.#state !== 'open') {
      response
        .writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' })
        .end('The console is not running. Try again in a second.\n');
      return;
    }
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name)));
    const upstream = httpRequest(
      { socketPath: this.#socketPath, agent: this.#agent, method: request.method, path: request.url, headers },
      (answer) => {
        const passed: (string | string[])[] = [];
        for (let at = 0; at < answer.rawHeaders.length; at += 2) {
          const [name = '', value = ''] = [answer.rawHeaders[at], answer.rawHeaders[at + 1]];
          if (!HOP_HEADERS.has(name.toLowerCase())) passed.push(name, value);
        }
        response.writeHead(answer.statusCode ?? 502, passed as string[]);
        response.flushHeaders();
        answer.pipe(response);
        // Cut off in the middle, as when the web thread ends: a pipe would leave the client waiting for the rest.
        answer.on('close', () => {
          if (!answer.complete) response.destroy();
        });
      },
    );
    upstream.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end('The console did not answer.\n');
    });
    // A client that leaves takes its request to the web thread along.
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  async stop(): Promise<void> {
    this.#turn('closed');
    this.#agent.destroy();
    await this.#worker.terminate();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
