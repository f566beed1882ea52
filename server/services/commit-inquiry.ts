/**
 * Asks the leader how far it has committed, on behalf of every read of one group that waits for a version (spec 1,
 * section 4, row 4): at most one question per 20 ms, whose answer rules only on those that waited before it left.
 */
import type { TokenElement } from '../../lib/contract/token.ts';
import type { Refusal } from '../consistency/judge.ts';
import { afterEvent, isCommitted } from '../consistency/waiter.ts';
import type { Waiter } from '../consistency/waiter.ts';
import type { Engine } from '../engine/types.ts';

const QUESTION_INTERVAL_MS = 20;
/** Without news the pace slows down to this. */
const QUESTION_INTERVAL_MS_MAX = 640;
const QUESTION_TIMEOUT_MS = 2_000;

/** A waiting read's place with the inquiry. */
export interface Registration {
  waiter: Waiter;
  readonly onRefusal: (refusal: Refusal) => void;
}

export class CommitInquiry {
  readonly #engine: Engine;
  readonly #group: string;
  readonly #tickMs: () => number;
  readonly #waiting = new Set<Registration>();
  #tickets = 0;
  #asking = false;
  #askedAtMs = -Infinity;
  #intervalMs = QUESTION_INTERVAL_MS;
  #timer: NodeJS.Timeout | null = null;

  constructor(engine: Engine, group: string, tickMs: () => number) {
    this.#engine = engine;
    this.#group = group;
    this.#tickMs = tickMs;
  }

  /** Has the leader asked about an element; `onRefusal` is called at most once, and only while registered. */
  register(element: TokenElement, onRefusal: (refusal: Refusal) => void): Registration {
    this.#tickets += 1;
    const registration: Registration = { waiter: { element, ticket: this.#tickets, commitIndex: null }, onRefusal };
    this.#waiting.add(registration);
    this.#intervalMs = QUESTION_INTERVAL_MS;
    this.#schedule();
    return registration;
  }

  unregister(registration: Registration): void {
    this.#waiting.delete(registration);
    if (this.#waiting.size > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#asking) return;
    const waitMs = this.#askedAtMs + this.#intervalMs - this.#tickMs();
    if (waitMs <= 0) {
      void this.#ask();
      return;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#ask();
    }, waitMs);
  }

  async #ask(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#asking = true;
    this.#askedAtMs = this.#tickMs();
    this.#tickets += 1;
    const asked = this.#tickets;
    // An answer that fails to come is none: whoever waits ends by his own deadline.
    const outcome = await this.#engine.readIndex(this.#group, { timeoutMs: QUESTION_TIMEOUT_MS }).catch(() => null);
    this.#asking = false;
    if (outcome?.kind === 'stopping') return;
    if (outcome?.kind === 'ok') this.#rule(asked, outcome.index);
    const open = [...this.#waiting].filter(({ waiter }) => !isCommitted(waiter));
    if (open.length === 0) return;
    // Whoever came after the question left is asked for at once; for the others it can only be later.
    const slower = Math.min(this.#intervalMs * 2, QUESTION_INTERVAL_MS_MAX);
    this.#intervalMs = open.some(({ waiter }) => waiter.ticket > asked) ? QUESTION_INTERVAL_MS : slower;
    this.#schedule();
  }

  #rule(asked: number, commitIndex: number): void {
    for (const registration of this.#waiting) {
      const outcome = afterEvent(registration.waiter, { type: 'commit-index', asked, commitIndex });
      if (outcome.kind === 'waiting') {
        registration.waiter = outcome.waiter;
      } else if (outcome.kind === 'refuse') {
        this.#waiting.delete(registration);
        registration.onRefusal(outcome);
      }
    }
  }
}
