/** Lets many wait for a condition that one makes true: each is asked again whenever the gate opens. */

interface Sleeper {
  readonly holds: () => boolean;
  readonly wake: (held: boolean) => void;
}

export class Gate {
  readonly #sleepers = new Set<Sleeper>();

  /** Something has changed. */
  open(): void {
    for (const sleeper of this.#sleepers) {
      if (sleeper.holds()) sleeper.wake(true);
    }
  }

  /** Whether the condition came to hold in time, before the signal was aborted. */
  async until(
    holds: () => boolean,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<boolean> {
    if (holds()) return true;
    if (signal?.aborted === true || timeoutMs <= 0) return false;
    return new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => sleeper.wake(false), timeoutMs);
      const onAbort = (): void => sleeper.wake(false);
      const sleeper: Sleeper = {
        holds,
        wake: (held) => {
          clearTimeout(timer);
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve(held);
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort);
    });
  }
}
