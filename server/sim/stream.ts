/** A stream on the simulated network: one chunk on its way at a time, asked for by the receiver's taking the one before. */
import { PeerError, type RemotePeer } from '../peers/types.ts';
import type { Link, SimNetwork } from './network.ts';
import type { SimTransport } from './transport.ts';

type Part = { readonly kind: 'chunk'; readonly bytes: Uint8Array } | { readonly kind: 'end' } | { readonly kind: 'broken' };

const CUT = (): PeerError => new PeerError('outcome-unknown', 'cut', 'the stream was cut');

/** Parts in order, waited for. */
class Inbox implements AsyncIterable<Uint8Array> {
  readonly #parts: Part[] = [];
  readonly #taken: () => void;
  #waiting: ((part: Part) => void) | null = null;

  constructor(taken: () => void) {
    this.#taken = taken;
  }

  put(part: Part): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#parts.push(part);
    else waiting(part);
  }

  #take(): Promise<Part> {
    const part = this.#parts.shift();
    if (part !== undefined) return Promise.resolve(part);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const part = await this.#take();
      if (part.kind === 'end') return;
      if (part.kind === 'broken') throw CUT();
      yield part.bytes;
      this.#taken();
    }
  }
}

/** Both ends of one stream. */
export class SimStream {
  readonly #network: SimNetwork;
  readonly #link: Link;
  readonly #sender: SimTransport;
  readonly #meta: Uint8Array;
  readonly #gone = new AbortController();
  readonly #inbox: Inbox;
  readonly #receiver: SimTransport;
  #opened = false;
  #failure: Error | null = null;
  #answer: Uint8Array | null = null;
  /** The sender waits for room, or for the answer. */
  #wake: (() => void) | null = null;
  #room = true;

  constructor(network: SimNetwork, link: Link, sender: SimTransport, meta: Uint8Array) {
    this.#network = network;
    this.#link = link;
    this.#sender = sender;
    this.#meta = meta.slice();
    this.#receiver = link.sides[0] === sender ? link.sides[1] : link.sides[0];
    this.#inbox = new Inbox(() => this.#back(() => (this.#room = true)));
  }

  /** Resolves when the receiver has taken the chunk. @throws PeerError */
  async send(chunk: Uint8Array): Promise<void> {
    this.#room = false;
    this.#forward({ kind: 'chunk', bytes: chunk });
    await this.#until(() => this.#room || this.#answer !== null);
  }

  /** @returns the receiver's answer @throws PeerError */
  async finish(): Promise<Uint8Array> {
    this.#forward({ kind: 'end' });
    await this.#until(() => this.#answer !== null);
    return this.#answer ?? new Uint8Array(0);
  }

  /** Ends both sides. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#gone.abort();
    this.#wake?.();
    this.#network.scheduler.after(0, this.#receiver.lifeline, () => this.#inbox.put({ kind: 'broken' }));
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #forward(part: Part): void {
    this.#network.carry(this.#link, this.#sender, (receiver) => {
      this.#open(receiver);
      this.#inbox.put(part);
    });
  }

  #open(receiver: SimTransport): void {
    if (this.#opened) return;
    this.#opened = true;
    const from = this.#link.remote.get(receiver);
    if (from === undefined) return;
    void this.#serve(receiver, from);
  }

  async #serve(receiver: SimTransport, from: RemotePeer): Promise<void> {
    const unwatch = receiver.whileUp(this.#link, () => this.fail(CUT()));
    try {
      const answer = await receiver.handlers.onStream(
        from,
        { meta: this.#meta, chunks: this.#inbox },
        { timeoutMs: null, signal: this.#gone.signal },
      );
      this.#back(() => (this.#answer = answer));
    } catch (error) {
      this.#back(() => (this.#failure ??= new PeerError('remote', 'internal', String(error))));
    } finally {
      unwatch();
    }
  }

  /** From the receiver to the sender. */
  #back(change: () => void): void {
    this.#network.carry(this.#link, this.#receiver, () => {
      change();
      this.#wake?.();
    });
  }
}
