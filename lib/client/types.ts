/** What callers of the client give and get. Durations are milliseconds. */
import type { ConsistencyMode } from '../contract/model.ts';
import type { AnswerCache } from './cache.ts';
import type { Environment } from './environment.ts';
import type { Fetch } from './fetch.ts';
import type { Session, SessionStorage } from './session.ts';

export type OnTimeout = 'fail' | 'redirect' | 'forward';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bound on the whole call, all attempts and pauses included. */
  readonly timeoutMs?: number | undefined;
  /** Becomes `X-Request-Id`, for logs and audit. */
  readonly requestId?: string | undefined;
  /** `false`: one attempt. */
  readonly retry?: boolean | undefined;
  /** Let this node answer, whichever node is asked. */
  readonly node?: string | undefined;
  /** How long a node may hold the request. Given explicitly, a wait that ended in vain is not repeated. */
  readonly maxWaitMs?: number | undefined;
}

export interface ReadOptions extends CallOptions {
  readonly consistency?: ConsistencyMode | undefined;
  /** A token from elsewhere that this read must not be older than; the session's own token is demanded as well. */
  readonly minVersion?: string | undefined;
  readonly onTimeout?: OnTimeout | undefined;
  /** `false`: do not demand the session's token (the answer's token is still kept). */
  readonly session?: boolean | undefined;
}

export interface WriteOptions extends CallOptions {
  /** By default one is drawn for each call. `null`: none, and the write is never sent twice. */
  readonly idempotencyKey?: string | null | undefined;
}

/** A write that may be bound to what its caller has seen. */
export interface ConditionalWriteOptions extends WriteOptions {
  /** Version that the entry must be at. */
  readonly ifMatch?: string | undefined;
  /** `*`: only if there is no such entry. */
  readonly ifNoneMatch?: '*' | undefined;
}

/** One group's part of `X-Confman-Replica`: which replica answered, and how current it was as far as it knew. */
export interface ReplicaReport {
  readonly node: string;
  readonly role: string;
  readonly group: string;
  /** Entries behind the last commit index that the replica has heard of; null when it could not know. */
  readonly lag: number | null;
  readonly contactMs: number | null;
  readonly waitedMs: number | null;
  /** The replica has been without contact for an election timeout or longer. */
  readonly stale: boolean;
}

/** What an answer says beside its body. */
export interface AnswerMeta {
  /** HTTP status; 304 for `getIfChanged` without a change. */
  readonly status: number;
  /** Read: the applied version of the very state that was read. Write: the token of the committed entry. */
  readonly version: string | null;
  /** The same with histories: what another process may be given. */
  readonly token: string | null;
  /** The mode that was really given; null for writes. */
  readonly consistency: ConsistencyMode | null;
  readonly replicas: readonly ReplicaReport[];
  readonly etag: string | null;
  readonly requestId: string | null;
  /** Base URL that answered; null from the cache. */
  readonly endpoint: string | null;
  readonly attempts: number;
  /** The first answer to this idempotency key, given again. */
  readonly replayed: boolean;
  /** Not from the cluster but from the last answers that were kept: possibly old. */
  readonly fromCache: boolean;
  /** Since the cluster gave this answer; 0 unless `fromCache`. */
  readonly ageMs: number;
}

export interface Answer<T> {
  readonly data: T;
  readonly meta: AnswerMeta;
}

/** Things that callers should hear of although their call succeeds. */
export type Notice =
  /** Versions of a history that this cluster does not honour (any more) were dropped, once. `message` is for people. */
  | {
      readonly type: 'version-dropped';
      readonly code: string;
      readonly history: string | null;
      readonly version: string;
      readonly message: string;
    }
  /** Two answers cannot come from one log; the one seen first is kept until the cluster refuses it. */
  | { readonly type: 'version-conflict'; readonly message: string }
  /** An attempt failed and is repeated. */
  | { readonly type: 'retry'; readonly endpoint: string; readonly attempt: number; readonly delayMs: number; readonly code: string }
  /** The cluster could not be asked, and an answer of earlier was given. */
  | { readonly type: 'from-cache'; readonly path: string; readonly ageMs: number; readonly code: string };

export interface RetryPolicy {
  readonly attemptsMax: number;
  /** Pause before the n-th repetition: uniform in [0, min(`pauseMsMax`, `pauseMsBase` · 2ⁿ)), never below what the server asked for. */
  readonly pauseMsBase: number;
  readonly pauseMsMax: number;
}

export interface Timeouts {
  /** Bound on a whole call. */
  readonly totalMs: number;
  /** Bound on one attempt, in addition to the time that the node may hold the request. */
  readonly attemptMs: number;
  /** With a cache: how long the cluster is tried before a kept answer is given. */
  readonly beforeCacheMs: number;
  /** A stream that is silent for so long is taken for dead. Nodes send at least every 5 s. */
  readonly streamIdleMs: number;
}

export interface ClientOptions {
  /** Base URLs of nodes, tried in this order; `''` is the origin of the page. */
  readonly endpoints: readonly string[];
  /** API key. Without one the browser's session cookie speaks. */
  readonly key?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** Keeps the session beyond this object: the page refresh, the next command. */
  readonly storage?: SessionStorage | undefined;
  /** A session to share instead of an own one. */
  readonly session?: Session | undefined;
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Last answers, for times when the cluster cannot be reached. */
  readonly cache?: AnswerCache | undefined;
  /** Headers that every request carries, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who speaks, such as `cli`: the request ids of writes start with it, so that the audit can say by which way a change came. `sdk` unless told otherwise. */
  readonly source?: string | undefined;
  /** Clock, chance and timers. */
  readonly environment?: Environment | undefined;
}
