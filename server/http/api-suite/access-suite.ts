/** Keys, rights, scopes, sessions, probes, the API's own description. */
import { describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import type { AnyRoute } from '../route.ts';
import { routeTable } from '../routes/table.ts';
import { fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteAnswer, SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

const samplePath = ({ path }: AnyRoute): string =>
  path.replace(':namespace', 'a').replace(':key', 'k').replace(':group', 'default').replace(':id', 'x');

/** Every route that needs a right, from the table itself. */
const GUARDED = routeTable(false).filter((route) => route.right !== 'open');

export function accessSuite(api: SuiteApi, target: SuiteTarget): void {
  describe('authentication', () => {
    test.each(GUARDED.map((route) => [route.method, samplePath(route)] as const))('is needed for %s %s', async (method, path) => {
      const stranger = await api.send(method, path, { key: null });
      expectProblem(stranger, 'unauthenticated');
      expect([stranger.status, stranger.headers.get('www-authenticate'), stranger.token]).toEqual([401, 'Bearer realm="confman"', '']);
    });

    test.each(['confman_wrong', 'wrong', '', 'x'.repeat(1000)])('refuses the key %j', async (key) => {
      expectProblem(await api.get('/api/v1/session', { key: null, headers: { authorization: `Bearer ${key}` } }), 'unauthenticated');
      if (key !== '') expectProblem(await api.get('/api/v1/session', { key: null, headers: { 'x-api-key': key } }), 'unauthenticated');
    });

    test('takes a key by either header, and not two different ones', async () => {
      const secret = target.adminKey();
      expect((await api.get('/api/v1/session', { key: null, headers: { 'x-api-key': secret } })).status).toBe(200);
      expect((await api.get('/api/v1/session', { headers: { 'x-api-key': secret } })).status).toBe(200);
      expectProblem(await api.get('/api/v1/session', { headers: { 'x-api-key': 'confman_other' } }), 'invalid-parameter');
      expectProblem(await api.get('/api/v1/session', { key: null, headers: { authorization: 'Basic eDp5' } }), 'unauthenticated');
      expectProblem(await api.get('/api/v1/session', { key: null, headers: { 'x-confman-relayed': 'guess' } }), 'unauthenticated');
    });
  });

  describe('rights', () => {
    test.each(GUARDED.filter((route) => route.right === 'admin').map((route) => [route.method, samplePath(route)] as const))(
      'an editor may not %s %s',
      async (method, path) => {
        const { secret } = await editor();
        const refused = await api.send(method, path, { key: secret, ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) });
        expectProblem(refused, 'forbidden');
        expect(refused.token).not.toBe('');
      },
    );

    test.each(GUARDED.filter((route) => route.right === 'write').map((route) => [route.method, samplePath(route)] as const))(
      'a viewer may not %s %s',
      async (method, path) => {
        const { secret } = await viewer();
        expectProblem(await api.send(method, path, { key: secret, ...(method === 'DELETE' ? {} : { body: {} }) }), 'forbidden');
      },
    );

    test('end at the namespaces that a key is limited to', async () => {
      const root = fresh('scope');
      const other = fresh('scope');
      await api.put(entryPath(`${root}/in`, 'k'), { value: 'in' });
      const outside = await api.put(entryPath(`${root}-out`, 'k'), { value: 'out' });
      await api.put(entryPath(other, 'k'), { value: 'out' });
      const { secret: key } = await api.key('admin', [root]);
      const headers = { 'x-confman-min-version': outside.token };
      expect((await api.get(entryPath(`${root}/in`, 'k'), { key, headers })).status).toBe(200);
      for (const path of [
        entryPath(`${root}-out`, 'k'),
        entryPath(other, 'k'),
        namespacePath(other),
        `${namespacePath(other)}/config`,
        `${entryPath(other, 'k')}/history`,
        `${namespacePath(other)}/audit`,
        `/api/v1/audit?namespace=${other}`,
        `/api/v1/watch?namespace=${other}`,
      ]) {
        expectProblem(await api.get(path, { key, headers }), 'forbidden');
      }
      expectProblem(await api.put(entryPath(other, 'k'), { value: 'x' }, { key }), 'forbidden');
      expectProblem(await api.delete(namespacePath(other), { key }), 'forbidden');
      // It could widen itself otherwise.
      expectProblem(await api.post('/api/v1/keys', { name: 'wider', role: 'admin' }, { key }), 'forbidden');
      const names = (answer: SuiteAnswer): readonly unknown[] =>
        (answer.json['items'] as readonly Record<string, unknown>[]).map((row) => row['namespace']);
      expect(names(await api.get('/api/v1/namespaces', { key, headers }))).toEqual([`${root}/in`]);
      expect(names(await api.get('/api/v1/configs', { key, headers }))).toEqual([`${root}/in`]);
      expect(new Set(names(await api.get('/api/v1/audit', { key, headers })))).toEqual(new Set([`${root}/in`]));
    });

    const editor = async (): Promise<{ readonly secret: string }> => api.key('editor');
    const viewer = async (): Promise<{ readonly secret: string }> => api.key('viewer');
  });

  describe('keys', () => {
    test('are made, shown once, listed without secrets and revoked', async () => {
      const name = fresh('key');
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const headers = { 'idempotency-key': fresh('key') };
      const request = { name, role: 'editor', scope: ['teams/a'], expiresAt };
      const made = await api.post('/api/v1/keys', request, { headers });
      expect([made.status, made.json]).toEqual([
        201,
        expect.objectContaining({
          name,
          role: 'editor',
          scope: ['teams/a'],
          expiresAt,
          version: made.version,
          revokedAt: null,
          secret: expect.stringMatching(/^confman_[\w-]{43}$/) as unknown,
        }),
      ]);
      const secret = String(made.json['secret']);
      const replay = await api.post('/api/v1/keys', request, { headers });
      expect([replay.status, replay.json['id'], replay.json['secret'], replay.headers.get('idempotent-replayed')]).toEqual([
        201,
        made.json['id'],
        null,
        'true',
      ]);

      const token = { 'x-confman-min-version': made.token };
      expect((await api.get('/api/v1/session', { key: secret, headers: token })).json).toMatchObject({
        key: { name },
        role: 'editor',
        scope: ['teams/a'],
        via: 'bearer',
      });
      const listed = await api.get('/api/v1/keys?limit=1000', { headers: token });
      expect(listed.text).not.toContain(secret);
      expect(listed.text).not.toMatch(/secretHash/);
      expect(listed.text).toContain(name);

      const revoked = await api.delete(`/api/v1/keys/${String(made.json['id'])}`);
      expect(revoked.json).toMatchObject({ version: revoked.version, id: made.json['id'] });
      expectProblem(await api.get('/api/v1/namespaces', { key: secret }), 'unauthenticated');
      // Revoked is revoked: saying so twice changes nothing.
      expect((await api.delete(`/api/v1/keys/${String(made.json['id'])}`)).status).toBe(200);
      expectProblem(await api.delete('/api/v1/keys/none'), 'key-not-found');
      expect(
        (await api.get('/api/v1/audit?action=key.revoked&limit=1', { headers: { 'x-confman-min-version': revoked.token } })).json['items'],
      ).toHaveLength(1);
    });

    test.each([
      [{ name: '', role: 'viewer' }, '/name'],
      [{ name: 'x'.repeat(101), role: 'viewer' }, '/name'],
      [{ name: 'a\nb', role: 'viewer' }, '/name'],
      [{ name: 'a', role: 'root' }, '/role'],
      [{ name: 'a', role: 'viewer', scope: [] }, '/scope'],
      [{ name: 'a', role: 'viewer', scope: ['a//b'] }, '/scope/0'],
      [{ name: 'a', role: 'viewer', expiresAt: 'tomorrow' }, '/expiresAt'],
      [{ name: 'a', role: 'viewer', expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
      [{ name: 'a', role: 'viewer', secret: 'confman_mine' }, '/secret'],
    ])('refuse %o', async (body, pointer) => {
      const answer = await api.post('/api/v1/keys', body);
      expect((expectProblem(answer, 'invalid-body')['errors'] as readonly { pointer: string }[])[0]?.pointer).toBe(pointer);
    });
  });

  describe('sessions', () => {
    const signIn = async (key: string, headers: Readonly<Record<string, string>> = {}): Promise<SuiteAnswer> =>
      api.post('/api/v1/session', { key }, { key: null, headers });
    const origin = (): string => new URL(target.baseUrl()).origin;

    test('begin with a key, are sealed in a cookie, and end', async () => {
      const signed = await signIn(target.adminKey());
      expect(signed.status).toBe(200);
      const set = signed.headers.get('set-cookie') ?? '';
      expect(set).toMatch(/^confman_session_[0-9a-f]{8}=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/);
      expect(set).not.toContain(target.adminKey());
      const cookie = set.split(';')[0] ?? '';
      const asCookie = { key: null, headers: { cookie: `other=1; ${cookie}` } };
      expect((await api.get('/api/v1/session', asCookie)).json).toMatchObject({ via: 'cookie', role: 'admin' });

      const path = entryPath(fresh('session'), 'k');
      expectProblem(await api.put(path, { value: 'v' }, asCookie), 'origin-mismatch');
      expectProblem(
        await api.put(path, { value: 'v' }, { key: null, headers: { cookie, origin: 'https://evil.example' } }),
        'origin-mismatch',
      );
      expectProblem(await api.put(path, { value: 'v' }, { key: null, headers: { cookie, origin: 'null' } }), 'origin-mismatch');
      expect((await api.put(path, { value: 'v' }, { key: null, headers: { cookie, origin: origin() } })).status).toBe(201);

      const out = await api.delete('/api/v1/session', { key: null, headers: { cookie, origin: origin() } });
      expect([out.status, out.headers.get('set-cookie')]).toEqual([200, expect.stringMatching(/=; Path=\/; Max-Age=0;/)]);
    });

    test('open nothing once tampered with, or once their key is revoked', async () => {
      const { id, secret } = await api.key('viewer');
      const cookie = (await signIn(secret)).headers.get('set-cookie')?.split(';')[0] ?? '';
      const get = async (value: string): Promise<SuiteAnswer> => api.get('/api/v1/session', { key: null, headers: { cookie: value } });
      expect((await get(cookie)).status).toBe(200);
      const [name, value = ''] = cookie.split('=');
      for (const broken of ['', 'x', value.slice(0, -2), `${value.slice(0, 20)}${value[20] === 'A' ? 'B' : 'A'}${value.slice(21)}`])
        expectProblem(await get(`${name}=${broken}`), 'unauthenticated');
      await api.delete(`/api/v1/keys/${id}`);
      expectProblem(await get(cookie), 'unauthenticated');
    });

    test('do not begin from a page elsewhere, nor with a wrong key', async () => {
      expectProblem(await signIn(target.adminKey(), { origin: 'https://evil.example' }), 'origin-mismatch');
      expectProblem(await signIn('confman_wrong'), 'unauthenticated');
    });
  });

  describe('this node', () => {
    test('says that it lives and is ready, to anybody', async () => {
      expect((await api.get('/health', { key: null })).json).toMatchObject({ status: 'ok' });
      const ready = await api.get('/health/ready', { key: null });
      expect([ready.status, ready.json['status'], ready.json['failing']]).toEqual([200, 'ready', []]);
    });

    test('shows its metrics to those who may read', async () => {
      await api.get('/api/v1/namespaces');
      const metrics = await api.get('/metrics');
      expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(metrics.text).toMatch(/^confman_read_waiters \d+$/m);
      expect(metrics.text).toMatch(
        /^confman_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/namespaces",status="200"\} \d+$/m,
      );
    });

    test('says what the cluster is and who leads', async () => {
      const status = await api.get('/api/v1/cluster');
      expect(status.status).toBe(200);
      const [group] = status.json['groups'] as readonly { readonly id: string; readonly leader: string }[];
      expect(group?.id).toBe('default');
      expectProblem(await api.post('/api/v1/cluster/groups/nowhere/leader', { node: 'n1' }), 'group-not-found');
      expectProblem(await api.post('/api/v1/cluster/groups/default/leader', { node: 'nobody' }), 'not-a-voter');
      expectProblem(await api.post('/api/v1/cluster/groups/No!/leader', { node: 'n1' }), 'invalid-name');
    });

    test('tells what its replica went through, to those who may read', async () => {
      const journal = await api.get('/api/v1/cluster/groups/default/journal?index=1');
      expect([journal.status, journal.json['group']]).toEqual([200, 'default']);
      expectProblem(await api.get('/api/v1/cluster/groups/nowhere/journal'), 'group-not-found');
      expectProblem(await api.get('/api/v1/cluster/groups/default/journal?index=0'), 'invalid-parameter');
    });

    test('describes every route in OpenAPI 3.1', async () => {
      const document = (await api.get('/api/v1/openapi.json')).json as {
        openapi: string;
        paths: Record<string, Record<string, unknown>>;
        components: { schemas: Record<string, unknown> };
      };
      expect(document.openapi).toBe('3.1.0');
      for (const route of GUARDED)
        expect(document.paths[route.path.replaceAll(/:([a-z]+)/g, '{$1}')]?.[route.method.toLowerCase()]).toMatchObject({
          operationId: route.id,
        });
      const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(references.length).toBeGreaterThan(20);
      for (const name of references) expect(document.components.schemas).toHaveProperty([name]);
    });
  });
}
