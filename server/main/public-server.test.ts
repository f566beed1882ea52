import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { NodeSettings } from '../config/node-settings.ts';
import { TestAuthority } from '../peers/testing-certificates.ts';
import { PublicServer, type PublicServerOptions } from './public-server.ts';

const HOST = '127.0.0.1';
const SLOW = 300;

let ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  ends = [];
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A public port with an API that says ok. */
async function serve(tls: NodeSettings['tls']): Promise<number> {
  const port = await freePort();
  const api = { lane: () => false, routing: (_request: unknown, response: { end(text: string): void }) => response.end('ok') };
  const settings = { tls, apiDoor: 'node', listen: { host: HOST, port } };
  const server = new PublicServer({ settings, api, web: null } as unknown as PublicServerOptions);
  await server.listen();
  ends.push(async () => server.close(0));
  return port;
}

async function answer(request: NodeJS.EventEmitter): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

describe('the public port', () => {
  test('tells browsers to come back by HTTPS only, where it speaks HTTPS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'confman-https-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const { cert, key, ca } = new TestAuthority().issue('n1');
    const files = { certFile: join(folder, 'cert'), keyFile: join(folder, 'key') };
    writeFileSync(files.certFile, cert);
    writeFileSync(files.keyFile, key);
    const secure = await answer(getHttps({ host: HOST, port: await serve(files), ca, path: '/api/v1/session', agent: false }));
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
    const plain = await answer(getHttp({ host: HOST, port: await serve(null), path: '/api/v1/session', agent: false }));
    expect(plain.headers['strict-transport-security']).toBeUndefined();
  });

  test('cuts hundreds of clients that never end their headers, and answers everybody else meanwhile', { timeout: 60_000 }, async () => {
    const port = await serve(null);
    const slow = Array.from({ length: SLOW }, () => connect(port, HOST));
    ends.push(() => slow.forEach((socket) => socket.destroy()));
    const said = slow.map(async (socket: Socket) => {
      socket.setEncoding('utf8').on('error', () => undefined);
      let text = '';
      socket.on('data', (chunk: string) => (text += chunk));
      await once(socket, 'connect');
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      await once(socket, 'close');
      return text.split('\r\n', 1)[0];
    });
    await Promise.all(slow.map(async (socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
    for (let at = 0; at < 20; at += 1) {
      const { statusCode } = await answer(getHttp({ host: HOST, port, path: '/health', agent: false }));
      expect(statusCode).toBe(200);
    }
    expect(new Set(await Promise.all(said))).toEqual(new Set(['HTTP/1.1 408 Request Timeout']));
  });
});
