/** How a read ends that cannot be served: the problem, or where the caller asked to be sent instead (spec 1, section 4, row 5). */
import type { LogPosition } from '../../lib/contract/model.ts';
import { formatElement, formatVersion } from '../../lib/contract/token.ts';
import type { TokenElement } from '../../lib/contract/token.ts';
import type { Refusal } from '../consistency/judge.ts';
import type { Engine, GroupView } from '../engine/types.ts';
import type { Call } from './context.ts';
import { LeaderForward, LeaderRedirect, ServiceError } from './errors.ts';

const RETRY_AFTER_MS = 250;

/** A 409 that names the element and its history, so that a client can drop what belongs to it. */
export function refusalError(element: TokenElement, refusal: Refusal): ServiceError {
  const version = formatElement(element);
  return new ServiceError(refusal.code, `the version ${version} cannot be honoured: ${refusal.detail}`, {
    version,
    history: element.history,
  });
}

/** The group has no replica here that could be read. */
export function notReady(group: string, view: GroupView): ServiceError {
  return new ServiceError('node-not-ready', `the replica of ${group} on this node serves nothing now: ${view.condition}`, {
    retryAfterMs: 1000,
  });
}

export function stoppingError(): ServiceError {
  return new ServiceError('node-stopping', 'this node is stopping: ask another one', { retryAfterMs: 1000 });
}

/** Row 5, `fail`: what was asked of the group, and how far it was. */
export function notReached(
  engine: Engine,
  group: string,
  position: LogPosition,
  elements: readonly TokenElement[],
  reason: string | null,
): ServiceError {
  const view = engine.view(group);
  const required = elements.map(formatElement).join(',');
  const applied = formatVersion(group, position);
  const leader = view.leader?.node ?? null;
  const report = {
    group,
    required,
    applied,
    commit: view.commitIndex,
    leader,
    node: engine.nodeId,
    ...(reason === null ? {} : { reason }),
  };
  const why = reason === null ? '' : `; ${reason}`;
  return new ServiceError('version-not-reached', `${engine.nodeId} has applied ${applied} of what was asked for, ${required}${why}`, {
    groups: [report],
    leader,
    node: engine.nodeId,
    retryAfterMs: RETRY_AFTER_MS,
  });
}

/** The same for what a group has taken over from another one. */
export function movedNotReached(engine: Engine, group: string, position: LogPosition, appliedMin: number): ServiceError {
  const { term } = position;
  const history = 'what was asked for was written in another group; this replica has not taken it over yet';
  return notReached(engine, group, position, [{ history: null, group, term: BigInt(term), index: BigInt(appliedMin) }], history);
}

export function quorumNotReached(engine: Engine, group: string): ServiceError {
  const leader = engine.view(group).leader?.node ?? null;
  const what = leader === null ? 'no leader is known' : `the leader ${leader} did not confirm it`;
  return new ServiceError('read-index-timeout', `a linearizable read of ${group} needs a quorum: ${what} in time`, {
    leader,
    node: engine.nodeId,
    retryAfterMs: RETRY_AFTER_MS,
  });
}

/** Time is over: fails, or sends the caller where `On-Timeout` says. Never twice: what another node relayed here fails here. */
export function afterTimeout(engine: Engine, group: string, call: Call, failure: ServiceError): Error {
  const { onTimeout } = call.consistency;
  const { leader } = engine.view(group);
  if (onTimeout === 'fail' || leader === null || leader.node === engine.nodeId) return failure;
  if (onTimeout === 'redirect') return new LeaderRedirect(leader);
  return call.relayed ? failure : new LeaderForward(leader.node, failure);
}
