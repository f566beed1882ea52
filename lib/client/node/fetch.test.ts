import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventText, ScriptedServer } from '../testing/scripted-server.ts';
import { httpFetch } from './http-fetch.ts';
import { undiciFetch } from './undici-fetch.ts';
import type { FetchInit } from '../fetch.ts';
import type { NodeFetch } from './http-fetch.ts';

const plain: Omit<FetchInit, 'signal' | 'method' | 'headers'> = { redirect: 'manual', credentials: 'same-origin', cache: 'no-store' };

describe.each([
  ['node:http', httpFetch],
  ['undici', undiciFetch],
])('fetch over %s', (_, create) => {
  let server: ScriptedServer;
  let node: NodeFetch;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    node = create();
  });
  afterEach(async () => {
    await node.close();
    await server.stop();
  });

  test('sends method, headers and body, and gives status, headers and text', async () => {
    server.script(({ body }) => ({ status: 201, headers: { 'x-one': '1', etag: '"5:42"' }, body: JSON.stringify({ echo: body }) }));
    const answer = await node.fetch(`${server.url}/a%2Fb?c=d%20e`, {
      ...plain,
      method: 'PUT',
      headers: { 'x-sent': 'yes' },
      body: 'grüße',
      signal: new AbortController().signal,
    });
    expect([answer.status, answer.headers.get('X-One'), answer.headers.get('absent')]).toEqual([201, '1', null]);
    expect(JSON.parse(await answer.text())).toEqual({ echo: 'grüße' });
    expect(server.asked[0]).toMatchObject({ method: 'PUT', path: '/a%2Fb?c=d%20e', body: 'grüße' });
    expect(server.asked[0]?.headers['x-sent']).toBe('yes');
  });

  test('does not follow redirects by itself', async () => {
    server.script(() => ({ status: 307, headers: { location: '/elsewhere' } }));
    const answer = await node.fetch(`${server.url}/`, { ...plain, method: 'GET', headers: {}, signal: new AbortController().signal });
    await answer.text();
    expect([answer.status, answer.headers.get('location')]).toEqual([307, '/elsewhere']);
  });

  test('streams a body, and lets go of it', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    server.script(() => ({
      handle: (response) => {
        response.on('close', closed);
        response.write(eventText('a', null, 1));
      },
    }));
    const answer = await node.fetch(`${server.url}/`, { ...plain, method: 'GET', headers: {}, signal: new AbortController().signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe(eventText('a', null, 1));
    const pending = reader?.read().catch(() => null);
    await reader?.cancel();
    await gone;
    await pending;
  });

  test('ends by its signal before and after the headers', async () => {
    const controller = new AbortController();
    server.script(() => ({
      handle: (response) => {
        response.write('x');
      },
    }));
    const answer = await node.fetch(`${server.url}/`, { ...plain, method: 'GET', headers: {}, signal: controller.signal });
    const text = answer.text();
    controller.abort();
    await expect(text).rejects.toThrow(/abort/i);
    await expect(node.fetch(`${server.url}/`, { ...plain, method: 'GET', headers: {}, signal: controller.signal })).rejects.toThrow(
      /abort/i,
    );
  });
});
