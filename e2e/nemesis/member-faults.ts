/**
 * Members that go and come while everything else goes wrong: asked of any node, again and again, until it is known to have happened.
 * The same change again is the same change.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { until } from '../cluster/until.ts';

/** The exit status of a node that was removed. */
const EXIT_REMOVED = 6;
/** Some faults last until peace is made, so a change may take as long. */
const CHANGE_MS_MAX = 120_000;

/** Asks the other nodes by turns until one of `done` is the answer. */
async function insist(
  cluster: RealCluster,
  node: NodeProcess,
  what: string,
  request: { readonly path: string; readonly method: string; readonly body?: unknown },
  done: readonly number[],
): Promise<void> {
  const others = cluster.others(node);
  let turn = 0;
  await until(
    what,
    async () => {
      turn += 1;
      const asked = others[turn % others.length] as NodeProcess;
      const { path, ...rest } = request;
      const answer: RawAnswer = await cluster.api(asked, path, { ...rest, headers: { 'x-confman-max-wait': '2s' }, timeoutMs: 3_000 });
      if (!done.includes(answer.status)) throw new Error(`${asked.id} answers ${answer.status}: ${answer.text}`);
      return true;
    },
    CHANGE_MS_MAX,
  );
}

/** Makes an empty disk under this name a member: a new one, or the one that takes the place of `replaces`. */
export async function add(cluster: RealCluster, node: NodeProcess, replaces?: string): Promise<void> {
  const body = { id: node.id, peer: node.spec.peer, url: node.url, ...(replaces === undefined ? {} : { replaces }) };
  await insist(cluster, node, `${node.id} is added`, { path: '/cluster/members', method: 'POST', body }, [200, 201]);
  node.joinBy(cluster.others(node).map(({ url }) => url));
}

/** Removes a node that runs, and waits until it has ended by itself. 404: an answer was lost, and it is gone. */
export async function remove(cluster: RealCluster, node: NodeProcess): Promise<void> {
  await insist(cluster, node, `${node.id} is removed`, { path: `/cluster/members/${node.id}`, method: 'DELETE' }, [200, 404]);
  const over = new AbortController();
  const ending = await Promise.race([node.ended(), pause(CHANGE_MS_MAX, null, { signal: over.signal }).catch(() => null)]);
  over.abort();
  if (ending?.code !== EXIT_REMOVED) throw new Error(`${node.id} was removed and ends with ${JSON.stringify(ending)}`);
}

/** Resolves when it votes: until then no other disk may be lost. */
export async function voting(cluster: RealCluster, node: NodeProcess): Promise<void> {
  const others = cluster.others(node);
  let turn = 0;
  await until(
    `${node.id} votes`,
    async () => {
      turn += 1;
      return (await cluster.voters(others[turn % others.length] as NodeProcess)).includes(node.id);
    },
    CHANGE_MS_MAX,
  );
}
