/** Cluster status, health and leadership. */
import { z } from 'zod';
import type * as cluster from '../cluster.ts';
import { BaseUrl, HostPort, NodeId } from './common.ts';

const count = z.int().min(0);
const ms = z.number().min(0);

export const Reason = z
  .object({ code: z.string(), text: z.string(), help: z.string(), node: z.string().optional(), group: z.string().optional() })
  .meta({ id: 'Reason' }) satisfies z.ZodType<cluster.Reason>;
export type Reason = cluster.Reason;

export const NodeRow = z
  .object({
    id: z.string(),
    url: z.string(),
    state: z.enum(['live', 'suspect', 'unreachable', 'joining']),
    version: z.string().nullable(),
    uptimeMs: ms.nullable(),
    dataBytes: count.nullable(),
    diskFreeBytes: count.nullable(),
    lastContactMs: ms.nullable(),
    ageMs: ms,
    peer: z.string().optional(),
    incarnation: z.string().optional(),
    replaces: z.string().optional(),
  })
  .meta({ id: 'Node' }) satisfies z.ZodType<cluster.NodeRow>;
export type NodeRow = cluster.NodeRow;

export const ReplicaRow = z
  .object({
    node: z.string(),
    role: z.enum(['leader', 'follower', 'candidate', 'learner', 'quarantined']),
    voter: z.boolean(),
    term: count,
    lastIndex: count,
    commitIndex: count,
    appliedIndex: count,
    lagEntries: count.nullable(),
    lagMs: ms.nullable(),
    lastContactMs: ms.nullable(),
    snapshotIndex: count,
    ageMs: ms,
  })
  .meta({ id: 'Replica' }) satisfies z.ZodType<cluster.ReplicaRow>;
export type ReplicaRow = cluster.ReplicaRow;

export const GroupStatus = z
  .object({
    id: z.string(),
    leader: z.string().nullable(),
    term: count,
    commitIndex: count,
    members: z.array(ReplicaRow),
    change: z.object({ from: z.array(z.string()), to: z.array(z.string()) }).optional(),
  })
  .meta({ id: 'Group' }) satisfies z.ZodType<cluster.GroupStatus>;
export type GroupStatus = cluster.GroupStatus;

export const ClusterStatus = z
  .object({
    cluster: z.object({
      id: z.string(),
      lineage: z.string(),
      name: z.string(),
      level: count,
      verdict: z.enum(['healthy', 'degraded', 'unavailable']),
      reasons: z.array(Reason),
      canLose: count,
    }),
    node: z.string(),
    nodes: z.array(NodeRow),
    groups: z.array(GroupStatus),
  })
  .meta({ id: 'ClusterStatus' }) satisfies z.ZodType<cluster.ClusterStatus>;
export type ClusterStatus = cluster.ClusterStatus;

export const TransferLeaderRequest = z.strictObject({ node: NodeId }).meta({ id: 'TransferLeaderRequest' });
export type TransferLeaderRequest = z.infer<typeof TransferLeaderRequest>;

export const TransferLeaderAnswer = z.object({ group: z.string(), leader: z.string() }).meta({ id: 'TransferLeaderAnswer' });
export type TransferLeaderAnswer = z.infer<typeof TransferLeaderAnswer>;

export const AddMemberRequest = z
  .strictObject({
    id: NodeId.meta({ description: 'Name of the node that is to join' }),
    peer: HostPort.meta({ description: 'Address of its peer port, as the other nodes reach it: host:port' }),
    url: BaseUrl.meta({ description: 'Base URL of its public port, as clients reach it' }),
    replaces: NodeId.optional().meta({
      description: 'The member whose place it takes. Its own name: the disk of that node was lost, and the new one begins empty',
    }),
  })
  .meta({ id: 'AddMemberRequest' });
export type AddMemberRequest = z.infer<typeof AddMemberRequest>;

export const AddMemberAnswer = z
  .object({
    id: z.string(),
    peer: z.string(),
    url: z.string(),
    incarnation: z.string().meta({ description: 'Tells this member from every earlier and later one of its name' }),
    replaces: z.string().nullable(),
    role: z.literal('learner').meta({ description: 'It becomes a voter by itself when it has caught up' }),
    version: z.string(),
  })
  .meta({ id: 'AddMemberAnswer' });
export type AddMemberAnswer = z.infer<typeof AddMemberAnswer>;

export const RemoveMemberAnswer = z
  .object({ id: z.string(), incarnation: z.string(), version: z.string() })
  .meta({ id: 'RemoveMemberAnswer' });
export type RemoveMemberAnswer = z.infer<typeof RemoveMemberAnswer>;

const hex = (chars: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${chars}}$`), `expected ${chars} hexadecimal digits`);

/** How a node that is to join finds its peers: both sides prove that they know the cluster secret. */
export const JoinRequest = z
  .strictObject({
    id: NodeId,
    nonce: hex(64).meta({ description: 'Drawn anew for every question' }),
    proof: hex(64).meta({ description: 'HMAC over the question, under a key derived from the cluster secret' }),
  })
  .meta({ id: 'JoinRequest' });
export type JoinRequest = z.infer<typeof JoinRequest>;

export const JoinAnswer = z
  .object({
    cluster: z.string(),
    peers: z.array(z.object({ id: z.string(), peer: z.string() })),
    proof: z.string().meta({ description: 'The same over the nonce and this answer' }),
  })
  .meta({ id: 'JoinAnswer' });
export type JoinAnswer = z.infer<typeof JoinAnswer>;

export const Health = z.object({ status: z.literal('ok'), node: z.string(), version: z.string() }).meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    node: z.string(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
    failing: z.array(z.string()).meta({ description: 'Names of the checks that fail' }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;

export const LabRequest = z
  .strictObject({
    holdApply: z.boolean().optional(),
    dropPeers: z.array(NodeId).max(64).optional(),
    clockOffsetMs: z.int().min(-86_400_000).max(86_400_000).optional(),
  })
  .meta({ id: 'LabRequest' });
export type LabRequest = z.infer<typeof LabRequest>;

export const LabState = z
  .object({ holdApply: z.boolean(), dropPeers: z.array(z.string()), clockOffsetMs: z.number() })
  .meta({ id: 'LabState' });
export type LabState = z.infer<typeof LabState>;
