/**
 * Virtual time: one queue of events for the whole world. Two events of the same moment are ordered by a number drawn from the
 * seed, so that no order of creation is ever taken for granted.
 *
 * Code under test resolves promises. Between two events every microtask runs, to the last: the next event is started from
 * `process.nextTick`, which itself was asked for by a microtask. So nothing depends on how long a chain of promises is, and
 * nothing real (timers, input) can come between.
 */
import { setImmediate } from 'node:timers';
import type { Random } from './random.ts';

interface Event {
  atMs: number;
  order: number;
  readonly number: number;
  readonly owner: Lifeline | null;
  /** Null: cancelled. */
  run: (() => void) | null;
}

/** One life of one process. Its events run while it is alive, wait while it is stopped (SIGSTOP), and vanish when it is dead. */
export class Lifeline {
  alive = true;
  paused = false;
  readonly held: Event[] = [];
}

/** Thrown by what ends a process from inside its own code. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
}

/** Real input (the test runner's own) gets a look-in once per so many events. */
const BREATHE_EVENTS = 5000;

function before(a: Event, b: Event): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.order !== b.order ? a.order < b.order : a.number < b.number;
}

export class Scheduler {
  readonly #random: Random;
  readonly #heap: Event[] = [];
  #nowMs = 0;
  #events = 0;
  #numbered = 0;
  /** FNV-1a over time and number of every event that ran: equal runs have equal traces. */
  #trace = 0x811c9dc5;

  constructor(random: Random) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that have run. */
  get events(): number {
    return this.#events;
  }

  get trace(): number {
    return this.#trace >>> 0;
  }

  /** Adds something to the hash of the trace. */
  note(value: number): void {
    this.#trace = Math.imul(this.#trace ^ (value | 0), 0x01000193);
  }

  /** Runs once after `delayMs`, as long as `owner` lives. @returns what cancels it */
  after(delayMs: number, owner: Lifeline | null, run: () => void): () => void {
    this.#numbered += 1;
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#random.u32(), number: this.#numbered, owner, run };
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  /** Lets a stopped process go on: what was due meanwhile runs now, in its order. */
  resume(lifeline: Lifeline): void {
    lifeline.paused = false;
    for (const [place, event] of lifeline.held.splice(0).entries()) {
      event.atMs = this.#nowMs;
      // Before anything else of this moment.
      event.order = place - 1e9;
      this.#push(event);
    }
  }

  /** Runs events until `untilMs` of virtual time, or until `done` says so. `look` runs after every event and all that it led to. */
  run(untilMs: number, look: () => void, done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let started = false;
      const step = (): void => {
        try {
          if (started) look();
          started = true;
          const event = done() ? null : this.#next(untilMs);
          if (event === null) {
            resolve();
            return;
          }
          this.#perform(event);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        const breathe = this.#events % BREATHE_EVENTS === 0;
        queueMicrotask(() => (breathe ? setImmediate(step) : process.nextTick(step)));
      };
      process.nextTick(step);
    });
  }

  #perform(event: Event): void {
    this.#events += 1;
    this.note(event.number);
    this.note(Math.floor(event.atMs * 1000));
    try {
      event.run?.();
    } catch (error) {
      if (!(error instanceof ProcessExit)) throw error;
    }
  }

  #next(untilMs: number): Event | null {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.atMs > untilMs) {
        this.#nowMs = untilMs;
        return null;
      }
      this.#pop();
      this.#nowMs = Math.max(this.#nowMs, top.atMs);
      if (top.run === null || top.owner?.alive === false) continue;
      if (top.owner?.paused === true) {
        top.owner.held.push(top);
        continue;
      }
      return top;
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent] as Event, event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= heap.length) break;
      const least = right < heap.length && before(heap[right] as Event, heap[left] as Event) ? right : left;
      if (!before(heap[least] as Event, last)) break;
      heap[at] = heap[least] as Event;
      at = least;
    }
    heap[at] = last;
  }
}
