import { describe, expect, test } from 'vitest';
import { formatToken, mergeTokens, parseToken } from '../../lib/contract/token.ts';
import { EventReader } from './testing/sse.ts';
import { type SuiteAnswer, expectProblem } from './testing/suite-api.ts';
import { entry, shardsBed, valueIn, withToken } from './testing/shards-bed.ts';

const bed = shardsBed();

describe('a cluster with one group', () => {
  test('says so, and speaks plain tokens', async () => {
    const registry = await bed().api.get('/api/v1/cluster/registry');
    expect(registry.json).toMatchObject({ epoch: 0, groups: [{ id: 'default', partitions: 256 }], routes: [], moves: [] });
    expect(registry.version).toMatch(/^\d+:\d+$/);
    expect((await bed().api.get('/api/v1/cluster/placement?namespace=a%2Fb')).json).toMatchObject({ group: 'default', by: 'partition' });
  });
});

describe('a cluster with several groups', () => {
  test('keeps a namespace in the group that it is routed to, and says so in the version', async () => {
    expect((await bed().group('payments')).json).toMatchObject({ epoch: 1, moves: [] });
    const announced = await bed().routed('teams/payments', 'payments');
    expect([announced.status, announced.json['moves']]).toMatchObject([202, [{ id: 'm2-1', from: 'default', to: 'payments' }]]);
    const put = await bed().api.put(entry('teams/payments/prod'), { value: '1' });
    expect([put.status, put.json['version']]).toEqual([201, expect.stringMatching(/^payments=\d+:\d+$/)]);
    expect(put.version).toBe(`${String(put.json['version'])},registry=0:3`);
    expect((await bed().api.put(entry('teams/payments-eu'), { value: '1' })).json['version']).toMatch(/^\d+:\d+$/);
    for (const url of bed().urls) {
      const got = await bed().api.get(entry('teams/payments/prod'), { url, ...withToken(put.token) });
      expect([got.status, got.json['value'], got.headers.get('x-confman-replica')]).toEqual([
        200,
        '1',
        expect.stringContaining('group=payments'),
      ]);
    }
    const place = await bed().api.get('/api/v1/cluster/placement?namespace=teams%2Fpayments%2Fprod');
    expect(place.json).toMatchObject({ group: 'payments', by: 'prefix', prefix: 'teams/payments' });
  });

  test('takes what was written along, with its versions, and honours tokens from before', async () => {
    const first = await bed().api.put(entry('a/b'), { value: 'one' });
    const second = await bed().api.put(entry('a/b'), { value: 'two' });
    await bed().group('g');
    await bed().routed('a', 'g');
    const got = await bed().api.get(entry('a/b'), withToken(second.token));
    expect(got.json).toMatchObject({ value: 'two', revision: 2, version: second.json['version'] });
    expect((await bed().api.get(`${entry('a/b')}?revision=1`)).json).toMatchObject({ value: 'one', version: first.json['version'] });
    // The version that it had there is what a precondition names.
    const stale = await bed().api.put(entry('a/b'), { value: 'x' }, { headers: { 'if-match': `"${String(first.json['version'])}"` } });
    expectProblem(stale, 'version-conflict');
    const third = await bed().api.put(entry('a/b'), { value: 'three' }, { headers: { 'if-match': `"${String(second.json['version'])}"` } });
    expect([third.json['revision'], String(third.json['version'])]).toEqual([3, expect.stringMatching(/^g=/)]);
    const next = await bed().api.delete(entry('a/b'), { headers: { 'if-match': `"${String(third.json['version'])}"` } });
    expect(next.status).toBe(200);
    const history = await bed().api.get(`${entry('a/b')}/history`);
    expect((history.json['items'] as { revision: number }[]).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
  });

  test('lets the element of one group neither block nor count on another', async () => {
    await bed().group('g');
    await bed().routed('a', 'g');
    const put = await bed().api.put(entry('a'), { value: '1' });
    for (const engine of bed().apis.cluster.engines) if (engine.nodeId === 'n2') engine.holdApply(true, 'g');
    const later = await bed().api.put(entry('a'), { value: '2' });
    const other = await bed().api.put(entry('other'), { value: '1' });
    const free = await bed().api.get(entry('other'), {
      url: bed().urls[1],
      ...withToken(formatToken(mergeTokens(parseToken(later.token), parseToken(other.token)))),
    });
    expect([free.status, free.headers.get('x-confman-consistency')]).toEqual([200, 'read-your-writes']);
    const held = await bed().api.get(entry('a'), { url: bed().urls[1], ...withToken(later.token, { 'x-confman-max-wait': '50ms' }) });
    expectProblem(held, 'version-not-reached');
    expect((await bed().api.get(entry('a'), { url: bed().urls[1], ...withToken(put.token) })).json).toMatchObject({ value: '1' });
  });

  test('routes nothing by a registry that is older than the one in the token', async () => {
    await bed().api.put(entry('a'), { value: 'old' });
    await bed().group('g');
    const late = bed().apis.cluster.engine('n2');
    await bed().api.get(entry('a'), { url: bed().urls[1] });
    late.holdApply(true);
    await bed().routed('a', 'g');
    const put = await bed().api.put(entry('a'), { value: 'new' });
    const early = await bed().api.get(entry('a'), { url: bed().urls[1], ...withToken(put.token, { 'x-confman-max-wait': '50ms' }) });
    expect(expectProblem(early, 'version-not-reached')['groups']).toMatchObject([{ group: 'registry' }]);
    // Without a token it goes where its registry says, and that group knows better: held, then refused, never a 404.
    const blind = await bed().api.get(entry('a'), { url: bed().urls[1], headers: { 'x-confman-max-wait': '50ms' } });
    if (blind.status === 200) expect(blind.json['value']).toBe('old');
    else expect(['moved', 'version-not-reached']).toContain(blind.json['code']);
    const reading = bed().api.get(entry('a'), { url: bed().urls[1], ...withToken(put.token) });
    late.holdApply(false);
    expect((await reading).json).toMatchObject({ value: 'new' });
  });

  test('refuses a group that it never had, at the epoch of the leader', async () => {
    await bed().group('g');
    expectProblem(await bed().api.get(entry('a'), withToken('nowhere=1:1')), 'version-of-unknown-group');
  });

  test('holds what concerns a range that is changing hands, and serves it afterwards', async () => {
    await bed().api.put(entry('a'), { value: '1' });
    await bed().group('g');
    expect((await bed().api.put('/api/v1/cluster/routes', { prefix: 'a', group: 'g' })).status).toBe(202);
    const move = bed().driver.moves[0]!;
    await bed().driver.copy(move);
    const fromFinalIndex = await bed().driver.fence(move);
    expectProblem(await bed().api.put(entry('a'), { value: 'x' }, { headers: { 'x-confman-max-wait': '40ms' } }), 'moved');
    expectProblem(await bed().api.get(entry('a'), { headers: { 'x-confman-max-wait': '40ms' } }), 'moved');
    expectProblem(await bed().api.get('/api/v1/namespaces', { headers: { 'x-confman-max-wait': '40ms' } }), 'moved');
    const held = Promise.all([
      bed().api.put(entry('a'), { value: '2' }),
      bed().api.get(entry('a'), { url: bed().urls[1] }),
      bed().api.get('/api/v1/namespaces', { url: bed().urls[2] }),
      bed().api.put(entry('free'), { value: '1' }),
    ]);
    const cursor = await bed().driver.copy(move);
    await bed().driver.flip(move, fromFinalIndex, await bed().driver.own(move, cursor, fromFinalIndex));
    const [put, got, list, free] = await held;
    expect([put.status, put.json['revision'], put.json['version']]).toEqual([200, 2, expect.stringMatching(/^g=/)]);
    expect(['1', '2']).toContain(got.json['value']);
    expect((list.json['items'] as { namespace: string }[]).filter(({ namespace }) => namespace === 'a')).toHaveLength(1);
    expect(free.status).toBe(201);
  });

  test('gives the first answer to a repeated write, also after its namespace has moved', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await bed().api.put(entry('a'), { value: '1' }, { headers });
    await bed().group('g');
    await bed().routed('a', 'g');
    const again = await bed().api.put(entry('a'), { value: '1' }, { headers, url: bed().urls[2] });
    expect([again.status, again.headers.get('idempotent-replayed'), again.json['version']]).toEqual([201, 'true', first.json['version']]);
    expect((await bed().api.get(entry('a'))).json['revision']).toBe(1);
  });
});

describe('answers that span groups', () => {
  const names = ['a/1', 'b/1', 'b/2', 'c/1', 'd/1', 'd/2', 'e/1'];

  async function spread(): Promise<string> {
    let token = '0:0';
    for (const id of ['one', 'two']) await bed().group(id);
    await bed().routed('b', 'one');
    await bed().routed('d', 'two');
    for (const name of names) {
      const put = await bed().api.put(entry(name, 'key'), { value: `value of ${name}` });
      token = formatToken(mergeTokens(parseToken(token), parseToken(put.token)));
    }
    return token;
  }

  async function all(path: string, token: string, url: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let cursor: string | null = null;
    do {
      const page: SuiteAnswer = await bed().api.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
        {
          url,
          ...withToken(token),
        },
      );
      expect(page.status, page.text).toBe(200);
      items.push(...(page.json['items'] as Record<string, unknown>[]));
      cursor = page.json['nextCursor'] as string | null;
    } while (cursor !== null);
    return items;
  }

  test('are whole, in order, and carry a version of every group', async () => {
    const token = await spread();
    for (const url of bed().urls) {
      expect((await all('/api/v1/namespaces', token, url)).map(({ namespace }) => namespace)).toEqual(names);
      expect((await all('/api/v1/configs?search=value', token, url)).map(({ namespace }) => namespace)).toEqual(names);
    }
    const list = await bed().api.get('/api/v1/namespaces', withToken(token));
    expect(list.version).toMatch(/^\d+:\d+,one=\d+:\d+,two=\d+:\d+,registry=0:\d+$/);
    expect(list.headers.get('x-confman-replica')).toMatch(/group=default.*, n1;.*group=one.*, n1;.*group=two/);
    expect(list.headers.get('x-confman-consistency')).toBe('read-your-writes');
  });

  test('have the audit in one order, the same from every node', async () => {
    const token = await spread();
    const orders = await Promise.all(bed().urls.map(async (url) => (await all('/api/v1/audit', token, url)).map(({ id }) => id)));
    expect(new Set(orders.map((order) => order.join(' '))).size).toBe(1);
    const created = (await all('/api/v1/audit?action=config.created', token, bed().urls[0]!)).map(({ namespace }) => namespace);
    expect(created).toEqual(names.toReversed());
    const lines = await bed().api.get('/api/v1/audit?action=config.created', { headers: { accept: 'application/x-ndjson' } });
    const exported = lines.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { namespace: string }).namespace);
    expect(exported).toEqual(names.toReversed());
  });

  test('end a cursor of a search when namespaces have changed hands since', async () => {
    const token = await spread();
    const first = await bed().api.get('/api/v1/configs?limit=2', withToken(token));
    const path = `/api/v1/configs?limit=2&cursor=${String(first.json['nextCursor'])}`;
    expect((await bed().api.get(path)).status).toBe(200);
    await bed().routed('b/2', 'two');
    expectProblem(await bed().api.get(path), 'cursor-expired');
  });

  test('fail as a whole when one group has nothing to say', async () => {
    await spread();
    bed().apis.cluster.quorum = false;
    const answer = await bed().api.get('/api/v1/namespaces', {
      headers: { 'x-confman-consistency': 'linearizable', 'x-confman-max-wait': '50ms' },
    });
    expectProblem(answer, 'read-index-timeout');
    bed().apis.cluster.quorum = true;
  });

  test('are watched as one stream that skips and repeats nothing while a namespace moves', async () => {
    await spread();
    const start = await bed().api.get('/api/v1/namespaces');
    const stream = await EventReader.open(`${bed().urls[1]}/api/v1/watch?namespace=b`, { authorization: `Bearer ${bed().apis.adminKey}` });
    await stream.next(({ event }) => event === 'bookmark');
    await bed().api.put(entry('b/1', 'key'), { value: '2' });
    await bed().routed('b', 'two');
    await bed().group('three');
    await bed().api.put(entry('b/1', 'key'), { value: '3' });
    await bed().routed('b', 'three');
    const last = await bed().api.put(entry('b/1', 'key'), { value: '4' });
    expect(last.json['revision']).toBe(4);
    const seen: unknown[] = [];
    const ids: (string | null)[] = [];
    while (seen.length < 3) {
      const event = await stream.next((one) => one.event === 'change');
      seen.push(valueIn(event));
      ids.push(event?.id ?? null);
    }
    stream.close();
    expect(seen).toEqual(['2', '3', '4']);
    // From any event, on any node, what comes is what has not come yet.
    const rest = await EventReader.open(`${bed().urls[2]}/api/v1/watch?namespace=b&since=${encodeURIComponent(ids[0] ?? '')}`, {
      authorization: `Bearer ${bed().apis.adminKey}`,
    });
    for (const value of ['3', '4']) {
      const event = await rest.next((one) => one.event === 'change');
      expect(valueIn(event)).toBe(value);
    }
    rest.close();
    const again = await EventReader.open(`${bed().urls[0]}/api/v1/watch?since=${encodeURIComponent(start.token)}`, {
      authorization: `Bearer ${bed().apis.adminKey}`,
    });
    for (const value of ['2', '3', '4']) {
      const event = await again.next((one) => one.event === 'change');
      expect(valueIn(event)).toBe(value);
    }
    again.close();
  });
});

describe('a node without a replica of a group', () => {
  test('lets another one answer, once', async () => {
    bed().apis.cluster.engine('n1').without.add('g');
    const made = await bed().api.post('/api/v1/cluster/groups', { id: 'g', members: ['n2', 'n3'] }, { url: bed().urls[1] });
    expect(made.status).toBe(201);
    bed().apis.cluster.leader = 'n2';
    await bed().routed('a', 'g');
    const put = await bed().api.put(entry('a'), { value: '1' });
    expect(put.json['version']).toMatch(/^g=/);
    const got = await bed().api.get(entry('a'), withToken(put.token));
    expect([got.json['value'], got.headers.get('x-confman-replica')]).toEqual(['1', expect.stringMatching(/^n[23];role=.*group=g/)]);
    expect((await bed().api.get('/api/v1/namespaces')).json['items']).toMatchObject([{ namespace: 'a' }]);
    expectProblem(
      await bed().api.get(entry('nothing/here'), { url: bed().urls[1], headers: { 'x-confman-node': 'n1' } }),
      'entry-not-found',
    );
    expectProblem(await bed().api.get(entry('a'), { url: bed().urls[1], headers: { 'x-confman-node': 'n1' } }), 'group-unreachable');
  });
});

describe('changes of the registry', () => {
  test('come with a plan first', async () => {
    await bed().api.put(entry('a/1'), { value: '12345' });
    await bed().api.put(entry('a/2'), { value: '12345' });
    await bed().group('g');
    const plan = await bed().api.put('/api/v1/cluster/routes?dryRun=true', { prefix: '/a/*', group: 'g' });
    expect(plan.json).toMatchObject({
      dryRun: true,
      epoch: 1,
      rows: 2,
      bytes: 10,
      moves: [{ from: 'default', to: 'g', namespaces: 2, entries: 2 }],
    });
    expect((await bed().api.get('/api/v1/cluster/registry')).json).toMatchObject({ epoch: 1, moves: [] });
    const spread = await bed().api.post('/api/v1/cluster/rebalance?dryRun=true', undefined);
    expect(spread.json['moves']).toHaveLength(1);
  });

  test('are made one after the other, and say what is in the way', async () => {
    await bed().group('g');
    expectProblem(await bed().api.post('/api/v1/cluster/groups', { id: 'g' }), 'group-exists');
    expectProblem(await bed().api.put('/api/v1/cluster/routes', { prefix: 'a', group: 'nowhere' }), 'invalid-routing');
    expectProblem(await bed().api.delete('/api/v1/cluster/routes/a'), 'route-not-found');
    expectProblem(await bed().api.delete('/api/v1/cluster/moves/m9-9'), 'move-not-found');
    expect((await bed().api.post('/api/v1/cluster/partitions/move', { partitions: [1, 2], to: 'g' })).status).toBe(202);
    expect(expectProblem(await bed().api.put('/api/v1/cluster/routes', { prefix: 'a', group: 'g' }), 'move-in-progress')['move']).toBe(
      'm2-1',
    );
    expect((await bed().api.get('/api/v1/cluster/registry')).json['moves']).toMatchObject([{ id: 'm2-1', step: 'announced', rows: 0 }]);
    await bed().driver.driveAll();
    expectProblem(await bed().api.delete('/api/v1/cluster/groups/g'), 'group-in-use');
    expectProblem(await bed().api.post('/api/v1/cluster/partitions/move', { partitions: [1, 2], to: 'g' }), 'nothing-to-change');
    expect((await bed().api.post('/api/v1/cluster/partitions/move', { partitions: [1, 2], to: 'default' })).status).toBe(202);
    await bed().driver.driveAll();
    expect((await bed().api.delete('/api/v1/cluster/groups/g')).status).toBe(200);
    expect((await bed().api.get('/api/v1/cluster/registry')).json).toMatchObject({
      groups: [{ id: 'default' }, { id: 'g', state: 'retiring' }],
    });
  });
});
