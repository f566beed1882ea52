/** Listening to signals that many calls share: one listener for all of them, since Node takes many listeners for a leak. */

const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts; at once when it has.
 *
 * @returns stops listening; always to be called
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  let waiting = callbacks.get(signal);
  if (waiting === undefined) {
    const all = new Set<() => void>();
    waiting = all;
    callbacks.set(signal, all);
    signal.addEventListener(
      'abort',
      () => {
        for (const waiter of all) waiter();
        all.clear();
      },
      { once: true },
    );
  }
  const own = (): void => {
    callback();
  };
  const all = waiting;
  all.add(own);
  return () => {
    all.delete(own);
  };
}
