import { crc32c } from '@node-rs/crc32';
import {
  decodeId,
  decodeStreamChunk,
  decodeStreamEnd,
  decodeStreamOpen,
  encodeStreamCredit,
  encodeStreamResult,
  type Status,
  type StreamSum,
} from './bulk-frames.ts';
import { WireError } from './bytes.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import type { Frame } from './frame.ts';
import { LazyContext } from './incoming-context.ts';
import { errorAnswer } from './requests-in.ts';
import { PeerError, type PeerHandlers } from './types.ts';

/** The chunks of one stream between network and consumer; bounded by the credit that is given for what was taken. */
class ChunkQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #onTaken: (bytes: number) => void;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #error: PeerError | null = null;
  #wake: (() => void) | null = null;

  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#wakeUp();
  }

  end(): void {
    this.#ended = true;
    this.#wakeUp();
  }

  fail(error: PeerError): void {
    this.#error ??= error;
    this.#wakeUp();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      if (this.#error !== null) throw this.#error;
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#onTaken(chunk.length);
        return { done: false, value: chunk };
      }
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The consumer has seen enough; its answer ends the stream. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** One stream on its way in. */
interface Incoming {
  readonly queue: ChunkQueue;
  readonly context: LazyContext;
  /** Bytes that the sender may still send. */
  window: number;
  sum: StreamSum;
  ended: boolean;
}

/** The streams that come in over one connection: checked, handed to the owner at its pace, answered. */
export class IncomingStreams {
  readonly #context: ConnectionContext;
  readonly #connection: Connection;
  readonly #onStream: PeerHandlers['onStream'];
  readonly #streams = new Map<number, Incoming>();
  /** Handlers that run, wanted or not. */
  #running = 0;

  constructor(context: ConnectionContext, connection: Connection, onStream: PeerHandlers['onStream']) {
    this.#context = context;
    this.#connection = connection;
    this.#onStream = onStream;
  }

  /** @throws WireError */
  onOpen(frame: Frame): void {
    const { id, meta } = decodeStreamOpen(frame);
    const { limits, timers, clock } = this.#context;
    if (this.#streams.has(id)) throw new WireError('a stream begins twice');
    if (this.#running >= limits.streamsMax) {
      this.#connection.write(encodeStreamResult(clock(), id, 'not-taken', Buffer.alloc(0)));
      return;
    }
    const queue = new ChunkQueue((bytes) => {
      if (this.#streams.get(id) !== incoming || incoming.ended) return;
      incoming.window += bytes;
      this.#connection.write(encodeStreamCredit(clock(), id, bytes));
    });
    const incoming: Incoming = {
      queue,
      context: new LazyContext(timers, null),
      window: limits.streamWindowBytes,
      sum: { chunks: 0, bytes: 0, crc: 0 },
      ended: false,
    };
    this.#streams.set(id, incoming);
    this.#running += 1;
    void this.#handle(id, new Uint8Array(meta), incoming);
  }

  /** @throws WireError */
  onChunk(frame: Frame): void {
    const { id, number, part } = decodeStreamChunk(frame);
    const incoming = this.#streams.get(id);
    // On its way when the answer left.
    if (incoming === undefined) return;
    if (incoming.ended || number !== incoming.sum.chunks || part.length === 0)
      throw new WireError(`chunk ${number} of a stream where ${incoming.sum.chunks} belongs`);
    if (part.length > incoming.window) throw new WireError('a stream beyond its window');
    incoming.window -= part.length;
    incoming.sum = { chunks: number + 1, bytes: incoming.sum.bytes + part.length, crc: crc32c(part, incoming.sum.crc) };
    incoming.queue.push(new Uint8Array(part));
  }

  /** @throws WireError */
  onEnd(frame: Frame): void {
    const { id, sum } = decodeStreamEnd(frame);
    const incoming = this.#streams.get(id);
    if (incoming === undefined) return;
    const have = incoming.sum;
    if (sum.chunks !== have.chunks || sum.bytes !== have.bytes || sum.crc !== have.crc)
      throw new WireError(`a stream of ${sum.bytes} bytes arrived as ${have.bytes}, or damaged`);
    incoming.ended = true;
    incoming.queue.end();
  }

  /** The sender gave up. @throws WireError */
  onAbort(frame: Frame): void {
    const id = decodeId(frame);
    const incoming = this.#streams.get(id);
    if (incoming !== undefined) this.#break(id, incoming, 'aborted', 'given up by the sender');
  }

  /** The connection is gone. */
  close(reason: string): void {
    for (const [id, incoming] of this.#streams) this.#break(id, incoming, 'cut', `connection lost: ${reason}`);
  }

  #break(id: number, incoming: Incoming, code: string, text: string): void {
    this.#streams.delete(id);
    incoming.queue.fail(new PeerError('unreachable', code, `stream from ${this.#connection.remote.name}: ${text}`));
    incoming.context.abort(code);
  }

  async #handle(id: number, meta: Uint8Array, incoming: Incoming): Promise<void> {
    const { limits, log, clock } = this.#context;
    const { remote } = this.#connection;
    let status: Status = 'ok';
    let answer: Uint8Array;
    try {
      answer = await this.#onStream(remote, { meta, chunks: incoming.queue }, incoming.context);
    } catch (error) {
      status = 'error';
      // The failure of a handler whose stream broke is that break, and nobody's news.
      if (this.#streams.get(id) !== incoming) answer = Buffer.alloc(0);
      else answer = errorAnswer(error, (text) => log('error', 'peer-stream-failed', { peer: remote.name, error: text }));
    }
    this.#running -= 1;
    if (this.#streams.get(id) !== incoming) return;
    this.#streams.delete(id);
    if (answer.length > limits.bulkChunkBytesMax) {
      log('error', 'peer-answer-too-large', { peer: remote.name, bytes: answer.length });
      status = 'answer-lost';
      answer = Buffer.alloc(0);
    }
    this.#connection.write(encodeStreamResult(clock(), id, status, answer));
  }
}
