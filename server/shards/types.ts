/**
 * The shard registry (spec 4, sections 1 and 3): which Raft group keeps which namespaces. Plain data, replicated in the group
 * `default`; everything that is concluded from it is concluded by pure functions of this room.
 */

/** Namespaces without a prefix route spread over so many logical partitions, by the first byte of their SHA-256. */
export const PARTITIONS = 256;

/** Prefix routes that a registry may have: each one is looked at when a change is planned. */
export const ROUTES_MAX = 512;

/** Namespaces that are `prefix` or lie below it by whole segments live in `group`, unless a longer route covers them. */
export interface PrefixRoute {
  readonly prefix: string;
  readonly group: string;
}

/** What routing needs. Invariants: prefixes are distinct and valid namespaces; `partitions` has `PARTITIONS` group ids. */
export interface Routing {
  readonly routes: readonly PrefixRoute[];
  /** Group of each partition. */
  readonly partitions: readonly string[];
}

/** Part of the space of namespaces, said so that it means the same for ever, whatever becomes of the routes. */
export interface RangePart {
  /** Namespaces at or below this one; null for all. */
  readonly prefix: string | null;
  /** But not those at or below these, which are all below `prefix`. */
  readonly except: readonly string[];
  /** And of these partitions only, rising; null for all. */
  readonly partitions: readonly number[] | null;
}

/** Parts that share no namespace. */
export type ShardRange = readonly RangePart[];

/** What one move carries: everything that changes hands between two groups at one change of routes. */
export interface PlannedMove {
  readonly from: string;
  readonly to: string;
  readonly range: ShardRange;
}

/**
 * A move that is done. Up to `fromFinalIndex` the log of `from` speaks for the range, from `toStartIndex` on the log of `to`
 * does: a replica of `to` that has applied `toStartIndex` has everything that `from` ever acknowledged there.
 */
export interface LedgerRow extends PlannedMove {
  readonly fromFinalIndex: number;
  readonly toStartIndex: number;
  /** Of the registry, when it flipped. Rows of one namespace have distinct, rising epochs. */
  readonly epoch: number;
}
