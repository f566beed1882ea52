import { assert, must } from '../../lib/kernel/assert.ts';
import { isAtOrBelow, upwards } from './paths.ts';
import { PARTITIONS, type PlannedMove, type RangePart, type Routing } from './types.ts';

/**
 * What has to move between two groups so that `after` is true of the data as `before` is: one move for each (from, to), with
 * disjoint ranges that have exactly the namespaces whose group differs.
 *
 * The space of namespaces falls into cells that both routings treat alike: by the longest prefix that either of them names,
 * and by partition. So the difference is a matter of comparing groups cell by cell, whatever kind of change it was.
 *
 * @param held moves that have not happened although `before` says so: their ranges are still in `from`, the first one decides
 * @returns ordered by `from`, then `to`
 */
export function planMoves(before: Routing, after: Routing, held: readonly PlannedMove[] = []): readonly PlannedMove[] {
  const named = [...before.routes, ...after.routes].map(({ prefix }) => prefix);
  for (const part of held.flatMap(({ range }) => range)) named.push(...(part.prefix === null ? [] : [part.prefix]), ...part.except);
  const prefixes = [...new Set(named)].toSorted();
  const moves = new Map<string, { readonly from: string; readonly to: string; readonly range: RangePart[] }>();
  const groupsBefore = new Map(before.routes.map(({ prefix, group }) => [prefix, group]));
  const groupsAfter = new Map(after.routes.map(({ prefix, group }) => [prefix, group]));
  for (const prefix of [null, ...prefixes]) {
    const from = holding(groupsOf(groupsBefore, before.partitions, prefix), held, prefix);
    const to = groupsOf(groupsAfter, after.partitions, prefix);
    for (const { pair, partitions } of differences(from, to)) {
      const key = `${pair.from} ${pair.to}`;
      const move = moves.get(key) ?? { ...pair, range: [] };
      moves.set(key, move);
      move.range.push({ prefix, except: childrenOf(prefixes, prefix), partitions: partitions.length === PARTITIONS ? null : partitions });
    }
  }
  return [...moves.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, move]) => move);
}

/** Group of each partition below a prefix: one and the same where a route covers the prefix. */
function groupsOf(routes: ReadonlyMap<string, string>, partitions: readonly string[], prefix: string | null): readonly string[] {
  if (prefix !== null) {
    for (const above of upwards(prefix)) {
      const group = routes.get(above);
      if (group !== undefined) return Array.from({ length: PARTITIONS }, () => group);
    }
  }
  return partitions;
}

/** The groups of a cell before the change, where moves that have not happened hold part of it back. */
function holding(groups: readonly string[], held: readonly PlannedMove[], prefix: string | null): readonly string[] {
  if (held.length === 0) return groups;
  const result = [...groups];
  for (const { from, range } of held.toReversed()) {
    for (const part of range) {
      if (!hasCell(part, prefix)) continue;
      if (part.partitions === null) result.fill(from);
      else for (const partition of part.partitions) result[partition] = from;
    }
  }
  return result;
}

/** Whether a part of a range has a cell, but for partitions: all prefixes that it names are prefixes of cells. */
function hasCell({ prefix, except }: RangePart, cell: string | null): boolean {
  if (cell === null) return prefix === null;
  if (prefix !== null && !isAtOrBelow(cell, prefix)) return false;
  return !except.some((below) => isAtOrBelow(cell, below));
}

interface Difference {
  readonly pair: { readonly from: string; readonly to: string };
  readonly partitions: number[];
}

function differences(from: readonly string[], to: readonly string[]): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const pair = { from: must(from[partition], 'every partition has a group'), to: must(to[partition], 'every partition has a group') };
    if (pair.from === pair.to) continue;
    const key = `${pair.from} ${pair.to}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { pair, partitions: [partition] });
    else known.partitions.push(partition);
  }
  return [...found.values()];
}

/** Of the prefixes below one (null: of all), those with none of the others in between. */
function childrenOf(prefixes: readonly string[], parent: string | null): readonly string[] {
  const below = prefixes.filter((prefix) => prefix !== parent && (parent === null || isAtOrBelow(prefix, parent)));
  return below.filter((prefix) => !below.some((other) => other !== prefix && isAtOrBelow(prefix, other)));
}

/**
 * Partitions spread evenly over groups by moving as few as can be: groups that have too many give their highest ones.
 *
 * @param groups where partitions may lie; at least one. Partitions elsewhere all leave
 */
export function balance(partitions: readonly string[], groups: readonly string[]): readonly string[] {
  assert(groups.length > 0, () => 'there is no group to spread partitions over');
  const sorted = [...new Set(groups)].toSorted();
  const held = new Map(sorted.map((group) => [group, partitions.filter((owner) => owner === group).length]));
  // Groups that have most already keep the odd ones, so that nothing moves for nothing.
  const byHeld = sorted.toSorted((a, b) => (held.get(b) ?? 0) - (held.get(a) ?? 0));
  const [share, odd] = [Math.floor(PARTITIONS / sorted.length), PARTITIONS % sorted.length];
  const room = new Map(byHeld.map((group, place) => [group, share + (place < odd ? 1 : 0)]));
  const result = partitions.map((owner) => {
    const left = room.get(owner) ?? 0;
    if (left === 0) return null;
    room.set(owner, left - 1);
    return owner;
  });
  const open = sorted.flatMap((group) => Array.from({ length: room.get(group) ?? 0 }, () => group));
  return result.map((owner) => owner ?? must(open.shift(), 'shares add up to all partitions'));
}
