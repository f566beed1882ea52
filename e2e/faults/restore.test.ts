/** Backup under load, restored twice; files that are no good; a survivor of a lost majority. On real processes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNodeClient } from '../../lib/client/node/create-node-client.ts';
import type { Notice } from '../../lib/client/types.ts';
import { entryPath } from '../../lib/contract/names.ts';
import { expectEqualContents } from '../cluster/agree.ts';
import { confman } from '../cluster/cli.ts';
import { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import { Load } from '../cluster/load.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'confman-restore-'));
const file = join(folder, 'all.confman-backup');
let source: RealCluster;
/** Two clusters out of the same file. */
let [restored, again]: [RealCluster, RealCluster] = [null as never, null as never];
let load: Load;
/** Written before the backup, and after it. */
let [before, lost]: [RawAnswer, RawAnswer] = [null as never, null as never];
/** Last index that the backup holds. */
let fork: number;

const one = (cluster: RealCluster): NodeProcess => cluster.nodes[0] as NodeProcess;

async function read(cluster: RealCluster, key: string, min: string, wait = '20s'): Promise<RawAnswer> {
  return cluster.get(one(cluster), 'drill', key, { 'x-confman-min-version': min, 'x-confman-max-wait': wait });
}

/** @returns the last index that the file holds */
async function save(node: NodeProcess): Promise<number> {
  const saved = await confman(['backup', file, '--endpoint', node.url, '-o', 'json'], { CONFMAN_KEY: source.adminKey, HOME: folder });
  expect([saved.code, saved.err]).toEqual([0, '']);
  const { groups } = JSON.parse(saved.out) as { readonly groups: readonly [{ readonly index: number }] };
  return groups[0].index;
}

/** A cluster of one node, on what is restored from `from`; `joining` others may join it later. */
async function restoreInto(from: string, joining: number): Promise<RealCluster> {
  const cluster = await RealCluster.prepare({ nodes: 1 + joining, joining, adminKey: source.adminKey });
  const ended = await confman(['restore-backup', from, ...one(cluster).spec.flags]);
  expect([ended.code, ended.err]).toEqual([0, '']);
  expect(ended.out).toContain('new lineage');
  one(cluster).start();
  await cluster.ready([one(cluster)]);
  return cluster;
}

beforeAll(async () => {
  source = await RealCluster.start();
  load = Load.begin(source, 3);
  await until('there is something to back up', () => load.acknowledged > 60);
  const leader = await source.leader();
  before = await source.put(leader, 'drill', 'before', 'kept');
  const [follower] = source.others(leader) as [NodeProcess];
  fork = await save(follower);
  lost = await source.put(leader, 'drill', 'after', 'lost');
  const acknowledged = load.acknowledged;
  await until('writes go on', () => load.acknowledged > acknowledged + 20);
  await load.end();
  [restored, again] = await Promise.all([restoreInto(file, 2), restoreInto(file, 0)]);
}, 240_000);
afterAll(async () => {
  await Promise.all([source, restored, again].map(async (cluster) => cluster?.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a restored cluster', () => {
  test('holds exactly what the backup held, from a file that is for its owner alone', async () => {
    expect(load.faults).toEqual([]);
    expect(fork).toBeGreaterThanOrEqual(before.index);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const { namespace, key, written } of load.entries()) {
      const kept = written.filter(({ version }) => Number(version.split(':')[1]) <= fork);
      const { status, json } = await restored.api(one(restored), `${entryPath(namespace, key)}/history?limit=1000`);
      const items = (json['items'] ?? []) as readonly Record<string, unknown>[];
      expect([status, items.map(({ version, value }) => ({ version, value }))]).toEqual([
        kept.length === 0 ? 404 : 200,
        kept.map(({ version, value }) => ({ version, value })).toReversed(),
      ]);
    }
    const { cluster } = await restored.status(one(restored));
    expect([cluster.verdict, cluster.id]).toEqual(['healthy', before.token.slice(0, 8)]);
    const audit = await restored.api(one(restored), '/audit?limit=1&action=cluster.restored');
    expect(audit.json['items']).toHaveLength(1);
  });

  test('serves versions from before the backup, and refuses those of lost writes', async () => {
    for (const min of [before.token, before.version]) {
      const answer = await read(restored, 'before', min);
      expect([min, answer.status, answer.json['value']]).toEqual([min, 200, 'kept']);
    }
    const refused = await read(restored, 'before', lost.token);
    expect([refused.status, refused.code]).toEqual([409, 'version-lost-in-restore']);
    // Without its history it is told by its term, as soon as there is an entry at its index.
    await until('the log is as long as it was', async () => {
      const { status, index } = await restored.put(one(restored), 'drill', 'filler', 'x');
      return status < 300 && index > lost.index;
    });
    const bare = await read(restored, 'before', lost.version);
    expect([bare.status, bare.code]).toEqual([409, 'version-of-another-history']);
  });

  test('and another one of the same backup never accept versions of each other', async () => {
    const [a, b] = [await restored.put(one(restored), 'drill', 'a', 'a'), await again.put(one(again), 'drill', 'b', 'b')];
    for (const [cluster, token] of [
      [again, a.token],
      [restored, b.token],
    ] as const) {
      const answer = await read(cluster, 'before', token);
      expect([answer.status, answer.code]).toEqual([409, 'version-of-another-lineage']);
    }
    expect(a.version.split(':')[0]).not.toBe(b.version.split(':')[0]);
    for (const cluster of [restored, again]) expect((await read(cluster, 'before', before.token)).status).toBe(200);
  });

  test('is told apart by a client, once, which then goes on; and by a watch', async () => {
    const notices: Notice[] = [];
    const { client, close } = createNodeClient({
      endpoints: [one(restored).url],
      key: source.adminKey,
      onNotice: (notice) => void notices.push(notice),
    });
    try {
      client.session.import(lost.token);
      expect((await client.config.get('drill', 'before')).data.value).toBe('kept');
      expect((await client.config.get('drill', 'before')).data.value).toBe('kept');
      expect(notices.filter(({ type }) => type === 'version-dropped')).toMatchObject([{ code: 'version-lost-in-restore' }]);
      for await (const item of client.watch({ since: lost.token })) {
        expect(item).toMatchObject({ type: 'compacted', reason: 'history-changed' });
      }
      const seen: unknown[] = [];
      for await (const item of client.watch({ since: before.token, namespace: 'drill' })) {
        if (item.type === 'change') seen.push(item.change.changes[0]?.key);
        if (seen.includes('filler')) break;
      }
      expect(seen).not.toContain('after');
    } finally {
      await close();
    }
  });
});

test('a restored cluster becomes three nodes again, each of which knows what was lost', async () => {
  const [first, ...joining] = restored.nodes as readonly [NodeProcess, ...NodeProcess[]];
  for (const node of joining) {
    await until(`${node.id} is added`, async () => (await restored.addMember(first, node)).status === 201);
    node.start();
  }
  await until('all three vote', async () => (await restored.voters(first)).length === 3);
  await restored.ready();
  expect((await restored.status(first)).cluster.canLose).toBe(1);
  for (const node of joining) {
    const headers = (min: string) => ({ 'x-confman-min-version': min, 'x-confman-max-wait': '20s' });
    const kept = await restored.get(node, 'drill', 'before', headers(before.token));
    expect([kept.status, kept.json['value']]).toEqual([200, 'kept']);
    const refused = await restored.get(node, 'drill', 'before', headers(lost.token));
    expect([refused.status, refused.code]).toEqual([409, 'version-lost-in-restore']);
  }
  // The node that was restored is no more than one of three now.
  const written = await restored.put(joining[0] as NodeProcess, 'drill', 'since', 'three');
  await first.kill();
  await until('the others go on', async () => (await restored.put(joining[1] as NodeProcess, 'drill', 'since', 'two')).status === 200);
  const seen = await restored.get(joining[0] as NodeProcess, 'drill', 'since', { 'x-confman-consistency': 'linearizable' });
  expect([written.status, seen.json['value']]).toEqual([201, 'two']);
  first.start();
  await restored.ready();
  await expectEqualContents(restored.nodes);
});

describe('a backup that is no good', () => {
  const bytes = (): Buffer => readFileSync(file);
  const flipped = (at: number): Buffer => {
    const copy = bytes();
    copy[at] = (copy[at] ?? 0) ^ 4;
    return copy;
  };

  test.each([
    ['cut off', () => bytes().subarray(0, -1), /not complete/],
    ['cut in half', () => bytes().subarray(0, Math.floor(bytes().length / 2)), /not complete/],
    ['damaged in its middle', () => flipped(Math.floor(bytes().length / 2)), /damaged/],
    ['damaged in its header', () => flipped(60), /damaged/],
    ['of a newer format', () => Buffer.concat([Buffer.from('CONFMAN BACKUP 2\n'), bytes().subarray(17)]), /newer version of Confman/],
    ['something else', () => Buffer.from('SQLite format 3\0'), /no backup of Confman/],
  ])('because it is %s is refused, and nothing is changed', async (_name, content, said) => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, content());
    const data = join(folder, 'none');
    const ended = await confman(['restore-backup', bad, '--data', data]);
    expect([ended.code, ended.out]).toEqual([1, '']);
    expect(ended.err).toMatch(said);
    expect(existsSync(data)).toBe(false);
  });

  test('is not saved under its name, and a directory in use is not restored into', async () => {
    const taken = await confman(['backup', file, '--endpoint', one(restored).url], { CONFMAN_KEY: source.adminKey, HOME: folder });
    expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('exists')]);
    const digest = (): string =>
      createHash('sha256')
        .update(readFileSync(join(one(restored).spec.data, 'identity.json')))
        .digest('hex');
    const was = digest();
    const refused = await confman(['restore-backup', file, ...one(restored).spec.flags]);
    expect([refused.code, refused.err, digest()]).toEqual([1, expect.stringContaining('is not empty'), was]);
  });
});

describe('a survivor of a lost majority', () => {
  test('goes on alone with everything that its disk holds, when told so twice', async () => {
    const survivor = await source.leader();
    const last = await source.put(survivor, 'drill', 'last', 'acknowledged');
    const { data } = survivor.spec;
    const running = await confman(['recover', '--data', data, '--yes']);
    expect([running.code, running.err]).toEqual([1, expect.stringContaining('in use')]);
    await Promise.all(source.nodes.map(async (node) => node.kill()));

    const asked = await confman(['recover', '--data', data]);
    expect([asked.code, asked.out]).toEqual([1, '']);
    expect(asked.err).toMatch(/WARNING[^]*are lost, acknowledged ones too[^]*needs --yes/);
    const done = await confman(['recover', '--data', data, '--yes']);
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('new lineage')]);
    survivor.start();
    await source.ready([survivor]);

    const answer = await source.get(survivor, 'drill', 'last', { 'x-confman-min-version': last.token });
    expect([answer.status, answer.json['value']]).toEqual([200, 'acknowledged']);
    const next = await source.put(survivor, 'drill', 'next', 'v');
    expect([next.status, next.token.slice(0, 8), next.token.startsWith(last.token.slice(0, 17))]).toEqual([
      201,
      last.token.slice(0, 8),
      false,
    ]);
    const { cluster, nodes } = await source.status(survivor);
    expect([cluster.verdict, nodes.map(({ id }) => id)]).toEqual(['healthy', [survivor.id]]);
    const history = last.token.slice(0, last.token.indexOf('/'));
    const never = await source.get(survivor, 'drill', 'last', {
      'x-confman-min-version': `${history}/${last.version.split(':')[0]}:${next.index}`,
    });
    expect([never.status, never.code]).toEqual([409, 'version-lost-in-restore']);
  });
});
