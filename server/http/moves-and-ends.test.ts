/** Moves as streams tell them, and groups that end: through the routes, on nodes in one process. */
import { describe, expect, test } from 'vitest';
import { parseToken } from '../../lib/contract/token.ts';
import { EventReader } from './testing/sse.ts';
import { expectProblem } from './testing/suite-api.ts';
import { entry, shardsBed, valueIn, withToken } from './testing/shards-bed.ts';

const bed = shardsBed();

describe('moves under way', () => {
  test('are told step by step to whoever follows them, and to nobody whose key is limited to namespaces', async () => {
    await bed().api.put(entry('a/1'), { value: '12345' });
    const follow = async (key: string): Promise<EventReader> =>
      EventReader.open(`${bed().urls[1]}/api/v1/events?topics=moves`, { authorization: `Bearer ${key}` });
    const stream = await follow(bed().apis.adminKey);
    const next = async (): Promise<Record<string, unknown> | undefined> => (await stream.next(({ event }) => event === 'moves'))?.data;
    expect(await next()).toEqual({ epoch: 0, moves: [] });
    const limited = await bed().api.post('/api/v1/keys', { name: 'some', role: 'viewer', scope: ['a'] });
    const other = await follow(String(limited.json['secret']));
    await bed().group('g');
    expect(await next()).toEqual({ epoch: 1, moves: [] });
    await bed().api.put('/api/v1/cluster/routes', { prefix: 'a', group: 'g' });
    const told = { id: 'm2-1', from: 'default', to: 'g' };
    expect(await next()).toMatchObject({ epoch: 2, moves: [{ ...told, step: 'announced', rows: 0, bytes: 0 }] });
    const [move] = bed().driver.moves;
    if (move === undefined) throw new TypeError('there is no move');
    await bed().driver.copy(move);
    expect(await next()).toMatchObject({ epoch: 2, moves: [{ ...told, step: 'copying' }] });
    const fence = await bed().driver.fence(move);
    expect(await next()).toMatchObject({ moves: [{ ...told, step: 'fenced' }] });
    const start = await bed().driver.own(move, await bed().driver.copy(move), fence);
    // The last rows may be seen before the decision.
    const taken = await stream.next(({ data }) => JSON.stringify(data).includes('"taken"'));
    expect(taken?.data).toMatchObject({ moves: [{ ...told, step: 'taken' }] });
    await bed().driver.flip(move, fence, start);
    expect(await next()).toEqual({ epoch: 3, moves: [] });
    stream.close();
    const bookmark = await other.next(() => true);
    expect(bookmark?.event).toBe('bookmark');
    other.close();
  });
});

test('a watch goes on over a move there and back between which nothing was written', async () => {
  const before = await bed().api.get('/api/v1/namespaces');
  await bed().api.put(entry('a'), { value: '1' });
  await bed().group('g');
  await bed().routed('a', 'g');
  await bed().routed('a', 'default');
  await bed().api.put(entry('a'), { value: '2' });
  const stream = await EventReader.open(`${bed().urls[1]}/api/v1/watch?since=${encodeURIComponent(before.token)}`, {
    authorization: `Bearer ${bed().apis.adminKey}`,
  });
  for (const value of ['1', '2']) expect(valueIn(await stream.next((one) => one.event === 'change'))).toBe(value);
  stream.close();
});

describe('a group that ends', () => {
  test('is still found in audit and watches, wherever a page, a stream or a token was made', async () => {
    const before = await bed().api.get('/api/v1/namespaces');
    await bed().group('g');
    await bed().routed('a', 'g');
    for (const value of ['1', '2', '3']) await bed().api.put(entry('a'), { value });
    const inGroup = await bed().api.get(entry('a'));
    const stream = await EventReader.open(`${bed().urls[1]}/api/v1/watch?since=${encodeURIComponent(before.token)}`, {
      authorization: `Bearer ${bed().apis.adminKey}`,
    });
    const first = await stream.next((one) => one.event === 'change');
    await bed().routed('a', 'default');
    await bed().api.put(entry('a'), { value: '4' });
    const audit = await bed().api.get('/api/v1/audit?action=config.updated');
    const page = await bed().api.get('/api/v1/audit?limit=1&action=config.updated');
    expect((await bed().api.delete('/api/v1/cluster/groups/g')).status).toBeLessThan(300);
    const registry = await bed().api.get('/api/v1/cluster/registry');
    expect(registry.json['groups']).toMatchObject([{ id: 'default' }, { id: 'g', state: 'retiring' }]);
    await bed().driver.retire('g');
    expect((await bed().api.get('/api/v1/cluster/registry')).json['groups']).toMatchObject([
      { id: 'default' },
      { id: 'g', state: 'retired' },
    ]);
    for (const engine of bed().apis.cluster.engines) expect(engine.groups()).toEqual(['default']);

    const later = await bed().api.get('/api/v1/audit?action=config.updated');
    expect(later.json).toEqual(audit.json);
    expect(parseToken(later.token).map(({ group: of }) => of)).toEqual(['default', 'registry']);
    const items: unknown[] = [...(page.json['items'] as unknown[])];
    for (let cursor = page.json['nextCursor']; typeof cursor === 'string';) {
      const next = await bed().api.get(`/api/v1/audit?limit=1&action=config.updated&cursor=${cursor}`);
      expect(next.status, next.text).toBe(200);
      items.push(...(next.json['items'] as unknown[]));
      cursor = next.json['nextCursor'];
    }
    expect(items).toEqual(audit.json['items']);

    expect(valueIn(first)).toBe('1');
    const values = async (of: EventReader, count: number): Promise<unknown[]> => {
      const seen: unknown[] = [];
      while (seen.length < count) seen.push(valueIn(await of.next((one) => one.event === 'change')));
      return seen;
    };
    expect(await values(stream, 3)).toEqual(['2', '3', '4']);
    stream.close();
    for (const [since, told] of [
      [first?.id ?? '', ['2', '3', '4']],
      [before.token, ['1', '2', '3', '4']],
    ] as const) {
      const again = await EventReader.open(`${bed().urls[2]}/api/v1/watch?since=${encodeURIComponent(since)}`, {
        authorization: `Bearer ${bed().apis.adminKey}`,
      });
      expect(await values(again, told.length)).toEqual(told);
      again.close();
    }
    // Its element counts where the data came from it, and is ignored elsewhere.
    expect((await bed().api.get(entry('a'), withToken(inGroup.token))).json['value']).toBe('4');
    expect((await bed().api.get('/api/v1/namespaces', withToken(inGroup.token))).status).toBe(200);
    expectProblem(await bed().api.post('/api/v1/cluster/groups', { id: 'g' }), 'group-exists');
  });
});
