/** Routes of namespaces. */
import { LIST_LIMIT_DEFAULT } from '../../../lib/contract/schemas/common.ts';
import * as entries from '../../../lib/contract/schemas/entries.ts';
import * as queries from '../../../lib/contract/schemas/queries.ts';
import { deleteNamespace } from '../../services/delete-namespace.ts';
import { getNamespace, listNamespaces } from '../../services/namespaces.ts';
import { putNamespace } from '../../services/put-namespace.ts';
import { readAnswer, wroteAnswer } from '../answer.ts';
import { route } from '../route.ts';

const NAMESPACE = '/api/v1/namespaces/:namespace';

export const namespaceRoutes = [
  route<queries.ListNamespacesQuery>({
    id: 'listNamespaces',
    method: 'GET',
    path: '/api/v1/namespaces',
    right: 'read',
    kind: 'read',
    summary: 'The namespaces that the caller may read',
    query: queries.ListNamespacesQuery,
    answers: { 200: { description: 'A page of namespaces', schema: entries.NamespaceList } },
    handle: async ({ api, call, query }) =>
      readAnswer(
        await listNamespaces(api.services, call, {
          prefix: query.prefix ?? '',
          limit: Number(query.limit ?? LIST_LIMIT_DEFAULT),
          cursor: query.cursor ?? null,
        }),
      ),
  }),
  route({
    id: 'getNamespace',
    method: 'GET',
    path: NAMESPACE,
    right: 'read',
    kind: 'read',
    summary: 'One namespace',
    answers: { 200: { description: 'The namespace', schema: entries.Namespace } },
    handle: async ({ api, call, params }) => readAnswer(await getNamespace(api.services, call, params)),
  }),
  route<Record<string, never>, entries.PutNamespaceRequest>({
    id: 'putNamespace',
    method: 'PUT',
    path: NAMESPACE,
    right: 'admin',
    kind: 'write',
    summary: 'Creates a namespace, or changes what is named of it',
    body: entries.PutNamespaceRequest,
    answers: { 200: { description: 'Changed', schema: entries.Namespace }, 201: { description: 'Created', schema: entries.Namespace } },
    handle: async ({ api, write, params, body }) => {
      const result = await putNamespace(api.services, write(), { namespace: params.namespace, body });
      return wroteAnswer({ ...result, data: result.data.namespace }, result.data.created ? 201 : 200);
    },
  }),
  route({
    id: 'deleteNamespace',
    method: 'DELETE',
    path: NAMESPACE,
    right: 'admin',
    kind: 'write',
    summary: 'Deletes a namespace with its entries; history and audit stay',
    answers: { 200: { description: 'Deleted', schema: entries.DeleteNamespaceAnswer } },
    handle: async ({ api, write, params }) => wroteAnswer(await deleteNamespace(api.services, write(), params)),
  }),
];
