import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HostPort } from './address.ts';
import { greet, type GreetingOptions, type GreetingOutcome } from './greeting.ts';
import type { PeerTls } from './types.ts';

export interface DialOptions {
  readonly address: HostPort;
  readonly tls: PeerTls | null;
  /** Asked when the socket stands, so that the hello is the current one. Its times bound connecting and greeting each. */
  greeting(): GreetingOptions;
  readonly timers: GreetingOptions['timers'];
  readonly timeoutMs: number;
}

function open({ host, port }: HostPort, tls: PeerTls | null): Socket {
  if (tls === null) return connect({ host, port, noDelay: true });
  // Peers are checked against the host name or address that they are dialled by.
  const socket = connectTls({ host, port, ...tls, minVersion: 'TLSv1.3', ...(isIP(host) === 0 ? { servername: host } : {}) });
  socket.setNoDelay(true);
  return socket;
}

/**
 * Connects and shakes hands. `done` is called once; the socket is closed unless the outcome is `established`.
 * @returns gives up, without a call of `done`
 */
export function dial(options: DialOptions, done: (outcome: GreetingOutcome, socket: Socket) => void): () => void {
  const { address, tls, timers, timeoutMs } = options;
  const socket = open(address, tls);
  let stopGreeting: (() => void) | null = null;
  let over = false;
  const stop = (): void => {
    over = true;
    timers.clearTimeout(timer);
  };
  const fail = (reason: string): void => {
    if (over) return;
    stop();
    socket.destroy();
    done({ kind: 'failed', reason }, socket);
  };
  const onError = (error: Error): void => fail(error.message);
  const onClose = (): void => fail('closed before the handshake');
  const timer = timers.setTimeout(() => fail('no connection in time'), timeoutMs);
  socket.on('error', onError);
  socket.on('close', onClose);
  socket.once(tls === null ? 'connect' : 'secureConnect', () => {
    if (over) return;
    stop();
    stopGreeting = greet(socket, options.greeting(), (outcome) => done(outcome, socket));
  });
  return () => {
    if (!over) {
      stop();
      socket.destroy();
    }
    stopGreeting?.();
  };
}
