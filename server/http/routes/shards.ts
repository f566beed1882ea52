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
    id: 'createGroup',
    method: 'POST',
    path: '/api/v1/cluster/groups',
    right: 'admin',
    kind: 'write',
    summary: 'Starts a new Raft group',
    query: shards.ShardChangeQuery,
    body: shards.CreateGroupRequest,
    answers: { ...ANSWERS, 201: { description: 'Created', schema: shards.ShardChange } },
    handle: async ({ api, write, query, body }) =>
      answerOf(await change.createGroup(api.services, write(), body, query.dryRun === 'true'), 201),
  }),
  route<DryRun>({
    id: 'deleteGroup',
    method: 'DELETE',
    path: '/api/v1/cluster/groups/:group',
    right: 'admin',
    kind: 'write',
    summary: 'Retires a group that nothing routes to',
    query: shards.ShardChangeQuery,
    answers: ANSWERS,
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.retireGroup(api.services, write(), params.group, query.dryRun === 'true')),
  }),
  route<DryRun, shards.PutRouteRequest>({
    id: 'putRoute',
    method: 'PUT',
    path: '/api/v1/cluster/routes',
    right: 'admin',
    kind: 'write',
    summary: 'Routes a prefix to a group; what it covers moves there',
    query: shards.ShardChangeQuery,
    body: shards.PutRouteRequest,
    answers: ANSWERS,
    handle: async ({ api, write, query, body }) => answerOf(await change.putRoute(api.services, write(), body, query.dryRun === 'true')),
  }),
  route<DryRun>({
    id: 'deleteRoute',
    method: 'DELETE',
    path: '/api/v1/cluster/routes/:prefix',
    right: 'admin',
    kind: 'write',
    summary: 'Takes a route away; what it covered moves to where it belongs without it',
    query: shards.ShardChangeQuery,
    answers: ANSWERS,
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.deleteRoute(api.services, write(), params.prefix, query.dryRun === 'true')),
  }),
  route<DryRun, shards.MovePartitionsRequest>({
    id: 'movePartitions',
    method: 'POST',
    path: '/api/v1/cluster/partitions/move',
    right: 'admin',
    kind: 'write',
    summary: 'Moves logical partitions to a group',
    query: shards.ShardChangeQuery,
    body: shards.MovePartitionsRequest,
    answers: ANSWERS,
    handle: async ({ api, write, query, body }) =>
      answerOf(await change.movePartitions(api.services, write(), body, query.dryRun === 'true')),
  }),
  route<DryRun>({
    id: 'rebalance',
    method: 'POST',
    path: '/api/v1/cluster/rebalance',
    right: 'admin',
    kind: 'write',
    summary: 'Spreads the partitions evenly over the groups',
    query: shards.ShardChangeQuery,
    answers: ANSWERS,
    handle: async ({ api, write, query }) => answerOf(await change.rebalance(api.services, write(), query.dryRun === 'true')),
  }),
  route<DryRun>({
    id: 'abortMove',
    method: 'DELETE',
    path: '/api/v1/cluster/moves/:id',
    right: 'admin',
    kind: 'write',
    summary: 'Asks to call a move off, unless it is decided already',
    query: shards.ShardChangeQuery,
    answers: ANSWERS,
    handle: async ({ api, write, params, query }) =>
      answerOf(await change.abortMove(api.services, write(), params.id, query.dryRun === 'true')),
  }),
];
