/** What every service works with: the node's dependencies, and one call. */
import { RandomPool } from './random-pool.ts';
import type { ConsistencyMode, LogPosition } from '../../lib/contract/model.ts';
import type { Principal } from '../auth/principal.ts';
import type { ClockValue } from '../clock/hlc.ts';
import type { ConsistencyRequest } from '../consistency/request.ts';
import type { Engine } from '../engine/types.ts';
import type { ReadFacts } from './errors.ts';
import type { ReadCoordinator, Target } from './consistent-read.ts';
import type { Gateway } from './gateway.ts';
import type { RemoteGroups } from './remote-groups.ts';
import type { ShardMap } from './shard-map.ts';
import type { ValueValidator } from './values/validator.ts';

export interface ServiceSettings {
  readonly defaultConsistency: ConsistencyMode;
  readonly valueBytesMax: number;
  readonly strictNamespaces: boolean;
  /** Reads that may wait at the same time. */
  readonly waitersMax: number;
  /** Entries between commit and applied index up to which the node is ready. */
  readonly readyLagEntriesMax: number;
  readonly writeDeadlineMs: number;
  /** Event streams that may be open at the same time. */
  readonly streamsMax: number;
}

/** Where time and chance come from. */
export interface Sources {
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
  /** Monotonic clock, milliseconds. */
  readonly tickMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

const pool = new RandomPool();

export const SYSTEM_SOURCES: Sources = {
  nowMs: () => Date.now(),
  tickMs: () => performance.now(),
  randomBytes: (count) => pool.take(count),
};

export interface Services {
  readonly engine: Engine;
  readonly settings: ServiceSettings;
  readonly sources: Sources;
  /** Reads of groups. */
  readonly reads: ReadCoordinator;
  readonly map: ShardMap;
  /** Reads and writes of namespaces, in whatever group they are. */
  readonly gateway: Gateway;
  /** Groups that other nodes have. */
  readonly remote: RemoteGroups;
  readonly values: ValueValidator;
  /** Version of the program. */
  readonly version: string;
}

/** One request, as services see it: authenticated, its consistency parameters read. */
export interface Call {
  readonly principal: Principal;
  readonly requestId: string;
  readonly consistency: ConsistencyRequest;
  /** Aborted when the client is gone. Made on first use. */
  readonly gone: () => AbortSignal;
  /** Another node answers through this one: it hands nothing on again (hop limit 1). */
  readonly relayed: boolean;
}

/** A request that changes something. */
export interface WriteCall extends Call {
  readonly write: {
    /** As the caller sent it, or null. */
    readonly idempotencyKey: string | null;
    /** Method and path in one spelling: `PUT /namespaces/a/config/b`. Part of what an idempotency key is scoped to. */
    readonly resource: string;
    /** SHA-256 of the body as it came, hex. */
    readonly bodyHash: string;
    readonly forward: 'always' | 'never';
    /** `X-Confman-Clock` of the request: what the caller has seen, and wants to be ordered after. */
    readonly clock: ClockValue | null;
  };
}

/** What a write gave: where it stands in the log, and whether this is the first answer given again. */
export interface WriteResult<T> {
  readonly data: T;
  readonly group: string;
  readonly position: LogPosition;
  readonly replayed: boolean;
  /** Clock value of the command that this call proposed, for `X-Confman-Clock`. */
  readonly clock: string | null;
  /** The caller's clock value was too far ahead to be taken over: the write is not ordered after it. */
  readonly clockIgnored: boolean;
}

/** What a read gave, from which state, and how. */
export interface ReadResult<T> extends ReadFacts {
  readonly data: T;
  /** As in `ReadAnswer` of the state. */
  readonly ownershipIndex?: number | undefined;
  /** Of a group that has ended, which `group` names: read from what `default` has taken over, so that no version is of it. */
  readonly archived?: boolean | undefined;
}

/** The group that keeps what belongs to the cluster as a whole: keys, registry. */
export const CLUSTER_GROUP = 'default';

/** A read of it. */
export const CLUSTER: Target = { group: CLUSTER_GROUP, namespace: null };
