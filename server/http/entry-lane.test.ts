/** The short way answers as the long way does, and takes only what it can answer so. */
import { type IncomingMessage, type Server, type ServerResponse, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { TEST_ADMIN_SECRET } from '../engine/testing/test-cluster.ts';
import { apiFixture, ask } from './testing/api-fixture.ts';

const start = apiFixture();
const KEY = { authorization: `Bearer ${TEST_ADMIN_SECRET}` };
const JSON_BODY = { ...KEY, 'content-type': 'application/json' };
const ENTRY = '/api/v1/namespaces/a/config/k';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function answerAt(port: number, { method, path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = send({ port, method, path, headers: { 'x-request-id': 'r1', ...length, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** What may differ between two answers to one question: when they were given. */
function settled({ status, headers, body }: Answered): unknown {
  const { date: _date, 'x-confman-replica': replica, 'x-confman-clock': _clock, ...rest } = headers;
  return { status, headers: { ...rest, replica: String(replica).replaceAll(/-ms=\d+/g, '') }, body };
}

async function bothWays(app: FastifyInstance): Promise<(asked: Asked) => Promise<{ short: Answered; long: Answered; taken: boolean }>> {
  await app.ready();
  let taken = false;
  const short = await listen((request, response) => {
    taken = app.lane(request, response);
    if (!taken) app.routing(request, response);
  });
  const long = await listen((request, response) => app.routing(request, response));
  return async (asked) => {
    const answers = { short: await answerAt(short, asked), long: await answerAt(long, asked) };
    return { ...answers, taken };
  };
}

const TAKEN: readonly Asked[] = [
  { method: 'GET', path: ENTRY, headers: KEY },
  { method: 'GET', path: ENTRY, headers: { 'x-api-key': TEST_ADMIN_SECRET } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-min-version': '0:0', 'x-confman-max-wait': '1s' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, accept: 'text/plain' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, accept: 'image/png' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'if-none-match': '*', traceparent: 't' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-consistency': 'linearizable' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-consistency': 'strict' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-min-version': '007:1' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-min-version': '1:99999', 'x-confman-max-wait': '0s' } },
  { method: 'GET', path: '/api/v1/namespaces/a%2Fb/config/db%2fpool', headers: KEY },
  { method: 'GET', path: '/api/v1/namespaces/a/config/..', headers: KEY },
  { method: 'GET', path: '/api/v1/namespaces/-a/config/k', headers: KEY },
  { method: 'GET', path: ENTRY },
  { method: 'GET', path: ENTRY, headers: { authorization: 'Bearer confman_no' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-api-key': 'confman_other' } },
  { method: 'PUT', path: ENTRY, headers: { 'content-type': 'application/json' }, body: '{"value":"v"}' },
  { method: 'PUT', path: ENTRY, headers: JSON_BODY, body: '{"value":' },
  { method: 'PUT', path: ENTRY, headers: JSON_BODY, body: '{"value":1,"odd":2}' },
  { method: 'PUT', path: ENTRY, headers: JSON_BODY, body: '{"value":"{","type":"json"}' },
  { method: 'PUT', path: ENTRY, headers: { ...JSON_BODY, 'if-match': '"1:99999"', 'idempotency-key': 'refused' }, body: '{"value":"v"}' },
  { method: 'PUT', path: ENTRY, headers: { ...JSON_BODY, 'idempotency-key': 'once' }, body: '{"value":"v2"}' },
];

const LEFT: readonly Asked[] = [
  { method: 'HEAD', path: ENTRY, headers: KEY },
  { method: 'POST', path: ENTRY, headers: KEY },
  { method: 'GET', path: `${ENTRY}?revision=1`, headers: KEY },
  { method: 'GET', path: `${ENTRY}/`, headers: KEY },
  { method: 'GET', path: `${ENTRY}/history`, headers: KEY },
  { method: 'GET', path: '/API/v1/namespaces/a/config/k', headers: KEY },
  { method: 'GET', path: '/api/v1/namespaces/a/config/%6b', headers: KEY },
  { method: 'GET', path: '/api/v1/namespaces/a/config/%', headers: KEY },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-node': 'n9' } },
  { method: 'GET', path: ENTRY, headers: { ...KEY, 'x-confman-relayed': 'x' } },
  { method: 'GET', path: ENTRY, headers: KEY, body: '{}' },
  { method: 'PUT', path: ENTRY, headers: JSON_BODY },
  { method: 'PUT', path: ENTRY, headers: { ...KEY, 'content-type': 'text/plain' }, body: 'v' },
  { method: 'PUT', path: ENTRY, headers: { ...JSON_BODY, 'content-encoding': 'gzip' }, body: '{"value":"v"}' },
  { method: 'PUT', path: ENTRY, headers: JSON_BODY, body: JSON.stringify({ value: 'v'.repeat(70_000), type: 'number' }) },
];

describe('the short way of entries', () => {
  test('gives the answers of the long way to what it takes, and leaves the rest', async () => {
    const { app } = start();
    expect((await ask(app, 'PUT', ENTRY, { value: 'v' })).statusCode).toBe(201);
    expect((await ask(app, 'PUT', '/api/v1/namespaces/a%2Fb/config/db%2Fpool', { value: '1', type: 'number' })).statusCode).toBe(201);
    const both = await bothWays(app);
    // Of what is written, both give the first answer again.
    for (const asked of TAKEN) if (asked.headers?.['idempotency-key'] !== undefined) await both(asked);
    for (const [asked, wanted] of [...TAKEN.map((one) => [one, true] as const), ...LEFT.map((one) => [one, false] as const)]) {
      const { short, long, taken } = await both(asked);
      expect({ asked, taken, answer: settled(short) }).toEqual({ asked, taken: wanted, answer: settled(long) });
    }
  });

  test('writes a body that comes in pieces, and goes on when a client leaves inside one', async () => {
    const { app } = start();
    const both = await bothWays(app);
    const body = JSON.stringify({ value: 'é'.repeat(20_000) });
    const written = await both({ method: 'PUT', path: ENTRY, headers: JSON_BODY, body });
    expect([written.taken, written.short.status, written.long.status]).toEqual([true, 201, 200]);

    const port = await listen((request, response) => app.lane(request, response));
    const gone = send({ port, method: 'PUT', path: ENTRY, headers: { ...JSON_BODY, 'content-length': '100' } });
    const broken = new Promise<void>((resolve) => {
      gone.on('error', () => resolve());
    });
    gone.write('{"value":', () => gone.destroy(new Error('the client leaves')));
    await broken;
    const read = await both({ method: 'GET', path: ENTRY, headers: KEY });
    expect(JSON.parse(read.short.body)).toMatchObject({ value: 'é'.repeat(20_000), revision: 2 });
  });
});
