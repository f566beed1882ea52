/** What a node says about its own well-being: the reasons on the cluster page, and the checks of its readiness. */
import type { Reason } from '../../lib/contract/cluster.ts';
import type { HealthCheck } from '../engine/types.ts';
import { nameOfPeer } from './conf-context.ts';
import type { ReplicaHost } from './host.ts';
import { GROUP_DEFAULT } from './identity.ts';

export interface NodeFacts {
  readonly node: string;
  /** Null while the node is no member of a cluster. */
  readonly host: ReplicaHost | null;
  readonly view: ReturnType<ReplicaHost['view']>;
  readonly disk: { readonly freeBytes: number; readonly full: boolean };
  /** How far the hybrid clock is ahead of this node's wall clock. */
  readonly clockAheadMs: number;
  readonly readyLagEntriesMax: number;
  /** Why the node does not serve, in words; empty when it does. */
  readonly detail: string;
}

/** A clock this far ahead is worth a look. */
const CLOCK_WARN_MS = 500;

export function nodeReasons({ node, host, disk, clockAheadMs }: NodeFacts): readonly Reason[] {
  const reasons: Reason[] = [];
  for (const group of host?.groups() ?? []) {
    const reason = host?.quarantineReason(group) ?? null;
    if (reason === null) continue;
    reasons.push({
      code: 'replica-quarantined',
      node,
      group,
      text: `The replica of group ${group} on ${node} is out of service: ${reason}.`,
      help: 'Its data is damaged. The other replicas hold it; replace this member so that it starts with a fresh copy.',
    });
  }
  if (disk.full) {
    reasons.push({
      code: 'storage-full',
      node,
      text: `Storage of ${node} is nearly full: writes that take space are refused.`,
      help: 'Free space on its disk, or delete entries; reads and deletes go on.',
    });
  }
  if (clockAheadMs > CLOCK_WARN_MS) {
    reasons.push({
      code: 'clock-ahead',
      node,
      text: `A clock in the cluster is ${Math.round(clockAheadMs)} ms ahead of that of ${node}.`,
      help: 'Look at time synchronisation. Order and reads do not depend on it; shown times do.',
    });
  }
  return reasons;
}

export function healthChecks({ host, view, disk, readyLagEntriesMax, detail }: NodeFacts): readonly HealthCheck[] {
  const lag = Math.max(0, view.commitIndex - view.appliedIndex);
  const leader = view.leaderPeer === null ? 'no leader known' : `leader is ${nameOfPeer(view.leaderPeer)}`;
  // A cluster that has just been formed knows no API key until its first command: it could only turn everybody away.
  const seeded = host !== null && host.replica(GROUP_DEFAULT)?.machine.lastStamp() !== null;
  const behind = `${lag} entries behind commit, ${readyLagEntriesMax} allowed`;
  const member = host === null ? 'no member of a cluster yet' : 'member of the current configuration';
  return [
    { name: 'replica', ok: view.condition === 'ok', detail: detail === '' ? view.condition : `${view.condition}: ${detail}` },
    { name: 'member', ok: view.condition !== 'removed' && host !== null, detail: member },
    { name: 'leader', ok: view.leaderPeer !== null, detail: leader },
    {
      name: 'applied',
      ok: seeded && lag <= readyLagEntriesMax,
      detail: seeded ? behind : 'the first key of the cluster is not applied yet',
    },
    { name: 'disk', ok: !disk.full, detail: `${disk.freeBytes} bytes free` },
  ];
}
