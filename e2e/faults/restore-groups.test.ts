/** A cluster of several groups in one backup under load, restored and recovered on real processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namespacePath } from '../../lib/contract/names.ts';
import { confman } from '../cluster/cli.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { changeRegistry, movesEnd } from '../cluster/registry.ts';
import { until } from '../cluster/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'confman-restore-groups-'));
const file = join(folder, 'all.confman-backup');
/** One in each group; `load` is in the first of the others. */
const NAMESPACES = ['rest', 'load/drill', 'two'];
const GROUPS = ['default', 'g1', 'g2'];

let source: RealCluster;
let restored: RealCluster | null = null;
let load: Load;
/** Written before the backup and after it, by namespace. */
const before = new Map<string, RawAnswer>();
const lost = new Map<string, RawAnswer>();
/** Ids of audit events of the group that ended. */
let ended: readonly string[];
let indexes: ReadonlyMap<string, number>;

const one = (cluster: RealCluster): NodeProcess => cluster.nodes[0] as NodeProcess;

async function change(path: string, method: 'POST' | 'PUT' | 'DELETE', body?: unknown): Promise<void> {
  await changeRegistry(source, path, method, body);
  await movesEnd(source, one(source));
}

async function write(cluster: RealCluster, namespace: string, key: string, value: string): Promise<RawAnswer> {
  const answer = await cluster.put(one(cluster), namespace, key, value, { headers: { 'x-confman-max-wait': '20s' } });
  expect([namespace, answer.status, answer.text]).toEqual([namespace, 201, answer.text]);
  return answer;
}

async function read(cluster: RealCluster, by: NodeProcess, namespace: string, min: string): Promise<RawAnswer> {
  return cluster.get(by, namespace, 'before', { 'x-confman-min-version': min, 'x-confman-max-wait': '20s' });
}

/** Events of the group that is no more. */
async function auditOfEnded(cluster: RealCluster, by: NodeProcess): Promise<readonly string[]> {
  const { status, json, text } = await cluster.api(by, '/audit?namespace=gone&limit=100&consistency=linearizable');
  expect([status, text]).toEqual([200, text]);
  return (json['items'] as { readonly id: string }[]).map(({ id }) => id);
}

/** All groups are there and take writes, and what they had before counts. */
async function expectWhole(cluster: RealCluster, by: NodeProcess): Promise<void> {
  const status = await cluster.status(by);
  expect(status.groups.map(({ id, leader }) => [id, leader])).toEqual(GROUPS.map((id) => [id, by.id]));
  expect(await auditOfEnded(cluster, by)).toEqual(ended);
  for (const namespace of NAMESPACES) {
    const kept = before.get(namespace);
    const answer = await read(cluster, by, namespace, kept?.token ?? '');
    expect([namespace, answer.status, answer.json['value']]).toEqual([namespace, 200, namespace]);
    const next = await cluster.put(by, namespace, 'next', 'v', { headers: { 'x-confman-max-wait': '20s' } });
    expect([next.status, next.text]).toEqual([201, next.text]);
    // A new lineage of the same cluster.
    expect(next.token.slice(0, 8)).toBe(kept?.token.slice(0, 8));
  }
}

beforeAll(async () => {
  source = await RealCluster.start();
  for (const id of ['g1', 'g2', 'g3']) await change('/groups', 'POST', { id });
  await change('/routes', 'PUT', { prefix: 'load', group: 'g1' });
  await change('/routes', 'PUT', { prefix: 'two', group: 'g2' });
  await change('/routes', 'PUT', { prefix: 'gone', group: 'g3' });
  await write(source, 'gone', 'k', 'v');
  await change('/routes/gone', 'DELETE');
  await change('/groups/g3', 'DELETE');
  await until('the group has ended', async () => {
    const { json } = await source.api(one(source), '/cluster/registry');
    return (json['groups'] as { state: string }[]).at(-1)?.state === 'retired';
  });
  ended = await auditOfEnded(source, one(source));
  load = Load.begin(source, 2);
  for (const namespace of NAMESPACES) before.set(namespace, await write(source, namespace, 'before', namespace));
  await until('there is load', () => load.acknowledged > 20);
  const saved = await confman(['backup', file, '--endpoint', source.node('n2').url, '-o', 'json'], {
    CONFMAN_KEY: source.adminKey,
    HOME: folder,
  });
  if (saved.code !== 0) throw new Error(saved.err);
  const { groups } = JSON.parse(saved.out) as { readonly groups: readonly { readonly group: string; readonly index: number }[] };
  indexes = new Map(groups.map(({ group, index }) => [group, index]));
  for (const namespace of NAMESPACES) lost.set(namespace, await write(source, namespace, 'after', 'lost'));
  await load.end();
}, 300_000);
afterAll(async () => {
  await Promise.all([source?.stop(), restored?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

describe('a cluster of several groups', () => {
  test('is restored whole: every group as of the backup, what was lost refused in each', async () => {
    expect(load.faults).toEqual([]);
    expect([...indexes.keys()].toSorted()).toEqual(GROUPS);
    const cluster = await RealCluster.prepare({ nodes: 1, adminKey: source.adminKey });
    restored = cluster;
    const made = await confman(['restore-backup', file, ...one(cluster).spec.flags]);
    expect([made.code, made.err]).toEqual([0, '']);
    one(cluster).start();
    await cluster.ready();
    await until('every group has a leader', async () => (await cluster.status(one(cluster))).groups.every(({ leader }) => leader !== null));
    for (const namespace of NAMESPACES) {
      const refused = await read(cluster, one(cluster), namespace, lost.get(namespace)?.token ?? '');
      expect([namespace, refused.status, refused.code]).toEqual([namespace, 409, 'version-lost-in-restore']);
    }
    for (const { namespace, key, written } of load.entries()) {
      const fork = indexes.get('g1') ?? 0;
      const kept = written.filter(({ version }) => Number(version.split(':')[1]) <= fork);
      const { json } = await cluster.api(one(cluster), `${namespacePath(namespace)}/config/${key}/history?limit=1000`);
      const items = (json['items'] ?? []) as readonly Record<string, unknown>[];
      expect(items.map(({ version, value }) => ({ version, value }))).toEqual(
        kept.map(({ version, value }) => ({ version, value })).toReversed(),
      );
    }
    await expectWhole(cluster, one(cluster));
  });

  test('goes on from the disk of one survivor, with all its groups', async () => {
    const survivor = await source.leader();
    await Promise.all(source.nodes.map(async (node) => node.kill()));
    const done = await confman(['recover', '--data', survivor.spec.data, '--yes']);
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('new lineage')]);
    survivor.start();
    await source.ready([survivor]);
    await until('every group has a leader', async () => (await source.status(survivor)).groups.every(({ leader }) => leader !== null));
    await expectWhole(source, survivor);
  });
});
