import type { MessagePort } from 'node:worker_threads';

/** Sends messages over a port, all of one turn of the event loop in one post (a post costs about 80 us round trip, a message in it next to nothing). */
export class PortBatch<T> {
  readonly #port: MessagePort;
  #queued: T[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(message: T): void {
    this.#queued.push(message);
    if (this.#queued.length === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#queued.length === 0) return;
    const queued = this.#queued;
    this.#queued = [];
    this.#port.postMessage(queued);
  }
}
