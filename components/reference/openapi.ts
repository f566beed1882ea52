/** The OpenAPI document of a node, as the reference shows it. Reads what Confman's own document contains, and passes over the rest. */

/** A JSON schema, or a part of one. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | Schema;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

export interface OperationAnswer {
  readonly status: string;
  readonly description: string;
  readonly media: readonly string[];
  readonly schema: Schema | null;
}

export type GroupName = 'entries' | 'namespaces' | 'audit' | 'streams' | 'cluster' | 'access' | 'node';

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly group: GroupName;
  readonly summary: string;
  /** `open`, `read`, `write` or `admin`. */
  readonly right: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  /** Without the answer for errors, which is the same everywhere. */
  readonly answers: readonly OperationAnswer[];
}

export interface ApiDocument {
  readonly version: string;
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
}

interface RawOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly 'x-confman-right'?: string;
  readonly parameters?: readonly (Partial<Parameter> & { readonly name: string })[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface RawDocument {
  readonly info?: { readonly version?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export const GROUPS: readonly GroupName[] = ['entries', 'namespaces', 'audit', 'streams', 'cluster', 'access', 'node'];

/** By what people look for, not by how addresses begin. */
function groupOf(path: string): GroupName {
  if (/\/(?:watch|events)$/.test(path)) return 'streams';
  if (path.endsWith('/audit')) return 'audit';
  if (/\/(?:config|configs|batch|deleted)(?:\/|$)/.test(path)) return 'entries';
  if (path.startsWith('/api/v1/namespaces')) return 'namespaces';
  if (/^\/api\/v1\/(?:keys|session)/.test(path)) return 'access';
  if (!path.startsWith('/api/v1/') || path.endsWith('/openapi.json')) return 'node';
  return 'cluster';
}

/** The parts of a document that the reference shows. */
export function readDocument(document: unknown): ApiDocument {
  const { info, paths = {}, components } = document as RawDocument;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const body = Object.values(raw.requestBody?.content ?? {})[0]?.schema ?? null;
      return {
        id: raw.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        group: groupOf(path),
        summary: raw.summary ?? '',
        right: raw['x-confman-right'] ?? 'read',
        parameters: (raw.parameters ?? []).map((parameter) => ({
          name: parameter.name,
          in: parameter.in ?? 'query',
          required: parameter.required ?? false,
          description: parameter.description ?? parameter.schema?.description ?? '',
          schema: parameter.schema ?? {},
        })),
        body,
        answers: Object.entries(raw.responses ?? {})
          .filter(([status]) => status !== 'default')
          .map(([status, { description = '', content = {} }]) => ({
            status,
            description,
            media: Object.keys(content),
            schema: content['application/json']?.schema ?? null,
          })),
      };
    }),
  );
  return { version: info?.version ?? '', operations, schemas: components?.schemas ?? {} };
}

/** Operations that mention a text, in the order of their groups. */
export function findOperations(operations: readonly Operation[], filter: string): readonly Operation[] {
  const wanted = filter.trim().toLowerCase();
  const kept = operations.filter(({ id, method, path, summary }) => `${method} ${path} ${id} ${summary}`.toLowerCase().includes(wanted));
  return GROUPS.flatMap((group) => kept.filter((operation) => operation.group === group));
}

export function refName(schema: Schema): string | null {
  return schema.$ref?.split('/').at(-1) ?? null;
}
