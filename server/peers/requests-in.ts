import { decodeId, decodeTransferPart, encodeErrorBody, type Status } from './bulk-frames.ts';
import type { BulkSender } from './bulk-sender.ts';
import { WireError } from './bytes.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import type { Frame } from './frame.ts';
import { LazyContext } from './incoming-context.ts';
import { IncomingTransfer, OutgoingTransfer } from './transfer.ts';
import { type PeerHandlers, PeerReplyError } from './types.ts';

/** The requests that came in over one connection: gathered, handed to the owner, answered. */
export class IncomingRequests {
  readonly #context: ConnectionContext;
  readonly #connection: Connection;
  readonly #sender: BulkSender;
  readonly #onRequest: PeerHandlers['onRequest'];
  readonly #gathering = new Map<number, IncomingTransfer>();
  readonly #running = new Map<number, LazyContext>();
  #gatheredBytes = 0;
  /** Bodies of requests whose handlers run, wanted or not. */
  #runningBytes = 0;
  #runningCount = 0;
  #answerBytes = 0;

  constructor(context: ConnectionContext, connection: Connection, sender: BulkSender, onRequest: PeerHandlers['onRequest']) {
    this.#context = context;
    this.#connection = connection;
    this.#sender = sender;
    this.#onRequest = onRequest;
  }

  /** @throws WireError */
  onRequestFrame(frame: Frame): void {
    const { limits } = this.#context;
    const part = decodeTransferPart('request', frame);
    let transfer = this.#gathering.get(part.id);
    if (part.head !== null) {
      if (transfer !== undefined || this.#running.has(part.id)) throw new WireError('a request begins twice');
      if (this.#gathering.size >= limits.requestsMax) throw new WireError('more requests than may be under way');
      transfer = new IncomingTransfer(part.head, limits.requestBytesMax);
      this.#gathering.set(part.id, transfer);
      this.#gatheredBytes += transfer.totalBytes;
      if (this.#gatheredBytes > limits.requestQueueBytesMax) throw new WireError('more bytes of requests than may be under way');
    }
    if (transfer === undefined) throw new WireError('a request without its beginning');
    const whole = transfer.add(part);
    if (whole === null || transfer.fields.kind !== 'request') return;
    this.#forget(part.id, transfer);
    this.#run(part.id, transfer.fields.method, whole, transfer.fields.timeoutMs);
  }

  /** @throws WireError */
  onCancel(frame: Frame): void {
    const id = decodeId(frame);
    const transfer = this.#gathering.get(id);
    if (transfer !== undefined) this.#forget(id, transfer);
    this.#running.get(id)?.abort('cancelled');
    this.#running.delete(id);
  }

  /** The connection is gone. */
  close(reason: string): void {
    this.#gathering.clear();
    for (const context of this.#running.values()) context.abort(reason);
    this.#running.clear();
  }

  #forget(id: number, transfer: IncomingTransfer): void {
    this.#gathering.delete(id);
    this.#gatheredBytes -= transfer.totalBytes;
  }

  #run(id: number, method: string, body: Uint8Array, timeoutMs: number): void {
    const { limits, timers } = this.#context;
    if (this.#runningCount >= limits.requestsMax || this.#runningBytes + body.length > limits.requestQueueBytesMax) {
      this.#answer(id, 'not-taken', Buffer.alloc(0));
      return;
    }
    const context = new LazyContext(timers, timeoutMs);
    this.#running.set(id, context);
    this.#runningCount += 1;
    this.#runningBytes += body.length;
    void this.#handle(id, method, body, context);
  }

  async #handle(id: number, method: string, body: Uint8Array, context: LazyContext): Promise<void> {
    let status: Status = 'ok';
    let answer: Uint8Array;
    try {
      answer = await this.#onRequest(this.#connection.remote, method, body, context);
    } catch (error) {
      status = 'error';
      // The failure of a handler whose caller is gone is most likely that, and nobody's news.
      if (this.#running.get(id) !== context) answer = Buffer.alloc(0);
      else
        answer = errorAnswer(error, (text) =>
          this.#context.log('error', 'peer-request-failed', { peer: this.#connection.remote.name, method, error: text }),
        );
    }
    context.done();
    this.#runningCount -= 1;
    this.#runningBytes -= body.length;
    // Another request may have this id by now only if this one was cancelled.
    if (this.#running.get(id) !== context) return;
    this.#running.delete(id);
    this.#answer(id, status, answer);
  }

  #answer(id: number, status: Status, answer: Uint8Array): void {
    const { limits, clock } = this.#context;
    const fits = answer.length <= limits.requestBytesMax && this.#answerBytes + answer.length <= limits.requestQueueBytesMax;
    if (!fits)
      this.#context.log('error', 'peer-answer-too-large', {
        peer: this.#connection.remote.name,
        bytes: answer.length,
        queuedBytes: this.#answerBytes,
      });
    const body = fits ? answer : Buffer.alloc(0);
    this.#answerBytes += body.length;
    const head = { kind: 'response', status: fits ? status : 'answer-lost' } as const;
    this.#sender.add(
      new OutgoingTransfer({
        id,
        head: () => head,
        body,
        clock,
        chunkBytesMax: limits.bulkChunkBytesMax,
        onSent: () => {
          this.#answerBytes -= body.length;
        },
      }),
    );
  }
}

/** The answer for what a handler threw; only `PeerReplyError` was meant for the other side. */
export function errorAnswer(error: unknown, log: (text: string) => void): Buffer {
  if (error instanceof PeerReplyError) return encodeErrorBody(error.code, error.message);
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return encodeErrorBody('internal', 'the request failed on the peer; its log says why');
}
