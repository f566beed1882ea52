/** What the healed cluster says about itself: histories, audit log, contents, processes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { entryPath, namespacePath } from '../../lib/contract/names.ts';
import type { RealCluster } from '../cluster/cluster.ts';
import { contentsAtOneIndex } from '../cluster/content.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import type { Evidence, FinalAudit, FinalRevision, Finding } from './judge.ts';
import { keyName } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { OWN, SHARED } from './workload.ts';

type Item = Readonly<Record<string, unknown>>;

/** All pages of a list that reaches at least this version. */
async function all(cluster: RealCluster, node: NodeProcess, path: string, token: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { status, json, text } = await cluster.api(node, `${path}?${query}`, {
      headers: { 'x-confman-min-version': token, 'x-confman-max-wait': '20s' },
    });
    if (status === 404) return [];
    if (status !== 200) throw new Error(`${node.id} answers ${path} with ${status}: ${text.slice(0, 300)}`);
    items.push(...(json['items'] as readonly Item[]));
    cursor = json['nextCursor'] as string | null;
  } while (cursor !== null);
  return items;
}

/** @param nodes those that serve; lists are asked of the first one, contents of all, which proves the rest */
export async function gather(cluster: RealCluster, recorder: Recorder, nodes: readonly NodeProcess[], token: string): Promise<Evidence> {
  const [asked] = nodes;
  if (asked === undefined) throw new Error('no node is left to ask');
  const names = new Set(recorder.operations.map(({ key }) => key));
  const histories = new Map<string, readonly FinalRevision[]>();
  for (const name of names) {
    const [namespace = '', key = ''] = name.split(' ');
    const items = await all(cluster, asked, `${entryPath(namespace, key)}/history`, token);
    histories.set(
      name,
      items.toReversed().map(({ revision, version, value }) => ({ revision, version, value }) as FinalRevision),
    );
  }
  const audit: FinalAudit[] = [];
  for (const namespace of [OWN, SHARED]) {
    const items = await all(cluster, asked, `${namespacePath(namespace)}/audit`, token);
    for (const { action, key, version, newRevision } of items)
      if (String(action).startsWith('config.'))
        audit.push({ action, key: keyName(namespace, String(key)), version, newRevision } as FinalAudit);
  }
  const contents = await contentsAtOneIndex(nodes);
  return {
    operations: recorder.operations,
    refused: recorder.refused,
    batches: recorder.batches,
    watched: recorder.watched,
    histories,
    audit,
    contents: contents.map((content, at) => ({ node: nodes[at]?.id ?? '', ...content })),
  };
}

/** Messages of a process that could not go on; those that `disk-fails`, a lost disk (`struck`) or a removal has arranged for are fair. */
export function* unexpectedEnds(cluster: RealCluster, struck: ReadonlySet<NodeProcess>): Iterable<Finding> {
  for (const node of cluster.nodes) {
    if (!existsSync(node.spec.logFile)) continue;
    for (const line of readFileSync(node.spec.logFile, 'utf8').split('\n')) {
      const isFair =
        /EFBIG|file too large|disk I\/O error/i.test(line) || (struck.has(node) && line.includes('was removed from the cluster'));
      if (line.startsWith('confman node:') && !isFair) yield { rule: 'processes', text: `${node.id} ended itself: ${line.slice(0, 300)}` };
      if (line.includes('"msg":"replica-quarantined"') && !struck.has(node))
        yield { rule: 'processes', text: `${node.id} went out of service: ${line.slice(0, 300)}` };
    }
  }
}

/** Processes that were started on this folder and still run. */
export function* leftovers(folder: string): Iterable<Finding> {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (command.includes(folder))
        yield { rule: 'processes', text: `process ${pid} is left: ${command.replaceAll('\0', ' ').slice(0, 200)}` };
    } catch {
      // It has just gone.
    }
  }
}
