import type { PeerLimits, Timers } from './types.ts';

/** How an attempt ended. */
export type DialOutcome = 'connected' | 'failed' | 'refused';

export interface DiallerOptions {
  readonly timers: Timers;
  readonly random: () => number;
  readonly limits: PeerLimits;
  /** Waited in addition every time: the peer with the higher name holds back, so that both seldom dial at once. */
  readonly headStartMs: number;
  /** Makes one attempt, calls `done` once unless it is given up by the returned function. */
  readonly dial: (done: (outcome: DialOutcome) => void) => () => void;
}

/** Keeps trying to make one connection for as long as it is wanted, with growing pauses. */
export class Dialler {
  readonly #options: DiallerOptions;
  #wanted = false;
  /** Attempts since things last went well. */
  #attempts = 0;
  #timer: unknown = null;
  #giveUp: (() => void) | null = null;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** There is no connection and should be one. */
  want(): void {
    this.#wanted = true;
    if (this.#timer === null && this.#giveUp === null) this.#schedule();
  }

  /** There is a connection, or should be none. An attempt under way goes on, because the other side may have settled on it. */
  rest(): void {
    this.#wanted = false;
    this.#options.timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A connection was lost; one that stood for a while makes the next attempt a first one. */
  lost(stoodMs: number): void {
    if (stoodMs >= this.#options.limits.reconnectMsMax) this.#attempts = 1;
  }

  /** Tries again now: the reason for earlier failures is gone. */
  soon(): void {
    this.#attempts = 0;
    if (!this.#wanted || this.#giveUp !== null) return;
    this.rest();
    this.want();
  }

  stop(): void {
    this.rest();
    this.#giveUp?.();
    this.#giveUp = null;
  }

  #schedule(): void {
    const { timers, limits, random, headStartMs } = this.#options;
    const growing = Math.min(limits.reconnectMsMax, limits.reconnectMsMin * 2 ** (this.#attempts - 1));
    const pauseMs = this.#attempts === 0 ? 0 : growing * (0.5 + random() / 2);
    this.#timer = timers.setTimeout(() => {
      this.#timer = null;
      this.#attempts = Math.min(this.#attempts + 1, 30);
      this.#dial();
    }, headStartMs + pauseMs);
  }

  #dial(): void {
    let over = false;
    const giveUp = this.#options.dial((outcome) => {
      over = true;
      this.#giveUp = null;
      // Refusals change when an operator or a whole cluster changes: no hurry.
      if (outcome === 'refused') this.#attempts = 30;
      if (this.#wanted && outcome !== 'connected') this.#schedule();
    });
    if (!over) this.#giveUp = giveUp;
  }
}
