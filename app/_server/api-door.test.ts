import Fastify from 'fastify';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveThroughApi } from './api-door.ts';
import type { InjectRequest, NodeHandle } from './node-handle.ts';
import { NodeHandleMissingError } from './node-handle.ts';

const handleKey = Symbol.for('confman.node');
const world = globalThis as { [handleKey]?: NodeHandle | undefined };

let api: FastifyInstance;

beforeEach(() => {
  api = Fastify({ routerOptions: { maxParamLength: 500 } });
  api.all('/api/v1/echo/*', (request, reply) => {
    void reply.header('set-cookie', ['a=1; Path=/', 'b=2; Path=/']);
    if (request.query !== null && 'ip' in (request.query as object)) return { ip: request.ip };
    return { url: request.raw.url, method: request.method, headers: request.headers, body: request.body ?? null };
  });
  world[handleKey] = {
    nodeId: 'n1',
    clusterId: () => '0123abcd',
    api: { inject: (request: InjectRequest) => api.inject(request as InjectOptions) },
    remoteHeader: 'x-confman-remote',
    settings: { lab: false, clusterName: 'test' },
  };
});

afterEach(async () => {
  delete world[handleKey];
  await api.close();
});

const origin = 'http://127.0.0.1:6100';

async function echo(
  path: string,
  init?: RequestInit,
): Promise<{ url: string; method: string; headers: Record<string, string>; body: unknown }> {
  const response = await serveThroughApi(new Request(`${origin}/api/v1/echo${path}`, init));
  return (await response.json()) as Awaited<ReturnType<typeof echo>>;
}

describe('the second door', () => {
  test('keeps the raw path and query, encoded slashes and all', async () => {
    const seen = await echo('/teams%2Fpayments/config/db%2Furl%25?prefix=%2F&x=a+b');
    expect(seen.url).toBe('/api/v1/echo/teams%2Fpayments/config/db%2Furl%25?prefix=%2F&x=a+b');
  });

  test('hands over bodies, with and without a length, and folds repeated headers', async () => {
    const headers = new Headers({ 'content-type': 'application/json' });
    headers.append('x-confman-min-version', '5:42');
    headers.append('x-confman-min-version', 'payments=3:17');
    const seen = await echo('/body', { method: 'PUT', body: '{"value":"é"}', headers: [...headers, ['content-length', '14']] });
    expect(seen.method).toBe('PUT');
    expect(seen.body).toEqual({ value: 'é' });
    expect(seen.headers['x-confman-min-version']).toBe('5:42, payments=3:17');
  });

  test('drops headers that concern one connection only', async () => {
    const response = await serveThroughApi(
      new Request(`${origin}/api/v1/echo/x`, { headers: { 'keep-alive': 'timeout=5', 'x-kept': '1' } }),
    );
    const seen = (await response.json()) as { headers: Record<string, string> };
    expect(seen.headers['keep-alive']).toBeUndefined();
    expect(seen.headers['x-kept']).toBe('1');
    expect(response.headers.get('connection')).toBeNull();
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  });

  test('gives HEAD, 204 and 304 without a body', async () => {
    api.get('/api/v1/same', (_request, reply) => reply.code(304).header('etag', '"5:42"').send());
    api.delete('/api/v1/gone', (_request, reply) => reply.code(204).send());
    const head = await serveThroughApi(new Request(`${origin}/api/v1/echo/h`, { method: 'HEAD' }));
    const same = await serveThroughApi(new Request(`${origin}/api/v1/same`));
    const gone = await serveThroughApi(new Request(`${origin}/api/v1/gone`, { method: 'DELETE' }));
    expect([head.status, head.body]).toEqual([200, null]);
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, null, '"5:42"']);
    expect([gone.status, gone.body]).toEqual([204, null]);
  });

  test('streams events as they come, and ends the request behind it when the reader leaves', async () => {
    const closed = new Promise<void>((resolve) => {
      api.get('/api/v1/events', (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
        reply.raw.write('data: first\n\n');
        reply.raw.once('close', resolve);
      });
    });
    const response = await serveThroughApi(new Request(`${origin}/api/v1/events`));
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('data: first\n\n');
    await reader.cancel();
    await expect(closed).resolves.toBeUndefined();
  });

  test('ends a waiting request when its client leaves', async () => {
    const leaving = new AbortController();
    const closed = new Promise<void>((resolve) => {
      api.get('/api/v1/wait', (_request, reply) => {
        reply.raw.once('close', resolve);
        leaving.abort();
      });
    });
    const response = await serveThroughApi(new Request(`${origin}/api/v1/wait`, { signal: leaving.signal }));
    expect(response.status).toBe(499);
    await expect(closed).resolves.toBeUndefined();
  });

  test('believes who asks only where something in front always says so', async () => {
    const ask = async (): Promise<unknown> => {
      const headers = { 'x-confman-remote': '10.1.2.3' };
      return (await serveThroughApi(new Request(`${origin}/api/v1/echo/x?ip`, { headers }))).json();
    };
    expect(await ask()).toEqual({ ip: '10.1.2.3' });
    world[handleKey] = { ...(world[handleKey] as NodeHandle), remoteHeader: null };
    expect(await ask()).toEqual({ ip: '127.0.0.1' });
  });

  test('says what is wrong when no node runs in this process', async () => {
    delete world[handleKey];
    await expect(serveThroughApi(new Request(`${origin}/api/v1/cluster`))).rejects.toThrow(NodeHandleMissingError);
  });
});
