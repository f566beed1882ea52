/** Partitions and ranges as people read and write them. Pure. */
import type { RangePart } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';

/** The hash part of the space of namespaces has as many pieces. */
export const PARTITIONS = 256;

/** `0–15, 32`: ascending, neighbours drawn together. */
export function partitionsText(partitions: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && partition <= run.last + 1) run.last = partition;
    else runs.push({ first: partition, last: partition });
  }
  return runs.map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`)).join(', ');
}

/** What somebody has typed: the partitions that are meant, or the first part that means none. */
export function partitionsOf(
  typed: string,
): { readonly partitions: readonly number[]; readonly fault: null } | { readonly partitions: null; readonly fault: string } {
  const found = new Set<number>();
  for (const part of typed.split(/[,\s]+/).filter((each) => each !== '')) {
    const match = /^(\d{1,3})(?:[-–](\d{1,3}))?$/.exec(part);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || first > last || last >= PARTITIONS) return { partitions: null, fault: part };
    for (let partition = first; partition <= last; partition += 1) found.add(partition);
  }
  return { partitions: [...found].toSorted((a, b) => a - b), fault: null };
}

/** What a range has, in words: a line per part. */
export function rangeLines(range: readonly RangePart[]): readonly string[] {
  const words = shardsText.range;
  return range.map(({ prefix, except, partitions }) => {
    const which = partitions === null ? null : partitionsText(partitions);
    const what =
      which === null
        ? prefix === null
          ? words.everything
          : words.below(prefix)
        : prefix === null
          ? words.partitions(partitions?.length ?? 0, which)
          : words.partitionsIn(partitions?.length ?? 0, which, prefix);
    // By hash, routed prefixes are never meant: only where a prefix is named do they need saying.
    return except.length === 0 || prefix === null ? what : `${what}, ${words.except(except)}`;
  });
}

/** Of all partitions, those that a range has as a whole: what no route covers. */
export function wholePartitions(range: readonly RangePart[]): readonly number[] {
  return range.flatMap(({ prefix, partitions }) =>
    prefix === null ? (partitions ?? Array.from({ length: PARTITIONS }, (_, at) => at)) : [],
  );
}
