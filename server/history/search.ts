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
  /** The state before `move` if that was without answer: rule 2 compares with it. */
  readonly without: number | null;
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
    this.#answeredDone = new BitSet(this.#answered.length);
    this.#openDone = new BitSet(this.#open.length);
    this.#answeredLeft = this.#answered.length;
  }

  run(): SearchOutcome<Input, Output> {
    const start = this.#numberOf(this.#model.initial);
    const frames: Frame[] = [this.#frame(null, start, null)];
    for (;;) {
      const top = frames.at(-1);
      if (top === undefined) return { kind: 'none' };
      if (this.#answeredLeft === 0) return { kind: 'order', order: this.#orderOf(frames), state: this.#stateText(top.state) };
      const move = top.moves[top.next++];
      if (move === undefined) {
        if (top.move !== null) this.#undo(top.move);
        frames.pop();
      } else if (this.#isNeeded(top, move)) {
        this.#do(move);
        const without = move.isOpen ? top.state : null;
        if (this.#isNew(move.state, without)) frames.push(this.#frame(move, move.state, without));
        else this.#undo(move);
      }
    }
  }

  #frame(move: Move | null, state: number, without: number | null): Frame {
    return { move, state, without, moves: this.#movesFrom(state), next: 0 };
  }

  /** What can take effect next: answered operations, the most urgent first, then those without answer. */
  #movesFrom(state: number): readonly Move[] {
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
      if (next === state && this.#observes(operation)) return [{ at, isOpen: false, state }];
      if (next !== null) moves.push({ at, isOpen: false, state: next });
    }
    moves.sort((a, b) => this.#returnOf(a) - this.#returnOf(b));
    for (const group of this.#alike) {
      // Rule 3.
      const at = group.find((candidate) => !this.#openDone.has(candidate));
      if (at === undefined || this.#operation(at, true).call > firstReturn) continue;
      const next = this.#step(state, this.#operation(at, true));
      if (next !== null && next !== state) moves.push({ at, isOpen: true, state: next });
    }
    return moves;
  }

  /** Rule 2. */
  #isNeeded(frame: Frame, move: Move): boolean {
    return frame.without === null || this.#step(frame.without, this.#operation(move.at, move.isOpen)) !== move.state;
  }

  #isNew(state: number, without: number | null): boolean {
    const size = this.#visited.size;
    this.#visited.numberOf(`${state}.${without ?? ''}.${this.#answeredDone.key()}.${this.#openDone.key()}`);
    if (this.#visited.bytes + this.#stateNumbers.bytes > this.#limits.memoryBytesMax) throw new OutOfBounds('memoryBytesMax');
    return this.#visited.size > size;
  }

  #step(state: number, operation: Operation<Input, Output>): number | null {
    if (++this.#steps > this.#limits.stepsMax) throw new OutOfBounds('stepsMax');
    const next = this.#model.step(this.#state(state), operation.input, operation.return === null ? null : operation.output);
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
