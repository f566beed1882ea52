/** What a healthy cluster never shows: lost fates, replicas that are not well, limits of a node, slow clients. */
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { createApi } from './create-api.ts';
import { LOG_REDACTION } from './logging.ts';
import { HTTP_SERVER_OPTIONS } from './limits.ts';
import { TEST_SETTINGS, startTestApis } from './testing/test-api.ts';
import type { TestApiOptions, TestApis } from './testing/test-api.ts';

let apis: TestApis | null = null;

function start(options: TestApiOptions = {}): { readonly app: FastifyInstance; readonly apis: TestApis } {
  apis = startTestApis(options);
  return { app: apis.apps[0]!, apis };
}

afterEach(async () => {
  await apis?.close();
  apis = null;
});

async function ask(
  app: FastifyInstance,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const authorization = `Bearer ${apis?.adminKey}`;
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return app.inject({
    method,
    url,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...payload,
  });
}

const ENTRY = '/api/v1/namespaces/a/config/k';
const codeOf = (answer: Response): unknown => answer.json<Record<string, unknown>>()['code'];

describe('writes', () => {
  test('without a leader were certainly not proposed', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.leader = null;
    const before = cluster.commitIndex;
    const answer = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-max-wait': '20ms' });
    expect([answer.statusCode, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'no-leader', '1']);
    expect(cluster.commitIndex).toBe(before);
  });

  test('wait for a leader up to their deadline', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.leader = null;
    const waiting = ask(app, 'PUT', ENTRY, { value: 'v' });
    await new Promise((resolve) => setImmediate(resolve));
    cluster.leader = 'n1';
    cluster.engine('n1').leaderChanged();
    expect((await waiting).statusCode).toBe(201);
  });

  test('whose fate is lost say by which key to ask again, and asking again gives the first answer', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.fates.push('lose-answer', 'lose');
    const lost = await ask(app, 'PUT', ENTRY, { value: 'v' });
    expect([lost.statusCode, codeOf(lost)]).toEqual([503, 'write-outcome-unknown']);
    const { idempotencyKey } = lost.json<{ idempotencyKey: string }>();
    const never = await ask(app, 'PUT', '/api/v1/namespaces/a/config/other', { value: 'v' }, { 'idempotency-key': 'mine' });
    expect(never.json()).toMatchObject({ code: 'write-outcome-unknown', idempotencyKey: 'mine', retryable: true });

    const again = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'idempotency-key': idempotencyKey });
    expect([again.statusCode, again.headers['idempotent-replayed'], again.json<{ revision: number }>().revision]).toEqual([201, 'true', 1]);
    const done = await ask(app, 'PUT', '/api/v1/namespaces/a/config/other', { value: 'v' }, { 'idempotency-key': 'mine' });
    expect([done.statusCode, done.headers['idempotent-replayed']]).toEqual([201, undefined]);
  });

  test.each([
    ['storage-full', 507, 'storage-full'],
    ['too-busy', 503, 'too-busy'],
    ['too-large', 413, 'body-too-large'],
    ['not-ready', 503, 'node-not-ready'],
  ] as const)('that the node refuses as %s are %i', async (fate, status, code) => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.fates.push(fate);
    const answer = await ask(app, 'PUT', ENTRY, { value: 'v' });
    expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers['x-confman-token']).toBe('0a0b0c0d.00000001/1:1');
  });

  test('into unknown namespaces are refused where namespaces are strict', async () => {
    const { app } = start({ settings: { strictNamespaces: true } });
    expect(codeOf(await ask(app, 'PUT', ENTRY, { value: 'v' }))).toBe('namespace-not-found');
    expect(codeOf(await ask(app, 'PUT', `${ENTRY}?dryRun=true`, { value: 'v' }))).toBe('namespace-not-found');
    expect((await ask(app, 'PUT', '/api/v1/namespaces/a', {})).statusCode).toBe(201);
    expect((await ask(app, 'PUT', ENTRY, { value: 'v' })).statusCode).toBe(201);
  });

  test('judge a value again when its type has changed behind the back of a follower', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const [leader, behind] = apps as [FastifyInstance, FastifyInstance];
    await ask(leader, 'PUT', ENTRY, { value: 'text' });
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: '1', type: 'number' });
    // The follower still believes in text, for which this is valid.
    const invalid = await ask(behind, 'PUT', ENTRY, { value: 'no number' });
    expect([invalid.statusCode, codeOf(invalid)]).toEqual([422, 'invalid-value']);
    expect((await ask(behind, 'PUT', ENTRY, { value: '2' })).json()).toMatchObject({ type: 'number', revision: 3 });
    // And the other way round: what it believes invalid is asked for before it is refused.
    cluster.engine('n2').holdApply(false);
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: 'words', type: 'text' });
    const late = ask(behind, 'PUT', ENTRY, { value: 'more words' });
    cluster.engine('n2').holdApply(false);
    expect((await late).json()).toMatchObject({ type: 'text', revision: 5 });
  });

  test('that are refused behind a held replica still name the entry', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const [leader, behind] = apps as [FastifyInstance, FastifyInstance];
    cluster.engine('n2').holdApply(true);
    await ask(leader, 'PUT', ENTRY, { value: 'v' });
    const refused = await ask(behind, 'PUT', ENTRY, { value: 'w' }, { 'if-none-match': '*', 'x-confman-max-wait': '50ms' });
    expect(refused.statusCode).toBe(412);
    expect(refused.json()).toMatchObject({ current: { key: 'k', revision: 1 } });
    expect(refused.headers['x-confman-version']).toBe('1:3');
  });
});

describe('a replica', () => {
  test('that is not well answers nobody, and says why', async () => {
    const {
      app,
      apis: { cluster },
    } = start();
    cluster.engine('n1').condition = 'wiped-node';
    const answer = await ask(app, 'GET', ENTRY);
    expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'node-not-ready']);
    expect(answer.json<{ detail: string }>().detail).toContain('wiped-node');
    expect((await app.inject('/health')).statusCode).toBe(200);
    const ready = await app.inject('/health/ready');
    expect([ready.statusCode, ready.json<{ failing: string[] }>().failing]).toEqual([503, ['replica']]);
  });

  test('is not ready while it lags or knows no leader', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'], settings: { readyLagEntriesMax: 1 } });
    const behind = apps[1]!;
    cluster.engine('n2').holdApply(true);
    cluster.newTerm();
    expect((await behind.inject('/health/ready')).statusCode).toBe(200);
    cluster.newTerm();
    cluster.leader = null;
    expect((await behind.inject('/health/ready')).json()).toMatchObject({ status: 'not-ready', failing: ['leader', 'applied'] });
  });

  test('without contact is marked stale and shows no lag', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2'] });
    const alone = apps[1]!;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe(
      'n2;role=follower;group=default;lag=0;contact-ms=0',
    );
    cluster.engine('n2').contactMs = 1500;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe(
      'n2;role=follower;group=default;stale=?1;contact-ms=1500',
    );
    cluster.engine('n2').contactMs = null;
    expect((await ask(alone, 'GET', '/api/v1/session')).headers['x-confman-replica']).toBe('n2;role=follower;group=default;stale=?1');
  });

  test('named with a digit first is a string in the structured header', async () => {
    const { app } = start({ nodes: ['1a'] });
    expect((await ask(app, 'GET', '/api/v1/session')).headers['x-confman-replica']).toMatch(/^"1a";role=leader;/);
  });
});

describe('relays', () => {
  test('do not go on to a third node, and say when a write may have happened', async () => {
    const {
      apis: { cluster, apps },
    } = start({ nodes: ['n1', 'n2', 'n3'] });
    const relayed = await apps[1]!.relay({
      method: 'GET',
      url: `${ENTRY}?node=n3`,
      headers: {},
      body: null,
      principal: JSON.stringify({ keyId: 'x', name: 'x', role: 'admin', scope: null, via: 'bearer', expiresAtMs: null }),
    });
    expect([relayed.status, (JSON.parse(Buffer.from(relayed.body).toString()) as { code: string }).code]).toEqual([
      503,
      'node-unreachable',
    ]);
    cluster.cut.add('n3');
    expect(codeOf(await ask(apps[0]!, 'GET', ENTRY, undefined, { 'x-confman-node': 'n3' }))).toBe('node-unreachable');
  });

  test('whose answer is lost can be asked for again', async () => {
    const { app, apis: running } = start({ nodes: ['n1', 'n2'] });
    running.cluster.mute.add('n2');
    const lost = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-node': 'n2' });
    expect(codeOf(lost)).toBe('write-outcome-unknown');
    const again = await ask(
      app,
      'PUT',
      ENTRY,
      { value: 'v' },
      { 'idempotency-key': lost.json<{ idempotencyKey: string }>().idempotencyKey },
    );
    expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(codeOf(await ask(app, 'GET', ENTRY, undefined, { 'x-confman-node': 'n2' }))).toBe('node-unreachable');
  });

  test('carry writes, bodies and rights', async () => {
    const { app } = start({ nodes: ['n1', 'n2'] });
    const put = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'x-confman-node': 'n2', 'idempotency-key': 'once' });
    expect([put.statusCode, String(put.headers['x-confman-replica']).split(';')[0]]).toEqual([201, 'n2']);
    const again = await ask(app, 'PUT', ENTRY, { value: 'v' }, { 'idempotency-key': 'once' });
    expect([again.headers['idempotent-replayed'], again.headers['x-confman-version']]).toEqual(['true', put.headers['x-confman-version']]);
  });
});

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

test('every route is declared once, and what changes something is no GET', async () => {
  const { routeTable } = await import('./routes/table.ts');
  const routes = routeTable(true);
  expect(new Set(routes.map((route) => `${route.method} ${route.path}`)).size).toBe(routes.length);
  expect(new Set(routes.map((route) => route.id)).size).toBe(routes.length);
  for (const route of routes) {
    if (route.kind === 'write') expect(route.method).not.toBe('GET');
    if (route.right === 'open') expect(['/health', '/health/ready', '/api/v1/session']).toContain(route.path);
    if (route.right === 'write' || (route.right === 'admin' && route.method !== 'GET')) expect(['write', 'node']).toContain(route.kind);
  }
});
