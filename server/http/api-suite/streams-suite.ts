/** Event streams: nothing skipped, repeated or reordered; resumable; ended when they have to be. */
import { afterEach, describe, expect, test } from 'vitest';
import { WatchEvent } from '../../../lib/contract/schemas/audit.ts';
import { entryPath, namespacePath } from '../../../lib/contract/names.ts';
import { EventReader } from '../testing/sse.ts';
import type { Received } from '../testing/sse.ts';
import { fresh, expectProblem } from '../testing/suite-api.ts';
import type { SuiteApi, SuiteTarget } from '../testing/suite-api.ts';

type Change = Readonly<Record<string, unknown>>;

const isChange = (event: Received): boolean => event.event === 'change';
const changesOf = (event: Received | null): readonly Change[] => (event?.data['changes'] ?? []) as readonly Change[];

export function streamsSuite(api: SuiteApi, target: SuiteTarget): void {
  const open: EventReader[] = [];

  async function watch(path: string, headers: Readonly<Record<string, string>> = {}, key = target.adminKey()): Promise<EventReader> {
    const reader = await EventReader.open(`${target.baseUrl()}${path}`, { authorization: `Bearer ${key}`, ...headers });
    open.push(reader);
    return reader;
  }

  afterEach(() => {
    for (const reader of open.splice(0)) reader.close();
  });

  describe('watch', () => {
    test('gives one event per command, in order, with a token to go on from', async () => {
      const namespace = fresh('watch');
      const stream = await watch(`/api/v1/watch?namespace=${namespace}&values=true`);
      expect([stream.response.status, stream.response.headers.get('content-type'), stream.response.headers.get('cache-control')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
        'private, no-store, no-transform',
      ]);
      expect(stream.response.headers.get('x-confman-token')).not.toBeNull();
      expect((await stream.next(() => true))?.event).toBe('bookmark');

      const put = await api.put(entryPath(namespace, 'a'), { value: '1', message: 'why' });
      const batch = await api.post(`${namespacePath(namespace)}/batch`, {
        operations: [
          { op: 'put', key: 'b', value: '2' },
          { op: 'delete', key: 'a' },
        ],
      });
      await api.put(entryPath(fresh('watch'), 'elsewhere'), { value: 'x' });
      const gone = await api.delete(namespacePath(namespace));

      const first = await stream.next(isChange);
      expect(first).toMatchObject({ id: put.token, data: { version: put.version, message: 'why', actor: expect.any(String) as unknown } });
      expect(WatchEvent.parse(first?.data)).toEqual(first?.data);
      expect(changesOf(first)).toEqual([{ op: 'put', namespace, key: 'a', type: 'text', value: '1', revision: 1, previousRevision: null }]);
      const second = await stream.next(isChange);
      expect([second?.id, changesOf(second).map((change) => [change['op'], change['key']])]).toEqual([
        batch.token,
        [
          ['put', 'b'],
          ['delete', 'a'],
        ],
      ]);
      const third = await stream.next(isChange);
      expect([third?.id, changesOf(third)]).toEqual([
        gone.token,
        [expect.objectContaining({ op: 'delete-namespace', namespace, count: 1 })],
      ]);
    });

    test('goes on after the event that was seen last, without loss', async () => {
      const namespace = fresh('watch');
      const tokens: string[] = [];
      for (let at = 0; at < 20; at += 1) tokens.push((await api.put(entryPath(namespace, `k${at}`), { value: String(at) })).token);
      const since = `/api/v1/watch?namespace=${namespace}&since=${encodeURIComponent(tokens[4] ?? '')}`;
      const collect = async (stream: EventReader, count: number): Promise<readonly (string | null)[]> => {
        const ids: (string | null)[] = [];
        while (ids.length < count) ids.push((await stream.next(isChange))?.id ?? null);
        return ids;
      };
      expect(await collect(await watch(since), 15)).toEqual(tokens.slice(5));
      // What a client saw last counts for more than where it once began.
      expect(await collect(await watch(since, { 'last-event-id': tokens[9] ?? '' }), 10)).toEqual(tokens.slice(10));
      const silent = await watch(`${since}&values=false&prefix=k19`);
      expect(changesOf(await silent.next(isChange))).toEqual([expect.not.objectContaining({ value: expect.anything() as unknown })]);
    });

    test('refuses a start that is not of this log', async () => {
      expectProblem(await api.get('/api/v1/watch?since=007:1'), 'invalid-version-token');
      expectProblem(await api.get('/api/v1/watch', { headers: { 'last-event-id': 'x' } }), 'invalid-version-token');
      expectProblem(await api.get('/api/v1/watch?since=deadbeef.00000000/1:1'), 'version-of-another-cluster');
      const { token } = await api.get('/api/v1/session');
      expectProblem(
        await api.get(`/api/v1/watch?since=${encodeURIComponent(`${token.split('/')[0]}/1:9007199254740993`)}`),
        'version-from-the-future',
      );
      expectProblem(await api.get('/api/v1/watch?since=1:9007199254740993&maxWait=200ms'), 'version-not-reached');
      expectProblem(await api.get('/api/v1/watch?namespace=a//b'), 'invalid-name');
      expectProblem(await api.get('/api/v1/watch', { headers: { accept: 'application/json' } }), 'not-acceptable');
      expectProblem(await api.get('/api/v1/watch', { headers: { 'x-confman-node': 'elsewhere' } }), 'invalid-parameter');
    });

    test('shows only what the key may read, and ends when it is revoked', async () => {
      const root = fresh('watch');
      const { id, secret } = await api.key('viewer', [root]);
      const { token } = await api.get('/api/v1/session', { headers: { 'x-confman-consistency': 'linearizable' } });
      const stream = await watch('/api/v1/watch', { 'x-confman-min-version': token, 'x-confman-consistency': 'linearizable' }, secret);
      expect(stream.response.status).toBe(200);
      await api.put(entryPath(`${root}-other`, 'k'), { value: 'hidden' });
      await api.put(entryPath(`${root}/mine`, 'k'), { value: 'shown' });
      expect(changesOf(await stream.next(isChange)).map((change) => change['namespace'])).toEqual([`${root}/mine`]);
      await api.delete(`/api/v1/keys/${id}`);
      await api.put(entryPath(`${root}/mine`, 'k'), { value: 'too late' });
      expect(await stream.next(isChange)).toBeNull();
    });

    test('frees its place when the client leaves', async () => {
      const gauge = async (): Promise<number> =>
        Number(/^confman_event_streams\{route="\/api\/v1\/watch"\} (\d+)$/m.exec((await api.get('/metrics')).text)?.[1] ?? 0);
      const before = await gauge();
      const stream = await watch('/api/v1/watch');
      await stream.next(() => true);
      expect(await gauge()).toBe(before + 1);
      stream.close();
      await expect.poll(gauge, { timeout: 10_000 }).toBe(before);
    });
  });

  describe('events', () => {
    test('bring cluster status, changes and audit in one stream', async () => {
      const namespace = fresh('events');
      const stream = await watch('/api/v1/events?topics=cluster,changes,audit');
      expect((await stream.next((event) => event.event === 'cluster'))?.data['groups']).toHaveLength(1);
      const put = await api.put(entryPath(namespace, 'k'), { value: 'v' });
      const seen = new Set<string>();
      while (!(seen.has('change') && seen.has('audit'))) {
        const event = await stream.next(
          ({ event: kind, id, data }) =>
            (kind === 'change' && id === put.token) ||
            (kind === 'audit' && data['version'] === put.version && data['action'] === 'config.created'),
        );
        expect(event).not.toBeNull();
        seen.add(event?.event ?? '');
      }
    });

    test('keep to the topics that are asked for', async () => {
      const stream = await watch('/api/v1/events?topics=changes');
      await stream.next(() => true);
      await api.put(entryPath(fresh('events'), 'k'), { value: 'v' });
      expect((await stream.next((event) => event.event !== 'bookmark'))?.event).toBe('change');
      expectProblem(await api.get('/api/v1/events?topics=weather'), 'invalid-parameter');
    });
  });
}
