/** Routes about the cluster, its nodes and this node. */
import * as cluster from '../../../lib/contract/schemas/cluster.ts';
import { ReplicaJournal } from '../../../lib/contract/schemas/journal.ts';
import { JournalQuery } from '../../../lib/contract/schemas/queries.ts';
import { clusterStatus, labState, replicaJournal, setLab, transferLeader } from '../../services/cluster.ts';
import { readiness } from '../../services/readiness.ts';
import { plainAnswer } from '../answer.ts';
import { route } from '../route.ts';

export const clusterRoutes = [
  route({
    id: 'clusterStatus',
    method: 'GET',
    path: '/api/v1/cluster',
    right: 'read',
    kind: 'node',
    summary: 'Verdict, nodes, groups and replicas as this node sees them',
    answers: { 200: { description: 'The cluster', schema: cluster.ClusterStatus } },
    handle: async ({ api, call }) => plainAnswer(await clusterStatus(api.services, call)),
  }),
  route<Record<string, never>, cluster.TransferLeaderRequest>({
    id: 'transferLeader',
    method: 'POST',
    path: '/api/v1/cluster/groups/:group/leader',
    right: 'admin',
    kind: 'node',
    summary: 'Hands the leadership of a group to a node',
    body: cluster.TransferLeaderRequest,
    answers: { 200: { description: 'The node leads', schema: cluster.TransferLeaderAnswer } },
    handle: async ({ api, call, params, body }) =>
      plainAnswer(await transferLeader(api.services, call, { group: params.group, node: body.node })),
  }),
  route<JournalQuery>({
    id: 'replicaJournal',
    method: 'GET',
    path: '/api/v1/cluster/groups/:group/journal',
    right: 'read',
    kind: 'node',
    summary: 'What the replica of this node went through lately, and when an entry went through which step',
    query: JournalQuery,
    answers: { 200: { description: 'Events since the node started, the newest 200', schema: ReplicaJournal } },
    handle: async ({ api, call, params, query }) =>
      plainAnswer(
        await replicaJournal(api.services, call, {
          group: params.group,
          index: query.index === undefined ? null : Number(query.index),
        }),
      ),
  }),
  route({
    id: 'openapi',
    method: 'GET',
    path: '/api/v1/openapi.json',
    right: 'read',
    kind: 'node',
    summary: 'This API as OpenAPI 3.1',
    answers: { 200: { description: 'The document' } },
    handle: ({ api }) => ({
      status: 200,
      body: { kind: 'text', text: api.openapi(), contentType: 'application/json; charset=utf-8' },
      headers: null,
      read: null,
      wrote: null,
    }),
  }),
];

/** Only where the node was started as a laboratory; 404 everywhere else. */
export const labRoutes = [
  route({
    id: 'labState',
    method: 'GET',
    path: '/api/v1/lab',
    right: 'admin',
    kind: 'node',
    summary: 'Which faults are injected into this node',
    answers: { 200: { description: 'The faults', schema: cluster.LabState } },
    handle: async ({ api, call }) => plainAnswer(await labState(api.services, call)),
  }),
  route<Record<string, never>, cluster.LabRequest>({
    id: 'setLab',
    method: 'POST',
    path: '/api/v1/lab',
    right: 'admin',
    kind: 'node',
    summary: 'Injects faults into this node',
    body: cluster.LabRequest,
    answers: { 200: { description: 'The faults from now on', schema: cluster.LabState } },
    handle: async ({ api, call, body }) => plainAnswer(await setLab(api.services, call, { body })),
  }),
];

export const probeRoutes = [
  route({
    id: 'health',
    method: 'GET',
    path: '/health',
    right: 'open',
    kind: 'node',
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does', schema: cluster.Health } },
    handle: ({ api }) =>
      plainAnswer({ status: 'ok', node: api.services.engine.nodeId, version: api.services.version }, 200, { 'cache-control': 'no-store' }),
  }),
  route({
    id: 'readiness',
    method: 'GET',
    path: '/health/ready',
    right: 'open',
    kind: 'node',
    summary: 'Whether this node can take requests, and if not, why',
    answers: { 200: { description: 'Ready', schema: cluster.Readiness }, 503: { description: 'Not ready', schema: cluster.Readiness } },
    handle: async ({ api }) => {
      const ready = await readiness(api.services);
      return plainAnswer(ready, ready.status === 'ready' ? 200 : 503, { 'cache-control': 'no-store' });
    },
  }),
  route({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    right: 'read',
    kind: 'node',
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Metrics', media: ['text/plain'] } },
    handle: async ({ api }) => {
      const text = `${await api.metrics.text()}${await api.services.engine.metrics()}`;
      return {
        status: 200,
        body: { kind: 'text', text, contentType: 'text/plain; version=0.0.4; charset=utf-8' },
        headers: null,
        read: null,
        wrote: null,
      };
    },
  }),
];
