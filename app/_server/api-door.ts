import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { InjectResponse } from './node-handle.ts';
import { nodeHandle } from './node-handle.ts';

/** Concern one connection only, so they are not handed from one side of this door to the other. */
const connectionHeaders = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect']);
const responseOnlyHeaders = new Set([...connectionHeaders, 'transfer-encoding', 'date']);

/** Answers with these have no body by definition; the Response constructor refuses even an empty stream for them. */
const bodilessStatuses = new Set([101, 204, 205, 304]);

/** Path and query exactly as they were asked: `%2F` inside a name is not a separator. */
function rawTarget(request: Request): string {
  const afterScheme = request.url.indexOf('//') + 2;
  const pathStart = request.url.indexOf('/', afterScheme);
  return pathStart === -1 ? '/' : request.url.slice(pathStart);
}

function requestHeaders(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (!connectionHeaders.has(name)) headers[name] = value;
  }
  return headers;
}

function responseHeaders(answer: InjectResponse): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || responseOnlyHeaders.has(name.toLowerCase())) continue;
    if (typeof value === 'string' || typeof value === 'number') headers.set(name, String(value));
    else for (const item of value) headers.append(name, item);
  }
  return headers;
}

/** The answer's body as a web stream; when its reader goes away, so does the request behind it. */
function responseBody(source: Readable, gone: AbortController): ReadableStream<Uint8Array> {
  const reader = (Readable.toWeb(source) as ReadableStream<Uint8Array>).getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        if (gone.signal.aborted) controller.close();
        else controller.error(cause);
      }
    },
    cancel(reason) {
      gone.abort(reason);
    },
  });
}

/**
 * The second door to the API: hands a web request to the same Fastify application that the node's own HTTP server serves,
 * and its answer back as it comes. Raw path, repeated headers, HEAD, 204 and 304, event streams and a client that leaves
 * are the same through both doors.
 */
export async function serveThroughApi(request: Request): Promise<Response> {
  const gone = new AbortController();
  if (request.signal.aborted) gone.abort(request.signal.reason);
  else request.signal.addEventListener('abort', () => gone.abort(request.signal.reason), { once: true });

  // Always as a stream: an injected request whose payload was a buffer no longer notices that its client left.
  const payload = request.body === null ? undefined : Readable.fromWeb(request.body as NodeReadableStream<Uint8Array>);
  const answer = await nodeHandle().api.inject({
    method: request.method,
    url: rawTarget(request),
    headers: requestHeaders(request),
    ...(payload === undefined ? {} : { payload }),
    signal: gone.signal,
    payloadAsStream: true,
  });

  const stream = answer.stream();
  const bodiless = request.method === 'HEAD' || bodilessStatuses.has(answer.statusCode);
  if (bodiless) stream.resume();
  return new Response(bodiless ? null : responseBody(stream, gone), {
    status: answer.statusCode,
    headers: responseHeaders(answer),
  });
}
