/** Nothing that is a secret reaches a log, whatever is logged and whatever goes wrong. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { RealCluster } from '../cluster/cluster.ts';
import { until } from '../cluster/until.ts';

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start({ flags: ['--log-level', 'debug'] });
});
afterAll(async () => {
  await cluster.stop();
});

/** Bytes at a port that it makes nothing of. */
async function shout(address: string, bytes: string): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), host, () => socket.end(bytes));
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
  });
}

test('logs no key, no cookie, no secret of the cluster and no value, at the most talkative level and while things fail', async () => {
  const [first, second, third] = cluster.nodes as [RealCluster['nodes'][0], RealCluster['nodes'][0], RealCluster['nodes'][0]];
  const said = new Map(cluster.nodes.map((node) => [node.id, '']));
  const value = `value-${randomBytes(12).toString('hex')}`;
  const wrong = `confman_wrong-${randomBytes(12).toString('hex')}`;

  const made = await cluster.api(first, '/keys', { method: 'POST', body: { name: 'made', role: 'editor' } });
  const key = String(made.json['secret']);
  const late = { 'x-confman-min-version': made.token };
  expect((await cluster.api(second, '/session', { key, headers: late })).status).toBe(200);
  expect((await cluster.api(second, '/session', { key: null, headers: { 'x-api-key': key, ...late } })).status).toBe(200);
  expect((await cluster.api(second, '/session', { key: wrong })).status).toBe(401);
  expect((await cluster.api(second, '/session', { key: null, method: 'POST', body: { key: wrong } })).status).toBe(401);
  // Where it does not belong, it may still be somebody's key.
  expect((await cluster.api(second, `/session?key=${key}`, {})).status).toBe(400);
  expect((await cluster.api(second, '/session', { key: null, method: 'POST', body: { key, [key]: 1 } })).status).toBe(400);
  const signed = await cluster.api(first, '/session', { key: null, method: 'POST', body: { key: cluster.adminKey } });
  expect(signed.status).toBe(200);
  const [cookie = ''] = [signed.headers['set-cookie']].flat();
  const sealed = cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'));
  expect(sealed.length).toBeGreaterThan(40);
  const origin = 'http://elsewhere.example';
  expect((await cluster.api(first, '/namespaces/a', { key: null, method: 'PUT', body: {}, headers: { cookie, origin } })).status).toBe(403);

  // Through other nodes, broken, too large, and at ports that take nothing of the kind.
  for (const node of cluster.nodes) {
    await cluster.put(node, 'secrets', `k-${node.id}`, value, { headers: { 'idempotency-key': `i-${node.id}` } });
    await cluster.api(node, entryPath('secrets', 'k-n1'), { headers: { 'x-confman-node': second.id } });
    await cluster.api(node, entryPath('secrets', 'k-n1'), { headers: { 'x-confman-min-version': '9:9999', 'x-confman-max-wait': '50ms' } });
    await shout(new URL(node.url).host, `GET /api/v1/keys HTTP/1.1\r\nAuthorization: Bearer ${key}\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`);
    await shout(new URL(node.url).host, `PUT ${entryPath('secrets', 'x')} HTTP/9.9\r\nCookie: ${cookie}\r\n\r\n${value}`);
    await shout(node.spec.peer, `${cluster.adminKey} ${key} ${value}\n`);
  }
  await third.kill();
  said.set(third.id, third.said);
  third.start();
  await cluster.ready();
  expect((await cluster.api(first, `/keys/${String(made.json['id'])}`, { method: 'DELETE' })).status).toBe(200);
  await until('the key opens nothing any more', async () => (await cluster.api(third, '/session', { key })).status === 401);

  for (const node of cluster.nodes) await node.terminate();
  const secret = first.spec.env['CONFMAN_CLUSTER_SECRET'] ?? '';
  for (const node of cluster.nodes) {
    const all = `${said.get(node.id) ?? ''}${node.said}`;
    expect(all).toContain('"level":20');
    for (const [what, text] of Object.entries({ admin: cluster.adminKey, key, wrong, sealed, secret, value })) {
      expect(text.length).toBeGreaterThan(16);
      expect([node.id, what, all.includes(text)]).toEqual([node.id, what, false]);
    }
  }
});
