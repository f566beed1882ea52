/** A place in one group's log: order is by index, and terms never fall along it. */
export interface Position {
  readonly term: number;
  readonly index: number;
}

/** Whether `a` can come after `b` in one log. */
export function isLater(a: Position, b: Position): boolean {
  return a.index > b.index && a.term >= b.term;
}

export function isSame(a: Position, b: Position): boolean {
  return a.index === b.index && a.term === b.term;
}
