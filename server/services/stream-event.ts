/** What event streams are made of, before they are written as server-sent events. */

export interface StreamEvent {
  readonly event: string;
  /** Full token to resume from; left out where there is none. */
  readonly id?: string | undefined;
  /** JSON. */
  readonly data: unknown;
}

/** Resolves at the next call of `wake`, after `ms`, or when `signal` aborts: whichever comes first. One sleeper at a time. */
export class Alarm {
  #pending = false;
  #ring: (() => void) | null = null;

  wake(): void {
    this.#pending = true;
    this.#ring?.();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, ms);
        const ring = (): void => done();
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', ring);
          resolve();
        }
        this.#ring = done;
        signal.addEventListener('abort', ring);
      });
      this.#ring = null;
    }
    this.#pending = false;
  }
}
