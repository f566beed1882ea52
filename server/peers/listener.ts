import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { HostPort } from './address.ts';
import type { PeerLimits, PeerTls } from './types.ts';

export interface ListenerOptions {
  readonly limits: PeerLimits;
  readonly tls: PeerTls | null;
  /** A connected socket, after TLS. To be followed by `authenticated` or by its end. */
  onSocket(socket: Socket): void;
  onError(source: string, error: Error): void;
}

const sourceOf = (socket: Socket): string => `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;

/** The peer port. Holds at most so many sockets that have not shown who they are: a new one takes the place of the oldest. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #tlsServer: TlsServer | null;
  /** Raw sockets by source, oldest first; TLS shows the same source above. */
  readonly #unauthenticated = new Map<string, Socket>();
  readonly #sockets = new Set<Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { tls, limits } = options;
    if (tls === null) {
      this.#tlsServer = null;
      this.#server = createServer({ noDelay: true }, (socket) => options.onSocket(socket));
    } else {
      this.#tlsServer = createTlsServer(
        {
          ...tls,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.3',
          handshakeTimeout: limits.handshakeMsMax,
          noDelay: true,
        },
        (socket) => options.onSocket(socket),
      );
      this.#tlsServer.on('tlsClientError', (error, socket) => options.onError(socket.remoteAddress ?? '?', error));
      this.#server = this.#tlsServer;
    }
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
  }

  listen({ host, port }: HostPort): Promise<HostPort> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#options.onError('listener', error));
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : { host, port });
      });
    });
  }

  authenticated(socket: Socket): void {
    this.#unauthenticated.delete(sourceOf(socket));
  }

  reloadTls(tls: PeerTls): void {
    this.#tlsServer?.setSecureContext(tls);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #track(socket: Socket): void {
    const source = sourceOf(socket);
    socket.on('error', () => socket.destroy());
    this.#sockets.add(socket);
    this.#unauthenticated.set(source, socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#unauthenticated.get(source) === socket) this.#unauthenticated.delete(source);
    });
    for (const [oldest, unknown] of this.#unauthenticated) {
      if (this.#unauthenticated.size <= this.#options.limits.unauthenticatedMax) return;
      this.#unauthenticated.delete(oldest);
      unknown.destroy();
    }
  }
}

/** @throws when key, certificate and authorities do not fit together */
export function checkTls(tls: PeerTls): void {
  createSecureContext({ ...tls, minVersion: 'TLSv1.3' });
}
