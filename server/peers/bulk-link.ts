import { BulkSender } from './bulk-sender.ts';
import { WireError } from './bytes.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import type { Frame } from './frame.ts';
import { IncomingRequests } from './requests-in.ts';
import { OutgoingRequests } from './requests-out.ts';
import { IncomingStreams } from './streams-in.ts';
import { OutgoingStreams } from './streams-out.ts';
import type { PeerHandlers, RequestOptions } from './types.ts';

/** What a bulk connection carries: requests and streams, in both directions. Lives and dies with its connection. */
export class BulkLink {
  readonly #requestsOut: OutgoingRequests;
  readonly #requestsIn: IncomingRequests;
  readonly #streamsOut: OutgoingStreams;
  readonly #streamsIn: IncomingStreams;

  constructor(context: ConnectionContext, connection: Connection, handlers: Pick<PeerHandlers, 'onRequest' | 'onStream'>) {
    const sender = new BulkSender(connection);
    this.#requestsOut = new OutgoingRequests(context, connection, sender);
    this.#requestsIn = new IncomingRequests(context, connection, sender, (...args) => handlers.onRequest(...args));
    this.#streamsOut = new OutgoingStreams(context, connection, sender);
    this.#streamsIn = new IncomingStreams(context, connection, (...args) => handlers.onStream(...args));
  }

  /** @throws PeerError */
  request(method: string, body: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    return this.#requestsOut.request(method, body, options);
  }

  /** @throws PeerError */
  sendStream(meta: Uint8Array, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#streamsOut.send(meta, chunks, signal);
  }

  /** @throws WireError */
  onFrame(frame: Frame): void {
    switch (frame.kind) {
      case 'request':
        return this.#requestsIn.onRequestFrame(frame);
      case 'response':
        return this.#requestsOut.onResponse(frame);
      case 'cancel':
        return this.#requestsIn.onCancel(frame);
      case 'stream-open':
        return this.#streamsIn.onOpen(frame);
      case 'stream-chunk':
        return this.#streamsIn.onChunk(frame);
      case 'stream-end':
        return this.#streamsIn.onEnd(frame);
      case 'stream-abort':
        return this.#streamsIn.onAbort(frame);
      case 'stream-credit':
        return this.#streamsOut.onCredit(frame);
      case 'stream-result':
        return this.#streamsOut.onResult(frame);
      case 'ping':
      case 'pong':
      case 'raft':
      case 'beats':
        throw new WireError(`${frame.kind} on a bulk connection`);
    }
  }

  close(reason: string): void {
    this.#requestsOut.close(reason);
    this.#requestsIn.close(reason);
    this.#streamsOut.close(reason);
    this.#streamsIn.close(reason);
  }
}
