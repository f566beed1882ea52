import type { BatchOperation } from '../../../lib/contract/schemas/entries.ts';

/** The API's limits on one batch (`lib/contract/schemas/common.ts`, which brings zod and stays out of the browser). */
const OPERATIONS_MAX = 128;
const BYTES_MAX = 4 * 1024 * 1024;

const encoder = new TextEncoder();

function bytesOf(operation: BatchOperation): number {
  return encoder.encode(operation.key).length + (operation.op === 'put' ? encoder.encode(operation.value).length : 0);
}

/** Operations in as few batches as the API takes, in their order. One that is too large stands alone: the API says so. */
export function inBatches(operations: readonly BatchOperation[]): readonly (readonly BatchOperation[])[] {
  const batches: BatchOperation[][] = [];
  let bytes = 0;
  for (const operation of operations) {
    const size = bytesOf(operation);
    const last = batches.at(-1);
    if (last === undefined || last.length === OPERATIONS_MAX || bytes + size > BYTES_MAX) {
      batches.push([operation]);
      bytes = size;
    } else {
      last.push(operation);
      bytes += size;
    }
  }
  return batches;
}
