import type { Model, Operation } from '../operation.ts';

/** The definition, tried out literally: every order of answered operations with every choice of unanswered ones. For tiny histories of one key. */
export function isLinearizableByTrying<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  state: State = model.initial,
): boolean {
  if (operations.every((operation) => operation.return === null)) return true;
  return operations.some((operation, at) => {
    if (operations.some((other) => other.return !== null && other.return < operation.call)) return false;
    const next = model.step(state, operation.input, operation.output);
    return next !== undefined && isLinearizableByTrying(model, operations.toSpliced(at, 1), next);
  });
}

/** What is wrong with an order that is said to explain a history; null when nothing is. */
export function faultOfOrder<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  order: readonly Operation<Input, Output>[],
): string | null {
  if (new Set(order).size !== order.length) return 'an operation takes effect twice';
  if (operations.some((operation) => operation.return !== null && !order.includes(operation))) return 'an answered operation is left out';
  let state = model.initial;
  for (const [at, operation] of order.entries()) {
    const overtaken = order.slice(at + 1).find((later) => later.return !== null && later.return < operation.call);
    if (overtaken !== undefined) return `${operation.call} takes effect before ${overtaken.call}, which was answered before its call`;
    const next = model.step(state, operation.input, operation.output);
    if (next === undefined) return `the answer to ${operation.call} is impossible`;
    state = next;
  }
  return null;
}
