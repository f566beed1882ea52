/** Where namespaces live: the registry as clients see it. */
import type { Registry as RegistryAnswer, ShardMove, ShardPlacement } from '../../lib/contract/schemas/shards.ts';
import type { Principal } from '../auth/principal.ts';
import type { MoveRecord } from '../shards/import.ts';
import type { Registry, RegistryMove } from '../shards/registry.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace, requireRight } from './guards.ts';

/** Routes name namespaces, so that a key which is limited to some does not see them. */
function requireAllNamespaces(principal: Principal): void {
  requireRight(principal, 'read');
  if (principal.scope === null) return;
  throw new ServiceError('forbidden', `the key ${JSON.stringify(principal.name)} is limited to namespaces: routes name others too`);
}

export async function readRegistry(services: Services, call: Call): Promise<ReadResult<RegistryAnswer>> {
  requireAllNamespaces(call.principal);
  const read = await services.reads.read(CLUSTER, { type: 'registry' }, call);
  const { epoch, groups, routes, partitions, ledger, moves } = read.data;
  const data: RegistryAnswer = {
    epoch,
    groups: groups.map(({ id, members, createdEpoch, state }) => ({
      id,
      members: members === null ? null : [...members],
      createdEpoch,
      state,
      partitions: partitions.filter((owner) => owner === id).length,
      routes: routes.filter(({ group }) => group === id).length,
    })),
    routes: routes.map(({ prefix, group }) => ({ prefix, group })),
    partitions: [...partitions],
    ledger: ledger.map(({ move, from, to, range, fromFinalIndex, toStartIndex, epoch: at }) => ({
      move,
      from,
      to,
      range: partsOf(range),
      fromFinalIndex,
      toStartIndex,
      epoch: at,
    })),
    moves: await Promise.all(moves.map(async (move) => withProgress(services, call, move))),
  };
  return { ...read, data };
}

export function partsOf(range: Registry['moves'][number]['range']): RegistryAnswer['ledger'][number]['range'] {
  return range.map(({ prefix, except, partitions }) => ({
    prefix,
    except: [...except],
    partitions: partitions === null ? null : [...partitions],
  }));
}

/** What the two groups say of a move now, from whatever replica. */
export async function withProgress(services: Services, call: Call, move: RegistryMove): Promise<ShardMove> {
  const [giver, taker] = await Promise.all([recordIn(services, call, move.from, move.id), recordIn(services, call, move.to, move.id)]);
  const { id, from, to, epoch, phase, abort } = move;
  const told = { id, from, to, range: partsOf(move.range), epoch, phase, abort };
  if (giver === undefined || taker === undefined) return { ...told, step: null, rows: null, bytes: null };
  return { ...told, step: stepOf(phase, giver, taker), rows: taker?.rows ?? 0, bytes: taker?.bytes ?? 0 };
}

function stepOf(phase: RegistryMove['phase'], giver: MoveRecord | null, taker: MoveRecord | null): NonNullable<ShardMove['step']> {
  if (phase === 'voided' || taker?.state === 'voided' || taker?.state === 'dropped') return 'voided';
  if (taker?.state === 'owned') return 'taken';
  if (giver?.state === 'fenced') return 'fenced';
  return taker === null ? 'announced' : 'copying';
}

/** Null: the group knows nothing of it; undefined: the group cannot be asked. */
async function recordIn(services: Services, call: Call, group: string, move: string): Promise<MoveRecord | null | undefined> {
  const local: Call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [], maxWaitMs: 1_000 } };
  try {
    return (await services.gateway.scanGroup(group, { type: 'move', move }, local)).data;
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

export async function placementOf(
  services: Services,
  call: Call,
  { namespace }: { readonly namespace: string },
): Promise<ReadResult<ShardPlacement>> {
  requireNamespace(call.principal, 'read', namespace);
  const read = await services.reads.read(CLUSTER, { type: 'registry' }, call);
  const { map } = services;
  map.refresh();
  const found = map.placement(namespace);
  const data: ShardPlacement = {
    namespace,
    group: found.group,
    by: found.by,
    prefix: found.by === 'prefix' ? found.prefix : null,
    partition: found.inPartition,
    move: found.by === 'move' ? found.move : null,
    epoch: map.epoch,
  };
  return { ...read, data };
}
