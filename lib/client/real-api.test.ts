/** The client against the API itself, over three replicas of the engine for tests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestApis } from '../../server/http/testing/test-api.ts';
import { createClient } from './create-client.ts';
import { undiciFetch } from './node/undici-fetch.ts';
import type { ConfmanClient } from './create-client.ts';
import type { Notice } from './types.ts';

const apis = startTestApis({ nodes: ['n1', 'n2', 'n3'] });
const node = undiciFetch();
let urls: readonly string[] = [];
let notices: Notice[] = [];

beforeAll(async () => {
  urls = await apis.listen();
});
afterAll(async () => {
  await node.close();
  await apis.close();
});

function client(at: readonly number[], fetch = node.fetch): ConfmanClient {
  return createClient({
    endpoints: at.map((one) => urls[one] ?? ''),
    key: apis.adminKey,
    fetch,
    onNotice: (notice) => notices.push(notice),
  });
}

describe('the client on the API', () => {
  test('reads its writes on every node, by token alone', async () => {
    const [first, second, third] = [client([0]), client([1]), client([2])];
    for (let number = 0; number < 20; number++) {
      const { meta } = await first.config.put('app', 'counter', { value: String(number), type: 'number' });
      second.session.import(meta.token ?? '');
      expect((await second.config.get('app', 'counter')).data.value).toBe(String(number));
      expect((await third.withToken(meta.token ?? '').config.get('app', 'counter')).data.value).toBe(String(number));
    }
    expect(await first.config.value('app', 'counter', { schema: z.number() })).toBe(19);
  });

  test('says which replica answered, and how current it was', async () => {
    await client([0]).config.put('app', 'k', { value: 'x' });
    const { meta } = await client([1]).config.get('app', 'k', { node: 'n3', consistency: 'linearizable' });
    expect(meta.replicas).toMatchObject([{ node: 'n3', group: 'default', stale: false }]);
    expect(meta).toMatchObject({ consistency: 'linearizable', fromCache: false, etag: expect.stringMatching(/^"\d+:\d+"$/) as unknown });
  });

  test('finds its way out of the version of another cluster, and says so once', async () => {
    const confman = client([1]);
    await confman.config.put('app', 'k', { value: 'y' });
    notices = [];
    confman.session.import('bbbbbbbb.bbbbbbbb/9:9');
    expect((await confman.config.get('app', 'k')).data.value).toBe('y');
    await confman.config.get('app', 'k');
    expect(notices).toMatchObject([{ type: 'version-dropped', code: 'version-of-another-cluster', version: '9:9' }]);
    await expect(confman.config.get('app', 'k', { minVersion: 'bbbbbbbb.bbbbbbbb/9:9' })).rejects.toMatchObject({
      code: 'version-of-another-cluster',
    });
  });

  test('repeats a write whose answer was lost, without doing it twice', async () => {
    let lost = 0;
    const forgetful = client([0], async (url, init) => {
      const answer = await node.fetch(url, init);
      if (init.method !== 'PUT' || lost++ > 0) return answer;
      await answer.text();
      throw new Error('the connection was cut');
    });
    const { data, meta } = await forgetful.config.put('once', 'k', { value: 'x' });
    expect(meta).toMatchObject({ replayed: true, attempts: 2 });
    expect(data.revision).toBe(1);
    expect(await forgetful.config.history('once', 'k').all()).toHaveLength(1);
  });

  test('sees every change once and in order, over streams that break', async () => {
    let streams = 0;
    const writer = client([0]);
    await writer.config.put('feed', 'k', { value: 'start' });
    const since = writer.session.export().token;
    // Each stream is cut after a few reads; the next one is opened elsewhere.
    const brittle = client([0, 1, 2], async (url, init) => {
      const answer = await node.fetch(url, init);
      const { body } = answer;
      if (!url.includes('/watch') || body === null) return answer;
      streams++;
      const reader = body.getReader();
      let reads = 0;
      const cutting = {
        read: async () => {
          if (++reads <= 4) return reader.read();
          await reader.cancel();
          throw new Error('the connection was cut');
        },
        cancel: async () => reader.cancel(),
      };
      return { ...answer, body: { getReader: () => cutting } };
    });
    const expected = Array.from({ length: 30 }, (_, number) => `value ${number}`);
    const writing = (async () => {
      for (const value of expected) await writer.config.put('feed', 'k', { value });
    })();
    const seen: unknown[] = [];
    for await (const item of brittle.watch({ namespace: 'feed', since, values: true })) {
      if (item.type === 'change') seen.push(...item.change.changes.map(({ value }) => value));
      if (seen.length >= expected.length) break;
    }
    await writing;
    expect(seen).toEqual(expected);
    expect(streams).toBeGreaterThan(1);
  });

  test('walks lists, searches and the audit page by page', async () => {
    const confman = client([0]);
    const operations = Array.from({ length: 25 }, (_, number) => ({
      op: 'put' as const,
      key: `k${String(number).padStart(2, '0')}`,
      value: `needle ${number}`,
    }));
    await confman.config.batch('pages', { operations });
    const keys = (await confman.config.list('pages', { limit: 10 }).all()).map(({ key }) => key);
    expect(keys).toEqual(operations.map(({ key }) => key));
    expect(await confman.search({ search: 'NEEDLE', in: ['value'], limit: 7 }).all()).toHaveLength(25);
    expect((await confman.audit({ namespace: 'pages', limit: 10 }).all()).length).toBeGreaterThanOrEqual(25);
    expect((await confman.namespaces.get('pages')).data.entries).toBe(25);
  });

  test('speaks the rest of the API', async () => {
    const confman = client([0]);
    const { data: key } = await confman.keys.create({ name: 'reader', role: 'viewer', scope: ['pages'] });
    expect((await confman.keys.list().all()).map(({ name }) => name)).toContain('reader');
    const reader = createClient({ endpoints: urls, key: key.secret ?? '', fetch: node.fetch });
    expect((await reader.signIn.whoAmI()).data).toMatchObject({ role: 'viewer', scope: ['pages'], via: 'bearer' });
    await expect(reader.config.put('pages', 'k', { value: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
    await confman.keys.revoke(key.id);
    expect((await confman.cluster.status()).data.nodes).toHaveLength(3);
    expect((await confman.config.dryRun('pages', 'new', { value: '1' })).data).toMatchObject({ dryRun: true, created: true });
    const events: string[] = [];
    for await (const event of confman.events({ topics: ['cluster'] })) {
      events.push(event.type === 'event' ? event.event : event.type);
      if (events.includes('cluster')) break;
    }
    expect(events[0]).toBe('connected');
    await confman.namespaces.put('pages', { description: 'gone soon' });
    expect((await confman.namespaces.delete('pages')).data.entriesDeleted).toBe(25);
  });
});
