import { ReplicaUnavailableError, type WaitOptions } from '../engine/types.ts';

/** How much longer than the caller the consensus thread is given, so that its answer, which knows more, comes first. */
const GRACE_MS = 250;

/** Bounds an answer of the consensus thread by the caller's own time and signal. */
export function within<T>(asked: Promise<T>, options: WaitOptions, late: T, stopping: T, aborted: T = late): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (value: T): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const onAbort = (): void => finish(aborted);
    const timer = setTimeout(() => finish(late), options.timeoutMs + GRACE_MS);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    asked.then(finish, (error: unknown) => {
      if (error instanceof ReplicaUnavailableError) return finish(stopping);
      clearTimeout(timer);
      return reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
