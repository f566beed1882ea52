/** One signal for the end of a call, from the caller or from its time. */
import { ConfmanError } from './errors.ts';
import { onAbort } from './on-abort.ts';
import type { Environment } from './environment.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /** Tells the caller's abort and the time that is over apart. */
  readonly error: (cause: unknown) => ConfmanError;
  /** Lets go of timer and listener. Always to be called. */
  readonly close: () => void;
}

/** @param timeoutMs `Infinity`: only the caller ends it */
export function startDeadline(environment: Environment, timeoutMs: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const endsAtMs = environment.now() + timeoutMs;
  let expired = false;
  const cancelTimer = Number.isFinite(timeoutMs)
    ? environment.after(Math.max(0, timeoutMs), () => {
        expired = true;
        controller.abort(new ConfmanError('deadline', `not done within ${timeoutMs} ms`, { retryable: true }));
      })
    : (): void => undefined;
  const release = outer === undefined ? null : onAbort(outer, () => controller.abort(outer.reason));
  return {
    signal: controller.signal,
    remainingMs: () => endsAtMs - environment.now(),
    error: (cause) =>
      expired
        ? new ConfmanError('deadline', `not done within ${timeoutMs} ms`, { retryable: true, cause })
        : new ConfmanError('aborted', 'the caller ended the call', { cause }),
    close: () => {
      cancelTimer();
      release?.();
    },
  };
}
