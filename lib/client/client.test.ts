import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient } from './create-client.ts';
import { systemEnvironment } from './environment.ts';
import { ConfmanError, isConfmanError } from './errors.ts';
import { Session } from './session.ts';
import { problem, ScriptedServer, versioned } from './testing/scripted-server.ts';
import type { ConfmanClient } from './create-client.ts';
import type { ClientOptions, Notice } from './types.ts';

const history = 'aaaaaaaa.00000001';
const restored = 'aaaaaaaa.00000002';
const entry = {
  namespace: 'app',
  key: 'db/url',
  value: 'x',
  type: 'text',
  revision: 1,
  version: '5:42',
  createdAt: '',
  updatedAt: '',
  updatedBy: '',
  message: '',
};

let server: ScriptedServer;
let other: ScriptedServer;
let notices: Notice[];

beforeEach(async () => {
  server = await ScriptedServer.start();
  other = await ScriptedServer.start();
  notices = [];
});
afterEach(async () => {
  await Promise.all([server.stop(), other.stop()]);
});

function client(options: Partial<ClientOptions> = {}): ConfmanClient {
  return createClient({
    endpoints: [server.url],
    key: 'confman_test',
    onNotice: (notice) => notices.push(notice),
    environment: { ...systemEnvironment, random: () => 0 },
    ...options,
  });
}

async function failure(call: Promise<unknown>): Promise<ConfmanError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfmanError) return error;
  throw new Error(`expected a ConfmanError, got ${String(error)}`);
}

const minVersions = (asked: ScriptedServer): readonly unknown[] => asked.asked.map(({ headers }) => headers['x-confman-min-version']);

describe('the session', () => {
  test('demands of every read what any answer has shown, errors included', async () => {
    const tokens = [`${history}/5:42`, `${history}/5:40`, `${history}/5:44`, `${history}/5:43`];
    server.script((_, number) =>
      number === 3 ? problem('entry-not-found', {}, { 'x-confman-token': tokens[2] ?? '' }) : versioned(tokens[number - 1] ?? '', entry),
    );
    const confman = client();
    await confman.config.put('app', 'db/url', { value: 'x' });
    await confman.config.get('app', 'db/url');
    await failure(confman.config.get('app', 'gone'));
    await confman.namespaces.get('app');
    expect(minVersions(server)).toEqual([undefined, `${history}/5:42`, `${history}/5:42`, `${history}/5:44`]);
    expect(confman.session.export().token).toBe(`${history}/5:44`);
  });

  test('is demanded together with a version that the caller names, and left out where the caller says so', async () => {
    server.script(() => versioned(`${history}/5:1`, entry));
    const confman = client({ session: new Session({ token: `${history}/5:42`, clock: null }) });
    await confman.config.get('app', 'k', { minVersion: `${history}/5:50` });
    await confman.config.get('app', 'k', { minVersion: '5:50' });
    await confman.config.get('app', 'k', { session: false });
    await confman.config.get('app', 'k', { session: false, minVersion: '5:7' });
    expect(minVersions(server)).toEqual([`${history}/5:50`, `5:50,${history}/5:42`, undefined, '5:7']);
    expect((await failure(confman.config.get('app', 'k', { minVersion: '007:1' }))).code).toBe('invalid-options');
  });

  test('goes along with withToken without touching the client it came from', async () => {
    server.script(() => versioned(`${history}/6:60`, entry));
    const confman = client({ session: new Session({ token: `${history}/5:42`, clock: null }) });
    await confman.withToken(`${history}/5:50`).config.get('app', 'k');
    await confman.config.get('app', 'k');
    expect(minVersions(server)).toEqual([`${history}/5:50`, `${history}/5:42`]);
  });

  test('sends the greatest clock back with writes', async () => {
    server.script(() => versioned(`${history}/5:1`, entry, { 'x-confman-clock': '1700000000000-0001-n1' }));
    const confman = client();
    await confman.config.put('app', 'k', { value: '1' });
    await confman.config.put('app', 'k', { value: '2' });
    await confman.config.get('app', 'k');
    expect(server.asked.map(({ headers }) => headers['x-confman-clock'])).toEqual([undefined, '1700000000000-0001-n1', undefined]);
  });
});

describe('a version that the cluster refuses', () => {
  test.each([
    ['version-lost-in-restore', 'this cluster was restored; your change at 5:42 may be lost'],
    ['version-of-another-lineage', 'this cluster was restored; your change at 5:42 may be lost'],
    ['version-from-the-future', 'this cluster has lost what it had at 5:42; your change at 5:42 may be lost'],
    ['version-of-another-cluster', 'this is another cluster than before; what you saw or changed at 5:42 belongs to the other one'],
  ] as const)('is dropped on %s, said once, and the read repeated', async (code, message) => {
    server.script(({ headers }) =>
      String(headers['x-confman-min-version'] ?? '').includes(history)
        ? problem(code, { history, version: '5:42' })
        : versioned(`${restored}/9:50`, entry),
    );
    const confman = client({ session: new Session({ token: `${history}/5:42`, clock: null }) });
    const answers = await Promise.all([confman.config.get('app', 'k'), confman.config.get('app', 'k')]);
    expect(answers.map(({ data }) => data.value)).toEqual(['x', 'x']);
    expect(notices).toEqual([{ type: 'version-dropped', code, history, version: '5:42', message }]);
    expect(confman.session.export().token).toBe(`${restored}/9:50`);
  });

  test('leaves the elements of other histories alone', async () => {
    server.script(({ headers }) =>
      String(headers['x-confman-min-version']).includes(history)
        ? problem('version-lost-in-restore', { history })
        : versioned(`${restored}/9:50`, entry),
    );
    const confman = client({ session: new Session({ token: `${history}/5:42,${restored}/9:49`, clock: null }) });
    await confman.config.get('app', 'k');
    expect(minVersions(server)).toEqual([`${history}/5:42,${restored}/9:49`, `${restored}/9:49`]);
  });

  test('is the caller’s to judge when the caller named it', async () => {
    server.script(() => problem('version-of-another-cluster', { history: 'bbbbbbbb.00000001' }));
    const confman = client({ session: new Session({ token: `${history}/5:42`, clock: null }) });
    const error = await failure(confman.config.get('app', 'k', { minVersion: 'bbbbbbbb.00000001/1:1' }));
    expect(error).toMatchObject({ code: 'version-of-another-cluster', status: 409, retryable: false });
    expect(server.asked).toHaveLength(1);
    expect(confman.session.export().token).toBe(`${history}/5:42`);
  });

  test('ends in the error when there is nothing left to drop', async () => {
    server.script(() => problem('version-from-the-future', { history }));
    const error = await failure(client({ session: new Session({ token: `${history}/5:42`, clock: null }) }).config.get('app', 'k'));
    expect(error.code).toBe('version-from-the-future');
    expect(server.asked).toHaveLength(2);
  });
});

describe('repeating', () => {
  test('repeats a write under one idempotency key until its fate is known', async () => {
    const fates = [
      problem('no-leader'),
      problem('write-outcome-unknown'),
      { handle: (response: { destroy: () => void }) => response.destroy() },
      versioned(`${history}/5:42`, entry, { 'idempotent-replayed': 'true' }),
    ];
    server.script((_, number) => fates[number - 1] ?? { status: 500 });
    const { meta } = await client().config.put('app', 'k', { value: '1' });
    const keys = new Set(server.asked.map(({ headers }) => headers['idempotency-key']));
    expect(server.asked).toHaveLength(4);
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/);
    expect(meta).toMatchObject({ attempts: 4, replayed: true });
  });

  test('draws a key for every write', async () => {
    server.script(() => versioned(`${history}/5:42`, entry));
    const confman = client();
    await confman.config.put('app', 'k', { value: '1' });
    await confman.config.delete('app', 'k');
    await confman.config.batch('app', { operations: [{ op: 'delete', key: 'k' }] });
    expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  test.each(['no-leader', 'write-outcome-unknown'] as const)('never repeats a write without a key, on %s', async (code) => {
    server.script(() => problem(code));
    const error = await failure(client().config.put('app', 'k', { value: '1' }, { idempotencyKey: null }));
    expect(error).toMatchObject({ code, retryable: true });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.headers['idempotency-key']).toBeUndefined();
  });

  test.each(['version-conflict', 'invalid-value', 'storage-full', 'internal-error', 'forbidden', 'idempotency-key-reused'] as const)(
    'does not repeat what cannot get better: %s',
    async (code) => {
      server.script(() => problem(code));
      expect((await failure(client().config.put('app', 'k', { value: '1' }))).code).toBe(code);
      expect(server.asked).toHaveLength(1);
    },
  );

  test('ends after its attempts with the last reason', async () => {
    server.script(() => problem('no-leader'));
    const error = await failure(client({ retry: { attemptsMax: 3 } }).config.get('app', 'k'));
    expect(error.code).toBe('no-leader');
    expect(server.asked).toHaveLength(3);
    expect((await failure(client().config.get('app', 'k', { retry: false }))).code).toBe('no-leader');
    expect(server.asked).toHaveLength(4);
  });

  test('waits as long as the server asks, and not at all when that is longer than the call may take', async () => {
    server.script((_, number) =>
      number === 1 ? problem('no-leader', {}, { 'retry-after': '1', 'x-confman-retry-after-ms': '7' }) : versioned(`${history}/1:1`, entry),
    );
    await client().config.get('app', 'k');
    expect(notices).toMatchObject([{ type: 'retry', delayMs: 7, code: 'no-leader', attempt: 1 }]);
    server.script(() => problem('no-leader', {}, { 'retry-after': '60' }));
    expect((await failure(client().config.get('app', 'k', { timeoutMs: 5000 }))).code).toBe('no-leader');
  });

  test('takes a wait that the caller has bounded for an answer', async () => {
    server.script(() => problem('version-not-reached'));
    const error = await failure(
      client().config.get('app', 'k', { maxWaitMs: 750, onTimeout: 'fail', consistency: 'read-your-writes', node: 'n3' }),
    );
    expect(error).toMatchObject({ code: 'version-not-reached', status: 503 });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.headers).toMatchObject({
      'x-confman-max-wait': '750ms',
      'x-confman-on-timeout': 'fail',
      'x-confman-consistency': 'read-your-writes',
      'x-confman-node': 'n3',
    });
  });
});

describe('several endpoints', () => {
  test('moves on from one that fails, and stays', async () => {
    server.script(() => problem('node-not-ready'));
    other.script(() => versioned(`${history}/1:1`, entry));
    const confman = client({ endpoints: [server.url, other.url] });
    const { meta } = await confman.config.get('app', 'k');
    await confman.config.get('app', 'k');
    expect(meta.endpoint).toBe(other.url);
    expect([server.asked.length, other.asked.length]).toEqual([1, 2]);
  });

  test('moves on from one where nobody listens', async () => {
    const gone = await ScriptedServer.start();
    const url = gone.url;
    await gone.stop();
    server.script(() => versioned(`${history}/1:1`, entry));
    expect((await client({ endpoints: [url, server.url] }).config.get('app', 'k')).data.value).toBe('x');
    const error = await failure(client({ endpoints: [url], retry: { attemptsMax: 2 } }).config.get('app', 'k'));
    expect(error).toMatchObject({ code: 'unreachable', status: 0, retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('follows a redirect to the leader with the key, but never to where it would be readable', async () => {
    server.script(({ path }) => ({ status: 307, headers: { location: `${other.url}${path}` } }));
    other.script(() => versioned(`${history}/1:1`, entry));
    await client().config.put('app', 'a/b', { value: '1' });
    expect(other.asked[0]).toMatchObject({ method: 'PUT', path: '/api/v1/namespaces/app/config/a%2Fb', body: '{"value":"1"}' });
    expect(other.asked[0]?.headers.authorization).toBe('Bearer confman_test');
    other.script(({ path }) => ({ status: 307, headers: { location: `${server.url}${path}` } }));
    expect((await failure(client().config.get('app', 'k'))).message).toContain('too many redirects');
    const fetch = () =>
      Promise.resolve({
        status: 307,
        headers: { get: (name: string) => (name === 'location' ? 'http://n2/x' : null) },
        body: null,
        text: () => Promise.resolve(''),
      });
    expect((await failure(client({ endpoints: ['https://n1'], fetch }).config.get('app', 'k'))).message).toContain('not encrypted');
  });
});

describe('ends', () => {
  test('gives up an answer that does not come', async () => {
    server.script(() => ({ handle: () => undefined }));
    expect((await failure(client().config.get('app', 'k', { timeoutMs: 30 }))).code).toBe('deadline');
  });

  test('stops when its caller does, before and while it waits', async () => {
    expect((await failure(client().config.get('app', 'k', { signal: AbortSignal.abort() }))).code).toBe('aborted');
    const controller = new AbortController();
    server.script(() => {
      controller.abort();
      return { handle: () => undefined };
    });
    expect((await failure(client().config.get('app', 'k', { signal: controller.signal }))).code).toBe('aborted');
    expect(server.asked).toHaveLength(1);
  });

  test('tells answers of strangers from those of nodes', async () => {
    server.script(() => ({ status: 200, body: '<html>' }));
    expect((await failure(client().config.get('app', 'k'))).code).toBe('invalid-answer');
    server.script(() => ({ status: 404, body: '<html>' }));
    expect(await failure(client().config.get('app', 'k'))).toMatchObject({ code: 'invalid-answer', status: 404, retryable: false });
    server.script((_, number) => (number === 3 ? { status: 502, body: 'bad gateway' } : versioned(`${history}/1:1`, entry)));
    expect((await client().config.get('app', 'k')).meta.attempts).toBe(2);
  });

  test('carries the whole problem in its error', async () => {
    server.script(() =>
      problem(
        'invalid-value',
        { detail: 'line 1', errors: [{ pointer: '/value', detail: 'x', line: 1, column: 2 }] },
        { 'x-request-id': 'r-7' },
      ),
    );
    const error = await failure(client().config.put('app', 'k', { value: '{', type: 'json' }));
    expect(error).toMatchObject({
      message: 'line 1',
      status: 422,
      requestId: 'r-7',
      problem: { errors: [{ pointer: '/value', line: 1 }] },
    });
    expect(isConfmanError(error, 'invalid-value')).toBe(true);
  });
});

describe('reading', () => {
  test('tells by null that an entry has not changed', async () => {
    server.script(({ headers }) =>
      headers['if-none-match'] === '"5:42"'
        ? { status: 304, headers: { 'x-confman-token': `${history}/5:50` } }
        : versioned(`${history}/5:50`, entry),
    );
    const confman = client();
    expect(await confman.config.getIfChanged('app', 'k', '5:42')).toMatchObject({ data: null, meta: { status: 304 } });
    expect(await confman.config.getIfChanged('app', 'k', '5:41')).toMatchObject({ data: { value: 'x' } });
    expect(confman.session.export().token).toBe(`${history}/5:50`);
  });

  test('sends preconditions as the API wants them', async () => {
    server.script(() => versioned(`${history}/5:42`, entry));
    const confman = client();
    await confman.config.put('app', 'k', { value: '1' }, { ifMatch: '5:42' });
    await confman.config.put('app', 'k', { value: '1' }, { ifNoneMatch: '*' });
    expect(server.asked.map(({ headers }) => [headers['if-match'], headers['if-none-match']])).toEqual([
      ['"5:42"', undefined],
      [undefined, '*'],
    ]);
  });

  test('walks a list page by page', async () => {
    server.script(({ path }) =>
      versioned(
        `${history}/1:1`,
        path.includes('cursor=c2')
          ? { items: [{ ...entry, key: 'c' }], nextCursor: null }
          : {
              items: [
                { ...entry, key: 'a' },
                { ...entry, key: 'b' },
              ],
              nextCursor: 'c2',
            },
      ),
    );
    const keys: string[] = [];
    for await (const item of client().config.list('app', { prefix: 'x&y', limit: 2 })) keys.push(item.key);
    expect(keys).toEqual(['a', 'b', 'c']);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/app/config?prefix=x%26y&limit=2',
      '/api/v1/namespaces/app/config?prefix=x%26y&limit=2&cursor=c2',
    ]);
  });

  test('begins a whole list anew when its cursor has expired', async () => {
    const pages = [
      { items: [{ ...entry, key: 'old' }], nextCursor: 'c' },
      null,
      { items: [{ ...entry, key: 'a' }], nextCursor: 'd' },
      { items: [{ ...entry, key: 'b' }], nextCursor: null },
    ];
    server.script((_, number) => {
      const page = pages[number - 1];
      return page === null ? problem('cursor-expired') : versioned(`${history}/1:1`, page);
    });
    expect((await client().config.list('app').all()).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test('gives typed values, their default when absent, and an error when they do not fit', async () => {
    const values: Record<string, unknown> = {
      n: { ...entry, type: 'number', value: '8' },
      b: { ...entry, type: 'boolean', value: 'false' },
      j: { ...entry, type: 'json', value: '{"a":[1]}' },
      t: entry,
    };
    server.script(({ path }) => {
      const found = values[path.slice(path.lastIndexOf('/') + 1)];
      return found === undefined ? problem('entry-not-found') : versioned(`${history}/1:1`, found);
    });
    const { config } = client();
    expect(await config.value('app', 'n', { schema: z.number() })).toBe(8);
    expect(await config.value('app', 'b', { schema: z.boolean(), fallback: true })).toBe(false);
    expect(await config.value('app', 'j', { schema: z.object({ a: z.array(z.number()) }) })).toEqual({ a: [1] });
    expect(await config.value('app', 'absent', { schema: z.number(), fallback: 3 })).toBe(3);
    expect((await failure(config.value('app', 'absent', { schema: z.number() }))).code).toBe('entry-not-found');
    expect((await failure(config.value('app', 't', { schema: z.number(), fallback: 3 }))).code).toBe('invalid-value');
  });
});
