/** Handing leadership over: on request, and before a node stops. */
import type { PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { ReplicaHost } from './host.ts';
import type { Runtime } from './runtime.ts';

export const METHOD_TRANSFER = 'transfer';

export type TransferOutcome = { readonly kind: 'done' | 'not-a-voter' | 'no-leader' | 'timeout' };

const LOOK_MS = 20;

/** Makes `node` lead `group`, asking the node that leads now. */
export async function transferLeadership(
  host: ReplicaHost,
  transport: PeerTransport,
  pause: (ms: number) => Promise<void>,
  runtime: Runtime,
  wanted: { readonly group: string; readonly node: string; readonly timeoutMs: number },
): Promise<TransferOutcome> {
  const { group, node, timeoutMs } = wanted;
  const replica = host.replica(group);
  if (replica === null) return { kind: 'no-leader' };
  const target = replica.status().confState.voters.find((id) => nameOfPeer(id) === node);
  if (target === undefined) return { kind: 'not-a-voter' };
  const { leaderPeer } = host.view(group);
  if (leaderPeer === null) return { kind: 'no-leader' };
  if (leaderPeer === target) return { kind: 'done' };
  if (leaderPeer !== host.self) {
    try {
      return unpackEnvelope(await transport.request(nameOfPeer(leaderPeer), METHOD_TRANSFER, packEnvelope({ group, node }), { timeoutMs }))
        .header as TransferOutcome;
    } catch {
      return { kind: 'timeout' };
    }
  }
  replica.transferLeader(target);
  const deadlineMs = runtime.nowMs() + timeoutMs;
  while (runtime.nowMs() < deadlineMs) {
    if (host.view(group).leaderPeer === target) return { kind: 'done' };
    await pause(LOOK_MS);
  }
  return { kind: 'timeout' };
}

/** Gives away every leadership of this node, to the voter that is furthest; waits at most `graceMs`. */
export async function handOver(host: ReplicaHost, pause: (ms: number) => Promise<void>, runtime: Runtime, graceMs: number): Promise<void> {
  const leading = host.groups().filter((group) => host.view(group).role === 'leader');
  for (const group of leading) {
    const replica = host.replica(group);
    const { confState, progress } = replica?.status() ?? { confState: null, progress: null };
    const best = (confState?.voters ?? [])
      .filter((id) => id !== host.self && progress?.get(id)?.recentActive === true)
      .toSorted((a, b) => (progress?.get(b)?.match ?? 0) - (progress?.get(a)?.match ?? 0))[0];
    if (best !== undefined) replica?.transferLeader(best);
  }
  const deadlineMs = runtime.nowMs() + graceMs;
  while (
    runtime.nowMs() < deadlineMs &&
    leading.some((group) => host.view(group).role === 'leader' && (host.replica(group)?.status().confState.voters.length ?? 1) > 1)
  )
    await pause(LOOK_MS);
}
