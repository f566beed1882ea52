/** Limits of a node, its streams and connections, and what it never tells. */
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createApi } from './create-api.ts';
import { HTTP_SERVER_OPTIONS } from './limits.ts';
import { LOG_REDACTION } from './logging.ts';
import { routeTable } from './routes/table.ts';
import { ENTRY, apiFixture, ask, codeOf } from './testing/api-fixture.ts';
import { TEST_SETTINGS } from './testing/test-api.ts';

const start = apiFixture();

describe('limits', () => {
  test('of sign-ins hold per address, for the right key too, until time has passed', async () => {
    let nowMs = 1_000_000;
    const {
      app,
      apis: { adminKey },
    } = start({ sources: { nowMs: () => nowMs, tickMs: () => performance.now(), randomBytes: (count) => new Uint8Array(count).fill(7) } });
    const signIn = async (key: string): Promise<number> =>
      (
        await app.inject({
          method: 'POST',
          url: '/api/v1/session',
          headers: { 'content-type': 'application/json' },
          payload: JSON.stringify({ key }),
        })
      ).statusCode;
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await signIn('confman_wrong')).toBe(401);
    expect([await signIn('confman_wrong'), await signIn(adminKey)]).toEqual([429, 429]);
    nowMs += 60_000;
    expect(await signIn(adminKey)).toBe(200);
  });

  test('of sessions and keys hold by the clock', async () => {
    let nowMs = Date.now();
    const {
      app,
      apis: { adminKey },
    } = start({
      settings: { sessionMs: 60_000 },
      sources: {
        nowMs: () => nowMs,
        tickMs: () => performance.now(),
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      },
    });
    const made = await ask(app, 'POST', '/api/v1/keys', {
      name: 'short',
      role: 'viewer',
      expiresAt: new Date(nowMs + 30_000).toISOString(),
    });
    const { secret } = made.json<{ secret: string }>();
    const signed = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ key: adminKey }),
    });
    const cookie = String(signed.headers['set-cookie']).split(';')[0]!;
    const statuses = async (): Promise<readonly number[]> => [
      (await app.inject({ url: '/api/v1/session', headers: { authorization: `Bearer ${secret}` } })).statusCode,
      (await app.inject({ url: '/api/v1/session', headers: { cookie } })).statusCode,
    ];
    expect(await statuses()).toEqual([200, 200]);
    nowMs += 30_000;
    expect(await statuses()).toEqual([401, 200]);
    nowMs += 30_000;
    expect(await statuses()).toEqual([401, 401]);
  });

  test('of streams hold, and a place comes back', async () => {
    const { apis: running } = start({ settings: { streamsMax: 1 } });
    const [url] = await running.listen();
    const open = async (signal: AbortSignal): Promise<globalThis.Response> =>
      fetch(`${url}/api/v1/watch`, { headers: { authorization: `Bearer ${running.adminKey}` }, signal });
    const first = new AbortController();
    expect((await open(first.signal)).status).toBe(200);
    const refused = await open(new AbortController().signal);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'too-many-streams']);
    first.abort();
    const next = new AbortController();
    await expect.poll(async () => (await open(next.signal)).status, { timeout: 10_000 }).toBe(200);
    next.abort();
  });
});

describe('streams', () => {
  test('end when the node stops', async () => {
    const { apis: running } = start();
    const [url] = await running.listen();
    const response = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${running.adminKey}` } });
    const ended = response.text();
    await Promise.all(running.apps.map((app) => app.close()));
    await expect(ended).resolves.toContain('event: bookmark');
  });

  test('say that history is gone, and end', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    const actor = { keyId: '', name: 'confman' };
    for (const value of ['1', '2', '3']) await ask(app, 'PUT', ENTRY, { value });
    cluster.append({
      level: 1,
      actor,
      requestId: '',
      idempotency: null,
      body: {
        type: 'expire',
        revisionsPerKey: 1,
        revisionsBeforeMs: 2 ** 46,
        auditBeforeMs: 2 ** 46,
        idempotencyBeforeMs: 0,
        idempotencyKeep: 10_000,
        rowsMax: 1000,
      },
    });
    const answer = await ask(app, 'GET', '/api/v1/watch?since=1:1');
    expect(answer.body).toMatch(/event: compacted\ndata: \{"oldest":"1:\d+","token":"0a0b0c0d\.00000001\/1:\d+"\}\n\n$/);
  });
});

describe('a client that goes while it waits', () => {
  test('is let go of, through a socket and through the other door', async () => {
    const { apis: running } = start({ nodes: ['n1', 'n2'] });
    const [, url] = await running.listen();
    const follower = running.cluster.engine('n2');
    follower.holdApply(true);
    const put = await ask(running.apps[0]!, 'PUT', ENTRY, { value: 'v' });
    const headers = {
      authorization: `Bearer ${running.adminKey}`,
      'x-confman-min-version': String(put.headers['x-confman-token']),
      'x-confman-max-wait': '30s',
    };
    const waiters = async (): Promise<string | undefined> =>
      /^confman_read_waiters (\d+)$/m.exec((await ask(running.apps[1]!, 'GET', '/metrics')).body)?.[1];
    const leave = new AbortController();
    const left = [
      fetch(`${url}${ENTRY}`, { headers, signal: leave.signal }),
      fetch(`${url}/api/v1/watch`, { headers, signal: leave.signal }),
      running.apps[1]!.inject({ url: ENTRY, headers, signal: leave.signal, payloadAsStream: true }),
    ];
    const ends = Promise.allSettled(left);
    await expect.poll(waiters).toBe('3');
    leave.abort();
    await expect.poll(waiters).toBe('0');
    expect((await ends).map((end) => end.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(follower.waiters()).toBe(0);
  });
});

describe('connections', () => {
  test('are refused with a problem when they do not speak HTTP', async () => {
    const { apis: running } = start();
    const [url] = await running.listen();
    const said = async (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(new URL(url!).port), '127.0.0.1', () => socket.write(text));
        socket.setEncoding('utf8').on('data', (chunk) => (answer += String(chunk)));
        socket.on('close', () => resolve(answer)).on('error', reject);
      });
    expect(await said('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"bad-request"/);
    expect(await said(`GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(HTTP_SERVER_OPTIONS.maxHeaderSize)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [^]*"code":"headers-too-large"/,
    );
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('have to bring their headers and bodies in time', () => {
    const { app } = start();
    expect([app.server.headersTimeout, app.server.requestTimeout, app.server.keepAliveTimeout]).toEqual([10_000, 60_000, 65_000]);
  });
});

test('without a laboratory there is none', async () => {
  const { app } = start();
  for (const method of ['GET', 'POST'] as const) {
    const answer = await ask(app, method, '/api/v1/lab', method === 'POST' ? { holdApply: true } : undefined);
    expect([answer.statusCode, codeOf(answer)]).toEqual([404, 'not-found']);
  }
});

test('a fault on our side tells nothing of itself, and no secret reaches the log', async () => {
  const { apis: running } = start();
  let log = '';
  const sink = new Writable({ write: (chunk, _encoding, done) => ((log += String(chunk)), done()) });
  const engine = running.cluster.engine('n1');
  engine.status = () => Promise.reject(new Error('at /secret/path'));
  const app = createApi({
    engine,
    settings: TEST_SETTINGS,
    sessionSecret: 'a secret of the test cluster',
    logger: pino({ level: 'trace', redact: LOG_REDACTION }, sink),
    version: '0.0.0-test',
  });
  const answer = await ask(app, 'GET', '/api/v1/cluster');
  expect([answer.statusCode, codeOf(answer)]).toEqual([500, 'internal-error']);
  expect(answer.body).not.toContain('/secret/path');
  expect(log).toContain('/secret/path');
  await ask(app, 'GET', '/api/v1/keys');
  await app.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ key: running.adminKey }),
  });
  app.log.info(
    { headers: { authorization: `Bearer ${running.adminKey}`, cookie: 'x=y' }, secret: running.adminKey },
    'handed over by mistake',
  );
  expect(log).toContain('[redacted]');
  expect(log).not.toContain(running.adminKey);
  await app.close();
});

test('every route is declared once, and what changes something is no GET', () => {
  const routes = routeTable(true);
  expect(new Set(routes.map((route) => `${route.method} ${route.path}`)).size).toBe(routes.length);
  expect(new Set(routes.map((route) => route.id)).size).toBe(routes.length);
  for (const route of routes) {
    if (route.kind === 'write') expect(route.method).not.toBe('GET');
    if (route.right === 'open') expect(['/health', '/health/ready', '/api/v1/session', '/api/v1/cluster/join']).toContain(route.path);
    // A backup is asked for by POST, so that no link or image does, and changes nothing.
    const changes = route.right === 'write' || (route.right === 'admin' && route.method !== 'GET');
    if (changes && route.id !== 'backup') expect(['write', 'node']).toContain(route.kind);
  }
});
