/**
 * What a token asks of the registry before a request may be routed (spec 4, section 1): that it has come as far as the one by
 * which the token was given, and that it knows the groups that the token speaks of.
 */
import { REGISTRY_GROUP, type Token, type TokenElement } from '../../lib/contract/token.ts';
import { judgeHistory } from '../consistency/judge.ts';
import type { Engine } from '../engine/types.ts';
import { ClientGone, type ServiceError } from './errors.ts';
import { notReached, notReady, quorumNotReached, refusalError, stoppingError } from './read-faults.ts';
import type { ShardMap } from './shard-map.ts';

const GROUP = 'default';
const RETRY_MS = 20;

interface Tools {
  readonly engine: Engine;
  readonly map: ShardMap;
  readonly tickMs: () => number;
}

interface Asked {
  readonly token: Token;
  readonly deadlineMs: number;
  /** Lets time pass; false when the deadline lies within it. */
  readonly pause: (ms: number) => Promise<boolean>;
  readonly gone: AbortSignal;
  /** How the request ends when its time is over. */
  readonly late: (failure: ServiceError) => Error;
}

/**
 * Waits until the registry of this node answers to the token. What it does not have although the leader has confirmed how far
 * the cluster is, and this node has applied that, does not exist.
 */
export async function confirmRouting(tools: Tools, asked: Asked): Promise<void> {
  const { engine, map, tickMs } = tools;
  refuseForeign(engine, asked.token);
  for (;;) {
    const timeoutMs = Math.max(0, asked.deadlineMs - tickMs());
    const confirmed = await engine.readIndex(GROUP, { timeoutMs, signal: asked.gone });
    if (confirmed.kind === 'aborted') throw new ClientGone();
    if (confirmed.kind === 'stopping') throw stoppingError();
    if (confirmed.kind === 'ok') {
      const applied = await engine.waitApplied(GROUP, confirmed.index, { timeoutMs, signal: asked.gone });
      if (applied.kind === 'stopping') throw stoppingError();
      if (applied.kind === 'aborted') throw new ClientGone();
      if (map.admits(asked.token)) return;
      if (applied.kind === 'applied') refuseUnknown(map, asked.token);
    }
    if (map.admits(asked.token)) return;
    if (!(await asked.pause(RETRY_MS))) throw asked.late(outOfTime(tools, asked.token, confirmed.kind === 'ok'));
  }
}

/** What another cluster, or an unknown lineage of this one, has given is refused at once. */
function refuseForeign(engine: Engine, token: Token): void {
  const ancestry = engine.identity(GROUP);
  if (ancestry === null) throw notReady(GROUP, engine.view(GROUP));
  for (const element of token) {
    // Positions of other groups say nothing about the log of this one: only whose they are is judged here.
    const foreign = judgeHistory({ ...element, index: 0n }, ancestry);
    if (foreign !== null) throw refusalError(element, foreign);
  }
}

function refuseUnknown(map: ShardMap, token: Token): void {
  const unknown = token.find(({ group }) => group !== REGISTRY_GROUP && !map.knows(group));
  if (unknown !== undefined) {
    const detail = `this cluster has no group ${unknown.group}`;
    throw refusalError(unknown, { kind: 'refuse', code: 'version-of-unknown-group', detail });
  }
  const ahead = epochAhead(map, token);
  if (ahead?.history !== null && ahead !== undefined) {
    const detail = `the routes of this cluster have changed ${map.epoch} times, not ${ahead.index}`;
    throw refusalError(ahead, { kind: 'refuse', code: 'version-from-the-future', detail });
  }
}

function epochAhead(map: ShardMap, token: Token): TokenElement | undefined {
  return token.find(({ group, index }) => group === REGISTRY_GROUP && index > BigInt(map.epoch));
}

function outOfTime({ engine, map }: Tools, token: Token, confirmed: boolean): ServiceError {
  const ahead = epochAhead(map, token);
  if (ahead === undefined) return quorumNotReached(engine, GROUP);
  const reason = confirmed ? `the registry of the leader is at ${map.epoch}` : 'no quorum confirmed how far the registry is';
  return notReached(engine, REGISTRY_GROUP, { term: 0, index: map.epoch }, [ahead], reason);
}
