import { PassThrough, Readable } from 'node:stream';
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

/** Who asks: limits per address hold behind this door too. */
function remoteOf(request: Request): { readonly remoteAddress?: string } {
  const { remoteHeader } = nodeHandle();
  const address = remoteHeader === null ? null : request.headers.get(remoteHeader);
  return address === null || address === '' ? {} : { remoteAddress: address };
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

/**
 * The request's body for the API. It stays undestroyed when it has ended, so that a client that leaves later can still be
 * announced through it.
 */
function uploadOf(request: Request): PassThrough {
  const upload = new PassThrough({ autoDestroy: false });
  if (request.body === null) return upload.end();
  const body = Readable.fromWeb(request.body as NodeReadableStream<Uint8Array>);
  body.once('error', (cause) => upload.destroy(cause));
  return body.pipe(upload);
}

/** The answer's body as a web stream; `leave` is called when its reader goes away. */
function responseBody(source: Readable, leave: () => void): ReadableStream<Uint8Array> {
  const reader = (Readable.toWeb(source) as ReadableStream<Uint8Array>).getReader();
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        if (!cancelled) controller.error(cause);
      }
    },
    cancel() {
      cancelled = true;
      leave();
    },
  });
}

/**
 * The second door to the API: hands a web request to the same Fastify application that the node's own HTTP server serves,
 * and its answer back as it comes. Raw path, repeated headers, HEAD, 204 and 304, event streams and a client that leaves
 * are the same through both doors. Two things are Next's own: it answers 308 to `//` and `\\` in a path, and sends bodies
 * chunked, without a Content-Length.
 */
export async function serveThroughApi(request: Request): Promise<Response> {
  const upload = uploadOf(request);
  let left = false;
  const leave = (): void => {
    left = true;
    // What an injected request has in place of a socket: an error on its payload closes it, and its answer with it.
    upload.destroy(new Error('the client left'));
  };
  if (request.signal.aborted) leave();
  else request.signal.addEventListener('abort', leave, { once: true });

  let answer: InjectResponse;
  try {
    answer = await nodeHandle().api.inject({
      method: request.method,
      url: rawTarget(request),
      headers: requestHeaders(request),
      ...remoteOf(request),
      payload: upload,
      payloadAsStream: true,
    });
  } catch (cause) {
    // Nobody is there to read it; 499 is what proxies log for a client that left.
    if (left) return new Response(null, { status: 499 });
    throw cause;
  }

  const stream = answer.stream();
  const bodiless = request.method === 'HEAD' || bodilessStatuses.has(answer.statusCode);
  if (bodiless) stream.resume();
  return new Response(bodiless ? null : responseBody(stream, leave), {
    status: answer.statusCode,
    headers: responseHeaders(answer),
  });
}
