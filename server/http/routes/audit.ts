/** Routes of audit events. */
import * as audit from '../../../lib/contract/schemas/audit.ts';
import { LIST_LIMIT_DEFAULT } from '../../../lib/contract/schemas/common.ts';
import * as queries from '../../../lib/contract/schemas/queries.ts';
import { namespaceFault } from '../../../lib/contract/names.ts';
import { exportAudit, listAudit } from '../../services/audit.ts';
import type { AuditFilter } from '../../services/audit.ts';
import { ServiceError } from '../../services/errors.ts';
import { readAnswer } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { weightOf } from '../negotiation.ts';
import { route } from '../route.ts';
import type { RouteContext } from '../route.ts';

const NDJSON = 'application/x-ndjson';

function filterOf(query: queries.AuditQuery, namespace: string | null): AuditFilter {
  const { key, actor, action, search, from, to } = query;
  return {
    namespace,
    key: key ?? null,
    actor: actor ?? null,
    action: action ?? null,
    search: search ?? null,
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: to === undefined ? null : Date.parse(to),
  };
}

async function answerAudit(
  { api, call, request }: RouteContext<queries.AuditQuery, null>,
  query: queries.AuditQuery,
  namespace: string | null,
): Promise<Answer> {
  const fault = namespace === null ? null : namespaceFault(namespace);
  if (fault !== null) throw new ServiceError('invalid-name', fault, { errors: [{ parameter: 'namespace', detail: fault }] });
  const filter = filterOf(query, namespace);
  const accept = request.headers.accept ?? '*/*';
  if (weightOf(accept, NDJSON) > weightOf(accept, 'application/json')) {
    const read = await exportAudit(api.services, call, filter);
    return { status: 200, body: { kind: 'lines', lines: read.data }, headers: null, read, wrote: null };
  }
  return readAnswer(
    await listAudit(api.services, call, { ...filter, limit: Number(query.limit ?? LIST_LIMIT_DEFAULT), cursor: query.cursor ?? null }),
  );
}

const ANSWERS = {
  200: { description: 'A page of events, newest first; the whole filtered set as NDJSON', schema: audit.AuditList, media: [NDJSON] },
};
const HEADERS = { Accept: 'application/x-ndjson exports the filtered set' };

export const auditRoutes = [
  route<queries.AuditQuery>({
    id: 'listAudit',
    method: 'GET',
    path: '/api/v1/audit',
    right: 'read',
    kind: 'read',
    summary: 'Audit events that the caller may see',
    query: queries.AuditQuery,
    headers: HEADERS,
    answers: ANSWERS,
    handle: async (context) => answerAudit(context, context.query, context.query.namespace ?? null),
  }),
  route<queries.AuditQuery>({
    id: 'listNamespaceAudit',
    method: 'GET',
    path: '/api/v1/namespaces/:namespace/audit',
    right: 'read',
    kind: 'read',
    summary: 'Audit events of a namespace and those below it',
    query: queries.AuditQuery.omit({ namespace: true }),
    headers: HEADERS,
    answers: ANSWERS,
    handle: async (context) => answerAudit(context, context.query, context.params.namespace),
  }),
];
