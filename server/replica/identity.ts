import type { MemberInfo } from '../state/member-info.ts';

/** How far a data directory has come. `draft`: the first configuration is durable here, but it is not known whether all have it. */
export type Stage = 'empty' | 'draft' | 'formed' | 'removed';

/** Who this data directory belongs to; durable in `identity.json` and changed only by forming, joining and restoring. */
export interface NodeIdentity {
  readonly nodeId: string;
  readonly stage: Stage;
  readonly clusterId: string | null;
  readonly clusterName: string;
  readonly lineageId: string | null;
  readonly incarnation: string | null;
  /**
   * The first state and log are durable: from now on a log that is missing is damage, never a new beginning. Set before the
   * core runs, hence before any vote.
   */
  readonly began: boolean;
  /** The first configuration, from `draft` on; of a node that has joined, the one it joined. */
  readonly members: readonly MemberInfo[];
  /** Drawn before this node first asked to join: whoever comes in its name later, with another disk, is not it. */
  readonly claim?: string | undefined;
  /** Index of group `default` by which every replica knows this member; 1 for those that formed the cluster. */
  readonly memberSince?: number | undefined;
  /** Groups of which this node has not received the state yet: their logs may be empty, and no read is answered from them. */
  readonly awaiting?: readonly string[] | undefined;
  /** Of a removed node: who has said so. It never runs again. */
  readonly removedBecause?: string | undefined;
}

export interface IdentityStore {
  load(): NodeIdentity;
  /** Durable when it returns. */
  save(identity: NodeIdentity): void;
}
