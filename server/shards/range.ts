import { isAtOrBelow } from './paths.ts';
import type { RangePart, ShardRange } from './types.ts';

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
