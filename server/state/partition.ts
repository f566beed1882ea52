/** The logical partition of a namespace (spec 4, section 1). */
import { createHash } from 'node:crypto';

export function partitionOf(namespace: string): number {
  return createHash('sha256').update(namespace).digest().readUInt8(0);
}
