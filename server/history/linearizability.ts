/** Judges a whole history: each key alone, and for a key that fails, the evidence. */
import { assert, must } from '../../lib/kernel/assert.ts';
import { groupBy } from './group-by.ts';
import { DEFAULT_LIMITS, type Model, type Operation, type SearchLimits, type Verdict, type Violation } from './operation.ts';
import { searchOrder } from './search.ts';

/**
 * Whether some order of the operations, in which each takes effect at one moment between its call and its answer, explains
 * every answer (Herlihy and Wing 1990). Operations without answer may take effect at any time after their call, or never.
 *
 * A violation on one key is reported even when another key could not be decided.
 *
 * @throws InvariantError when an operation has an answer before its call, or an answer without a time
 */
export function checkLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  limits: SearchLimits = DEFAULT_LIMITS,
): Verdict<Input, Output> {
  for (const operation of history) assertWellFormed(operation);
  const keys = groupBy(history, (operation) => model.keyOf(operation.input));
  let undecided: Verdict<Input, Output> | null = null;
  for (const [key, operations] of keys) {
    const outcome = searchOrder(model, operations, limits);
    if (outcome.kind === 'none') return explain(model, key, operations, limits);
    if (outcome.kind === 'undecided') undecided ??= { kind: 'undecided', key, bound: outcome.bound, limit: limits[outcome.bound] };
  }
  return undecided ?? { kind: 'linearizable', keys: keys.size, operations: history.length };
}

function assertWellFormed(operation: Operation<unknown, unknown>): void {
  const { call, return: returned, output } = operation;
  assert((returned === null) === (output === null), () => `an operation has both or neither: an answer, and its time (call ${call})`);
  assert(Number.isFinite(call), () => `the time of a call is a finite number, not ${call}`);
  assert(returned === null || returned >= call, () => `an operation called at ${call} was answered before, at ${returned}`);
}

/**
 * What was known at `time`: later calls have not happened, later answers have not come. A part of a linearizable history that
 * is cut like this is linearizable too, so the first answer that breaks it can be found by halving.
 */
function knownAt<Input, Output>(operations: readonly Operation<Input, Output>[], time: number): readonly Operation<Input, Output>[] {
  return operations
    .filter((operation) => operation.call <= time)
    .map((operation) => (operation.return !== null && operation.return <= time ? operation : { ...operation, return: null, output: null }));
}

function explain<State, Input, Output>(
  model: Model<State, Input, Output>,
  key: string,
  operations: readonly Operation<Input, Output>[],
  limits: SearchLimits,
): Violation<Input, Output> {
  const answers = operations.flatMap((operation) => (operation.return === null ? [] : [operation.return]));
  const times = [...new Set(answers)].toSorted((a, b) => a - b);
  let order: readonly Operation<Input, Output>[] = [];
  let state = model.fingerprint(model.initial);
  // Everything known at times[broken] has no order; what was known at the times below `low` has one, or was undecided.
  let low = 0;
  let broken = times.length - 1;
  while (low < broken) {
    const middle = (low + broken) >>> 1;
    const outcome = searchOrder(model, knownAt(operations, must(times[middle], 'halving stays inside')), limits);
    if (outcome.kind === 'none') {
      broken = middle;
    } else {
      low = middle + 1;
      if (outcome.kind === 'order') ({ order, state } = outcome);
    }
  }
  const time = must(times[broken], 'a key without answers is linearizable');
  const culprit = must(
    operations.find((operation) => operation.return === time),
    'times are those of answers',
  );
  const concurrent = operations.filter(
    (other) => other !== culprit && other.call <= time && (other.return === null || other.return >= culprit.call),
  );
  return { kind: 'violation', key, culprit, order, state, concurrent };
}
