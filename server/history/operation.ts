/** The words of the linearizability checker: what a client did and saw, and what a correct object would have answered. */

/**
 * One operation as its client saw it. Times are any numbers of one clock (line numbers, nanoseconds): only their order counts.
 * A precedes B when A's answer came strictly before B's call; on equal times the two count as concurrent.
 */
export interface Operation<Input, Output> {
  /** Who called; for people only. The order within a process follows from the times. */
  readonly process: string;
  readonly call: number;
  /** When the answer came; null when none did, or one that leaves the outcome open. */
  readonly return: number | null;
  /** Plain data: two operations with the same JSON count as the same request. */
  readonly input: Input;
  /** The answer; null exactly when `return` is. */
  readonly output: Output | null;
}

/**
 * A sequential object. `step` is pure, and states are never changed in place.
 *
 * Operations on different keys must not influence one another: each key is checked alone, which is exact because
 * linearizability is local (Herlihy and Wing 1990, theorem 1).
 */
export interface Model<State, Input, Output> {
  readonly name: string;
  /** The state of a key that nobody has touched. */
  readonly initial: State;
  readonly keyOf: (input: Input) => string;
  /**
   * The state after the operation took effect in `state`.
   *
   * @param output what was answered; null when nobody knows, and then any answer is possible
   * @returns undefined when this answer is impossible in `state`. For a null output it may also be returned when the
   *   operation would change nothing: an operation without answer need not take place at all.
   */
  readonly step: (state: State, input: Input, output: Output | null) => State | undefined;
  /**
   * Whether an operation with this answer changes nothing, in whatever state it takes effect: a read, a refusal. It may narrow
   * what is known of a state. A write of the value that is there already is no observation: elsewhere it changes something.
   */
  readonly observes: (input: Input, output: Output) => boolean;
  /**
   * Whether this request, when nobody knows its answer, is possible in every state and wipes out what was there: what may follow
   * does not depend on the state before, unless that narrowed it. An unconditional write, but no append.
   */
  readonly overwrites: (input: Input) => boolean;
  /** Equal texts exactly for equal states. */
  readonly fingerprint: (state: State) => string;
  /** For people: the request, and its answer unless that is null. */
  readonly describe: (input: Input, output: Output | null) => string;
}

/** Bounds of the search for one key; beyond either, the answer is `undecided`, never a guess. */
export interface SearchLimits {
  /** Calls of `Model.step`: bounds the time. */
  readonly stepsMax: number;
  /** Estimated bytes of the memory of visited configurations and states. */
  readonly memoryBytesMax: number;
}

/** About ten seconds and a quarter of a gigabyte per key; recorded histories need a thousandth of it. */
export const DEFAULT_LIMITS: SearchLimits = { stepsMax: 20_000_000, memoryBytesMax: 256 * 1024 * 1024 };

/** Why no explanation exists for the answers on one key. */
export interface Violation<Input, Output> {
  readonly kind: 'violation';
  readonly key: string;
  /** The first operation, by time of answer, whose answer no order of the operations explains. */
  readonly culprit: Operation<Input, Output>;
  /** An order that explains everything answered before the culprit: the longest linearizable prefix. */
  readonly order: readonly Operation<Input, Output>[];
  /** The state after that order, as text. */
  readonly state: string;
  /** What ran at the same time as the culprit, operations without answer included. */
  readonly concurrent: readonly Operation<Input, Output>[];
}

export type Verdict<Input, Output> =
  | { readonly kind: 'linearizable'; readonly keys: number; readonly operations: number }
  | Violation<Input, Output>
  | { readonly kind: 'undecided'; readonly key: string; readonly bound: keyof SearchLimits; readonly limit: number };
