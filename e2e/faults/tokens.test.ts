/** Every row of spec 1, section 4, by HTTP and on every node. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryPath } from '../../lib/contract/names.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';

const PATH = entryPath('tokens', 'k');
const NODES = ['n1', 'n2', 'n3'] as const;

let cluster: RealCluster;
/** Of the write that every test looks at. */
let put: RawAnswer;
let history: string;
let term: bigint;

beforeAll(async () => {
  cluster = await RealCluster.start();
  put = await cluster.put(await cluster.leader(), 'tokens', 'k', 'v');
  [history] = put.token.split('/') as [string];
  term = BigInt(put.version.split(':')[0] as string);
});
afterAll(async () => {
  await cluster.stop();
});

async function read(
  node: NodeProcess,
  min: string | readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return cluster.api(node, PATH, {
    headers: { 'x-confman-min-version': typeof min === 'string' ? min : [...min], 'x-confman-max-wait': '300ms', ...headers },
  });
}

/** As a GET, so a HEAD: the same status and headers, without a body. */
async function expectSameHead(node: NodeProcess, min: string, status: number): Promise<void> {
  const head = await cluster.api(node, PATH, { method: 'HEAD', headers: { 'x-confman-min-version': min, 'x-confman-max-wait': '300ms' } });
  expect([head.status, head.text, head.token.startsWith(`${history}/`)]).toEqual([status, '', true]);
}

describe.each(NODES)('on %s', (id) => {
  const node = (): NodeProcess => cluster.node(id);

  test.each([
    '007:1',
    '5',
    '5:',
    ':5',
    '5:42,',
    ',5:42',
    '0:5',
    '5:0',
    '5:-1',
    '5:1.0',
    '5:1e3',
    '5:9223372036854775808',
    '5:10000000000000000000',
    'x=y=5:42',
    'Default=5:42',
    'DEADBEEF.00000000/5:42',
  ])('cannot read %j', async (min) => {
    const answer = await read(node(), min);
    expect([answer.status, answer.code]).toEqual([400, 'invalid-version-token']);
    expect((answer.json['errors'] as readonly unknown[])[0]).toMatchObject({
      element: expect.any(Number) as unknown,
      offset: expect.any(Number) as unknown,
    });
    await expectSameHead(node(), min, 400);
  });

  test('refuses versions of another cluster and of an unknown lineage', async () => {
    const [clusterId = '', lineageId = ''] = history.split('.');
    const other = (text: string): string => (text === 'deadbeef' ? 'deadbee0' : 'deadbeef');
    for (const [min, code] of [
      [`${other(clusterId)}.${lineageId}/${put.version}`, 'version-of-another-cluster'],
      [`${other(clusterId)}.${lineageId}/1:9007199254740993`, 'version-of-another-cluster'],
      [`${clusterId}.${other(lineageId)}/${put.version}`, 'version-of-another-lineage'],
      [`${put.token}, ${other(clusterId)}.${lineageId}/1:1`, 'version-of-another-cluster'],
    ] as const) {
      const answer = await read(node(), min, { 'x-confman-max-wait': '30s' });
      expect([min, answer.status, answer.code]).toEqual([min, 409, code]);
      await expectSameHead(node(), min, 409);
    }
  });

  test('serves what it has applied under the right term only', async () => {
    for (const min of [put.version, put.token, `default=${put.version}`, `0:0, ${put.token}`]) {
      const answer = await read(node(), min, { 'x-confman-max-wait': '20s' });
      expect([min, answer.status, answer.json['value']]).toEqual([min, 200, 'v']);
      expect(answer.index).toBeGreaterThanOrEqual(put.index);
    }
    for (const min of [`${term + 1n}:${put.index}`, `${history}/9223372036854775807:${put.index}`, `${term + 1n}:2`]) {
      const answer = await read(node(), min);
      expect([min, answer.status, answer.code]).toEqual([min, 409, 'version-of-another-history']);
      await expectSameHead(node(), min, 409);
    }
  });

  test.each(['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807'])(
    'knows that index %s cannot come from this log',
    async (index) => {
      const full = await read(node(), `${history}/${term}:${index}`, { 'x-confman-max-wait': '30s' });
      expect([full.status, full.code]).toEqual([409, 'version-from-the-future']);
      // Long enough for the leader to be heard on a busy machine: what is said depends on it.
      const bare = await read(node(), `${term}:${index}`, { 'x-confman-max-wait': '1500ms' });
      expect([bare.status, bare.code, bare.headers['retry-after']]).toEqual([503, 'version-not-reached', '1']);
      expect((bare.json['groups'] as readonly unknown[])[0]).toMatchObject({
        required: `${term}:${index}`,
        reason: expect.stringContaining('committed no further') as unknown,
      });
      const redirected = await read(node(), `${term}:${index}`, { 'x-confman-on-timeout': 'redirect' });
      const leads = /;role=leader/.test(redirected.headers['x-confman-replica'] ?? '');
      expect([redirected.status, redirected.headers['location'] ?? null]).toEqual(
        leads ? [503, null] : [307, `${(await cluster.leader()).url}/api/v1${PATH.replace('/api/v1', '')}`],
      );
    },
  );

  test('folds repeated headers into one list', async () => {
    expect((await read(node(), ['0:0', put.token], { 'x-confman-max-wait': '20s' })).status).toBe(200);
    const bad = await read(node(), [put.token, '007:1']);
    expect([bad.status, (bad.json['errors'] as readonly { readonly element: number }[])[0]?.element]).toEqual([400, 2]);
    const future = await read(node(), ['0:0', `${history}/${term}:999999999`], { 'x-confman-max-wait': '30s' });
    expect([future.status, future.code]).toEqual([409, 'version-from-the-future']);
  });

  test('says 304 and 404 by the state that was asked for', async () => {
    const headers = { 'x-confman-min-version': put.token, 'x-confman-max-wait': '20s' };
    const same = await cluster.api(node(), PATH, { headers: { ...headers, 'if-none-match': `"${put.version}"` } });
    expect([same.status, same.text, same.token.startsWith(`${history}/`)]).toEqual([304, '', true]);
    const none = await cluster.api(node(), entryPath('tokens', 'none'), { headers });
    expect([none.status, none.code]).toEqual([404, 'entry-not-found']);
    expect(none.index).toBeGreaterThanOrEqual(put.index);
  });

  test('takes a write with the version of another node, and refuses one of another log', async () => {
    const key = `by-${id}`;
    const next = await cluster.put(node(), 'tokens', key, 'v', { headers: { 'x-confman-min-version': put.token } });
    expect(next.status).toBe(201);
    for (const other of cluster.nodes) {
      const answer = await cluster.get(other, 'tokens', key, { 'x-confman-min-version': next.token, 'x-confman-max-wait': '20s' });
      expect([other.id, answer.status, answer.json['version']]).toEqual([other.id, 200, next.version]);
    }
    const refused = await cluster.put(node(), 'tokens', key, 'w', { headers: { 'x-confman-min-version': `${history}/${term}:999999999` } });
    expect([refused.status, refused.code]).toEqual([409, 'version-from-the-future']);
  });
});
