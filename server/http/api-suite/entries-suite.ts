/** Entries: what a write gives and what a read gives back. */
import { describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { firstError, fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

const HARD_NAMES = [
  'db/url',
  'a%2Fb',
  '100% sure?#&=+',
  'größe',
  '日本語/キー',
  '😀',
  'it\'s "quoted"',
  'a;b,c',
  '...',
  'x'.repeat(256),
  '\\back\\slash',
  '%',
  '%25',
];

const VALUES = ['', ' ', '\u0000\u0001\t\r\n', '"\\', '<script>alert(1)</script>', '😀 \u2028\u2029', 'a'.repeat(100_000)];

export function entriesSuite(api: SuiteApi, target: SuiteTarget): void {
  describe('entries', () => {
    test('creates, changes, reads and deletes with rising versions and revisions', async () => {
      const path = entryPath(fresh('entries'), 'k');
      const created = await api.put(path, { value: 'one', message: 'first' });
      expect(created.status).toBe(201);
      expect(created.json).toMatchObject({
        key: 'k',
        type: 'text',
        revision: 1,
        created: true,
        previousRevision: null,
        namespaceCreated: true,
        message: 'first',
        version: created.version,
      });
      expect(created.headers.get('etag')).toBe(`"${created.version}"`);

      const changed = await api.put(path, { value: 'two' });
      expect(changed.status).toBe(200);
      expect(changed.json).toMatchObject({ revision: 2, created: false, previousRevision: 1 });

      const read = await api.get(path, { headers: { 'x-confman-min-version': changed.token } });
      expect(read.json).toMatchObject({ value: 'two', revision: 2, version: changed.version, createdAt: created.json['createdAt'] });

      const gone = await api.delete(path);
      expect(gone.json).toMatchObject({ version: gone.version, key: 'k', revision: 3, previousRevision: 2 });
      expectProblem(await api.get(path, { headers: { 'x-confman-min-version': gone.token } }), 'entry-not-found');
      expectProblem(await api.delete(path), 'entry-not-found');

      const again = await api.put(path, { value: 'three' });
      expect(again.status).toBe(201);
      expect(again.json['revision']).toBe(4);
    });

    test.each(HARD_NAMES)('keeps the key %j to the character', async (key) => {
      const namespace = fresh('names');
      const put = await api.put(entryPath(namespace, key), { value: key });
      expect([put.status, put.json['key']]).toEqual([201, key]);
      const read = await api.get(entryPath(namespace, key), { headers: { 'x-confman-min-version': put.token } });
      expect([read.json['key'], read.json['value']]).toEqual([key, key]);
      const list = await api.get(`${namespacePath(namespace)}/config?prefix=${encodeURIComponent(key)}`, {
        headers: { 'x-confman-min-version': put.token },
      });
      expect((list.json['items'] as readonly { key: string }[]).map((entry) => entry.key)).toEqual([key]);
    });

    test.each(VALUES)('keeps a value to the byte', async (value) => {
      const path = entryPath(fresh('values'), 'k');
      const put = await api.put(path, { value });
      const headers = { 'x-confman-min-version': put.token };
      expect((await api.get(path, { headers })).json['value']).toBe(value);
      const bare = await api.get(path, { headers: { ...headers, accept: 'text/plain' } });
      expect([bare.text, bare.headers.get('content-type'), bare.headers.get('etag')]).toEqual([
        value,
        'text/plain; charset=utf-8',
        `"${put.version};text"`,
      ]);
      expect(bare.headers.get('x-content-type-options')).toBe('nosniff');
    });

    test.each([
      [namespacePath('a//b'), 'namespace'],
      [namespacePath('-a'), 'namespace'],
      [namespacePath('a/b/c/d/e/f/g/h/i'), 'namespace'],
      [namespacePath('x'.repeat(64)), 'namespace'],
      [entryPath('a', ' k'), 'key'],
      [entryPath('a', '/k'), 'key'],
      [entryPath('a', 'a/../b'), 'key'],
      [entryPath('a', 'a\u0000b'), 'key'],
      [entryPath('a', 'x'.repeat(257)), 'key'],
      [entryPath('a', 'ä'.normalize('NFD')), 'key'],
      [entryPath('a', '😀'.repeat(257)), 'key'],
    ])('refuses the name in %s with the rule', async (path, parameter) => {
      const answer = await api.get(path);
      expectProblem(answer, 'invalid-name');
      expect(firstError(answer)['parameter']).toBe(parameter);
    });

    test('answers HEAD as GET, without the body', async () => {
      const path = entryPath(fresh('head'), 'k');
      const put = await api.put(path, { value: 'v' });
      const headers = { 'x-confman-min-version': put.token };
      const [get, head] = [await api.get(path, { headers }), await api.send('HEAD', path, { headers })];
      expect([head.status, head.text]).toEqual([200, '']);
      for (const name of [
        'etag',
        'content-type',
        'x-confman-version',
        'x-confman-token',
        'x-confman-consistency',
        'cache-control',
        'vary',
      ]) {
        expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
      }
      if (target.behindNext !== true) expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
      const missing = await api.send('HEAD', entryPath(fresh('head'), 'k'));
      expect([missing.status, missing.text, missing.token === '']).toEqual([404, '', false]);
    });

    test('answers 304 to whoever has the version, per representation', async () => {
      const path = entryPath(fresh('etag'), 'k');
      const put = await api.put(path, { value: 'v' });
      const min = { 'x-confman-min-version': put.token };
      for (const tag of [`"${put.version}"`, `W/"${put.version}"`, `"1:1", "${put.version}"`, '*']) {
        const same = await api.get(path, { headers: { ...min, 'if-none-match': tag } });
        expect([tag, same.status, same.text, same.headers.get('etag')]).toEqual([tag, 304, '', `"${put.version}"`]);
        expect(same.token).not.toBe('');
        expect(same.headers.get('x-confman-consistency')).toBe('read-your-writes');
      }
      expect((await api.get(path, { headers: { ...min, 'if-none-match': '"1:1"' } })).status).toBe(200);
      expect((await api.get(path, { headers: { ...min, accept: 'text/plain', 'if-none-match': `"${put.version}"` } })).status).toBe(200);
      expect((await api.get(path, { headers: { ...min, accept: 'text/plain', 'if-none-match': `"${put.version};text"` } })).status).toBe(
        304,
      );
    });

    test('chooses the representation by Accept', async () => {
      const path = entryPath(fresh('accept'), 'k');
      await api.put(path, { value: 'a: 1', type: 'yaml' });
      const typeOf = async (accept: string): Promise<string> =>
        (await api.get(path, { headers: { accept, 'x-confman-consistency': 'linearizable' } })).headers.get('content-type') ?? '';
      expect(await typeOf('*/*')).toMatch(/^application\/json/);
      expect(await typeOf('text/html, application/xhtml+xml, */*;q=0.8')).toMatch(/^application\/json/);
      expect(await typeOf('text/*')).toMatch(/^text\/plain/);
      expect(await typeOf('application/yaml')).toMatch(/^application\/yaml/);
      expect(await typeOf('application/json;q=0.1, text/plain')).toMatch(/^text\/plain/);
      expectProblem(await api.get(path, { headers: { accept: 'image/png', 'x-confman-consistency': 'linearizable' } }), 'not-acceptable');
      expectProblem(
        await api.get(path, { headers: { accept: 'text/plain;q=0, application/json;q=0', 'x-confman-consistency': 'linearizable' } }),
        'not-acceptable',
      );
    });

    test('keeps the type of an entry unless told otherwise, and holds values to it', async () => {
      const path = entryPath(fresh('types'), 'k');
      const put = await api.put(path, { value: '{"a":1}', type: 'json' });
      expect(put.json['type']).toBe('json');
      const kept = await api.put(path, { value: '[]' });
      expect(kept.json['type']).toBe('json');
      const broken = await api.put(path, { value: '{\n  "a": ,\n}' });
      expectProblem(broken, 'invalid-value');
      expect(firstError(broken)).toMatchObject({ pointer: '/value', line: 2, column: 8 });
      expect((await api.put(path, { value: '{broken', type: 'text' })).json['type']).toBe('text');
      for (const [type, good, bad] of [
        ['number', '-1.5e3', '+1'],
        ['boolean', 'true', 'True'],
        ['yaml', 'a: [1]', 'a: [1'],
        ['json', '""', "''"],
      ] as const) {
        expect((await api.put(path, { value: good, type })).json['type']).toBe(type);
        expectProblem(await api.put(path, { value: bad }), 'invalid-value');
      }
    });

    test('judges a large value too', async () => {
      const path = entryPath(fresh('large'), 'k');
      const value = `[${'1,'.repeat(100_000)}1]`;
      expect((await api.put(path, { value, type: 'json' })).status).toBe(201);
      const broken = await api.put(path, { value: `${value}]` });
      expectProblem(broken, 'invalid-value');
      expect(firstError(broken)).toMatchObject({ line: 1, column: value.length + 1 });
    });

    test('judges a dry run and changes nothing', async () => {
      const path = entryPath(fresh('dry'), 'k');
      const dry = await api.put(`${path}?dryRun=true`, { value: '1', type: 'number' });
      expect([dry.status, dry.json]).toEqual([
        200,
        expect.objectContaining({ dryRun: true, created: true, type: 'number', namespaceCreated: true }),
      ]);
      expectProblem(await api.put(`${path}?dryRun=true`, { value: 'x', type: 'number' }), 'invalid-value');
      expectProblem(await api.get(path, { headers: { 'x-confman-consistency': 'linearizable' } }), 'entry-not-found');
      const put = await api.put(path, { value: '1' });
      expectProblem(
        await api.put(`${path}?dryRun=true`, { value: '2' }, { headers: { 'if-match': '"1:1"', 'x-confman-min-version': put.token } }),
        'version-conflict',
      );
      const fits = await api.put(
        `${path}?dryRun=true`,
        { value: '2' },
        { headers: { 'if-match': `"${put.version}"`, 'x-confman-min-version': put.token } },
      );
      expect([fits.status, fits.json['previousRevision']]).toEqual([200, 1]);
    });
  });

  describe('preconditions', () => {
    test('update only the version that is named, and say what is there instead', async () => {
      const path = entryPath(fresh('cas'), 'k');
      const first = await api.put(path, { value: 'one' });
      const second = await api.put(path, { value: 'two' }, { headers: { 'if-match': `"${first.version}"` } });
      expect(second.status).toBe(200);
      const lost = await api.put(path, { value: 'three' }, { headers: { 'if-match': `"${first.version}"` } });
      const body = expectProblem(lost, 'version-conflict');
      expect(lost.status).toBe(412);
      expect(body['current']).toMatchObject({ value: 'two', version: second.version, revision: 2 });
      // The index that judged: later than what it was judged by.
      expect(Number(lost.version.split(':')[1])).toBeGreaterThan(Number(second.version.split(':')[1]));
      expectProblem(await api.delete(path, { headers: { 'if-match': `"${first.version}"` } }), 'version-conflict');
      expect((await api.delete(path, { headers: { 'if-match': `"${second.version}"` } })).status).toBe(200);
      expect(
        expectProblem(await api.put(path, { value: 'x' }, { headers: { 'if-match': `"${second.version}"` } }), 'version-conflict')[
          'current'
        ],
      ).toBeNull();
    });

    test('create only where nothing is', async () => {
      const path = entryPath(fresh('cas'), 'k');
      const create = { headers: { 'if-none-match': '*' } };
      expect((await api.put(path, { value: 'one' }, create)).status).toBe(201);
      expect(expectProblem(await api.put(path, { value: 'two' }, create), 'version-conflict')['current']).toMatchObject({ value: 'one' });
    });

    test('decide exactly one of many', async () => {
      const path = entryPath(fresh('race'), 'k');
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, at) => api.put(path, { value: String(at) }, { headers: { 'if-none-match': '*' } })),
      );
      expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 7 }, () => 412)]);
    });

    test.each([
      ['if-match', '5:42'],
      ['if-match', '*'],
      ['if-match', '"5:42", "5:43"'],
      ['if-match', '"x"'],
      ['if-match', '"007:1"'],
      ['if-none-match', '"5:42"'],
      ['if-none-match', ''],
    ])('refuse %s: %s', async (name, value) => {
      const answer = await api.put(entryPath(fresh('cas'), 'k'), { value: 'v' }, { headers: { [name]: value } });
      expect([answer.status, String(answer.json['code'])]).toEqual([400, expect.stringMatching(/^invalid-(parameter|version-token)$/)]);
    });

    test('do not confuse the neighbours of 2^53', async () => {
      const path = entryPath(fresh('cas'), 'k');
      const put = await api.put(path, { value: 'v' });
      for (const index of ['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807']) {
        expectProblem(
          await api.put(path, { value: 'w' }, { headers: { 'if-match': `"${put.version.split(':')[0]}:${index}"` } }),
          'version-conflict',
        );
      }
    });
  });
}
