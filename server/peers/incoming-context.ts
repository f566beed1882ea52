import type { IncomingContext, Timers } from './types.ts';

/** What a handler is told. The signal is made only when it is asked for: most handlers answer before anybody could give up. */
export class LazyContext implements IncomingContext {
  readonly timeoutMs: number | null;
  readonly #timers: Timers;
  readonly #startedMs: number;
  #controller: AbortController | null = null;
  #timer: unknown = null;
  #aborted: Error | null = null;

  constructor(timers: Timers, timeoutMs: number | null) {
    this.#timers = timers;
    this.timeoutMs = timeoutMs;
    this.#startedMs = timers.now();
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#aborted !== null) this.#controller.abort(this.#aborted);
      else if (this.timeoutMs !== null)
        this.#timer = this.#timers.setTimeout(
          () => this.abort('timeout'),
          Math.max(0, this.#startedMs + this.timeoutMs - this.#timers.now()),
        );
    }
    return this.#controller.signal;
  }

  abort(reason: string): void {
    if (this.#aborted !== null) return;
    this.done();
    this.#aborted = new Error(`nobody waits for this answer any more: ${reason}`);
    this.#controller?.abort(this.#aborted);
  }

  /** The handler is through; nothing of this stays behind. */
  done(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
