import type { Log, LogLevel, Timers } from './types.ts';

const KEYS_MAX = 1_024;

/** Logs what strangers can provoke: each kind of event from each source once per interval, with the number that was left out. */
export class LogLimiter {
  readonly #log: Log;
  readonly #timers: Timers;
  readonly #intervalMs: number;
  readonly #seen = new Map<string, { untilMs: number; omitted: number }>();

  constructor(log: Log, timers: Timers, intervalMs: number) {
    this.#log = log;
    this.#timers = timers;
    this.#intervalMs = intervalMs;
  }

  /** @param key what counts as the same event */
  log(key: string, level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void {
    const now = this.#timers.now();
    const seen = this.#seen.get(key);
    if (seen !== undefined && now < seen.untilMs) {
      seen.omitted += 1;
      return;
    }
    this.#seen.delete(key);
    if (this.#seen.size >= KEYS_MAX) this.#makeRoom(now);
    this.#seen.set(key, { untilMs: now + this.#intervalMs, omitted: 0 });
    this.#log(level, event, seen === undefined || seen.omitted === 0 ? fields : { ...fields, omitted: seen.omitted });
  }

  /** Keys are in the order of their intervals' ends; when none is over, the oldest goes. */
  #makeRoom(now: number): void {
    for (const [key, { untilMs }] of this.#seen) {
      if (untilMs > now && this.#seen.size < KEYS_MAX) return;
      this.#seen.delete(key);
    }
  }
}
