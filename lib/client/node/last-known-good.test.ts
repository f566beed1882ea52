import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../create-client.ts';
import { problem, ScriptedServer, versioned } from '../testing/scripted-server.ts';
import { createNodeClient } from './create-node-client.ts';
import { LastKnownGood } from './last-known-good.ts';
import type { KeptAnswer } from '../cache.ts';
import type { Notice } from '../types.ts';

const history = 'aaaaaaaa.00000001';
let dir = '';
let file = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-lkg-'));
  file = join(dir, 'lkg.json');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const kept = (path: string, body = '{}'): KeptAnswer => ({ path, body, version: '1:1', token: `${history}/1:1`, etag: null, atMs: 1000 });

describe('the file', () => {
  test('gives back after a restart what was kept, to its owner only', async () => {
    const first = new LastKnownGood({ file, scope: 'key' });
    await first.store(kept('/a', '{"ü":1}'));
    first.flush();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await new LastKnownGood({ file, scope: 'key' }).load('/a')).toEqual(kept('/a', '{"ü":1}'));
    expect(readFileSync(file, 'utf8')).not.toContain('"key"');
  });

  test('counts as empty for another key, and when a byte of it is wrong', async () => {
    const first = new LastKnownGood({ file, scope: 'key' });
    await first.store(kept('/a', '{"value":"old"}'));
    first.flush();
    expect(await new LastKnownGood({ file, scope: 'other' }).load('/a')).toBeNull();
    writeFileSync(file, readFileSync(file, 'utf8').replace('old', 'odd'));
    expect(await new LastKnownGood({ file, scope: 'key' }).load('/a')).toBeNull();
    writeFileSync(file, readFileSync(file, 'utf8').replace('confman-last-known-good-1', 'confman-last-known-good-2'));
    const told: unknown[] = [];
    expect(await new LastKnownGood({ file, scope: 'key', onError: (error) => told.push(error) }).load('/a')).toBeNull();
    expect(String(told[0])).toContain('has another format than confman-last-known-good-1');
    writeFileSync(file, 'not json at all');
    const errors: unknown[] = [];
    expect(await new LastKnownGood({ file, scope: 'key', onError: (error) => errors.push(error) }).load('/a')).toBeNull();
    expect(errors).toHaveLength(1);
  });

  test('stays within its bound by forgetting the oldest', async () => {
    const cache = new LastKnownGood({ file, scope: 'key', bytesMax: 2000 });
    for (let number = 0; number < 10; number++) await cache.store(kept(`/${number}`, 'x'.repeat(500)));
    cache.flush();
    expect(statSync(file).size).toBeLessThan(2500);
    expect(await cache.load('/0')).toBeNull();
    expect(await cache.load('/9')).not.toBeNull();
  });

  test('never fails the read that it was to keep', async () => {
    const errors: unknown[] = [];
    const cache = new LastKnownGood({ file: join(dir, 'lkg.json', 'below-a-file'), scope: 'key', onError: (error) => errors.push(error) });
    writeFileSync(file, '');
    await cache.store(kept('/a'));
    cache.flush();
    expect(errors).toHaveLength(1);
    expect(await cache.load('/a')).toEqual(kept('/a'));
  });

  test('forgets at once, on disk too, what a write may have changed', async () => {
    const cache = new LastKnownGood({ file, scope: 'key' });
    await cache.store(kept('/api/v1/namespaces/a/config/k'));
    await cache.store(kept('/api/v1/namespaces/ab/config/k'));
    await cache.drop('/api/v1/namespaces/a/');
    const again = new LastKnownGood({ file, scope: 'key' });
    expect(await again.load('/api/v1/namespaces/a/config/k')).toBeNull();
    expect(await again.load('/api/v1/namespaces/ab/config/k')).not.toBeNull();
  });
});

describe('a client with the file', () => {
  const entry = { namespace: 'app', key: 'k', value: 'x', type: 'text', version: '1:1' };
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start(() => versioned(`${history}/1:1`, entry));
  });
  afterEach(async () => {
    await server.stop();
  });

  test('starts while the cluster is down, and says that and how old its answers are', async () => {
    const options = { endpoints: [server.url], key: 'confman_x', lastKnownGoodFile: file };
    const running = createNodeClient(options);
    expect((await running.client.config.get('app', 'k')).meta).toMatchObject({ fromCache: false, ageMs: 0 });
    await running.close();
    await server.stop();
    const notices: Notice[] = [];
    const restarted = createNodeClient({ ...options, onNotice: (notice) => notices.push(notice), timeouts: { beforeCacheMs: 50 } });
    const { data, meta } = await restarted.client.config.get('app', 'k');
    expect(data.value).toBe('x');
    expect(meta).toMatchObject({ fromCache: true, endpoint: null, token: `${history}/1:1` });
    expect(meta.ageMs).toBeGreaterThanOrEqual(0);
    expect(notices.at(-1)).toMatchObject({ type: 'from-cache', path: '/api/v1/namespaces/app/config/k' });
    await expect(restarted.client.config.get('app', 'never-read', { timeoutMs: 200 })).rejects.toMatchObject({ retryable: true });
    await restarted.close();
    server = await ScriptedServer.start();
  });

  test('never answers from it where the caller wants certainty, nor after a write, nor when the cluster says no', async () => {
    const cache = new LastKnownGood({ file, scope: '' });
    const client = createClient({ endpoints: [server.url], cache, retry: { attemptsMax: 1 } });
    await client.config.get('app', 'k');
    server.script(() => problem('entry-not-found'));
    await expect(client.config.get('app', 'k')).rejects.toMatchObject({ code: 'entry-not-found' });
    server.script(() => problem('no-leader'));
    expect((await client.config.get('app', 'k')).meta.fromCache).toBe(true);
    await expect(client.config.get('app', 'k', { consistency: 'linearizable' })).rejects.toMatchObject({ code: 'no-leader' });
    await expect(client.config.get('app', 'k', { minVersion: '1:1' })).rejects.toMatchObject({ code: 'no-leader' });
    // Its fate is not known, so what was kept may be wrong now.
    await expect(client.config.put('app', 'k', { value: 'y' })).rejects.toMatchObject({ code: 'no-leader' });
    await expect(client.config.get('app', 'k')).rejects.toMatchObject({ code: 'no-leader' });
  });

  test('keeps nothing that was read beside a write of its own, and what came late all the same', async () => {
    const cache = new LastKnownGood({ file, scope: '' });
    const client = createClient({ endpoints: [server.url], cache });
    let answerRead: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      answerRead = resolve;
    });
    server.script(async ({ method }) => {
      if (method === 'GET') await written;
      return versioned(`${history}/1:1`, entry);
    });
    const reading = client.config.get('app', 'k');
    await client.config.put('app', 'k', { value: 'y' });
    answerRead();
    await reading;
    expect(await cache.load('/api/v1/namespaces/app/config/k')).toBeNull();
    // The first answer never comes; the cluster is asked again, because nothing is kept.
    const asked = server.asked.length;
    server.script((_, number) => (number === asked + 1 ? { handle: () => undefined } : versioned(`${history}/1:1`, entry)));
    await createClient({ endpoints: [server.url], cache, timeouts: { beforeCacheMs: 20 } }).config.get('app', 'k');
    expect(await cache.load('/api/v1/namespaces/app/config/k')).not.toBeNull();
  });
});
