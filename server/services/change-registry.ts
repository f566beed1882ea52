/** Changes of where namespaces live: each a change of the registry, or the plan of one. The data follows by moves. */
import { unreachable } from '../../lib/kernel/assert.ts';
import type {
  CreateGroupRequest,
  MovePartitionsRequest,
  PutRouteRequest,
  ShardChange,
  ShardPlan,
} from '../../lib/contract/schemas/shards.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import { planChange, routingFault } from '../shards/changes.ts';
import { balance } from '../shards/plan.ts';
import type { Registry } from '../shards/registry.ts';
import type { Routing } from '../shards/types.ts';
import type { CommandBody } from '../state/types.ts';
import type { Call, ReadResult, Services, WriteCall, WriteResult } from './context.ts';
import { CLUSTER, CLUSTER_GROUP } from './context.ts';
import { ServiceError } from './errors.ts';
import { factsOf } from './gather.ts';
import { requireCluster } from './guards.ts';
import { partsOf } from './registry.ts';
import { type Written, writeCommand, writeDeadline } from './write-command.ts';

/** Level of the cluster from which on there are commands about shards. */
const LEVEL = 2;
/** How often a change is made anew because another one came first. */
const TRIES_MAX = 4;

/** What was done, or would be. */
export type ChangeOutcome =
  | { readonly kind: 'done'; readonly result: WriteResult<ShardChange> }
  | { readonly kind: 'plan'; readonly read: ReadResult<ShardPlan> };

interface Change {
  /** The command that makes it, from a registry as it is; or a routing as it shall be. */
  readonly from: (registry: Registry) => CommandBody | Routing;
}

export async function createGroup(services: Services, call: WriteCall, body: CreateGroupRequest, dryRun: boolean): Promise<ChangeOutcome> {
  const { id, members } = body;
  const known = services.engine.members().map(({ node }) => node);
  const stranger = members?.find((node) => !known.includes(node));
  if (stranger !== undefined)
    throw new ServiceError('member-not-found', `there is no member ${stranger}; the members are ${known.toSorted().join(', ')}`);
  const listed = members === undefined ? null : [...new Set(members)];
  return change(services, call, dryRun, {
    from: ({ epoch }) => ({ type: 'create-group', expectedEpoch: epoch, id, members: listed }),
  });
}

export async function retireGroup(services: Services, call: WriteCall, id: string, dryRun: boolean): Promise<ChangeOutcome> {
  return change(services, call, dryRun, { from: ({ epoch }) => ({ type: 'retire-group', expectedEpoch: epoch, id }) });
}

export async function putRoute(
  services: Services,
  call: WriteCall,
  { prefix, group }: PutRouteRequest,
  dryRun: boolean,
): Promise<ChangeOutcome> {
  return change(services, call, dryRun, {
    from: ({ routes, partitions }) => ({ routes: [...routes.filter((route) => route.prefix !== prefix), { prefix, group }], partitions }),
  });
}

export async function deleteRoute(services: Services, call: WriteCall, prefix: string, dryRun: boolean): Promise<ChangeOutcome> {
  return change(services, call, dryRun, {
    from: ({ routes, partitions }) => {
      if (!routes.some((route) => route.prefix === prefix)) throw new ServiceError('route-not-found', `there is no route for ${prefix}`);
      return { routes: routes.filter((route) => route.prefix !== prefix), partitions };
    },
  });
}

export async function movePartitions(
  services: Services,
  call: WriteCall,
  { partitions, to }: MovePartitionsRequest,
  dryRun: boolean,
): Promise<ChangeOutcome> {
  const moved = new Set(partitions);
  return change(services, call, dryRun, {
    from: (registry) => ({
      routes: registry.routes,
      partitions: registry.partitions.map((group, partition) => (moved.has(partition) ? to : group)),
    }),
  });
}

/** Spreads the partitions evenly over all groups, by moving as few as can be. */
export async function rebalance(services: Services, call: WriteCall, dryRun: boolean): Promise<ChangeOutcome> {
  return change(services, call, dryRun, {
    from: ({ groups, routes, partitions }) => {
      const active = groups.filter(({ state }) => state === 'active').map(({ id }) => id);
      return { routes, partitions: balance(partitions, active) };
    },
  });
}

export async function abortMove(services: Services, call: WriteCall, move: string, dryRun: boolean): Promise<ChangeOutcome> {
  return change(services, call, dryRun, { from: () => ({ type: 'abort-move', move }) });
}

async function change(services: Services, call: WriteCall, dryRun: boolean, { from }: Change): Promise<ChangeOutcome> {
  requireCluster(call.principal);
  const deadlineMs = writeDeadline(services, call);
  for (let attempt = 1; ; attempt += 1) {
    // A change is made from the newest registry that there is.
    const fresh: Call = { ...call, consistency: { ...call.consistency, mode: 'linearizable' } };
    const read = await services.reads.read(CLUSTER, { type: 'registry' }, fresh);
    const registry = read.data;
    const wanted = from(registry);
    const body = 'type' in wanted ? wanted : routesCommand(registry, wanted);
    if (dryRun) return { kind: 'plan', read: await planOf(services, call, { ...read, data: registry }, body) };
    if (attempt === 1) await raiseLevel(services, call, deadlineMs);
    const written = await writeCommand(services, attemptOf(call, attempt), { namespace: null, body, frees: false }, deadlineMs);
    const { data } = written;
    if (data.kind === 'registry') return { kind: 'done', result: doneOf(written, data) };
    if (data.kind === 'refused' && data.code === 'idempotency-key-reused')
      throw new ServiceError(
        'idempotency-key-reused',
        'this Idempotency-Key was used with another body: take a new key for another request',
      );
    if (data.kind !== 'registry-refused') throw new TypeError(`a change of the registry was answered with ${data.kind}`);
    if (data.code !== 'epoch-changed' || attempt === TRIES_MAX) throw refusal(registry, data);
  }
}

/** That another change came first is an answer too, and is given again: every attempt has a key of its own, the same each time. */
function attemptOf(call: WriteCall, attempt: number): WriteCall {
  const { idempotencyKey } = call.write;
  if (idempotencyKey === null || attempt === 1) return call;
  return { ...call, write: { ...call.write, idempotencyKey: `${idempotencyKey}~${attempt}` } };
}

function routesCommand(registry: Registry, wanted: Routing): CommandBody {
  const fault = routingFault(registry, wanted);
  if (fault !== null) throw new ServiceError('invalid-routing', fault);
  const moves = planChange(registry, wanted);
  return { type: 'change-routes', expectedEpoch: registry.epoch, routes: wanted.routes, partitions: wanted.partitions, moves };
}

function doneOf(written: Written, { epoch, moves }: Extract<Written['data'], { kind: 'registry' }>): WriteResult<ShardChange> {
  const version = formatVersion(written.group, written.position);
  const announced = moves.map(({ id, from, to, range }) => ({ id, from, to, range: partsOf(range) }));
  return { ...written, data: { version, epoch, moves: announced } };
}

/** What the moves of a change would carry, counted by whoever has it now. */
async function planOf(services: Services, call: Call, read: ReadResult<Registry>, body: CommandBody): Promise<ReadResult<ShardPlan>> {
  const moves = body.type === 'change-routes' ? body.moves : [];
  const local: Call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
  const sizes = await Promise.all(
    moves.map(async ({ from, range }) => services.gateway.scanGroup(from, { type: 'rangeSize', range }, local)),
  );
  const planned = moves.map(({ from, to, range }, at) => {
    const { namespaces = 0, entries = 0, revisions = 0, bytes = 0 } = sizes[at]?.data ?? {};
    return { from, to, range: partsOf(range), namespaces, entries, rows: revisions, bytes };
  });
  const total = (count: 'rows' | 'bytes'): number => planned.reduce((sum, move) => sum + move[count], 0);
  const data: ShardPlan = { dryRun: true, epoch: read.data.epoch, moves: planned, rows: total('rows'), bytes: total('bytes') };
  return { ...factsOf([read]), data };
}

function refusal(registry: Registry, { code, detail, epoch }: Extract<Written['data'], { kind: 'registry-refused' }>): ServiceError {
  switch (code) {
    case 'epoch-changed':
      return new ServiceError('registry-changed', detail, { epoch, retryAfterMs: 100 });
    case 'move-in-progress': {
      const move = registry.moves.find(({ phase }) => phase === 'announced')?.id;
      return new ServiceError('move-in-progress', detail, { epoch, ...(move === undefined ? {} : { move }) });
    }
    case 'invalid-registry':
      return new ServiceError('invalid-routing', detail, { epoch });
    case 'member-change-pending':
      return new ServiceError(code, detail, { epoch, retryAfterMs: 500 });
    case 'group-exists':
    case 'group-not-found':
    case 'group-in-use':
    case 'too-many-groups':
    case 'move-not-found':
    case 'nothing-to-change':
      return new ServiceError(code, detail, { epoch });
    default:
      return unreachable(code);
  }
}

/**
 * The cluster learns the commands about shards when they are needed first: from then on no member may run a program that does
 * not know them, so that all of them have to be here and of this version.
 */
async function raiseLevel(services: Services, call: WriteCall, deadlineMs: number): Promise<void> {
  const { engine, sources, version } = services;
  if (engine.view(CLUSTER_GROUP).level >= LEVEL) return;
  const { nodes } = await engine.status();
  const other = nodes.find((node) => node.id !== engine.nodeId && node.version !== version);
  if (other !== undefined) {
    const what = other.version === null ? 'cannot be reached' : `runs ${other.version}`;
    throw new ServiceError('level-too-low', `the first group needs ${version} on every member, and ${other.id} ${what}`, {
      node: other.id,
    });
  }
  const { keyId, name } = call.principal;
  const timeoutMs = Math.max(1, deadlineMs - sources.tickMs());
  const outcome = await engine.propose(
    CLUSTER_GROUP,
    { actor: { keyId, name }, requestId: call.requestId, idempotency: null, body: { type: 'raise-level', level: LEVEL } },
    { timeoutMs, forward: 'always', frees: true, after: null },
  );
  if (outcome.kind !== 'applied')
    throw new ServiceError('no-leader', 'no leader has raised the level of the cluster in time', { leader: null, retryAfterMs: 500 });
  await engine.waitApplied(CLUSTER_GROUP, outcome.applied.position.index, { timeoutMs, signal: call.gone() });
}
