/** Eight groups on three real processes: answers over all of them, moves under load, and kills while they run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namespacePath } from '../../lib/contract/names.ts';
import { formatToken, mergeTokens, parseToken } from '../../lib/contract/token.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { movesEnd } from '../cluster/registry.ts';
import { until } from '../cluster/until.ts';

const GROUPS = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'];
const NAMESPACES = Array.from({ length: 60 }, (_, at) => `team${at % 6}/service${String(at).padStart(2, '0')}`);

let cluster: RealCluster;
/** Of everything that was written. */
let token = '0:0';
/** From before anything had moved. */
let early: RawAnswer;

const node = (at: number): NodeProcess => cluster.nodes[at] as NodeProcess;
const seen = (): { readonly headers: Record<string, string> } => ({
  headers: { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' },
});

async function change(path: string, method: string, body?: unknown, by = node(0)): Promise<RawAnswer> {
  const answer = await cluster.api(by, `/cluster${path}`, { method, body, headers: { 'x-confman-max-wait': '20s' } });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

function keep(answer: RawAnswer): void {
  token = formatToken(mergeTokens(parseToken(token), parseToken(answer.token)));
}

/** Every item of a list, page by page. */
async function all(by: NodeProcess, path: string, limit: number): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page: RawAnswer = await cluster.api(by, `${path}limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`, seen());
    expect([page.status, page.text]).toEqual([200, page.text]);
    items.push(...(page.json['items'] as Record<string, unknown>[]));
    cursor = page.json['nextCursor'] as string | null;
  } while (cursor !== null);
  return items;
}

beforeAll(async () => {
  cluster = await RealCluster.start();
  early = await cluster.put(node(1), 'team0/service00', 'early', 'older than all moves');
  if (early.status !== 201) throw new Error(early.text);
  for (const id of GROUPS) await change('/groups', 'POST', { id });
  for (const [at, prefix] of ['team0', 'team1'].entries()) {
    await change('/routes', 'PUT', { prefix, group: `g${at + 1}` });
    await movesEnd(cluster, node(0));
  }
  await change('/rebalance', 'POST');
  await movesEnd(cluster, node(0));
}, 240_000);
afterAll(async () => {
  await cluster?.stop();
});

describe('eight groups on three nodes', () => {
  test('take writes for any namespace through any node, and show them through every other with a vector token', async () => {
    await Promise.all(
      NAMESPACES.map(async (namespace, at) => {
        const operations = ['a', 'b', 'c'].map((key) => ({ op: 'put', key, value: `${namespace} ${key}` }));
        const answer = await cluster.api(node(at % 3), `${namespacePath(namespace)}/batch`, {
          method: 'POST',
          body: { operations },
          headers: { 'x-confman-max-wait': '20s' },
        });
        expect([answer.status, answer.text]).toEqual([200, answer.text]);
        keep(answer);
      }),
    );
    expect(parseToken(token).length).toBeGreaterThan(GROUPS.length);
    for (const by of cluster.nodes) {
      const answers = await Promise.all(NAMESPACES.map(async (namespace) => cluster.api(by, `${namespacePath(namespace)}/config`, seen())));
      for (const [at, answer] of answers.entries()) {
        const values = (answer.json['items'] as { readonly value: string }[]).map(({ value }) => value);
        const namespace = NAMESPACES[at] ?? '';
        expect(values).toEqual(expect.arrayContaining(['a', 'b', 'c'].map((key) => `${namespace} ${key}`)));
      }
    }
  });

  test('are listed, searched and audited as one, the same from every node', async () => {
    const wanted = NAMESPACES.toSorted();
    const orders = new Set<string>();
    for (const by of cluster.nodes) {
      expect((await all(by, '/namespaces?', 7)).map(({ namespace }) => namespace)).toEqual(wanted);
      const found = await all(by, '/configs?search=%20b&in=value&', 11);
      expect(found.map(({ namespace }) => namespace)).toEqual(wanted);
      const audit = await all(by, '/audit?action=config.created&', 100);
      expect(audit).toHaveLength(3 * NAMESPACES.length + 1);
      orders.add(audit.map(({ id }) => id).join(' '));
    }
    expect(orders.size).toBe(1);
  });

  test('honour a token from before the moves, and the version that it names', async () => {
    for (const by of cluster.nodes) {
      const got = await cluster.get(by, 'team0/service00', 'early', { 'x-confman-min-version': early.token });
      expect([got.status, got.json['value'], got.json['version']]).toEqual([200, 'older than all moves', early.json['version']]);
    }
  });
});

describe('moves under load', () => {
  test('lose nothing, double nothing, and are resumed when their driver, a leader or a follower dies', async () => {
    const load = Load.begin(cluster, 4);
    await until('there is load', () => load.acknowledged > 40);
    const targets = ['g3', 'g4', 'g5', 'default'];
    for (const [round, group] of targets.entries()) {
      const by = node(round % 3);
      const before = load.acknowledged;
      await until('the change is taken', async () => {
        const answer = await cluster.api(by, '/cluster/routes', { method: 'PUT', body: { prefix: 'load', group } });
        if (answer.status >= 300) throw new Error(answer.text);
        return true;
      });
      // The first move runs undisturbed; then whoever leads `default`, and with it drives; then another one.
      const leader = await cluster.leader(cluster.nodes);
      const victim = round === 0 ? null : round % 2 === 1 ? leader : (cluster.others(leader)[0] ?? null);
      if (victim !== null) {
        await victim.kill();
        victim.start();
        await cluster.ready();
      }
      await movesEnd(cluster, by);
      await until('writes go on', () => load.acknowledged > before + 20);
      const [some] = load.entries();
      const place = await cluster.api(by, `/cluster/placement?namespace=${encodeURIComponent(some?.namespace ?? '')}`);
      expect(place.json['group']).toBe(group);
    }
    await load.end();
    expect(load.faults).toEqual([]);
    for (const { namespace, key, written } of load.entries()) {
      for (const by of cluster.nodes) {
        const last = written.at(-1);
        const history = await cluster.api(by, `${namespacePath(namespace)}/config/${key}/history?limit=1000`, {
          headers: { 'x-confman-min-version': last?.token ?? '', 'x-confman-max-wait': '20s' },
        });
        const items = history.json['items'] as { readonly revision: number; readonly value: string; readonly version: string }[];
        expect(items.toReversed().map(({ value, version }) => `${value} ${version}`)).toEqual(
          written.map(({ value, version }) => `${value} ${version}`),
        );
      }
    }
  }, 300_000);
});
