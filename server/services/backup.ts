/** A backup of the whole cluster, from the replicas of this node. */
import type { Backup } from '../engine/types.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { CLUSTER_GROUP } from './context.ts';
import { ClientGone, ServiceError } from './errors.ts';
import { requireCluster } from './guards.ts';

const BUSY_RETRY_MS = 5_000;

/**
 * Every group is in it as it stood at one applied index. Unless the caller names a mode it is linearizable: it holds every
 * write that was acknowledged before it was asked for. `eventual` takes what this node has, also without a quorum.
 *
 * @param signal aborted when nobody wants it any more
 */
export async function startBackup(services: Services, call: Call, signal: AbortSignal): Promise<ReadResult<Backup>> {
  requireCluster(call.principal);
  const { engine, reads } = services;
  const { mode, onTimeout } = call.consistency;
  const consistency = {
    ...call.consistency,
    mode: mode ?? 'linearizable',
    // A file of any size is not handed on through another node.
    onTimeout: onTimeout === 'forward' ? 'fail' : onTimeout,
  } as const;
  // What is copied from here on is at least what these reads have seen: an applied index never falls.
  const seen = async (group: string): Promise<ReadResult<unknown>> =>
    reads.read({ group, namespace: null }, { type: 'keyById', id: call.principal.keyId }, { ...call, consistency });
  const first = await seen(CLUSTER_GROUP);
  for (const group of engine.groups()) if (group !== CLUSTER_GROUP) await seen(group);
  const outcome = await engine.backup(signal);
  switch (outcome.kind) {
    case 'ready':
      break;
    case 'busy':
      throw new ServiceError('backup-running', `${engine.nodeId} is making a backup already: one at a time per node`, {
        node: engine.nodeId,
        retryAfterMs: BUSY_RETRY_MS,
      });
    case 'no-space':
      throw new ServiceError(
        'storage-full',
        `a backup copies the state aside first: ${outcome.neededBytes} bytes have to be free on ${engine.nodeId}, ${outcome.freeBytes} are; free space, or ask another node`,
        { node: engine.nodeId },
      );
    case 'not-ready':
      throw new ServiceError('node-not-ready', `${engine.nodeId} has no state that could be copied now: ask another node`, {
        node: engine.nodeId,
        retryAfterMs: BUSY_RETRY_MS,
      });
    case 'moving':
      throw new ServiceError(
        'move-in-progress',
        'namespaces are moving from one group to another: a backup made now could hold neither copy of them; ask again when the move is done',
        { node: engine.nodeId, retryAfterMs: BUSY_RETRY_MS },
      );
    case 'incomplete':
      throw new ServiceError(
        'node-not-ready',
        `${engine.nodeId} has no state of ${outcome.missing.join(', ')} that could be copied: ask a node that has all groups`,
        { node: engine.nodeId, retryAfterMs: BUSY_RETRY_MS },
      );
    case 'aborted':
      throw new ClientGone();
  }
  const { backup } = outcome;
  const applied = backup.groups.find(({ group }) => group === CLUSTER_GROUP)?.applied ?? first.applied;
  return { ...first, applied, data: backup };
}
