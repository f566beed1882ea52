import { decodeErrorBody, decodeTransferPart, encodeCancel, type Status } from './bulk-frames.ts';
import type { BulkSender } from './bulk-sender.ts';
import { WireError } from './bytes.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import type { Frame } from './frame.ts';
import { IncomingTransfer, OutgoingTransfer } from './transfer.ts';
import { PeerError, type PeerErrorKind, type RequestOptions } from './types.ts';

interface Pending {
  readonly transfer: OutgoingTransfer;
  readonly bytes: number;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: PeerError) => void;
  readonly cleanUp: () => void;
  response: IncomingTransfer | null;
}

/** The requests that this side made over one connection, until each has its one outcome. */
export class OutgoingRequests {
  readonly #context: ConnectionContext;
  readonly #connection: Connection;
  readonly #sender: BulkSender;
  readonly #pending = new Map<number, Pending>();
  #bytes = 0;
  #responseBytes = 0;
  #nextId = 1;

  constructor(context: ConnectionContext, connection: Connection, sender: BulkSender) {
    this.#context = context;
    this.#connection = connection;
    this.#sender = sender;
  }

  /** @throws PeerError */
  request(method: string, body: Uint8Array, { timeoutMs, signal }: RequestOptions): Promise<Uint8Array> {
    const { limits, timers, clock } = this.#context;
    const to = this.#connection.remote.name;
    const refuse = (code: string, text: string): Promise<never> =>
      Promise.reject(new PeerError('unreachable', code, `${method} to ${to}: ${text}`));
    if (signal?.aborted === true) return refuse('aborted', 'given up before it was sent');
    if (body.length > limits.requestBytesMax)
      return refuse('too-large', `${body.length} bytes, at most ${limits.requestBytesMax} are allowed`);
    if (this.#pending.size >= limits.requestsMax || this.#bytes + body.length > limits.requestQueueBytesMax)
      return refuse('full', 'too many requests under way');
    const id = this.#nextId;
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
    const untilMs = timers.now() + timeoutMs;
    const transfer = new OutgoingTransfer({
      id,
      body,
      chunkBytesMax: limits.bulkChunkBytesMax,
      clock,
      head: () => ({ kind: 'request', method, timeoutMs: untilMs - timers.now() }),
    });
    return new Promise<Uint8Array>((resolve, reject) => {
      const timer = timers.setTimeout(() => this.#giveUp(id, 'timeout', `no answer within ${timeoutMs} ms`), timeoutMs);
      const onAbort = (): void => this.#giveUp(id, 'aborted', 'given up by the caller');
      signal?.addEventListener('abort', onAbort, { once: true });
      const cleanUp = (): void => {
        timers.clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      this.#pending.set(id, { transfer, bytes: body.length, resolve, reject, cleanUp, response: null });
      this.#bytes += body.length;
      this.#sender.add(transfer);
    });
  }

  /** @throws WireError */
  onResponse(frame: Frame): void {
    const part = decodeTransferPart('response', frame);
    const pending = this.#pending.get(part.id);
    // The rest of an answer that nobody waits for any more.
    if (pending === undefined) return;
    if (part.head !== null) {
      if (pending.response !== null) throw new WireError('an answer begins twice');
      if (!pending.transfer.sent) throw new WireError('an answer before the question was out');
      pending.response = new IncomingTransfer(part.head, this.#context.limits.requestBytesMax);
    }
    const { response } = pending;
    if (response === null || response.fields.kind !== 'response') throw new WireError('an answer without its beginning');
    this.#responseBytes += part.part.length;
    if (this.#responseBytes > this.#context.limits.requestQueueBytesMax) throw new WireError('more bytes of answers than may be under way');
    const whole = response.add(part);
    if (whole !== null) this.#settle(part.id, response.fields.status, whole);
  }

  /** The connection is gone. */
  close(reason: string): void {
    for (const [id, pending] of this.#pending)
      this.#fail(id, pending.transfer.sent ? 'outcome-unknown' : 'unreachable', 'cut', `connection lost: ${reason}`);
  }

  #settle(id: number, status: Status, body: Uint8Array): void {
    switch (status) {
      case 'ok':
        this.#take(id)?.resolve(body);
        return;
      case 'error': {
        const { code, text } = decodeErrorBody(body);
        this.#fail(id, 'remote', code, text);
        return;
      }
      case 'not-taken':
        this.#fail(id, 'unreachable', 'full', 'the peer has too much to do');
        return;
      case 'answer-lost':
        this.#fail(id, 'outcome-unknown', 'answer-lost', 'the peer could not send its answer');
        return;
    }
  }

  #giveUp(id: number, code: string, text: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#sender.remove(pending.transfer);
    if (pending.transfer.started) this.#connection.write(encodeCancel(this.#context.clock(), id));
    this.#fail(id, pending.transfer.sent ? 'outcome-unknown' : 'unreachable', code, text);
  }

  #fail(id: number, kind: PeerErrorKind, code: string, text: string): void {
    this.#take(id)?.reject(new PeerError(kind, code, `request to ${this.#connection.remote.name}: ${text}`));
  }

  #take(id: number): Pending | null {
    const pending = this.#pending.get(id);
    if (pending === undefined) return null;
    this.#pending.delete(id);
    this.#bytes -= pending.bytes;
    this.#responseBytes -= pending.response?.bytes ?? 0;
    pending.cleanUp();
    return pending;
  }
}
