import type { Runtime } from './runtime.ts';

export interface TickLoopOptions {
  readonly runtime: Pick<Runtime, 'nowMs' | 'after'>;
  readonly tickMs: number;
  /** Ends the loop. */
  readonly signal: AbortSignal;
}

/**
 * Calls `tick` at even intervals. After a stall it is called once, and told how many ticks were due (duty 3 of the core's
 * README) and how late the first of them was, in milliseconds.
 */
export function runTicks({ runtime, tickMs, signal }: TickLoopOptions, tick: (ticks: number, lateMs: number) => void): void {
  const next = (dueMs: number): void => {
    runtime.after(Math.max(0, dueMs - runtime.nowMs()), () => {
      if (signal.aborted) return;
      const lateMs = runtime.nowMs() - dueMs;
      const ticks = 1 + Math.max(0, Math.floor(lateMs / tickMs));
      tick(ticks, lateMs);
      next(dueMs + ticks * tickMs);
    });
  };
  next(runtime.nowMs() + tickMs);
}
