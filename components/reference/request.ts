import type { Operation } from './openapi.ts';

/** What somebody has filled in. Keys are `in:name`, as names may repeat in other places. */
export interface RequestDraft {
  readonly values: Readonly<Record<string, string>>;
  /** JSON; empty for operations without a body. */
  readonly body: string;
}

/** A request, ready to be sent. */
export interface TriedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Prepared =
  | { readonly kind: 'ready'; readonly request: TriedRequest }
  /** A parameter that must be there is not. */
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'bad-body' };

export function draftKey({ in: place, name }: { readonly in: string; readonly name: string }): string {
  return `${place}:${name}`;
}

/** The request as far as it is filled in: names that are missing stand in braces. */
export function requestOf(operation: Operation, { values, body }: RequestDraft): TriedRequest {
  const given = (place: string): readonly (readonly [string, string])[] =>
    operation.parameters.flatMap((parameter) => {
      const value = parameter.in === place ? (values[draftKey(parameter)] ?? '') : '';
      return value === '' ? [] : [[parameter.name, value] as const];
    });
  const path = given('path').reduce((whole, [name, value]) => whole.replace(`{${name}}`, encodeURIComponent(value)), operation.path);
  const query = given('query').map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return {
    method: operation.method,
    url: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { ...Object.fromEntries(given('header')), ...(operation.body === null ? {} : { 'Content-Type': 'application/json' }) },
    body: operation.body === null ? null : body,
  };
}

/** The request, or what is missing before it can be sent. */
export function prepare(operation: Operation, draft: RequestDraft): Prepared {
  const missing = operation.parameters.find((parameter) => parameter.required && (draft.values[draftKey(parameter)] ?? '') === '');
  if (missing !== undefined) return { kind: 'missing', name: missing.name };
  if (operation.body !== null && !isJson(draft.body)) return { kind: 'bad-body' };
  return { kind: 'ready', request: requestOf(operation, draft) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The same request for a shell. The key is a variable: nothing of the session is in it. */
export function curlOf(request: TriedRequest, origin: string, needsKey: boolean): string {
  const { method, url, headers, body } = request;
  const lines = [
    `curl -i${method === 'GET' ? '' : ` -X ${method}`} ${quoted(origin + url)}`,
    ...(needsKey ? ['-H "X-Api-Key: $CONFMAN_KEY"'] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quoted(compact(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

/** In single quotes, in which a shell takes everything as it stands. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function compact(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body;
  }
}

/** A body as people read it: JSON in lines, all else as it came. */
export function readable(body: string, mediaType: string): string {
  if (!/[/+]json\b/.test(mediaType)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
