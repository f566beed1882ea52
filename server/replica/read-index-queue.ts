/**
 * Questions for the leader's commit index (ReadIndex, dissertation 6.4). All that arrive in one turn share one round; a
 * question that is lost is asked again under a new number, never under the old one (rule C2), until its time is over.
 */
import type { ReadIndexOutcome } from '../engine/types.ts';

export interface ReadQuestion {
  readonly deadlineMs: number;
  settle(outcome: ReadIndexOutcome): void;
}

interface Round {
  readonly askedMs: number;
  readonly questions: readonly ReadQuestion[];
}

export const READ_QUESTIONS_MAX = 50_000;

export class ReadIndexQueue {
  /** Not asked yet. */
  #waiting: ReadQuestion[] = [];
  /** Asked, by request number. */
  readonly #rounds = new Map<number, Round>();
  #lastRequest = 0;

  get size(): number {
    let asked = 0;
    for (const round of this.#rounds.values()) asked += round.questions.length;
    return this.#waiting.length + asked;
  }

  /** Rounds that were begun, repeated ones included. */
  get rounds(): number {
    return this.#lastRequest;
  }

  push(question: ReadQuestion): void {
    if (this.#waiting.length >= READ_QUESTIONS_MAX) question.settle({ kind: 'too-busy' });
    else this.#waiting.push(question);
  }

  /** Starts a round for everything that waits. @returns its request number, or null when nothing waits */
  startRound(nowMs: number): number | null {
    if (this.#waiting.length === 0) return null;
    this.#lastRequest += 1;
    this.#rounds.set(this.#lastRequest, { askedMs: nowMs, questions: this.#waiting });
    this.#waiting = [];
    return this.#lastRequest;
  }

  answered(request: number, index: number, term: number): void {
    const round = this.#rounds.get(request);
    this.#rounds.delete(request);
    for (const question of round?.questions ?? []) question.settle({ kind: 'ok', index, term });
  }

  /** The round will get no answer: its questions wait for the next one. */
  lost(request: number): void {
    const round = this.#rounds.get(request);
    if (round === undefined) return;
    this.#rounds.delete(request);
    this.#waiting = [...round.questions, ...this.#waiting];
  }

  /** Ends what is over its time; `leaderKnown` tells the reason. Rounds older than `patienceMs` count as lost: messages get dropped. */
  expire(nowMs: number, patienceMs: number, leaderKnown: boolean): void {
    for (const [request, round] of this.#rounds) if (nowMs - round.askedMs >= patienceMs) this.lost(request);
    const kind = leaderKnown ? 'timeout' : 'no-leader';
    const over = this.#waiting.filter((question) => question.deadlineMs <= nowMs);
    if (over.length > 0) this.#waiting = this.#waiting.filter((question) => question.deadlineMs > nowMs);
    for (const question of over) question.settle({ kind });
    for (const [request, round] of this.#rounds) {
      if (!round.questions.some((question) => question.deadlineMs <= nowMs)) continue;
      for (const question of round.questions) if (question.deadlineMs <= nowMs) question.settle({ kind: 'timeout' });
      this.#rounds.set(request, { ...round, questions: round.questions.filter((question) => question.deadlineMs > nowMs) });
    }
  }

  endAll(outcome: ReadIndexOutcome): void {
    const all = [...this.#waiting, ...[...this.#rounds.values()].flatMap((round) => round.questions)];
    this.#waiting = [];
    this.#rounds.clear();
    for (const question of all) question.settle(outcome);
  }
}
