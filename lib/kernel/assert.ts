/** A broken invariant: a bug in Confman, never a fault of the caller's input. Whoever catches it stops the Raft group or answers 500. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * States an invariant. Split compound conditions, so that the message says which part broke.
 *
 * @param holds what must be true here
 * @param message what is wrong when it is not, with the values that show it
 * @throws InvariantError when `holds` is false
 */
export function assert(holds: boolean, message: string | (() => string)): asserts holds {
  if (!holds) throw new InvariantError(typeof message === 'string' ? message : message());
}

/** The value, asserted to be there: for look-ups that cannot fail unless Confman has a bug. */
export function must<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new InvariantError(message);
  return value;
}

/** Ends an exhaustive switch: a new member of the union then fails to compile here. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}
