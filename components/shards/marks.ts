/** How groups are told apart on the map: a letter each, which is enough, and a colour. Pure. */
import type { ShardGroup } from '../../lib/contract/schemas/shards.ts';

export interface Mark {
  /** `A` to `Z`, then `AA`: unique in the cluster. */
  readonly letter: string;
  /** Class of the background. Groups beyond the eighth share colours; letters never repeat. */
  readonly colour: string;
}

const colours = ['bg-shard-1', 'bg-shard-2', 'bg-shard-3', 'bg-shard-4', 'bg-shard-5', 'bg-shard-6', 'bg-shard-7', 'bg-shard-8'] as const;

const LETTERS = 26;

function letterOf(at: number): string {
  const last = String.fromCodePoint(65 + (at % LETTERS));
  return at < LETTERS ? last : `${String.fromCodePoint(64 + Math.floor(at / LETTERS))}${last}`;
}

/** By order of creation, which never changes, so a group keeps its mark for as long as it lives. */
export function marksOf(groups: readonly Pick<ShardGroup, 'id'>[]): ReadonlyMap<string, Mark> {
  return new Map(groups.map(({ id }, at) => [id, { letter: letterOf(at), colour: colours[at % colours.length] ?? colours[0] }]));
}
