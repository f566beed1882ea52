/** Routes about who is a member of the cluster. */
import * as cluster from '../../../lib/contract/schemas/cluster.ts';
import { addMember, removeMember, tellPeers } from '../../services/members.ts';
import { plainAnswer, wroteAnswer } from '../answer.ts';
import { route } from '../route.ts';

export const memberRoutes = [
  route<Record<string, never>, cluster.AddMemberRequest>({
    id: 'addMember',
    method: 'POST',
    path: '/api/v1/cluster/members',
    right: 'admin',
    kind: 'write',
    summary: 'Adds a node, as a learner that becomes a voter when it has caught up; or lets it take the place of a member',
    body: cluster.AddMemberRequest,
    answers: {
      201: { description: 'Added: start it with --join', schema: cluster.AddMemberAnswer },
      200: { description: 'It had been added just like that, and has not caught up yet', schema: cluster.AddMemberAnswer },
    },
    handle: async ({ api, write, body }) => {
      const added = await addMember(api.services, write(), { body });
      return wroteAnswer(added, added.repeated ? 200 : 201);
    },
  }),
  route({
    id: 'removeMember',
    method: 'DELETE',
    path: '/api/v1/cluster/members/:id',
    right: 'admin',
    kind: 'write',
    summary: 'Removes a member for good; its process stops by itself',
    answers: { 200: { description: 'Removed', schema: cluster.RemoveMemberAnswer } },
    handle: async ({ api, write, params }) => wroteAnswer(await removeMember(api.services, write(), { id: params.id })),
  }),
  route<Record<string, never>, cluster.JoinRequest>({
    id: 'join',
    method: 'POST',
    path: '/api/v1/cluster/join',
    // Whoever asks has no API key, and proves to know the cluster secret instead.
    right: 'open',
    kind: 'node',
    summary: 'Where the peer ports are, for a node that is to join and proves to know the cluster secret',
    body: cluster.JoinRequest,
    answers: { 200: { description: 'The peers', schema: cluster.JoinAnswer } },
    handle: ({ api, body, request }) =>
      plainAnswer(tellPeers(api.services, { joinKey: api.joinKey, limit: api.joinLimit }, body, request.ip), 200, {
        'cache-control': 'no-store',
      }),
  }),
];
