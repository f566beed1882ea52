/** Moves as streams tell them, and groups that end: through the routes, on nodes in one process. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseToken } from '../../lib/contract/token.ts';
import { MoveDriver } from './testing/drive-move.ts';
import { EventReader, type Received } from './testing/sse.ts';
import { SuiteApi, type SuiteAnswer, expectProblem } from './testing/suite-api.ts';
import { startTestApis } from './testing/test-api.ts';
import type { TestApis } from './testing/test-api.ts';

let apis: TestApis;
let urls: readonly string[];
let api: SuiteApi;
let driver: MoveDriver;

beforeEach(async () => {
  apis = startTestApis({ nodes: ['n1', 'n2', 'n3'] });
  urls = await apis.listen();
  api = new SuiteApi({ name: 'shards', baseUrl: () => urls[0]!, adminKey: () => apis.adminKey });
  driver = new MoveDriver(apis.cluster);
});
afterEach(async () => {
  await apis.close();
});

const entry = (namespace: string, key = 'k'): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/config/${key}`;

async function group(id: string): Promise<SuiteAnswer> {
  const made = await api.post('/api/v1/cluster/groups', { id });
  expect(made.status).toBe(201);
  return made;
}

/** Routes a prefix to a group and lets the data follow. */
async function routed(prefix: string, to: string): Promise<SuiteAnswer> {
  const answer = await api.put('/api/v1/cluster/routes', { prefix, group: to });
  expect(answer.status, answer.text).toBeLessThan(300);
  await driver.driveAll();
  return answer;
}

/** Of the first change of an event. */
function valueIn(event: Received | null): string | undefined {
  const [change] = (event?.data['changes'] ?? []) as readonly { readonly value: string }[];
  return change?.value;
}

const withToken = (token: string, more: Record<string, string> = {}) => ({ headers: { 'x-confman-min-version': token, ...more } });

describe('moves under way', () => {
  test('are told step by step to whoever follows them, and to nobody whose key is limited to namespaces', async () => {
    await api.put(entry('a/1'), { value: '12345' });
    const follow = async (key: string): Promise<EventReader> =>
      EventReader.open(`${urls[1]}/api/v1/events?topics=moves`, { authorization: `Bearer ${key}` });
    const stream = await follow(apis.adminKey);
    const next = async (): Promise<Record<string, unknown> | undefined> => (await stream.next(({ event }) => event === 'moves'))?.data;
    expect(await next()).toEqual({ epoch: 0, moves: [] });
    const limited = await api.post('/api/v1/keys', { name: 'some', role: 'viewer', scope: ['a'] });
    const other = await follow(String(limited.json['secret']));
    await group('g');
    expect(await next()).toEqual({ epoch: 1, moves: [] });
    await api.put('/api/v1/cluster/routes', { prefix: 'a', group: 'g' });
    const told = { id: 'm2-1', from: 'default', to: 'g' };
    expect(await next()).toMatchObject({ epoch: 2, moves: [{ ...told, step: 'announced', rows: 0, bytes: 0 }] });
    const [move] = driver.moves;
    if (move === undefined) throw new TypeError('there is no move');
    await driver.copy(move);
    expect(await next()).toMatchObject({ epoch: 2, moves: [{ ...told, step: 'copying' }] });
    const fence = await driver.fence(move);
    expect(await next()).toMatchObject({ moves: [{ ...told, step: 'fenced' }] });
    const start = await driver.own(move, await driver.copy(move), fence);
    // The last rows may be seen before the decision.
    const taken = await stream.next(({ data }) => JSON.stringify(data).includes('"taken"'));
    expect(taken?.data).toMatchObject({ moves: [{ ...told, step: 'taken' }] });
    await driver.flip(move, fence, start);
    expect(await next()).toEqual({ epoch: 3, moves: [] });
    stream.close();
    const bookmark = await other.next(() => true);
    expect(bookmark?.event).toBe('bookmark');
    other.close();
  });
});

test('a watch goes on over a move there and back between which nothing was written', async () => {
  const before = await api.get('/api/v1/namespaces');
  await api.put(entry('a'), { value: '1' });
  await group('g');
  await routed('a', 'g');
  await routed('a', 'default');
  await api.put(entry('a'), { value: '2' });
  const stream = await EventReader.open(`${urls[1]}/api/v1/watch?since=${encodeURIComponent(before.token)}`, {
    authorization: `Bearer ${apis.adminKey}`,
  });
  for (const value of ['1', '2']) expect(valueIn(await stream.next((one) => one.event === 'change'))).toBe(value);
  stream.close();
});

describe('a group that ends', () => {
  test('is still found in audit and watches, wherever a page, a stream or a token was made', async () => {
    const before = await api.get('/api/v1/namespaces');
    await group('g');
    await routed('a', 'g');
    for (const value of ['1', '2', '3']) await api.put(entry('a'), { value });
    const inGroup = await api.get(entry('a'));
    const stream = await EventReader.open(`${urls[1]}/api/v1/watch?since=${encodeURIComponent(before.token)}`, {
      authorization: `Bearer ${apis.adminKey}`,
    });
    const first = await stream.next((one) => one.event === 'change');
    await routed('a', 'default');
    await api.put(entry('a'), { value: '4' });
    const audit = await api.get('/api/v1/audit?action=config.updated');
    const page = await api.get('/api/v1/audit?limit=1&action=config.updated');
    expect((await api.delete('/api/v1/cluster/groups/g')).status).toBeLessThan(300);
    const registry = await api.get('/api/v1/cluster/registry');
    expect(registry.json['groups']).toMatchObject([{ id: 'default' }, { id: 'g', state: 'retiring' }]);
    await driver.retire('g');
    expect((await api.get('/api/v1/cluster/registry')).json['groups']).toMatchObject([{ id: 'default' }, { id: 'g', state: 'retired' }]);
    for (const engine of apis.cluster.engines) expect(engine.groups()).toEqual(['default']);

    const later = await api.get('/api/v1/audit?action=config.updated');
    expect(later.json).toEqual(audit.json);
    expect(parseToken(later.token).map(({ group: of }) => of)).toEqual(['default', 'registry']);
    const items: unknown[] = [...(page.json['items'] as unknown[])];
    for (let cursor = page.json['nextCursor']; typeof cursor === 'string';) {
      const next = await api.get(`/api/v1/audit?limit=1&action=config.updated&cursor=${cursor}`);
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
      const again = await EventReader.open(`${urls[2]}/api/v1/watch?since=${encodeURIComponent(since)}`, {
        authorization: `Bearer ${apis.adminKey}`,
      });
      expect(await values(again, told.length)).toEqual(told);
      again.close();
    }
    // Its element counts where the data came from it, and is ignored elsewhere.
    expect((await api.get(entry('a'), withToken(inGroup.token))).json['value']).toBe('4');
    expect((await api.get('/api/v1/namespaces', withToken(inGroup.token))).status).toBe(200);
    expectProblem(await api.post('/api/v1/cluster/groups', { id: 'g' }), 'group-exists');
  });
});
