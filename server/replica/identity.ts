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
  /** Groups besides the main one that have begun on this disk, each once in its life: what `began` says of the main one. */
  readonly begun?: readonly string[] | undefined;
  /** Groups that were removed from the cluster: what is left of them here goes, and they never begin again. */
  readonly gone?: readonly string[] | undefined;
  /** Of a removed node: who has said so. It never runs again. */
  readonly removedBecause?: string | undefined;
}

export interface IdentityStore {
  load(): NodeIdentity;
  /** Durable when it returns. */
  save(identity: NodeIdentity): void;
}

/** The group that every cluster has, and that says which others there are. */
export const GROUP_DEFAULT = 'default';

/** Whether a group has had its first state and log on this disk: what is missing since then is damage. */
export function hasBegun({ began, begun = [] }: NodeIdentity, group: string): boolean {
  return group === GROUP_DEFAULT ? began : begun.includes(group);
}

/** The identity as all parts of a node share it: whoever changes it changes what is there now. */
export class IdentityKeeper {
  readonly #store: IdentityStore;
  #current: NodeIdentity;

  constructor(store: IdentityStore) {
    this.#store = store;
    this.#current = store.load();
  }

  get current(): NodeIdentity {
    return this.#current;
  }

  /** Durable when it returns. */
  update(change: (current: NodeIdentity) => NodeIdentity): void {
    const next = change(this.#current);
    this.#store.save(next);
    this.#current = next;
  }

  /** Takes over what forming or joining has written. */
  reload(): void {
    this.#current = this.#store.load();
  }
}
