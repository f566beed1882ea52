import type { MemberInfo } from '../state/types.ts';

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
  /** The first configuration, from `draft` on. */
  readonly members: readonly MemberInfo[];
}

export interface IdentityStore {
  load(): NodeIdentity;
  /** Durable when it returns. */
  save(identity: NodeIdentity): void;
}
