/** Cluster status, health and leadership. */
import { z } from 'zod';
import type * as cluster from '../cluster.ts';
import { NodeId } from './common.ts';

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
  .object({ id: z.string(), leader: z.string().nullable(), term: count, commitIndex: count, members: z.array(ReplicaRow) })
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
