/** Whatever a client may send that it should not: clear 4xx, and the node lives. */
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { firstError, fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

const MiB = 1024 * 1024;

/** A request with headers that `fetch` would not send, or not as they are. */
async function raw(
  url: string,
  method: string,
  path: string,
  headers: readonly string[],
): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      { host: hostname, port, method, path, headers: [...headers] as unknown as Record<string, string> },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('error', reject);
    request.end();
  });
}

export function requestsSuite(api: SuiteApi, target: SuiteTarget): void {
  const path = (): string => entryPath(fresh('hostile'), 'k');

  describe('bodies', () => {
    test.each([
      ['{', 'malformed-json'],
      ['', 'invalid-body'],
      ['{"value":"a",}', 'malformed-json'],
      ['nul', 'malformed-json'],
      ['null', 'invalid-body'],
      ['[]', 'invalid-body'],
      ['"text"', 'invalid-body'],
      ['{}', 'invalid-body'],
      ['{"value":7}', 'invalid-body'],
      ['{"value":null}', 'invalid-body'],
      ['{"value":"a","type":"xml"}', 'invalid-body'],
      ['{"value":"a","message":7}', 'invalid-body'],
      ['{"value":"\\ud800"}', 'invalid-body'],
      ['{"value":"a","message":"\\u0007"}', 'invalid-body'],
      [`{"value":"a","message":"${'x'.repeat(1001)}"}`, 'invalid-body'],
      ['{"value":"a","__proto__":{"type":"json"}}', 'invalid-body'],
      [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'invalid-body'],
      ['\ufeff{"value":"a"}', 'malformed-json'],
    ])('refuse %s', async (body, code) => {
      const answer = await api.put(path(), body);
      expectProblem(answer, code);
      expect(answer.status).toBe(400);
    });

    test('say which fields are not known, by JSON Pointer', async () => {
      const answer = await api.put(path(), { value: 'a', extra: 1, 'a/b~c': 2 });
      const errors = expectProblem(answer, 'invalid-body')['errors'] as readonly Record<string, unknown>[];
      expect(errors.map((error) => String(error['pointer'])).toSorted((a, b) => a.localeCompare(b))).toEqual(['/a~1b~0c', '/extra']);
      const batch = await api.post(`${namespacePath(fresh('hostile'))}/batch`, { operations: [{ op: 'put', key: '../x', value: '' }] });
      expect(firstError(batch)).toMatchObject({ pointer: '/operations/0/key' });
    });

    test('say where JSON breaks', async () => {
      const answer = await api.put(path(), '{\n  "value": "a"\n  "type": "text"\n}');
      expectProblem(answer, 'malformed-json');
      expect(firstError(answer)).toMatchObject({ line: 3, column: 3 });
    });

    test('are JSON and nothing else', async () => {
      const body = JSON.stringify({ value: 'a' });
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx']) {
        expectProblem(await api.put(path(), body, { headers: { 'content-type': type } }), 'unsupported-media-type');
      }
      expect((await api.put(path(), body, { headers: { 'content-type': 'application/json; charset=utf-8' } })).status).toBe(201);
      expectProblem(await api.put(path(), body, { headers: { 'content-encoding': 'gzip' } }), 'unsupported-media-type');
      expectProblem(await api.put(path(), new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), 'malformed-json');
      expectProblem(await api.delete(path(), { body: { value: 'a' } }), 'invalid-body');
    });

    test('hold values up to the limit, and not a byte more', async () => {
      const max = target.valueBytesMax ?? MiB;
      const namespace = fresh('hostile');
      const atLimit = await api.put(entryPath(namespace, 'at'), { value: 'x'.repeat(max) });
      expect(atLimit.status).toBe(201);
      const over = await api.put(entryPath(namespace, 'over'), { value: 'x'.repeat(max + 1) });
      expectProblem(over, 'value-too-large');
      expect([over.status, firstError(over)['pointer']]).toEqual([413, '/value']);
      expectProblem(await api.put(entryPath(namespace, 'over'), { value: '😀'.repeat(max / 4 + 1) }), 'value-too-large');
      expect((await api.put(entryPath(namespace, 'wide'), { value: '😀'.repeat(max / 4) })).status).toBe(201);
      expectProblem(
        await api.get(entryPath(namespace, 'over'), { headers: { 'x-confman-consistency': 'linearizable' } }),
        'entry-not-found',
      );
      await api.delete(namespacePath(namespace));
    });

    test('beyond any limit are cut off, and the node lives', async () => {
      const huge = `{"value":"${'x'.repeat(16 * MiB)}"}`;
      const outcome = await api.put(path(), huge).then(
        (answer) => answer.status,
        // The connection may close before the whole body is sent.
        () => 413,
      );
      expect(outcome).toBe(413);
      expectProblem(await api.post('/api/v1/session', { key: 'x'.repeat(100_000) }, { key: null }), 'body-too-large');
      expect((await api.get('/health', { key: null })).status).toBe(200);
    });
  });

  describe('addresses', () => {
    test('that are not there are 404 to callers and 401 to strangers', async () => {
      for (const unknown of [
        '/api/v1/nothing',
        '/api/v2/namespaces',
        '/api/v1/namespaces/a/config/b/c',
        '/api/v1/namespaces/a/b',
        '/api/v1/Namespaces',
      ]) {
        expectProblem(await api.get(unknown), 'not-found');
        expectProblem(await api.get(unknown, { key: null }), 'unauthenticated');
      }
    });

    test('take the methods that they take', async () => {
      const there = path();
      const patch = await api.send('PATCH', there, { body: {} });
      expectProblem(patch, 'method-not-allowed');
      expect(patch.headers.get('allow')).toBe('DELETE, GET, HEAD, PUT');
      expect((await api.post('/api/v1/cluster', {})).headers.get('allow')).toBe('GET, HEAD');
      expect((await api.send('HEAD', '/api/v1/watch')).headers.get('allow')).toBe('GET');
      expectProblem(await api.send('PATCH', there, { body: {}, key: null }), 'unauthenticated');
    });

    test('take only the parameters that they know, once each', async () => {
      const unknown = await api.get('/api/v1/namespaces?limt=10');
      expectProblem(unknown, 'invalid-parameter');
      expect(firstError(unknown)['parameter']).toBe('limt');
      expectProblem(await api.get('/api/v1/namespaces?limit=1&limit=2'), 'invalid-parameter');
      // Next mends these two before a route sees them.
      if (target.behindNext !== true) expectProblem(await api.get('/api/v1/namespaces?prefix=%zz'), 'invalid-parameter');
      expectProblem(await api.get('/api/v1/cluster?verbose=1'), 'invalid-parameter');
      if (target.behindNext !== true) expectProblem(await api.get('/api/v1/namespaces?__proto__=1'), 'invalid-parameter');
    });

    test('with broken percent signs are 400', async () => {
      for (const broken of ['/api/v1/namespaces/%zz', '/api/v1/namespaces/%ff/config', '/api/v1/namespaces/a/config/%c3%28']) {
        const answer = await raw(target.baseUrl(), 'GET', broken, ['Authorization', `Bearer ${target.adminKey()}`, 'Host', 'x']);
        expect([broken, answer.status]).toEqual([broken, 400]);
        expect((JSON.parse(answer.body) as Record<string, unknown>)['code']).toMatch(/^(bad-request|invalid-name)$/);
      }
    });

    test('may be 16 KiB long and no longer', async () => {
      expectProblem(await api.get(`/api/v1/namespaces/${'x'.repeat(15_000)}`), 'invalid-name');
      expectProblem(await api.get(`/api/v1/namespaces/${'x'.repeat(17_000)}`), 'uri-too-long');
      return expect((await api.get('/health', { key: null })).status).toBe(200);
    });
  });

  describe('headers', () => {
    test('that are repeated fold into one list', async () => {
      const there = path();
      const put = await api.put(there, { value: 'v' });
      const base = ['Authorization', `Bearer ${target.adminKey()}`, 'Host', 'x'];
      const both = await raw(target.baseUrl(), 'GET', there, [
        ...base,
        'X-Confman-Min-Version',
        '0:0',
        'X-Confman-Min-Version',
        put.version,
      ]);
      expect([both.status, (JSON.parse(both.body) as Record<string, unknown>)['value']]).toEqual([200, 'v']);
      const bad = await raw(target.baseUrl(), 'GET', there, [
        ...base,
        'X-Confman-Min-Version',
        put.version,
        'X-Confman-Min-Version',
        '007:1',
      ]);
      expect([bad.status, (JSON.parse(bad.body) as { errors: readonly { element: number }[] }).errors[0]?.element]).toEqual([400, 2]);
      const modes = await raw(target.baseUrl(), 'GET', there, [
        ...base,
        'X-Confman-Consistency',
        'eventual',
        'X-Confman-Consistency',
        'linearizable',
      ]);
      expect(modes.status).toBe(400);
    });

    test('carry the request id and the trace of the caller', async () => {
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const given = await api.get('/api/v1/session', { headers: { 'x-request-id': 'mine-1', traceparent: trace } });
      expect([given.headers.get('x-request-id'), given.headers.get('traceparent')]).toEqual(['mine-1', trace]);
      expect((await api.get('/api/v1/session', { headers: { 'x-correlation-id': 'theirs-2' } })).headers.get('x-request-id')).toBe(
        'theirs-2',
      );
      const made = await api.get('/api/v1/session', { headers: { 'x-request-id': 'x'.repeat(129) } });
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect((await api.get('/api/v1/namespaces/-', { headers: { 'x-request-id': 'mine-3' } })).json['instance']).toBe('mine-3');
    });

    test('that are too long or broken are refused, and the node lives', async () => {
      const long = await api.get('/api/v1/session', { headers: { 'x-confman-min-version': `${'5:42,'.repeat(900)}5:42` } });
      expectProblem(long, 'invalid-version-token');
      const outcome = await api.get('/api/v1/session', { headers: { 'x-large': 'x'.repeat(60_000) } }).then(
        (answer) => answer.status,
        () => 431,
      );
      expect(outcome).toBe(431);
      return expect((await api.get('/health', { key: null })).status).toBe(200);
    });

    test('make idempotency keys of at most 128 printable characters', async () => {
      expectProblem(await api.put(path(), { value: 'v' }, { headers: { 'idempotency-key': 'x'.repeat(129) } }), 'invalid-parameter');
      expect((await api.put(path(), { value: 'v' }, { headers: { 'idempotency-key': 'x'.repeat(128) } })).status).toBe(201);
      expectProblem(await api.put(path(), { value: 'v' }, { headers: { 'x-confman-forward': 'maybe' } }), 'invalid-parameter');
      expectProblem(await api.put(path(), { value: 'v' }, { headers: { 'x-confman-max-wait': '0s' } }), 'invalid-parameter');
    });
  });

  describe('connections', () => {
    test('that are cut in the middle of a request harm nobody', async () => {
      const { hostname, port } = new URL(target.baseUrl());
      for (const part of [
        'GET /api',
        'GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n',
        `PUT ${path()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${target.adminKey()}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"val`,
        '\u0000\u0001\u0002\r\n\r\n',
      ]) {
        await new Promise<void>((resolve, reject) => {
          const socket = connect(Number(port), hostname, () => socket.write(part, () => socket.destroy()));
          socket.on('close', () => resolve());
          socket.on('error', reject);
        });
      }
      expect((await api.get('/health', { key: null })).status).toBe(200);
    });
  });

  describe('idempotency', () => {
    test('gives the first answer again, and changes nothing', async () => {
      const there = path();
      const headers = { 'idempotency-key': fresh('once') };
      const first = await api.put(there, { value: 'one' }, { headers });
      await api.put(there, { value: 'two' });
      const again = await api.put(there, { value: 'one' }, { headers });
      expect([again.status, again.json, again.version, again.headers.get('idempotent-replayed')]).toEqual([
        201,
        first.json,
        first.version,
        'true',
      ]);
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      expect((await api.get(there, { headers: { 'x-confman-consistency': 'linearizable' } })).json['value']).toBe('two');
      expectProblem(await api.put(there, { value: 'three' }, { headers }), 'idempotency-key-reused');
      // Scoped to method and path: elsewhere the same key is another one.
      expect((await api.put(path(), { value: 'one' }, { headers })).status).toBe(201);
      const { secret } = await api.key('editor');
      expect((await api.put(there, { value: 'one' }, { headers, key: secret })).headers.get('idempotent-replayed')).toBeNull();
    });

    test('remembers a refusal as well', async () => {
      const there = path();
      const headers = { 'idempotency-key': fresh('once'), 'if-match': '"1:1"' };
      const refused = await api.put(there, { value: 'one' }, { headers });
      expectProblem(refused, 'version-conflict');
      await api.put(there, { value: 'two' });
      const again = await api.put(there, { value: 'one' }, { headers });
      expectProblem(again, 'version-conflict');
      expect([again.version, again.headers.get('idempotent-replayed')]).toEqual([refused.version, 'true']);
    });
  });
}
