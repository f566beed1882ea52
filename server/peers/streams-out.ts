import { crc32c } from '@node-rs/crc32';
import {
  decodeErrorBody,
  decodeStreamCredit,
  decodeStreamResult,
  encodeStreamAbort,
  encodeStreamChunk,
  encodeStreamEnd,
  encodeStreamOpen,
} from './bulk-frames.ts';
import type { BulkSender, Outgoing } from './bulk-sender.ts';
import { WireError } from './bytes.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import type { Frame } from './frame.ts';
import { PeerError } from './types.ts';

/** How a stream ended, known before or after all chunks are out. */
type Outcome = { readonly kind: 'answer'; readonly answer: Uint8Array } | { readonly kind: 'failed'; readonly error: PeerError };

/** One stream on its way out. One loop feeds it, so at most one promise of each kind is waited for at a time. */
class OutgoingStream {
  /** Bytes that the receiver has room for. */
  credit: number;
  readonly sum = { chunks: 0, bytes: 0, crc: 0 };
  #outcome: Outcome | null = null;
  #onOutcome: (() => void) | null = null;
  #onCredit: (() => void) | null = null;

  constructor(credit: number) {
    this.credit = credit;
  }

  get settled(): boolean {
    return this.#outcome !== null;
  }

  /** The first outcome counts. */
  settle(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#onOutcome?.();
    this.#onCredit?.();
  }

  addCredit(bytes: number): void {
    this.credit += bytes;
    this.#onCredit?.();
  }

  /** Until there is credit, or an outcome. */
  async room(): Promise<void> {
    while (this.credit <= 0 && this.#outcome === null)
      await new Promise<void>((resolve) => {
        this.#onCredit = resolve;
      });
  }

  /** What `promise` gives, or null as soon as there is an outcome. */
  unlessSettled<T>(promise: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.#onOutcome = (): void => resolve(null);
      if (this.#outcome !== null) resolve(null);
      promise.then(resolve, reject);
    });
  }

  async outcome(): Promise<Outcome> {
    while (this.#outcome === null)
      await new Promise<void>((resolve) => {
        this.#onOutcome = resolve;
      });
    return this.#outcome;
  }
}

/** The streams that this side sends over one connection. */
export class OutgoingStreams {
  readonly #context: ConnectionContext;
  readonly #connection: Connection;
  readonly #sender: BulkSender;
  readonly #streams = new Map<number, OutgoingStream>();
  #nextId = 1;

  constructor(context: ConnectionContext, connection: Connection, sender: BulkSender) {
    this.#context = context;
    this.#connection = connection;
    this.#sender = sender;
  }

  /** @throws PeerError; what `chunks` throws is thrown on */
  async send(meta: Uint8Array, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { limits, clock } = this.#context;
    if (signal?.aborted === true) throw this.#error('unreachable', 'aborted', 'given up before it began');
    if (meta.length > limits.bulkChunkBytesMax) throw this.#error('unreachable', 'too-large', `meta of ${meta.length} bytes`);
    if (this.#streams.size >= limits.streamsMax) throw this.#error('unreachable', 'full', 'too many streams under way');
    const id = this.#nextId;
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
    const stream = new OutgoingStream(limits.streamWindowBytes);
    this.#streams.set(id, stream);
    const onAbort = (): void =>
      stream.settle({ kind: 'failed', error: this.#error('outcome-unknown', 'aborted', 'given up by the caller') });
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#connection.write(encodeStreamOpen(clock(), id, meta));
    try {
      await this.#feed(id, stream, chunks);
      const outcome = await stream.outcome();
      if (outcome.kind === 'answer') return outcome.answer;
      throw outcome.error;
    } catch (error) {
      // To a peer that has already answered this says nothing, and does nothing.
      this.#connection.write(encodeStreamAbort(clock(), id));
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#streams.delete(id);
    }
  }

  /** Takes chunks as long as the receiver wants more. */
  async #feed(id: number, stream: OutgoingStream, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = chunks[Symbol.asyncIterator]();
    for (;;) {
      await stream.room();
      const next = stream.settled ? null : await stream.unlessSettled(iterator.next());
      if (next === null) {
        // Not waited for: a source that hangs must not keep the outcome from the caller.
        iterator.return?.().catch((error: unknown) => this.#context.log('warn', 'peer-stream-source', { error: String(error) }));
        return;
      }
      if (next.done === true) break;
      await this.#sendChunk(id, stream, next.value);
    }
    this.#connection.write(encodeStreamEnd(this.#context.clock(), id, stream.sum));
  }

  async #sendChunk(id: number, stream: OutgoingStream, chunk: Uint8Array): Promise<void> {
    const { limits, clock } = this.#context;
    for (let at = 0; at < chunk.length;) {
      await stream.room();
      if (stream.settled) return;
      const part = chunk.subarray(at, at + Math.min(limits.bulkChunkBytesMax, stream.credit));
      at += part.length;
      const { sum } = stream;
      const number = sum.chunks;
      stream.credit -= part.length;
      sum.chunks += 1;
      sum.bytes += part.length;
      sum.crc = crc32c(part, sum.crc);
      await this.#write(stream, () => encodeStreamChunk(clock(), id, number, part));
    }
  }

  /** One frame in its turn among all other transfers. */
  async #write(stream: OutgoingStream, encode: () => Buffer): Promise<void> {
    let onWritten = (): void => undefined;
    const written = new Promise<void>((resolve) => {
      onWritten = resolve;
    });
    const outgoing: Outgoing = {
      next: () => {
        onWritten();
        return { frame: encode(), last: true };
      },
    };
    this.#sender.add(outgoing);
    await stream.unlessSettled(written);
    this.#sender.remove(outgoing);
  }

  /** @throws WireError */
  onCredit(frame: Frame): void {
    const { id, bytes } = decodeStreamCredit(frame);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (stream.credit + bytes > this.#context.limits.streamWindowBytes) throw new WireError('more credit than a stream has');
    stream.addCredit(bytes);
  }

  /** @throws WireError */
  onResult(frame: Frame): void {
    const { id, status, answer } = decodeStreamResult(frame);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (status === 'ok') {
      stream.settle({ kind: 'answer', answer: new Uint8Array(answer) });
    } else if (status === 'error') {
      const { code, text } = decodeErrorBody(answer);
      stream.settle({ kind: 'failed', error: this.#error('remote', code, text) });
    } else {
      stream.settle({
        kind: 'failed',
        error:
          status === 'not-taken'
            ? this.#error('unreachable', 'full', 'the peer takes no more streams')
            : this.#error('outcome-unknown', 'answer-lost', 'the peer could not send its answer'),
      });
    }
  }

  /** The connection is gone. */
  close(reason: string): void {
    for (const stream of this.#streams.values())
      stream.settle({ kind: 'failed', error: this.#error('outcome-unknown', 'cut', `connection lost: ${reason}`) });
  }

  #error(kind: 'unreachable' | 'outcome-unknown' | 'remote', code: string, text: string): PeerError {
    return new PeerError(kind, code, `stream to ${this.#connection.remote.name}: ${text}`);
  }
}
