/** What may be done about groups and moves now, and what they wait for. Pure. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { Registry, ShardGroup, ShardMove } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { wholePartitions } from './ranges.ts';

/** The group that every cluster has: it keeps the registry too. */
export const FIRST_GROUP = 'default';

/** Whether there is, or was, no other group than the first. */
export function isAlone({ groups }: Registry): boolean {
  return groups.every(({ id, state }) => id === FIRST_GROUP || state === 'retired');
}

/** Groups that something may be routed to. */
export function activeGroups({ groups }: Registry): readonly ShardGroup[] {
  return groups.filter(({ state }) => state === 'active');
}

/** A move that the next change has to wait for. */
export function underWay({ moves }: Registry): ShardMove | null {
  return moves.find(({ phase }) => phase === 'announced') ?? null;
}

/** Why a group cannot be retired, in words; null when it can. */
export function whyKept({ id, state, partitions, routes }: ShardGroup, { moves }: Registry): string | null {
  if (id === FIRST_GROUP) return shardsText.groups.always;
  if (state !== 'active') return shardsText.groups.states[state];
  const moving = moves.filter(({ from, to }) => from === id || to === id).length;
  return partitions + routes + moving === 0 ? null : shardsText.groups.inUseBecause(partitions, routes, moving);
}

/** Where partitions still lie that are routed elsewhere already. The first move that covers one decides. */
export function heldPartitions({ moves }: Registry): ReadonlyMap<number, string> {
  const held = new Map<number, string>();
  for (const { from, range } of moves) for (const partition of wholePartitions(range)) if (!held.has(partition)) held.set(partition, from);
  return held;
}

/** What a move waits for, as far as is known; null when it goes on. */
export function waitsFor(move: ShardMove, { moves }: Registry, status: ClusterStatus | null): string | null {
  const words = shardsText.moves.waits;
  if (move.phase !== 'announced') return null;
  const leaderless = (group: string): boolean => status?.groups.find(({ id }) => id === group)?.leader === null;
  if (leaderless(FIRST_GROUP)) return words.driver;
  if (leaderless(move.from)) return words.from(move.from);
  if (leaderless(move.to)) return words.to(move.to);
  // They are driven one after another, in this order.
  const before = moves.slice(0, moves.indexOf(move)).find(({ phase }) => phase === 'announced');
  return move.step === 'announced' && before !== undefined ? words.turn(before.id) : null;
}

/** A change that says of a move that was undone: it stays where it is. Null: it takes more than one. */
export function stayRequest(
  move: ShardMove,
  { routes }: Registry,
): { readonly partitions: readonly number[] } | { readonly prefix: string } | null {
  const { range } = move;
  if (range.every(({ prefix }) => prefix === null)) return { partitions: wholePartitions(range) };
  const [part] = range;
  if (range.length !== 1 || part === undefined || part.prefix === null || part.partitions !== null) return null;
  return routes.some(({ prefix }) => prefix === part.prefix) ? { prefix: part.prefix } : null;
}
