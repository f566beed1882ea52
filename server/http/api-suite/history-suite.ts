/** History, restore, batch, namespaces, search, audit. */
import { describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { firstError, fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteAnswer, SuiteApi } from '../testing/suite-api.ts';

type Row = Readonly<Record<string, unknown>>;

const items = (answer: SuiteAnswer): readonly Row[] => answer.json['items'] as readonly Row[];
const LATEST = { headers: { 'x-confman-consistency': 'linearizable' } };

/** All pages of a list. */
async function pages(api: SuiteApi, path: string): Promise<readonly (readonly Row[])[]> {
  const found: (readonly Row[])[] = [];
  let cursor: string | null = null;
  do {
    const answer = await api.get(cursor === null ? path : `${path}&cursor=${cursor}`, LATEST);
    expect(answer.status).toBe(200);
    found.push(items(answer));
    cursor = answer.json['nextCursor'] as string | null;
  } while (cursor !== null);
  return found;
}

export function historySuite(api: SuiteApi): void {
  describe('history', () => {
    test('keeps every revision, deletions too, newest first and in pages', async () => {
      const path = entryPath(fresh('history'), 'k');
      await api.put(path, { value: 'one', message: 'why one' });
      await api.put(path, { value: '2', type: 'number' });
      await api.delete(path);
      const history = await api.get(`${path}/history`, LATEST);
      expect(items(history).map(({ revision, value, type, deleted, message }) => [revision, value, type, deleted, message])).toEqual([
        [3, null, 'number', true, ''],
        [2, '2', 'number', false, ''],
        [1, 'one', 'text', false, 'why one'],
      ]);
      expect(history.json['oldestKept']).toBe(1);
      expect((await pages(api, `${path}/history?limit=1`)).flat().map((row) => row['revision'])).toEqual([3, 2, 1]);
      expectProblem(await api.get(`${entryPath(fresh('history'), 'never')}/history`, LATEST), 'entry-not-found');
    });

    test('gives an old revision, and says which are kept', async () => {
      const path = entryPath(fresh('history'), 'k');
      const first = await api.put(path, { value: 'one' });
      await api.put(path, { value: 'two' });
      const old = await api.get(`${path}?revision=1`, LATEST);
      expect([old.json['value'], old.json['revision'], old.headers.get('etag')]).toEqual(['one', 1, `"${first.version}"`]);
      expect((await api.get(`${path}?revision=1`, { headers: { ...LATEST.headers, accept: 'text/plain' } })).text).toBe('one');
      expect(expectProblem(await api.get(`${path}?revision=3`, LATEST), 'revision-not-found')['oldest']).toBe('1');
      expectProblem(await api.get(`${path}?revision=0`, LATEST), 'invalid-parameter');
    });

    test('restores an old revision as a new one, of a deleted key too', async () => {
      const path = entryPath(fresh('restore'), 'k');
      await api.put(path, { value: '{"a":1}', type: 'json' });
      await api.put(path, { value: 'two', type: 'text' });
      const restored = await api.post(`${path}/restore`, { revision: 1, message: 'back' });
      expect([
        restored.status,
        restored.json['revision'],
        restored.json['type'],
        restored.json['message'],
        restored.json['version'],
      ]).toEqual([200, 3, 'json', 'back', restored.version]);
      await api.delete(path);
      const revived = await api.post(`${path}/restore`, { revision: 2 });
      expect([revived.json['revision'], revived.json['created']]).toEqual([5, true]);
      expect((await api.get(path, LATEST)).json['value']).toBe('two');
      expectProblem(await api.post(`${path}/restore`, { revision: 99 }), 'revision-not-found');
      expectProblem(await api.post(`${path}/restore`, { revision: 1 }, { headers: { 'if-match': '"1:1"' } }), 'version-conflict');
      expectProblem(await api.post(`${entryPath(fresh('restore'), 'k')}/restore`, { revision: 1 }), 'namespace-not-found');
    });
  });

  describe('deleted keys', () => {
    test('are listed with who deleted them, in pages, and are gone from the list when they are restored', async () => {
      const namespace = fresh('deleted');
      const path = `${namespacePath(namespace)}/deleted`;
      expectProblem(await api.get(path, LATEST), 'namespace-not-found');
      for (const key of ['a', 'b/1', 'b/2']) await api.put(entryPath(namespace, key), { value: key });
      expect(items(await api.get(path, LATEST))).toEqual([]);
      await api.delete(entryPath(namespace, 'a'));
      const gone = await api.delete(entryPath(namespace, 'b/1'));
      expect(items(await api.get(path, LATEST))[1]).toMatchObject({
        key: 'b/1',
        revision: 2,
        deleted: true,
        value: null,
        version: gone.version,
      });
      expect((await pages(api, `${path}?limit=1`)).flat().map((row) => row['key'])).toEqual(['a', 'b/1']);
      expect(items(await api.get(`${path}?prefix=b/`, LATEST)).map((row) => row['key'])).toEqual(['b/1']);
      await api.post(`${entryPath(namespace, 'a')}/restore`, { revision: 1 }, { headers: { 'if-none-match': '*' } });
      expect(items(await api.get(path, LATEST)).map((row) => row['key'])).toEqual(['b/1']);
      await api.delete(namespacePath(namespace));
      expect(items(await api.get(path, LATEST)).map((row) => row['key'])).toEqual(['a', 'b/1', 'b/2']);
      const { secret } = await api.key('viewer', [fresh('deleted')]);
      expectProblem(await api.get(path, { ...LATEST, key: secret }), 'forbidden');
    });
  });

  describe('batch', () => {
    test('does all of it with one token', async () => {
      const namespace = fresh('batch');
      await api.put(entryPath(namespace, 'old'), { value: 'x' });
      const batch = await api.post(`${namespacePath(namespace)}/batch`, {
        operations: [
          { op: 'put', key: 'a', value: '1', type: 'number', ifNoneMatch: '*' },
          { op: 'put', key: 'b/c', value: 'two' },
          { op: 'delete', key: 'old' },
        ],
        message: 'together',
      });
      expect([batch.status, batch.json['version']]).toEqual([200, batch.version]);
      expect((batch.json['changes'] as readonly Row[]).map((change) => [change['op'], change['key'], change['revision']])).toEqual([
        ['put', 'a', 1],
        ['put', 'b/c', 1],
        ['delete', 'old', 2],
      ]);
      const list = await api.get(`${namespacePath(namespace)}/config`, LATEST);
      expect(items(list).map((entry) => [entry['key'], entry['version']])).toEqual([
        ['a', batch.version],
        ['b/c', batch.version],
      ]);
    });

    test('does nothing of it when one operation cannot be done', async () => {
      const namespace = fresh('batch');
      const put = await api.put(entryPath(namespace, 'k'), { value: 'x' });
      const refused = await api.post(`${namespacePath(namespace)}/batch`, {
        operations: [
          { op: 'put', key: 'new', value: '1' },
          { op: 'put', key: 'k', value: '2', ifMatch: '1:1' },
        ],
      });
      expect(expectProblem(refused, 'version-conflict')).toMatchObject({
        operation: 1,
        current: { key: 'k', version: put.version, value: 'x' },
      });
      const invalid = await api.post(`${namespacePath(namespace)}/batch`, {
        operations: [
          { op: 'put', key: 'new', value: '1' },
          { op: 'put', key: 'n', value: 'x', type: 'number' },
        ],
      });
      expectProblem(invalid, 'invalid-value');
      expect(firstError(invalid)['pointer']).toBe('/operations/1/value');
      expect(
        expectProblem(
          await api.post(`${namespacePath(namespace)}/batch`, { operations: [{ op: 'delete', key: 'none' }] }),
          'entry-not-found',
        )['status'],
      ).toBe(404);
      expect(items(await api.get(`${namespacePath(namespace)}/config`, LATEST)).map((entry) => entry['key'])).toEqual(['k']);
    });

    test('refuses a key that occurs twice, and more than 128 operations', async () => {
      const path = `${namespacePath(fresh('batch'))}/batch`;
      const twice = await api.post(path, {
        operations: [
          { op: 'put', key: 'a', value: '1' },
          { op: 'delete', key: 'a' },
        ],
      });
      expectProblem(twice, 'duplicate-key');
      expect(firstError(twice)['pointer']).toBe('/operations/1/key');
      const many = (count: number): unknown => ({
        operations: Array.from({ length: count }, (_, at) => ({ op: 'put', key: `k${at}`, value: '' })),
      });
      expect((await api.post(path, many(128))).status).toBe(200);
      expectProblem(await api.post(path, many(129)), 'invalid-body');
      expectProblem(await api.post(path, { operations: [] }), 'invalid-body');
    });

    test('takes at most 4 MiB', async () => {
      const namespace = fresh('batch');
      const operations = (bytes: number): unknown => ({
        operations: Array.from({ length: 8 }, (_, at) => ({ op: 'put', key: `k${at}`, value: 'x'.repeat(bytes / 8 - 2) })),
      });
      expectProblem(await api.post(`${namespacePath(namespace)}/batch`, operations(4 * 1024 * 1024 + 8)), 'body-too-large');
      expect((await api.post(`${namespacePath(namespace)}/batch`, operations(4 * 1024 * 1024))).status).toBe(200);
      await api.delete(namespacePath(namespace));
    });
  });

  describe('namespaces', () => {
    test('are put, kept, listed by prefix in pages, and deleted with their entries', async () => {
      const root = fresh('ns');
      const made = await api.put(namespacePath(`${root}/a`), { description: 'what for', owner: 'team' });
      expect([made.status, made.json]).toEqual([
        201,
        expect.objectContaining({ description: 'what for', owner: 'team', entries: 0, version: made.version }),
      ]);
      const changed = await api.put(namespacePath(`${root}/a`), { owner: 'others' });
      expect([changed.status, changed.json]).toEqual([
        200,
        expect.objectContaining({ description: 'what for', owner: 'others', createdAt: made.json['createdAt'] }),
      ]);
      await api.put(entryPath(`${root}/b`, 'k'), { value: '1' });
      const found = await pages(api, `/api/v1/namespaces?prefix=${encodeURIComponent(`${root}/`)}&limit=1`);
      expect(found.map((page) => page.map((row) => [row['namespace'], row['entries']]))).toEqual([[[`${root}/a`, 0]], [[`${root}/b`, 1]]]);
      const gone = await api.delete(namespacePath(`${root}/b`));
      expect(gone.json).toMatchObject({ version: gone.version, entriesDeleted: 1 });
      expectProblem(await api.get(namespacePath(`${root}/b`), LATEST), 'namespace-not-found');
      expectProblem(await api.get(`${namespacePath(`${root}/b`)}/config`, LATEST), 'namespace-not-found');
      expectProblem(await api.delete(namespacePath(`${root}/b`)), 'namespace-not-found');
      expect(items(await api.get(`${entryPath(`${root}/b`, 'k')}/history`, LATEST))[0]).toMatchObject({ deleted: true });
    });
  });

  describe('lists', () => {
    test('page through one state, whatever happens meanwhile', async () => {
      const namespace = fresh('list');
      await api.post(`${namespacePath(namespace)}/batch`, {
        operations: Array.from({ length: 9 }, (_, at) => ({ op: 'put', key: `k${at}`, value: String(at) })),
      });
      const path = `${namespacePath(namespace)}/config`;
      const first = await api.get(`${path}?limit=4`, LATEST);
      await api.put(entryPath(namespace, 'k5'), { value: 'changed' });
      await api.delete(entryPath(namespace, 'k6'));
      await api.put(entryPath(namespace, 'k55'), { value: 'new' });
      const second = await api.get(`${path}?limit=100&cursor=${String(first.json['nextCursor'])}`, LATEST);
      expect([...items(first), ...items(second)].map((entry) => [entry['key'], entry['value']])).toEqual(
        Array.from({ length: 9 }, (_, at) => [`k${at}`, String(at)]),
      );
      expect(second.json['nextCursor']).toBeNull();
    });

    test('leave values out when told to, and find by prefix', async () => {
      const namespace = fresh('list');
      await api.put(entryPath(namespace, 'a/1'), { value: 'x' });
      await api.put(entryPath(namespace, 'b/1'), { value: 'y' });
      const list = await api.get(`${namespacePath(namespace)}/config?values=false&prefix=a/`, LATEST);
      expect(items(list).map((entry) => [entry['key'], 'value' in entry])).toEqual([['a/1', false]]);
    });

    test('refuse a cursor of another list, a broken one, and limits out of range', async () => {
      const namespace = fresh('list');
      await api.post(`${namespacePath(namespace)}/batch`, { operations: ['a', 'b', 'c'].map((key) => ({ op: 'put', key, value: '' })) });
      const path = `${namespacePath(namespace)}/config`;
      const cursor = String((await api.get(`${path}?limit=1`, LATEST)).json['nextCursor']);
      expectProblem(await api.get(`${path}?limit=1&prefix=a&cursor=${cursor}`), 'invalid-cursor');
      expectProblem(await api.get(`/api/v1/configs?cursor=${cursor}`), 'invalid-cursor');
      for (const broken of ['x', 'e30', `${cursor}x`.slice(1), Buffer.from('[1,2,3,4]').toString('base64url')])
        expectProblem(await api.get(`${path}?cursor=${broken}`), 'invalid-cursor');
      expectProblem(await api.get(`${path}?cursor=`), 'invalid-parameter');
      for (const limit of ['0', '1001', '-1', '1.5', 'ten', ''])
        expectProblem(await api.get(`${path}?limit=${limit}`), 'invalid-parameter');
      expect((await api.get(`${path}?limit=1000`, LATEST)).status).toBe(200);
    });

    test('search keys and values of what the caller may read', async () => {
      const root = fresh('search');
      const word = fresh('needle');
      await api.put(entryPath(`${root}/a`, word), { value: 'x' });
      await api.put(entryPath(`${root}/b`, 'k'), { value: `with ${word} inside` });
      const found = async (query: string, key?: string): Promise<readonly unknown[]> => {
        const answer = await api.get(`/api/v1/configs?search=${word}${query}`, { ...LATEST, key });
        return items(answer).map((entry) => entry['namespace']);
      };
      expect(await found('')).toEqual([`${root}/a`, `${root}/b`]);
      expect(await found('&in=key')).toEqual([`${root}/a`]);
      expect(await found('&in=value')).toEqual([`${root}/b`]);
      const { secret } = await api.key('viewer', [`${root}/b`]);
      expect(await found('', secret)).toEqual([`${root}/b`]);
      expectProblem(await api.get('/api/v1/configs?in=all'), 'invalid-parameter');
    });
  });

  describe('audit', () => {
    test('has one event per change, filtered, paged and exported', async () => {
      const namespace = fresh('audit');
      const put = await api.put(entryPath(namespace, 'k'), { value: '1', message: 'why' }, { headers: { 'x-request-id': 'request-7' } });
      await api.put(entryPath(namespace, 'k'), { value: '2' });
      await api.delete(entryPath(namespace, 'k'));
      const path = `${namespacePath(namespace)}/audit`;
      const all = items(await api.get(path, LATEST));
      expect(all.map((event) => [event['action'], event['oldRevision'], event['newRevision']])).toEqual([
        ['config.deleted', 2, 3],
        ['config.updated', 1, 2],
        ['config.created', null, 1],
        ['namespace.created', null, null],
      ]);
      expect(all[2]).toMatchObject({ version: put.version, message: 'why', requestId: 'request-7', key: 'k', group: 'default' });
      expect(new Set(all.map((event) => event['id'])).size).toBe(4);
      expect((await pages(api, `/api/v1/audit?namespace=${namespace}&limit=1`)).flat().map((event) => event['id'])).toEqual(
        all.map((event) => event['id']),
      );
      expect(items(await api.get(`${path}?action=config.deleted`, LATEST))).toHaveLength(1);
      expect(items(await api.get(`${path}?to=2000-01-01T00:00:00Z`, LATEST))).toEqual([]);
      expect(items(await api.get(`${path}?search=REQUEST-7`, LATEST)).map((event) => event['action'])).toEqual([
        'config.created',
        'namespace.created',
      ]);
      expectProblem(await api.get(`${path}?action=explode`), 'invalid-parameter');
      expectProblem(await api.get(`${path}?from=yesterday`), 'invalid-parameter');

      const exported = await api.get(path, { headers: { ...LATEST.headers, accept: 'application/x-ndjson' } });
      expect(exported.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
      expect(
        exported.text
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as Row)['id']),
      ).toEqual(all.map((event) => event['id']));
    });
  });
}
