/** Hands requests for pages to the web thread, and takes its answers back, as streams. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { NodeSettings } from '../config/node-settings.ts';
import { REMOTE_HEADER } from './handle.ts';
import type { ClientPorts } from './threads.ts';
import type { FromWeb, WebThreadData } from './thread-messages.ts';

export interface WebDoorOptions {
  readonly root: string;
  readonly settings: NodeSettings;
  readonly secret: string;
  readonly version: string;
  /** What the thread runs, unless the web thread of this build. */
  readonly script?: URL | undefined;
  /** Makes the ports of one more engine client: each start of the thread takes its own. */
  readonly ports: () => Promise<ClientPorts>;
  /** How many starts it took since the pages were last there. */
  readonly onListening: (attempt: number) => void;
  readonly onFailed: (message: string) => void;
}

/** What a caller could say of itself to be taken for another, or to talk to the inside of Next. */
const FORGEABLE_HEADERS = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-real-ip',
  'x-middleware-subrequest',
  'x-middleware-next',
  REMOTE_HEADER,
]);

/** Concern one connection only. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer']);
const CONNECTIONS_MAX = 256;
const HOLD_MS_MAX = 15_000;
const RESTART_MS_MIN = 500;
const RESTART_MS_MAX = 30_000;

export class WebDoor {
  readonly #options: WebDoorOptions;
  readonly #dir: string;
  #worker: Worker | null = null;
  #socketPath = '';
  /** Starts since the pages were last there. */
  #attempts = 0;
  #retry: NodeJS.Timeout | null = null;
  #stopped = false;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  readonly #waiting = new Set<() => void>();
  #state: 'starting' | 'open' | 'closed' = 'starting';

  constructor(options: WebDoorOptions) {
    this.#options = options;
    // A path of its own under the temporary directory: socket paths are short, data directories need not be.
    this.#dir = mkdtempSync(join(tmpdir(), 'confman-web-'));
    chmodSync(this.#dir, 0o700);
    void this.#start();
  }

  /** Whether the pages can be asked now. */
  get open(): boolean {
    return this.#state === 'open';
  }

  async #start(): Promise<void> {
    this.#retry = null;
    this.#attempts += 1;
    const { root, settings, secret, version, script = new URL('./web-thread.mjs', import.meta.url) } = this.#options;
    const ports = await this.#options.ports();
    if (this.#stopped) return;
    this.#socketPath = join(this.#dir, `${randomBytes(4).toString('hex')}.sock`);
    const data: WebThreadData = { root, socketPath: this.#socketPath, settings, sessionSecret: secret, version, ...ports };
    const worker = new Worker(script, {
      workerData: data,
      transferList: [ports.enginePort, ports.scanPort],
      name: 'web',
    });
    this.#worker = worker;
    worker.on('message', (message: FromWeb) => {
      if (message.type === 'failed') return this.#failed(worker, message.message);
      this.#options.onListening(this.#attempts);
      this.#attempts = 0;
      this.#turn('open');
    });
    worker.on('error', (error) => this.#failed(worker, error instanceof Error ? (error.stack ?? error.message) : String(error)));
    worker.on('exit', (code) => this.#failed(worker, `the web thread ended with ${code}`));
  }

  /** Who waits for the pages is told that they are not there; they are started anew, after pauses that grow. */
  #failed(worker: Worker, message: string): void {
    if (this.#stopped || this.#worker !== worker) return;
    this.#worker = null;
    this.#turn('closed');
    const pauseMs = Math.min(RESTART_MS_MIN * 2 ** this.#attempts, RESTART_MS_MAX);
    this.#options.onFailed(`${message}; started again in ${pauseMs} ms`);
    void worker.terminate();
    this.#retry = setTimeout(() => void this.#start(), pauseMs);
    this.#retry.unref();
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
    const kept = Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name) && !FORGEABLE_HEADERS.has(name));
    // Written here and believed there, because nobody else can reach that socket: who is on the other end of this connection.
    const headers = { ...Object.fromEntries(kept), [REMOTE_HEADER]: request.socket.remoteAddress ?? '' };
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
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#turn('closed');
    this.#agent.destroy();
    await this.#worker?.terminate();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
