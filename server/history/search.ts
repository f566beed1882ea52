/**
 * The search for one key: Wing and Gong's enumeration of orders, with Lowe's memory of configurations (the set of operations
 * that have taken effect, and the state) already found to lead nowhere.
 *
 * Operations without answer are what makes it explode: each may take effect at any later time, or never. Three rules hold
 * that down. Each only leaves out orders for which another one is as good (README, "Why nothing is missed"):
 *
 * 1. an observation that fits now, and tells nothing new, takes effect now, and nothing else is tried;
 * 2. an operation without answer takes effect only if the next operation would be impossible, or lead elsewhere, without it;
 * 3. of operations without answer that ask for the same, the one called first goes first.
 */
import { must } from '../../lib/kernel/assert.ts';
import { groupBy } from './group-by.ts';
import type { Model, Operation, SearchLimits } from './operation.ts';
import { BitSet, TextTable } from './visited.ts';

/** What the search for one key found. */
export type SearchOutcome<Input, Output> =
  | { readonly kind: 'order'; readonly order: readonly Operation<Input, Output>[]; readonly state: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'undecided'; readonly bound: keyof SearchLimits };

interface Move {
  /** In `#answered` or `#open`, as `isOpen` says. */
  readonly at: number;
  readonly isOpen: boolean;
  /** Number of the state that it leads to. */
  readonly state: number;
}

interface Frame {
  /** The move that led here; null at the start. */
  readonly move: Move | null;
  readonly state: number;
  readonly moves: readonly Move[];
  next: number;
}

class OutOfBounds extends Error {
  readonly bound: keyof SearchLimits;
  constructor(bound: keyof SearchLimits) {
    super(`the search reached ${bound}`);
    this.bound = bound;
  }
}

/** Looks for an order of the operations of one key that explains every answer. */
export function searchOrder<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  limits: SearchLimits,
): SearchOutcome<Input, Output> {
  try {
    return new Search(model, operations, limits).run();
  } catch (error) {
    if (error instanceof OutOfBounds) return { kind: 'undecided', bound: error.bound };
    throw error;
  }
}

class Search<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #limits: SearchLimits;
  /** Both by time of call. */
  readonly #answered: readonly Operation<Input, Output>[];
  readonly #open: readonly Operation<Input, Output>[];
  /** Indexes into `#open`: one list for each distinct request. */
  readonly #alike: readonly (readonly number[])[];
  /** Those of `#alike` that can be needed right after another operation without answer: an overwriting one would undo that. */
  readonly #alikeAndDependent: readonly (readonly number[])[];
  readonly #answeredDone: BitSet;
  readonly #openDone: BitSet;
  #answeredLeft: number;
  readonly #states: State[] = [];
  readonly #stateNumbers = new TextTable();
  readonly #visited = new TextTable();
  #steps = 0;

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[], limits: SearchLimits) {
    this.#model = model;
    this.#limits = limits;
    const byCall = operations.toSorted((a, b) => a.call - b.call);
    this.#answered = byCall.filter((operation) => operation.return !== null);
    this.#open = byCall.filter((operation) => operation.return === null);
    const alike = groupBy(this.#open.keys(), (at) => JSON.stringify(this.#open[at]?.input));
    this.#alike = [...alike.values()];
    this.#alikeAndDependent = this.#alike.filter(([at]) => !model.overwrites(this.#operation(at ?? 0, true).input));
    this.#answeredDone = new BitSet(this.#answered.length);
    this.#openDone = new BitSet(this.#open.length);
    this.#answeredLeft = this.#answered.length;
  }

  run(): SearchOutcome<Input, Output> {
    const start = this.#numberOf(this.#model.initial);
    const frames: Frame[] = [{ move: null, state: start, moves: this.#movesFrom(start, null), next: 0 }];
    for (;;) {
      const top = frames.at(-1);
      if (top === undefined) return { kind: 'none' };
      if (this.#answeredLeft === 0) return { kind: 'order', order: this.#orderOf(frames), state: this.#stateText(top.state) };
      const move = top.moves[top.next++];
      if (move === undefined) {
        if (top.move !== null) this.#undo(top.move);
        frames.pop();
      } else {
        const frame = this.#follow(move, top.state);
        if (frame !== null) frames.push(frame);
      }
    }
  }

  /** Where a move leads; null, and nothing is changed, when that is a dead end or a configuration known to be one. */
  #follow(move: Move, before: number): Frame | null {
    this.#do(move);
    const without = move.isOpen ? before : null;
    const configuration = `${move.state}.${without ?? ''}.${this.#answeredDone.key()}.${this.#openDone.key()}`;
    if (!this.#visited.has(configuration)) {
      const moves = this.#movesFrom(move.state, without);
      // Dead ends are not worth the memory: finding out again is one look at the moves.
      if (moves.length > 0) this.#visited.numberOf(configuration);
      if (this.#visited.bytes + this.#stateNumbers.bytes > this.#limits.memoryBytesMax) throw new OutOfBounds('memoryBytesMax');
      if (moves.length > 0 || this.#answeredLeft === 0) return { move, state: move.state, moves, next: 0 };
    }
    this.#undo(move);
    return null;
  }

  /**
   * What can take effect next: answered operations, the most urgent first, then those without answer.
   *
   * @param without the state before the last operation if that was without answer: rule 2 compares with it
   */
  #movesFrom(state: number, without: number | null): readonly Move[] {
    // Nothing may take effect after an answer that came before its call.
    let firstReturn = Infinity;
    const moves: Move[] = [];
    for (let at = this.#answeredDone.lowestAbsent; at < this.#answered.length; at++) {
      const operation = this.#operation(at, false);
      if (operation.call > firstReturn) break;
      if (this.#answeredDone.has(at)) continue;
      firstReturn = Math.min(firstReturn, operation.return ?? Infinity);
      const next = this.#step(state, operation);
      // Rule 1.
      if (next === state && this.#observes(operation)) return this.#needed([{ at, isOpen: false, state }], without);
      if (next !== null) moves.push({ at, isOpen: false, state: next });
    }
    moves.sort((a, b) => this.#returnOf(a) - this.#returnOf(b));
    const groups = without === null ? this.#alike : this.#alikeAndDependent;
    for (const group of groups) {
      // Rule 3.
      const at = group.find((candidate) => !this.#openDone.has(candidate));
      if (at === undefined || this.#operation(at, true).call > firstReturn) continue;
      const next = this.#step(state, this.#operation(at, true));
      if (next !== null && next !== state) moves.push({ at, isOpen: true, state: next });
    }
    return this.#needed(moves, without);
  }

  /** Rule 2. */
  #needed(moves: readonly Move[], without: number | null): readonly Move[] {
    if (without === null) return moves;
    return moves.filter((move) => this.#step(without, this.#operation(move.at, move.isOpen)) !== move.state);
  }

  #step(state: number, operation: Operation<Input, Output>): number | null {
    if (++this.#steps > this.#limits.stepsMax) throw new OutOfBounds('stepsMax');
    const next = this.#model.step(this.#state(state), operation.input, operation.output);
    return next === undefined ? null : this.#numberOf(next);
  }

  #observes({ input, output }: Operation<Input, Output>): boolean {
    return output !== null && this.#model.observes(input, output);
  }

  #numberOf(state: State): number {
    const number = this.#stateNumbers.numberOf(this.#model.fingerprint(state));
    if (number === this.#states.length) this.#states.push(state);
    return number;
  }

  #state(number: number): State {
    // A state may itself be null; only a number that was never given out has none.
    return this.#states[number] as State;
  }

  #stateText(number: number): string {
    return this.#model.fingerprint(this.#state(number));
  }

  #do(move: Move): void {
    (move.isOpen ? this.#openDone : this.#answeredDone).add(move.at);
    if (!move.isOpen) this.#answeredLeft--;
  }

  #undo(move: Move): void {
    (move.isOpen ? this.#openDone : this.#answeredDone).delete(move.at);
    if (!move.isOpen) this.#answeredLeft++;
  }

  #operation(at: number, isOpen: boolean): Operation<Input, Output> {
    return must((isOpen ? this.#open : this.#answered)[at], `there is no operation ${at}`);
  }

  #returnOf(move: Move): number {
    return this.#operation(move.at, move.isOpen).return ?? Infinity;
  }

  #orderOf(frames: readonly Frame[]): readonly Operation<Input, Output>[] {
    return frames.flatMap(({ move }) => (move === null ? [] : [this.#operation(move.at, move.isOpen)]));
  }
}
