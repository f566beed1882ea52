import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeSettings } from '../config/node-settings.ts';
import { WebDoor } from './web-door.ts';

/** In place of Next: says what it was asked, and ends its thread when told to. */
const THREAD = `
  import { createServer } from 'node:http';
  import { parentPort, workerData } from 'node:worker_threads';
  createServer((request, response) => {
    if (request.url === '/die') process.exit(3);
    response.end(JSON.stringify(request.headers));
  }).listen(workerData.socketPath, () => parentPort.postMessage({ type: 'listening' }));
`;

let dir = '';
let door: WebDoor;
let server: Server;
const failures: string[] = [];
const attempts: number[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'confman-door-'));
  writeFileSync(join(dir, 'thread.mjs'), THREAD);
  failures.length = 0;
  attempts.length = 0;
  door = new WebDoor({
    root: dir,
    settings: {} as NodeSettings,
    secret: 's',
    version: '0',
    script: pathToFileURL(join(dir, 'thread.mjs')),
    ports: async () => ({ enginePort: new MessageChannel().port1, scanPort: new MessageChannel().port1, init: {} as never }),
    onFailed: (message) => failures.push(message),
    onListening: (attempt) => attempts.push(attempt),
  });
  server = createServer((asked, response) => door.handle(asked, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await door.stop();
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; seen: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, seen: text.startsWith('{') ? (JSON.parse(text) as IncomingHttpHeaders) : {} }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the door to the pages', () => {
  test('names the caller by its connection, whatever it says of itself', async () => {
    const { status, seen } = await ask('/', {
      'x-confman-remote': '6.6.6.6',
      'x-forwarded-for': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-middleware-subrequest': 'proxy',
      'x-request-id': 'mine',
    });
    expect(status).toBe(200);
    expect(seen['x-confman-remote']).toBe('127.0.0.1');
    expect(seen['x-request-id']).toBe('mine');
    expect([seen['x-forwarded-for'], seen['forwarded'], seen['x-middleware-subrequest']]).toEqual([undefined, undefined, undefined]);
  });

  test('starts the thread anew when it has ended, and says meanwhile that the pages are not there', async () => {
    expect((await ask('/')).status).toBe(200);
    expect((await ask('/die')).status).toBe(502);
    await vi.waitFor(() => expect(failures.join()).toContain('the web thread ended with 3; started again in'), { timeout: 15_000 });
    expect(door.open).toBe(false);
    expect((await ask('/')).status).toBe(503);
    await vi.waitFor(() => expect(door.open).toBe(true), { timeout: 15_000 });
    expect((await ask('/')).status).toBe(200);
    expect(attempts).toEqual([1, 1]);
  });
});
