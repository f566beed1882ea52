/**
 * Changes of the registry, each from one value to the next (spec 4). What is refused leaves it as it is. The log of `default`
 * orders them, and the epoch of every one is one above that of the one before.
 */
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import { planMoves } from './plan.ts';
import type { FirstMember, Registry, RegistryGroup, RegistryMove } from './registry.ts';
import { PARTITIONS, type PlannedMove, ROUTES_MAX, type Routing } from './types.ts';

/** Groups that may be in use at a time: with the registry's, a token has an element for each, and has 64 at most (spec 1). */
export const GROUPS_MAX = 63;

/** The registry as it is kept: without its ledger, which only grows, and with the way back from the change under way. */
export interface RegistryRecord extends Omit<Registry, 'ledger'> {
  /** As it was before the last change of routes, for as long as none of the moves of that change has been done; else null. */
  readonly undo: (Routing & { readonly moves: readonly RegistryMove[] }) | null;
}

/** Why the registry stays as it is. `detail` says it in words. */
export type RegistryRefusal =
  | 'epoch-changed'
  | 'move-in-progress'
  | 'group-exists'
  | 'group-not-found'
  | 'group-in-use'
  | 'too-many-groups'
  | 'member-change-pending'
  | 'move-not-found'
  | 'nothing-to-change'
  | 'invalid-registry';

export interface RefusedChange {
  readonly code: RegistryRefusal;
  readonly detail: string;
}

/** The registry afterwards, or why there is none; `same`: it was so already. */
export type RegistryChange =
  | { readonly kind: 'changed'; readonly registry: RegistryRecord }
  | { readonly kind: 'same' }
  | ({ readonly kind: 'refused' } & RefusedChange);

function refused(code: RegistryRefusal, detail: string): RegistryChange {
  return { kind: 'refused', code, detail };
}

function changed(registry: RegistryRecord, change: Partial<RegistryRecord>): RegistryChange {
  return { kind: 'changed', registry: { ...registry, ...change, epoch: registry.epoch + 1 } };
}

function groupOf(registry: RegistryRecord, id: string): RegistryGroup | undefined {
  return registry.groups.find((group) => group.id === id);
}

function announced(registry: RegistryRecord): RegistryMove | undefined {
  return registry.moves.find(({ phase }) => phase === 'announced');
}

function inProgress({ id, from, to }: RegistryMove): RegistryChange {
  return refused('move-in-progress', `the move ${id} from ${from} to ${to} is under way: wait for its end, or call it off`);
}

/** What `default` stands at where a group is created. */
export interface Birth {
  /** Of its log. */
  readonly index: number;
  readonly level: number;
  readonly voters: readonly FirstMember[];
  /** Its configuration is just changing. */
  readonly joint: boolean;
}

export function createGroup(registry: RegistryRecord, id: string, members: readonly string[] | null, birth: Birth): RegistryChange {
  const known = groupOf(registry, id);
  if (known !== undefined)
    return refused(
      'group-exists',
      known.state === 'active' ? `there is a group ${id}` : `there was a group ${id}, and an id is never used again`,
    );
  if (registry.groups.filter(({ state }) => state !== 'retired').length >= GROUPS_MAX)
    return refused('too-many-groups', `a cluster has at most ${GROUPS_MAX} groups`);
  if (birth.joint) return refused('member-change-pending', 'the members are just changing: try again in a moment');
  const first = birth.voters.filter(({ name }) => members === null || members.includes(name));
  if (first.length === 0) return refused('invalid-registry', 'none of its members is a voter of default');
  const { index: createdIndex, level } = birth;
  const group: RegistryGroup = { id, members, createdEpoch: registry.epoch + 1, createdIndex, first, level, state: 'active' };
  return changed(registry, { groups: [...registry.groups, group] });
}

/** What keeps a group in use, in words; null when nothing does. */
function whyInUse(registry: RegistryRecord, id: string): string | null {
  if (id === DEFAULT_GROUP) return 'every cluster has the group default';
  const route = registry.routes.find(({ group }) => group === id);
  if (route !== undefined) return `the prefix ${route.prefix} is routed to it`;
  const partitions = registry.partitions.filter((group) => group === id).length;
  if (partitions > 0) return `it has ${partitions} of the partitions`;
  const move = registry.moves.find(({ from, to }) => from === id || to === id);
  return move === undefined ? null : `the move ${move.id} is not done`;
}

export function retireGroup(registry: RegistryRecord, id: string): RegistryChange {
  const group = groupOf(registry, id);
  if (group === undefined || group.state === 'retired') return refused('group-not-found', `there is no group ${id}`);
  if (group.state === 'retiring') return { kind: 'same' };
  const use = whyInUse(registry, id);
  return use === null ? changed(registry, { groups: withState(registry, id, 'retiring') }) : refused('group-in-use', use);
}

/** @param isKept whether the history of the group has been taken over */
export function removeGroup(registry: RegistryRecord, id: string, isKept: boolean): RegistryChange {
  const group = groupOf(registry, id);
  if (group === undefined) return refused('group-not-found', `there is no group ${id}`);
  if (group.state === 'retired') return { kind: 'same' };
  if (group.state === 'active') return refused('group-in-use', `the group ${id} is not retiring`);
  if (!isKept) return refused('group-in-use', `the history of the group ${id} has not been taken over yet`);
  return changed(registry, { groups: withState(registry, id, 'retired') });
}

function withState({ groups }: RegistryRecord, id: string, state: RegistryGroup['state']): readonly RegistryGroup[] {
  return groups.map((group) => (group.id === id ? { ...group, state } : group));
}

/**
 * What has to move so that the data lies as `after` says, wherever it lies now: voided moves are tried again with it, or are
 * over where `after` leaves their range where it is.
 */
export function planChange(registry: Pick<Registry, 'routes' | 'partitions' | 'moves'>, after: Routing): readonly PlannedMove[] {
  return planMoves(registry, after, registry.moves);
}

/** What is wrong with a routing for this registry, in words; null when nothing is. */
export function routingFault(registry: Pick<Registry, 'groups'>, { routes, partitions }: Routing): string | null {
  const usable = new Set(registry.groups.filter(({ state }) => state === 'active').map(({ id }) => id));
  if (partitions.length !== PARTITIONS) return `there are ${PARTITIONS} partitions, not ${partitions.length}`;
  if (routes.length > ROUTES_MAX) return `there may be ${ROUTES_MAX} prefix routes, not ${routes.length}`;
  const seen = new Set<string>();
  for (const { prefix, group } of routes) {
    if (seen.has(prefix)) return `the prefix ${prefix} has two routes`;
    seen.add(prefix);
    if (!usable.has(group)) return `there is no group ${group} to route ${prefix} to`;
  }
  const stranger = partitions.find((group) => !usable.has(group));
  return stranger === undefined ? null : `there is no group ${stranger} to have partitions`;
}

function sameRouting(a: Routing, b: Routing): boolean {
  const lines = ({ routes }: Routing): string => JSON.stringify(routes.map(({ prefix, group }) => `${prefix} ${group}`).toSorted());
  return lines(a) === lines(b) && a.partitions.every((group, at) => group === b.partitions[at]);
}

/** @param moves from `planChange` on this very registry */
export function changeRoutes(registry: RegistryRecord, after: Routing, moves: readonly PlannedMove[]): RegistryChange {
  const open = announced(registry);
  if (open !== undefined) return inProgress(open);
  const fault = routingFault(registry, after);
  if (fault !== null) return refused('invalid-registry', fault);
  if (moves.length === 0 && registry.moves.length === 0 && sameRouting(registry, after))
    return refused('nothing-to-change', 'the routes are so already');
  const known = (id: string): boolean => registry.groups.some((group) => group.id === id && group.state !== 'retired');
  const stray = moves.find(({ from, to }) => from === to || !known(from) || !known(to));
  if (stray !== undefined) return refused('invalid-registry', `nothing can move from ${stray.from} to ${stray.to}`);
  const epoch = registry.epoch + 1;
  const { routes, partitions } = after;
  return changed(registry, {
    routes,
    partitions,
    moves: moves.map(({ from, to, range }, at) => ({
      id: `m${epoch}-${at + 1}`,
      from,
      to,
      range,
      epoch,
      phase: 'announced',
      abort: false,
    })),
    undo: { routes: registry.routes, partitions: registry.partitions, moves: registry.moves },
  });
}

function moveOf(registry: RegistryRecord, id: string): RegistryMove | undefined {
  return registry.moves.find((move) => move.id === id);
}

function noMove(id: string): RegistryChange {
  return refused('move-not-found', `there is no move ${id} under way`);
}

/** The move is done: from here on, `to` has the range. */
export function flipMove(registry: RegistryRecord, id: string): RegistryChange {
  const move = moveOf(registry, id);
  if (move?.phase !== 'announced') return noMove(id);
  return changed(registry, { moves: registry.moves.filter((one) => one !== move), undo: null });
}

/** The move has not happened. Once none of its change has, the routes are again what they were. */
export function voidMove(registry: RegistryRecord, id: string): RegistryChange {
  const move = moveOf(registry, id);
  if (move === undefined) return noMove(id);
  if (move.phase === 'voided') return { kind: 'same' };
  const moves = registry.moves.map((one) => (one === move ? { ...one, phase: 'voided' as const, abort: false } : one));
  if (registry.undo !== null && moves.every(({ phase }) => phase === 'voided')) return changed(registry, { ...registry.undo, undo: null });
  return changed(registry, { moves });
}

/** An operator wants it called off; whether it still can be is for the log of the group that takes to say. */
export function abortMove(registry: RegistryRecord, id: string): RegistryChange {
  const move = moveOf(registry, id);
  if (move?.phase !== 'announced') return noMove(id);
  if (move.abort) return { kind: 'same' };
  return changed(registry, { moves: registry.moves.map((one) => (one === move ? { ...one, abort: true } : one)) });
}
