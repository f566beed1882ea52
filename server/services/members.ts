/** Who is a member: adding, removing, and telling a node that is to join whom to ask. */
import { unreachable } from '../../lib/kernel/assert.ts';
import type { AddMemberAnswer, AddMemberRequest, JoinAnswer, JoinRequest, RemoveMemberAnswer } from '../../lib/contract/schemas/cluster.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import { answerProof, isProof, questionProof } from '../auth/join-proof.ts';
import type { SignInLimit } from '../auth/sign-in-limit.ts';
import type { MemberChange, MemberChangeOutcome } from '../engine/types.ts';
import { CLUSTER, CLUSTER_GROUP, type Services, type WriteCall, type WriteResult } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireCluster } from './guards.ts';
import { writeDeadline } from './write-command.ts';

type Done = Extract<MemberChangeOutcome, { kind: 'done' }>;

/** Whether it was added now, or had been before by the same request. */
export interface AddedMember extends WriteResult<AddMemberAnswer> {
  readonly repeated: boolean;
}

export async function addMember(services: Services, call: WriteCall, { body }: { readonly body: AddMemberRequest }): Promise<AddedMember> {
  requireCluster(call.principal);
  const { id, peer, url, replaces = null } = body;
  const done = await changed(services, call, { type: 'add', name: id, peer, url, replaces });
  const { incarnation } = done.member;
  const data: AddMemberAnswer = {
    id,
    peer,
    url,
    incarnation,
    replaces,
    role: 'learner',
    version: formatVersion(CLUSTER_GROUP, done.position),
  };
  return { ...resultOf(done, data), repeated: done.repeated };
}

export async function removeMember(
  services: Services,
  call: WriteCall,
  { id }: { readonly id: string },
): Promise<WriteResult<RemoveMemberAnswer>> {
  requireCluster(call.principal);
  const done = await changed(services, call, { type: 'remove', name: id });
  return resultOf(done, { id, incarnation: done.member.incarnation, version: formatVersion(CLUSTER_GROUP, done.position) });
}

function resultOf<T>({ position }: Done, data: T): WriteResult<T> {
  return { data, group: CLUSTER_GROUP, position, replayed: false, clock: null, clockIgnored: false };
}

async function changed(services: Services, call: WriteCall, change: MemberChange): Promise<Done> {
  const { engine, reads, sources } = services;
  const deadlineMs = writeDeadline(services, call);
  await reads.beforeWrite(CLUSTER, call, deadlineMs);
  const { keyId, name } = call.principal;
  const by = { actor: { keyId, name }, requestId: call.requestId };
  const outcome = await engine.changeMembers(change, by, { timeoutMs: Math.max(1, deadlineMs - sources.tickMs()) });
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'refused':
      if (outcome.code === 'not-ready') throw new ServiceError('node-not-ready', outcome.detail, { retryAfterMs: 500 });
      throw new ServiceError(outcome.code, outcome.detail, outcome.code === 'member-change-pending' ? { retryAfterMs: 500 } : {});
    case 'no-leader':
      throw new ServiceError('no-leader', 'no leader was found in time; the change was certainly not proposed', {
        leader: null,
        retryAfterMs: 500,
      });
    case 'unknown':
      throw new ServiceError(
        'write-outcome-unknown',
        'the change was not confirmed in time and may still take place: look at the members before you ask again',
        { retryAfterMs: 500 },
      );
    default:
      return unreachable(outcome);
  }
}

export interface JoinTools {
  /** Derived from the cluster secret. */
  readonly joinKey: Uint8Array;
  readonly limit: SignInLimit;
}

/**
 * Where the peer ports of the members are, for a node that proves to know the cluster secret.
 *
 * @throws ServiceError `wrong-cluster-secret`, `rate-limited`, or `node-not-ready` when this node is no member itself
 */
export function tellPeers(services: Services, tools: JoinTools, body: JoinRequest, address: string): JoinAnswer {
  const { engine, sources } = services;
  const nowMs = sources.nowMs();
  const waitMs = tools.limit.waitMs(address, nowMs);
  if (waitMs > 0)
    throw new ServiceError('rate-limited', 'too many proofs that do not fit: wait before the next one', { retryAfterMs: waitMs });
  if (!isProof(body.proof, questionProof(tools.joinKey, body))) {
    tools.limit.failed(address, nowMs);
    throw new ServiceError(
      'wrong-cluster-secret',
      `${body.id} does not know the secret of this cluster: give it the cluster-secret of the other nodes`,
    );
  }
  const cluster = engine.identity(CLUSTER_GROUP)?.clusterId ?? null;
  const members = engine.members();
  if (cluster === null || members.length === 0)
    throw new ServiceError('node-not-ready', `${engine.nodeId} is no member of a cluster itself yet: ask another node`, {
      retryAfterMs: 1000,
    });
  const answer = { cluster, peers: members.map(({ node, peer }) => ({ id: node, peer })) };
  return { ...answer, proof: answerProof(tools.joinKey, body.nonce, answer) };
}
