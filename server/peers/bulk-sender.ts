import type { Connection } from './connection.ts';

/** Bytes handed to the socket ahead of what the system takes: enough to keep it busy, few enough to stay fair. */
const AHEAD_BYTES_MAX = 256 * 1024;

/** Something that leaves in one frame or more, taking turns with everything else on the connection. */
export interface Outgoing {
  /** The next frame, and whether it was the last one. Called when it can be written at once. */
  next(): { readonly frame: Buffer; readonly last: boolean };
}

/** Writes frames of many transfers in turns, so that a large one delays a small one by a frame and not by its size. */
export class BulkSender {
  readonly #connection: Connection;
  /** In the order of their turns. */
  readonly #waiting = new Set<Outgoing>();

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onDrain = () => this.#pump();
  }

  add(outgoing: Outgoing): void {
    this.#waiting.add(outgoing);
    this.#pump();
  }

  /** Forgets what was not written yet. */
  remove(outgoing: Outgoing): void {
    this.#waiting.delete(outgoing);
  }

  #pump(): void {
    for (const outgoing of this.#waiting) {
      if (this.#connection.closed || this.#connection.queuedBytes >= AHEAD_BYTES_MAX) return;
      // Deleting and adding moves it behind all others, where this very loop comes to it again.
      this.#waiting.delete(outgoing);
      const { frame, last } = outgoing.next();
      if (!last) this.#waiting.add(outgoing);
      this.#connection.write(frame);
    }
  }
}
