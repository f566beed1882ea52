/** Routes about where namespaces live: groups, routes, moves. */
import * as shards from '../../../lib/contract/schemas/shards.ts';
import type { ChangeOutcome } from '../../services/change-registry.ts';
import * as change from '../../services/change-registry.ts';
import { placementOf, readRegistry } from '../../services/registry.ts';
import { type Answer, readAnswer, wroteAnswer } from '../answer.ts';
import { route } from '../route.ts';

type DryRun = shards.ShardChangeQuery;

/** 202 where data has to follow; 200 for what is done, and for plans. */
function answerOf(outcome: ChangeOutcome, done = 200): Answer {
  if (outcome.kind === 'plan') return readAnswer(outcome.read);
  return wroteAnswer(outcome.result, outcome.result.data.moves.length > 0 ? 202 : done);
}

const ANSWERS = {
  200: { description: 'Done; with `dryRun` a ShardPlan', schema: shards.ShardChange },
  202: { description: 'Announced: the data follows', schema: shards.ShardChange },
};

/** What all changes have in common. */
const CHANGING = { right: 'admin', kind: 'write', query: shards.ShardChangeQuery, answers: ANSWERS } as const;

export const shardRoutes = [
  route({
    id: 'readRegistry',
    method: 'GET',
    path: '/api/v1/cluster/registry',
    right: 'read',
    kind: 'read',
    summary: 'Groups, prefix routes, partitions, moves under way and done',
    answers: { 200: { description: 'The registry', schema: shards.Registry } },
    handle: async ({ api, call }) => readAnswer(await readRegistry(api.services, call)),
  }),
  route<shards.PlacementQuery>({
    id: 'placement',
    method: 'GET',
    path: '/api/v1/cluster/placement',
    right: 'read',
    kind: 'read',
    summary: 'Which group keeps a namespace, and why',
    query: shards.PlacementQuery,
    answers: { 200: { description: 'Where it lives', schema: shards.ShardPlacement } },
    handle: async ({ api, call, query }) => readAnswer(await placementOf(api.services, call, query)),
  }),
  route<DryRun, shards.CreateGroupRequest>({
    ...CHANGING,
    id: 'createGroup',
    method: 'POST',
    path: '/api/v1/cluster/groups',
    summary: 'Starts a new Raft group',
    body: shards.CreateGroupRequest,
    answers: { ...ANSWERS, 201: { description: 'Created', schema: shards.ShardChange } },
    handle: async ({ api, write, query, body }) =>
      answerOf(await change.createGroup(api.services, write(), body, query.dryRun === 'true'), 201),
  }),
  route<DryRun>({
    ...CHANGING,
    id: 'deleteGroup',
    method: 'DELETE',
    path: '/api/v1/cluster/groups/:group',
    summary: 'Retires a group that nothing routes to',
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.retireGroup(api.services, write(), params.group, query.dryRun === 'true')),
  }),
  route<DryRun, shards.PutRouteRequest>({
    ...CHANGING,
    id: 'putRoute',
    method: 'PUT',
    path: '/api/v1/cluster/routes',
    summary: 'Routes a prefix to a group; what it covers moves there',
    body: shards.PutRouteRequest,
    handle: async ({ api, write, query, body }) => answerOf(await change.putRoute(api.services, write(), body, query.dryRun === 'true')),
  }),
  route<DryRun>({
    ...CHANGING,
    id: 'deleteRoute',
    method: 'DELETE',
    path: '/api/v1/cluster/routes/:prefix',
    summary: 'Takes a route away; what it covered moves to where it belongs without it',
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.deleteRoute(api.services, write(), params.prefix, query.dryRun === 'true')),
  }),
  route<DryRun, shards.MovePartitionsRequest>({
    ...CHANGING,
    id: 'movePartitions',
    method: 'POST',
    path: '/api/v1/cluster/partitions/move',
    summary: 'Moves logical partitions to a group',
    body: shards.MovePartitionsRequest,
    handle: async ({ api, write, query, body }) =>
      answerOf(await change.movePartitions(api.services, write(), body, query.dryRun === 'true')),
  }),
  route<DryRun>({
    ...CHANGING,
    id: 'rebalance',
    method: 'POST',
    path: '/api/v1/cluster/rebalance',
    summary: 'Spreads the partitions evenly over the groups',
    handle: async ({ api, write, query }) => answerOf(await change.rebalance(api.services, write(), query.dryRun === 'true')),
  }),
  route<DryRun>({
    ...CHANGING,
    id: 'abortMove',
    method: 'DELETE',
    path: '/api/v1/cluster/moves/:id',
    summary: 'Asks to call a move off, unless it is decided already',
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.abortMove(api.services, write(), params.id, query.dryRun === 'true')),
  }),
];
