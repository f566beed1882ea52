/** Cluster status, leadership, fault injection. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { LabRequest, LabState, TransferLeaderAnswer } from '../../lib/contract/schemas/cluster.ts';
import type { ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { Engine } from '../engine/types.ts';
import type { Call, Services } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireCluster, requireRight } from './guards.ts';

const TRANSFER_MS_MAX = 5_000;

export async function clusterStatus({ engine }: Services, call: Call): Promise<ClusterStatus> {
  requireRight(call.principal, 'read');
  return engine.status();
}

/** What this node's replica of a group remembers of its recent past. */
export async function replicaJournal(
  { engine }: Services,
  call: Call,
  { group, index }: { readonly group: string; readonly index: number | null },
): Promise<ReplicaJournal> {
  requireRight(call.principal, 'read');
  const journal = engine.groups().includes(group) ? await engine.journal(group, index) : null;
  if (journal === null) throw new ServiceError('group-not-found', `${engine.nodeId} has no replica of a group ${group} in service`);
  return journal;
}

export async function transferLeader(
  { engine }: Services,
  call: Call,
  { group, node }: { readonly group: string; readonly node: string },
): Promise<TransferLeaderAnswer> {
  requireCluster(call.principal);
  if (!engine.groups().includes(group)) throw new ServiceError('group-not-found', `there is no group ${group}`);
  const outcome = await engine.transferLeadership(group, node, { timeoutMs: call.consistency.maxWaitMs ?? TRANSFER_MS_MAX });
  switch (outcome.kind) {
    case 'done':
      return { group, leader: node };
    case 'not-a-voter':
      throw new ServiceError('not-a-voter', `${node} is no voting member of ${group}`);
    case 'no-leader':
      throw new ServiceError('no-leader', `${group} has no leader that could hand over`, { leader: null, retryAfterMs: 500 });
    case 'timeout':
      throw new ServiceError('transfer-timeout', `${node} did not take over in time; it may still do so`, {
        leader: engine.view(group).leader?.node ?? null,
        retryAfterMs: 500,
      });
  }
}

/** Which kinds of fault are injected now. Nothing of this exists unless the node was started as a laboratory. */
export async function labState({ engine }: Services, call: Call): Promise<LabState> {
  return copyOf(await labOf(engine, call).state());
}

export async function setLab({ engine }: Services, call: Call, { body }: { readonly body: LabRequest }): Promise<LabState> {
  const lab = labOf(engine, call);
  const change = {
    ...(body.holdApply === undefined ? {} : { holdApply: body.holdApply }),
    ...(body.dropPeers === undefined ? {} : { dropPeers: body.dropPeers }),
    ...(body.clockOffsetMs === undefined ? {} : { clockOffsetMs: body.clockOffsetMs }),
  };
  return copyOf(await lab.set(change));
}

function labOf(engine: Engine, call: Call): NonNullable<Engine['lab']> {
  if (engine.lab === null) throw new ServiceError('not-found', 'there is no such resource');
  requireCluster(call.principal);
  return engine.lab;
}

function copyOf(state: Awaited<ReturnType<NonNullable<Engine['lab']>['state']>>): LabState {
  return { holdApply: state.holdApply, dropPeers: [...state.dropPeers], clockOffsetMs: state.clockOffsetMs };
}
