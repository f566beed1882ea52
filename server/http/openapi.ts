/** OpenAPI 3.1 from the route table and the very schemas that validate. */
import { z } from 'zod';
import { PROBLEMS } from '../../lib/contract/problems.ts';
import { Problem } from '../../lib/contract/schemas/problem.ts';
import type { AnyRoute, RouteKind } from './route.ts';
import { parametersOf } from './route.ts';

type Json = Record<string, unknown>;

const READ_HEADERS = {
  'X-Confman-Min-Version': 'Version token: do not answer from an older state',
  'X-Confman-Consistency': 'eventual, read-your-writes or linearizable',
  'X-Confman-On-Timeout': 'fail, redirect or forward',
};
const WAIT_HEADERS = {
  'X-Confman-Max-Wait': 'How long the request may take, as 5s or 750ms; at most 30s',
  'X-Confman-Node': 'The node that is to answer',
};
const WRITE_HEADERS = {
  'X-Confman-Min-Version': 'Version token: judge the preconditions only after it',
  'Idempotency-Key': 'The same request with the same key is done once; at most 128 characters',
  'X-Confman-Forward': 'never: 307 to the leader instead of handing the write on',
  'X-Confman-Clock': 'As an earlier answer gave it: the audit trail orders this write after that one, in whatever group',
};

const HEADERS_OF: Readonly<Record<RouteKind, Readonly<Record<string, string>>>> = {
  read: { ...READ_HEADERS, ...WAIT_HEADERS },
  write: { ...WRITE_HEADERS, ...WAIT_HEADERS },
  node: { 'X-Confman-Node': WAIT_HEADERS['X-Confman-Node'] },
  stream: { ...READ_HEADERS, 'X-Confman-Max-Wait': WAIT_HEADERS['X-Confman-Max-Wait'] },
};

const ANSWER_HEADERS = {
  'X-Confman-Version': 'Token of the change, or of the state that was read',
  'X-Confman-Token': 'The same with its history: send this one back',
  'X-Confman-Replica': 'Which replica answered, and how fresh it is (RFC 9651)',
  'X-Request-Id': 'The id of the request',
};

/** Collects named schemas under `components`. */
class Components {
  readonly schemas: Record<string, Json> = {};

  /** A schema in place, its named parts as references. `io`: what a client sends, or what it gets. */
  schema(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Json & { $defs?: Record<string, Json> };
    for (const [name, definition] of Object.entries($defs ?? {})) this.schemas[name] ??= moved(definition) as Json;
    return moved(rest) as Json;
  }
}

/** References into a schema's own definitions become references into the document's components. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'id')
      .map(([name, part]) => [
        name,
        name === '$ref' && typeof part === 'string' ? part.replace('#/$defs/', '#/components/schemas/') : moved(part),
      ]),
  );
}

function parametersFor(route: AnyRoute, components: Components): Json[] {
  const path = parametersOf(route.path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const query = route.query === undefined ? [] : queryParameters(components.schema(route.query, 'input'));
  const headers = Object.entries({ ...HEADERS_OF[route.kind], ...route.headers })
    // OpenAPI has its own place for what a client accepts.
    .filter(([name]) => name !== 'Accept')
    .map(([name, description]) => ({ name, in: 'header', required: false, description, schema: { type: 'string' } }));
  return [...path, ...query, ...headers];
}

function queryParameters(schema: Json): Json[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function answersFor(route: AnyRoute, components: Components): Json {
  const answers: Json = {};
  const headers =
    route.right === 'open'
      ? {}
      : Object.fromEntries(
          Object.entries(ANSWER_HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
        );
  for (const [status, { description, schema, media }] of Object.entries(route.answers)) {
    const content: Json = {};
    if (schema !== undefined) content['application/json'] = { schema: components.schema(schema, 'output') };
    for (const type of media ?? []) content[type] = { schema: { type: 'string' } };
    answers[status] = { description, headers, ...(Object.keys(content).length === 0 ? {} : { content }) };
  }
  answers['default'] = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: components.schema(Problem, 'output') } },
  };
  return answers;
}

/** The document for a route table. */
export function openapiDocument(routes: readonly AnyRoute[], version: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([a-z]+)/g, '{$1}');
    const operation: Json = {
      operationId: route.id,
      summary: route.summary,
      tags: [route.path.split('/')[3] ?? 'node'],
      'x-confman-right': route.right,
      parameters: parametersFor(route, components),
      responses: answersFor(route, components),
      ...(route.right === 'open' ? { security: [] } : {}),
      ...(route.body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: components.schema(route.body, 'input') } } } }),
    };
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Confman',
      version,
      description: `A distributed configuration service in which every write returns a version token that a read on any node may demand. Problem codes: ${Object.keys(PROBLEMS).join(', ')}.`,
    },
    security: [{ bearer: [] }, { apiKey: [] }, { session: [] }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        session: { type: 'apiKey', in: 'cookie', name: 'confman_session_{clusterId}' },
      },
    },
  };
}
