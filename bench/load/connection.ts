/** One keep-alive connection with one request under way: nothing between the clock and the socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: string;
  /** From writing the request until the last byte of the answer. */
  readonly ms: number;
}

interface Waiting {
  readonly startedMs: number;
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class Connection {
  readonly #socket: Socket;
  #received = '';
  #waiting: Waiting | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // One byte per character, so that lengths are what Content-Length counts; the load is ASCII.
    socket.setEncoding('latin1').on('data', (chunk: string) => this.#take(chunk));
    for (const event of ['error', 'close'] as const) socket.on(event, () => this.#lose());
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** @param request a whole HTTP/1.1 request; its answer must have a Content-Length, or no body */
  async send(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { startedMs: performance.now(), resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(headerOf(head, 'content-length') ?? '0');
    const end = headEnd + 4 + length;
    if (this.#received.length < end) return;
    const body = this.#received.slice(headEnd + 4, end);
    this.#received = this.#received.slice(end);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body, ms: performance.now() - waiting.startedMs });
  }

  #lose(): void {
    this.#waiting?.reject(new Error('the connection was lost'));
    this.#waiting = null;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A header by its lower-case name. */
export function headerOf(head: string, name: string): string | null {
  const at = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (at === -1) return null;
  const start = at + name.length + 3;
  const end = head.indexOf('\r\n', start);
  return head.slice(start, end === -1 ? undefined : end).trim();
}
