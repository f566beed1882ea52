import { isAtOrBelow } from './paths.ts';
import type { RangePart, ShardRange } from './types.ts';

/** Whether two ranges may have a namespace in common. False is certain. */
export function mayOverlap(a: ShardRange, b: ShardRange): boolean {
  return a.some((one) => b.some((other) => partsMayOverlap(one, other)));
}

function partsMayOverlap(a: RangePart, b: RangePart): boolean {
  if (a.prefix !== null && (b.prefix === null || isAtOrBelow(a.prefix, b.prefix))) return deeperMayOverlap(a.prefix, a, b);
  if (b.prefix === null || a.prefix === null || isAtOrBelow(b.prefix, a.prefix)) return deeperMayOverlap(b.prefix, a, b);
  return false;
}

/** @param prefix that everything both have lies below; null: none */
function deeperMayOverlap(prefix: string | null, a: RangePart, b: RangePart): boolean {
  const isExcepted = prefix !== null && [...a.except, ...b.except].some((below) => isAtOrBelow(prefix, below));
  if (isExcepted) return false;
  return a.partitions === null || b.partitions === null || a.partitions.some((partition) => b.partitions?.includes(partition) === true);
}

/**
 * Whether a range has a namespace.
 *
 * @param partition of the namespace: asked for only where a part depends on it
 */
export function covers(range: ShardRange, namespace: string, partition: () => number): boolean {
  return range.some((part) => partCovers(part, namespace, partition));
}

function partCovers({ prefix, except, partitions }: RangePart, namespace: string, partition: () => number): boolean {
  if (prefix !== null && !isAtOrBelow(namespace, prefix)) return false;
  if (except.some((below) => isAtOrBelow(namespace, below))) return false;
  return partitions === null || partitions.includes(partition());
}
