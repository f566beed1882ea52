/** Groups, routes and moves: where namespaces live (spec 4). */
import { z } from 'zod';
import { isGroupId } from '../token.ts';
import { Flag } from './queries.ts';
import { NamespaceName, NodeId, Version } from './common.ts';

const count = z.int().min(0);

export const GroupId = z
  .string()
  .refine(isGroupId, { error: 'a group is a lower-case letter, then at most 31 of a-z, 0-9 and "-"' })
  .meta({ description: 'Name of a Raft group', pattern: '^[a-z][a-z0-9-]{0,31}$', examples: ['payments'] });

export const RangePart = z
  .object({
    prefix: z.string().nullable().meta({ description: 'Namespaces at or below this one; null for all' }),
    except: z.array(z.string()).meta({ description: 'But not at or below these' }),
    partitions: z.array(count).nullable().meta({ description: 'And only of these partitions; null for all' }),
  })
  .meta({ id: 'RangePart', description: 'Part of the space of namespaces' });
export type RangePart = z.infer<typeof RangePart>;

const move = { from: z.string(), to: z.string(), range: z.array(RangePart) };

export const ShardGroup = z
  .object({
    id: z.string(),
    members: z.array(z.string()).nullable().meta({ description: 'Nodes that have a replica; null: all' }),
    createdEpoch: count,
    state: z.enum(['active', 'retiring', 'retired']),
    partitions: count.meta({ description: 'How many of the 256 partitions it has' }),
    routes: count.meta({ description: 'How many prefixes are routed to it' }),
  })
  .meta({ id: 'ShardGroup' });
export type ShardGroup = z.infer<typeof ShardGroup>;

export const ShardRoute = z.object({ prefix: z.string(), group: z.string() }).meta({ id: 'ShardRoute' });
export type ShardRoute = z.infer<typeof ShardRoute>;

export const MoveStep = z.enum(['announced', 'copying', 'fenced', 'taken', 'voided']);
export type MoveStep = z.infer<typeof MoveStep>;

export const ShardMove = z
  .object({
    id: z.string(),
    ...move,
    epoch: count.meta({ description: 'Of the registry, when it was announced' }),
    phase: z.enum(['announced', 'voided']).meta({ description: 'voided: it was undone, and waits to be tried again or taken back' }),
    abort: z.boolean().meta({ description: 'An operator has asked to call it off' }),
    step: MoveStep.nullable().meta({ description: 'How far it has come; null: a group cannot be asked now' }),
    rows: count.nullable().meta({ description: 'Rows that the taking group has' }),
    bytes: count.nullable(),
  })
  .meta({ id: 'ShardMove', description: 'A move that is not done' });
export type ShardMove = z.infer<typeof ShardMove>;

export const MovesEvent = z.object({ epoch: count.meta({ description: 'Of the registry' }), moves: z.array(ShardMove) }).meta({
  id: 'MovesEvent',
  description: 'Data of the event `moves`: all moves that are not done, whenever something about them has changed',
});
export type MovesEvent = z.infer<typeof MovesEvent>;

export const LedgerRow = z
  .object({ move: z.string(), ...move, fromFinalIndex: count, toStartIndex: count, epoch: count })
  .meta({ id: 'LedgerRow', description: 'A move that is done' });

export const Registry = z
  .object({
    epoch: count.meta({ description: 'Rises with every change; 0: never changed' }),
    groups: z.array(ShardGroup),
    routes: z.array(ShardRoute),
    partitions: z.array(z.string()).meta({ description: 'Group of each of the 256 partitions' }),
    ledger: z.array(LedgerRow),
    moves: z.array(ShardMove),
  })
  .meta({ id: 'Registry' });
export type Registry = z.infer<typeof Registry>;

export const ShardPlacement = z
  .object({
    namespace: z.string(),
    group: z.string(),
    by: z.enum(['prefix', 'partition', 'move']),
    prefix: z.string().nullable().meta({ description: 'The route that covers it, where one does' }),
    partition: count,
    move: z.string().nullable().meta({ description: 'The move that is to take it elsewhere' }),
    epoch: count,
  })
  .meta({ id: 'ShardPlacement' });
export type ShardPlacement = z.infer<typeof ShardPlacement>;

export const PlannedShardMove = z
  .object({
    ...move,
    namespaces: count,
    entries: count,
    rows: count.meta({ description: 'Revisions that are kept' }),
    bytes: count.meta({ description: 'Of their values' }),
  })
  .meta({ id: 'PlannedShardMove' });
export type PlannedShardMove = z.infer<typeof PlannedShardMove>;

export const ShardPlan = z
  .object({
    dryRun: z.literal(true),
    epoch: count.meta({ description: 'Of the registry that it was made from' }),
    moves: z.array(PlannedShardMove),
    rows: count,
    bytes: count,
  })
  .meta({ id: 'ShardPlan', description: 'What a change would do' });
export type ShardPlan = z.infer<typeof ShardPlan>;

export const ShardChange = z
  .object({
    version: Version,
    epoch: count,
    moves: z.array(z.object({ id: z.string(), ...move })).meta({ description: 'Moves that were announced: the data follows' }),
  })
  .meta({ id: 'ShardChange' });
export type ShardChange = z.infer<typeof ShardChange>;

export const CreateGroupRequest = z
  .strictObject({
    id: GroupId,
    members: z.array(NodeId).min(1).max(64).optional().meta({ description: 'Nodes that have a replica; all by default' }),
  })
  .meta({ id: 'CreateGroupRequest' });
export type CreateGroupRequest = z.infer<typeof CreateGroupRequest>;

/** `/teams/payments/*` means `teams/payments`. */
const RoutePrefix = z
  .string()
  .max(700)
  .transform((text) => text.replace(/^\//, '').replace(/\/\*$/, ''))
  .pipe(NamespaceName)
  .meta({ description: 'Namespaces at or below this one: `teams/payments`, or `/teams/payments/*`' });

export const PutRouteRequest = z.strictObject({ prefix: RoutePrefix, group: GroupId }).meta({ id: 'PutRouteRequest' });
export type PutRouteRequest = z.infer<typeof PutRouteRequest>;

export const MovePartitionsRequest = z
  .strictObject({ partitions: z.array(z.int().min(0).max(255)).min(1).max(256), to: GroupId })
  .meta({ id: 'MovePartitionsRequest' });
export type MovePartitionsRequest = z.infer<typeof MovePartitionsRequest>;

export const ShardChangeQuery = z.strictObject({ dryRun: Flag.optional() });
export type ShardChangeQuery = z.infer<typeof ShardChangeQuery>;

export const PlacementQuery = z.strictObject({ namespace: NamespaceName });
export type PlacementQuery = z.infer<typeof PlacementQuery>;
