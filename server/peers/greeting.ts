import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WireError } from './bytes.ts';
import { Handshake, type HandshakeOptions, type HandshakeResult, NONCE_BYTES } from './handshake.ts';
import type { Timers } from './types.ts';

export type GreetingOutcome =
  | HandshakeResult
  /** The other side does not speak this protocol. */
  | { readonly kind: 'invalid'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly reason: string };

export interface GreetingOptions extends Omit<HandshakeOptions, 'nonce' | 'binding' | 'send'> {
  readonly timers: Timers;
  readonly timeoutMs: number;
}

/** Ties the handshake to this very TLS channel, so that nobody in the middle can relay it. */
function bindingOf(socket: Socket): Uint8Array {
  return socket instanceof TLSSocket ? socket.exportKeyingMaterial(32, 'EXPORTER-confman-peer', Buffer.alloc(0)) : Buffer.alloc(32);
}

/**
 * Shakes hands over a connected socket. `done` is called once, in the very turn in which the outcome is known, so that no
 * byte gets lost between the handshake and what follows; unless established, the socket is closed.
 * @returns gives up
 */
export function greet(socket: Socket, options: GreetingOptions, done: (outcome: GreetingOutcome) => void): () => void {
  const { timers, timeoutMs } = options;
  const handshake = new Handshake({
    ...options,
    nonce: randomBytes(NONCE_BYTES),
    binding: bindingOf(socket),
    send: (bytes) => void socket.write(bytes),
  });
  let over = false;
  const stop = (): boolean => {
    if (over) return false;
    over = true;
    timers.clearTimeout(timer);
    socket.off('data', onData);
    return true;
  };
  const finish = (outcome: GreetingOutcome): void => {
    if (!stop()) return;
    // A refusal still has to leave; whatever else ended this deserves no answer.
    if (outcome.kind === 'refused') socket.destroySoon();
    else if (outcome.kind !== 'established') socket.destroy();
    done(outcome);
  };
  const onData = (chunk: Buffer): void => {
    let result: HandshakeResult | null;
    try {
      result = handshake.push(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      finish({ kind: 'invalid', error });
      return;
    }
    if (result !== null) finish(result);
  };
  const timer = timers.setTimeout(() => finish({ kind: 'failed', reason: 'no handshake in time' }), timeoutMs);
  socket.on('data', onData);
  socket.on('error', (error) => finish({ kind: 'failed', reason: error.message }));
  socket.on('close', () => finish({ kind: 'failed', reason: 'closed during the handshake' }));
  handshake.start();
  return () => {
    if (stop()) socket.destroy();
  };
}
