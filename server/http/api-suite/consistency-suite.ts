/** Version tokens and modes (spec 1), as far as any healthy cluster shows them; with a follower that can be held, the waits too. */
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { firstError, fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteAnswer, SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

const HISTORY = /^[0-9a-f]{8}\.[0-9a-f]{8}\/[1-9][0-9]*:[1-9][0-9]*$/;

const termOf = (answer: SuiteAnswer): bigint => BigInt(answer.version.split(':')[0] ?? '');
const indexOf = (answer: SuiteAnswer): bigint => BigInt(answer.version.split(':')[1] ?? '');
const historyOf = (answer: SuiteAnswer): string => answer.token.split('/')[0] ?? '';

export function consistencySuite(api: SuiteApi, target: SuiteTarget): void {
  describe('tokens', () => {
    test('come with every authenticated answer, whatever it says', async () => {
      const path = entryPath(fresh('tokens'), 'k');
      const answers = [
        await api.put(path, { value: 'v' }),
        await api.put(path, { value: 'v' }, { headers: { 'if-none-match': '*' } }),
        await api.put(path, { value: 7 }),
        await api.put(path, '{'),
        await api.get(path),
        await api.send('HEAD', path),
        await api.get(entryPath(fresh('tokens'), 'none')),
        await api.get('/api/v1/namespaces?limit=1'),
        await api.get('/api/v1/nothing/here'),
        await api.send('PATCH', path),
        await api.get('/api/v1/cluster'),
        await api.get('/api/v1/session'),
        await api.get(path, { headers: { 'x-confman-min-version': '007:1' } }),
        await api.get(path, { headers: { 'x-confman-min-version': 'deadbeef.deadbeef/1:1' } }),
        await api.delete(path),
        await api.delete(path),
      ];
      for (const answer of answers) {
        expect([answer.status, answer.token]).toEqual([answer.status, expect.stringMatching(HISTORY)]);
        expect(answer.token).toBe(`${historyOf(answer)}/${answer.version}`);
        expect(answer.headers.get('x-confman-replica')).toMatch(
          /^[A-Za-z*][\w.-]*;role=(leader|follower|candidate|learner);group=default(;lag=\d+|;stale=\?1)/,
        );
        expect(answer.headers.get('cache-control')).toMatch(/^private, no-(cache|store)$/);
        expect(answer.headers.get('vary')).toContain('X-Confman-Min-Version');
      }
    });

    test('let a read see the write, by whatever spelling and however often', async () => {
      const path = entryPath(fresh('tokens'), 'k');
      const put = await api.put(path, { value: 'v' });
      const older = `${termOf(put)}:1`;
      for (const min of [
        put.version,
        put.token,
        `default=${put.version}`,
        `${put.version}, ${put.version}`,
        `0:0,${put.token}`,
        `${put.version},${put.token}`,
        `${put.version} ,\t${put.token}`,
      ]) {
        const read = await api.get(path, { headers: { 'x-confman-min-version': min } });
        expect([
          min,
          read.status,
          read.json['value'],
          read.headers.get('x-confman-consistency'),
          read.headers.get('cache-control'),
        ]).toEqual([min, 200, 'v', 'read-your-writes', 'private, no-store']);
        expect(indexOf(read)).toBeGreaterThanOrEqual(indexOf(put));
      }
      const query = await api.get(`${path}?minVersion=${encodeURIComponent(put.token)}`);
      expect([query.status, query.headers.get('x-confman-consistency')]).toEqual([200, 'read-your-writes']);
      // Of another term, the entry at 1 may not be ours: then it is refused, and never served as if it were.
      expect([200, 409]).toContain((await api.get(path, { headers: { 'x-confman-min-version': older } })).status);
    });

    test.each([
      '007:1',
      '5:42,',
      '',
      ',5:42',
      '5',
      '5:-1',
      '5:1.0',
      '0:5',
      '5:0',
      '5:9223372036854775808',
      'abc',
      '5:42 5:43',
      'Default=5:42',
      '5:42;5:43',
      'x=y=5:42',
    ])('refuse %j and say where', async (min) => {
      for (const answer of [
        await api.get(`/api/v1/namespaces?minVersion=${encodeURIComponent(min)}`),
        ...(min === '' || min !== min.trim() ? [] : [await api.get('/api/v1/namespaces', { headers: { 'x-confman-min-version': min } })]),
      ]) {
        if (min === '') {
          expectProblem(answer, 'invalid-parameter');
        } else {
          expectProblem(answer, 'invalid-version-token');
          expect(firstError(answer)).toMatchObject({ element: expect.any(Number) as unknown, offset: expect.any(Number) as unknown });
        }
      }
    });

    test('of another cluster, lineage or history are refused at once', async () => {
      const path = entryPath(fresh('tokens'), 'k');
      const put = await api.put(path, { value: 'v' });
      const [cluster, lineage] = historyOf(put).split('.');
      const otherId = cluster === 'deadbeef' ? 'deadbee0' : 'deadbeef';
      const otherLineage = lineage === 'deadbeef' ? 'deadbee0' : 'deadbeef';
      const refused = async (min: string): Promise<SuiteAnswer> =>
        api.get(path, {
          headers: { 'x-confman-min-version': min, 'x-confman-max-wait': '30s', 'x-confman-consistency': 'read-your-writes' },
        });
      expect(expectProblem(await refused(`${otherId}.${lineage}/${put.version}`), 'version-of-another-cluster')).toMatchObject({
        history: `${otherId}.${lineage}`,
        retryable: false,
      });
      expectProblem(await refused(`${cluster}.${otherLineage}/${put.version}`), 'version-of-another-lineage');
      expectProblem(await refused(`${termOf(put) + 1n}:${indexOf(put)}`), 'version-of-another-history');
      expectProblem(await refused(`${historyOf(put)}/9223372036854775807:${indexOf(put)}`), 'version-of-another-history');
      expectProblem(await refused(`nowhere=${put.version}`), 'version-of-unknown-group');
      // The same token means nothing to an eventual read, which only checks that it can be read.
      expect(
        (await api.get(path, { headers: { 'x-confman-min-version': `${otherId}.${lineage}/1:1`, 'x-confman-consistency': 'eventual' } }))
          .status,
      ).toBe(200);
    });

    test.each(['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807'])(
      'from the future at index %s are refused at once with a history, and waited for without',
      async (index) => {
        const path = entryPath(fresh('tokens'), 'k');
        const put = await api.put(path, { value: 'v' });
        const full = await api.get(path, {
          headers: { 'x-confman-min-version': `${historyOf(put)}/${termOf(put)}:${index}`, 'x-confman-max-wait': '30s' },
        });
        expect(expectProblem(full, 'version-from-the-future')).toMatchObject({ history: historyOf(put) });
        const bare = await api.get(path, {
          headers: { 'x-confman-min-version': `${termOf(put)}:${index}`, 'x-confman-max-wait': '300ms' },
        });
        const body = expectProblem(bare, 'version-not-reached');
        expect(body['retryable']).toBe(true);
        expect((body['groups'] as readonly unknown[])[0]).toMatchObject({
          group: 'default',
          required: `${termOf(put)}:${index}`,
          reason: expect.stringContaining('committed no further') as unknown,
        });
        expect([bare.headers.get('retry-after'), Number(bare.headers.get('x-confman-retry-after-ms')) > 0]).toEqual(['1', true]);
      },
    );
  });

  describe('modes', () => {
    test('are what was asked, and reported as given', async () => {
      const path = entryPath(fresh('modes'), 'k');
      const put = await api.put(path, { value: 'v' });
      const mode = async (headers: Readonly<Record<string, string>>): Promise<string | null> =>
        (await api.get(path, { headers: { ...headers } })).headers.get('x-confman-consistency');
      expect(await mode({ 'x-confman-consistency': 'read-your-writes' })).toBe('eventual');
      expect(await mode({ 'x-confman-consistency': 'read-your-writes', 'x-confman-min-version': '0:0' })).toBe('eventual');
      expect(await mode({ 'x-confman-consistency': 'read-your-writes', 'x-confman-min-version': put.token })).toBe('read-your-writes');
      expect(await mode({ 'x-confman-consistency': 'linearizable' })).toBe('linearizable');
      expect(await mode({ 'x-confman-consistency': 'linearizable', 'x-confman-min-version': put.token })).toBe('linearizable');
      expect(await mode({ 'x-confman-consistency': 'eventual', 'x-confman-min-version': put.token })).toBe('eventual');
      expect((await api.get(`${path}?consistency=linearizable`)).headers.get('x-confman-consistency')).toBe('linearizable');
    });

    test('reflect every acknowledged write when linearizable, on every kind of read', async () => {
      const namespace = fresh('modes');
      const headers = { 'x-confman-consistency': 'linearizable' };
      for (let round = 0; round < 5; round += 1) {
        const put = await api.put(entryPath(namespace, 'k'), { value: String(round) });
        for (const path of [
          entryPath(namespace, 'k'),
          `${namespacePath(namespace)}/config`,
          `${entryPath(namespace, 'k')}/history`,
          `${namespacePath(namespace)}/audit`,
          namespacePath(namespace),
          '/api/v1/namespaces',
          `/api/v1/configs?search=${namespace}`,
        ]) {
          const read = await api.get(path, { headers });
          expect([path, read.status, read.headers.get('x-confman-consistency')]).toEqual([path, 200, 'linearizable']);
          expect(indexOf(read)).toBeGreaterThanOrEqual(indexOf(put));
        }
        expect((await api.get(entryPath(namespace, 'k'), { headers })).json['value']).toBe(String(round));
      }
    });

    test.each([
      ['x-confman-consistency', 'strong'],
      ['x-confman-consistency', 'Eventual'],
      ['x-confman-max-wait', '5'],
      ['x-confman-max-wait', '31s'],
      ['x-confman-max-wait', '1m'],
      ['x-confman-max-wait', '-1s'],
      ['x-confman-on-timeout', 'retry'],
      ['x-confman-node', 'a b'],
    ])('refuse %s: %s', async (name, value) => {
      expectProblem(await api.get('/api/v1/namespaces', { headers: { [name]: value } }), 'invalid-parameter');
    });

    test('refuse a linearizable read that may not wait, and parameters that disagree', async () => {
      expectProblem(
        await api.get('/api/v1/namespaces', { headers: { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '0s' } }),
        'invalid-parameter',
      );
      expectProblem(
        await api.get('/api/v1/namespaces?consistency=eventual', { headers: { 'x-confman-consistency': 'linearizable' } }),
        'invalid-parameter',
      );
      expectProblem(await api.get('/api/v1/namespaces?maxWait=1s', { headers: { 'x-confman-max-wait': '2s' } }), 'invalid-parameter');
      expect((await api.get('/api/v1/namespaces?maxWait=1000ms', { headers: { 'x-confman-max-wait': '1s' } })).status).toBe(200);
      expectProblem(await api.get('/api/v1/namespaces?minVersion=1:1&minVersion=1:1'), 'invalid-parameter');
    });

    test('name a node that cannot answer', async () => {
      expect(
        expectProblem(await api.get('/api/v1/namespaces', { headers: { 'x-confman-node': 'nobody' } }), 'node-unreachable')['node'],
      ).toBe('nobody');
    });

    test('hold for a write too: it is judged after the version', async () => {
      const path = entryPath(fresh('modes'), 'k');
      const put = await api.put(path, { value: 'v' });
      const next = await api.put(path, { value: 'w' }, { headers: { 'x-confman-min-version': put.token, 'if-match': `"${put.version}"` } });
      expect(next.status).toBe(200);
      expectProblem(
        await api.put(path, { value: 'x' }, { headers: { 'x-confman-min-version': `deadbeef.00000000/${put.version}` } }),
        'version-of-another-cluster',
      );
      expectProblem(
        await api.put(path, { value: 'x' }, { headers: { 'x-confman-min-version': `${historyOf(put)}/${termOf(put)}:999999999999` } }),
        'version-from-the-future',
      );
      expect((await api.get(path, { headers: { 'x-confman-consistency': 'linearizable' } })).json['value']).toBe('w');
    });
  });

  if (target.follower !== undefined) heldFollowerSuite(api, target, target.follower);
}

function heldFollowerSuite(api: SuiteApi, target: SuiteTarget, follower: () => { readonly node: string; readonly url: string }): void {
  const hold = async (held: boolean): Promise<void> => {
    expect((await api.post('/api/v1/lab', { holdApply: held }, { url: follower().url })).json['holdApply']).toBe(held);
  };

  describe('a follower that does not apply', () => {
    afterEach(async () => {
      await hold(false);
    });

    test('knows a key that was just made, to whoever waits for its version', async () => {
      const { url } = follower();
      await hold(true);
      const made = await api.post('/api/v1/keys', { name: fresh('late'), role: 'viewer' });
      const key = String(made.json['secret']);
      const ask = async (headers: Record<string, string>) => api.get('/api/v1/session', { url, key, headers });
      expect((await ask({})).status).toBe(401);
      expect((await ask({ 'x-confman-min-version': made.token, 'x-confman-max-wait': '0s' })).status).toBe(401);
      expect((await ask({ 'x-confman-min-version': made.token, 'x-confman-max-wait': '50ms' })).status).toBe(401);
      // What was never committed is waited for by nobody whom this node does not know.
      expect((await ask({ 'x-confman-min-version': '1:99999999', 'x-confman-max-wait': '30s' })).status).toBe(401);
      const waiting = ask({ 'x-confman-min-version': made.token });
      await hold(false);
      expect((await waiting).json).toMatchObject({ role: 'viewer' });
    });

    test('serves old state only to whoever asks for no more', async () => {
      const { url, node } = follower();
      const path = entryPath(fresh('held'), 'k');
      const old = await api.put(path, { value: 'old' });
      expect((await api.get(path, { url, headers: { 'x-confman-min-version': old.token } })).json['value']).toBe('old');
      await hold(true);
      const put = await api.put(path, { value: 'new' });

      const eventual = await api.get(path, { url, headers: { 'x-confman-consistency': 'eventual', 'x-confman-min-version': put.token } });
      expect([eventual.json['value'], indexOf(eventual) < indexOf(put)]).toEqual(['old', true]);
      const min = { 'x-confman-min-version': put.token, 'x-confman-max-wait': '100ms' };
      const failed = await api.get(path, { url, headers: min });
      expect((expectProblem(failed, 'version-not-reached')['groups'] as readonly unknown[])[0]).toMatchObject({
        required: put.token,
        node,
        applied: eventual.version,
      });
      expect(failed.version).toBe(eventual.version);
      const redirected = await api.get(`${path}?x=1`.replace('?x=1', ''), { url, headers: { ...min, 'x-confman-on-timeout': 'redirect' } });
      expect([redirected.status, redirected.headers.get('location')?.endsWith(path)]).toEqual([307, true]);
      const forwarded = await api.get(path, { url, headers: { ...min, 'x-confman-on-timeout': 'forward' } });
      expect([forwarded.status, forwarded.json['value'], forwarded.headers.get('x-confman-replica')?.startsWith(`${node};`)]).toEqual([
        200,
        'new',
        false,
      ]);
      const zero = await api.get(path, { url, headers: { ...min, 'x-confman-max-wait': '0s', 'x-confman-on-timeout': 'forward' } });
      expect(zero.json['value']).toBe('new');
      expect(
        expectProblem(
          await api.get(path, { url, headers: { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '100ms' } }),
          'read-index-timeout',
        )['status'],
      ).toBe(503);
      const there = await api.get(path, {
        url,
        headers: { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '100ms', 'x-confman-on-timeout': 'forward' },
      });
      expect([there.status, there.json['value']]).toEqual([200, 'new']);
    });

    test('answers at once when it is released, and decides 404, 304 and empty lists after the wait', async () => {
      const { url } = follower();
      const namespace = fresh('held');
      const path = entryPath(namespace, 'k');
      const old = await api.put(path, { value: 'old' });
      await api.get(path, { url, headers: { 'x-confman-min-version': old.token } });
      await hold(true);
      const gone = await api.delete(path);
      const headers = { 'x-confman-min-version': gone.token, 'x-confman-max-wait': '30s' };
      const waiting = [
        api.get(path, { url, headers: { ...headers, 'if-none-match': `"${old.version}"` } }),
        api.send('HEAD', path, { url, headers }),
        api.get(`${namespacePath(namespace)}/config`, { url, headers }),
        api.get(path, { url, headers: { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '30s' } }),
      ];
      await hold(false);
      const [conditional, head, list, linear] = (await Promise.all(waiting)) as [SuiteAnswer, SuiteAnswer, SuiteAnswer, SuiteAnswer];
      expect([conditional.status, head.status, list.status, linear.status]).toEqual([404, 404, 200, 404]);
      expect(list.json['items']).toEqual([]);
      for (const answer of [conditional, head, list, linear]) expect(indexOf(answer)).toBeGreaterThanOrEqual(indexOf(gone));
    });

    test('lets go of reads whose clients have left', async () => {
      const { url } = follower();
      const path = entryPath(fresh('held'), 'k');
      const old = await api.put(path, { value: 'old' });
      expect((await api.get(path, { url, headers: { 'x-confman-min-version': old.token } })).status).toBe(200);
      await hold(true);
      const put = await api.put(path, { value: 'new' });
      const waiters = async (): Promise<number> =>
        Number(/^confman_read_waiters (\d+)$/m.exec((await api.get('/metrics', { url })).text)?.[1] ?? -1);
      // Not by `fetch`: it dials again for every connection that it gives up.
      const headers = { authorization: `Bearer ${target.adminKey()}`, 'x-confman-min-version': put.token, 'x-confman-max-wait': '30s' };
      const clients = Array.from({ length: 6 }, () => httpRequest(`${url}${path}`, { headers, agent: false }).on('error', () => undefined));
      for (const client of clients) client.end();
      await expect.poll(waiters, { timeout: 20_000 }).toBe(clients.length);
      for (const client of clients) client.destroy();
      await expect.poll(waiters, { timeout: 20_000 }).toBe(0);
    });

    test('is named by the gateway and never replaced by another node', async () => {
      const { node } = follower();
      const path = entryPath(fresh('held'), 'k');
      const put = await api.put(path, { value: 'v' });
      const there = await api.get(path, { headers: { 'x-confman-node': node, 'x-confman-min-version': put.token } });
      expect([there.status, there.json['value'], there.headers.get('x-confman-replica')?.split(';')[0]]).toEqual([200, 'v', node]);
      expect((await api.get(`${path}?node=${node}&minVersion=${put.version}`)).headers.get('x-confman-replica')?.split(';')[0]).toBe(node);
      await hold(true);
      const next = await api.put(path, { value: 'w' });
      const late = await api.get(path, {
        headers: {
          'x-confman-node': node,
          'x-confman-min-version': next.token,
          'x-confman-max-wait': '100ms',
          'x-confman-on-timeout': 'forward',
        },
      });
      expectProblem(late, 'version-not-reached');
      expect(late.headers.get('x-confman-replica')?.split(';')[0]).toBe(node);
    });

    test('takes writes for the leader, or says where it is', async () => {
      const { url } = follower();
      await hold(true);
      const path = entryPath(fresh('held'), 'k');
      const put = await api.put(path, { value: 'v' }, { url });
      expect(put.status).toBe(201);
      const never = await api.put(path, { value: 'w' }, { url, headers: { 'x-confman-forward': 'never' } });
      expect([never.status, never.headers.get('location')?.endsWith(path)]).toEqual([307, true]);
      expect((await api.get(path, { headers: { 'x-confman-consistency': 'linearizable' } })).json['value']).toBe('v');
    });
  });
}
