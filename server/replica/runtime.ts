/**
 * What the shell needs of the world. The consensus thread gives it the real thing, the simulator a seeded one; the shell
 * itself never reads a clock, draws a number or sets a timer by any other way.
 */
export interface Runtime {
  /** Monotonic milliseconds, comparable between the threads of this process. */
  nowMs(): number;
  /** Wall clock, milliseconds since 1970. Decides nothing but stamps (rule T1). */
  wallMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs soon, after what is under way and after input that has already arrived. */
  defer(run: () => void): void;
  /** Runs once after `delayMs`; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging: an event in stable kebab-case words, and fields. Never a secret, never a value. */
export type Logger = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void;
