/**
 * Every node is a gateway: it takes a request for any namespace, looks up in its registry which group keeps it, and asks that.
 * The group itself has the last word: one that does not keep the namespace says so, and the request is held, and asked of
 * whoever keeps it then (spec 4, section 2).
 */
import type { ProposedCommand, ProposeOptions, ProposeOutcome } from '../engine/types.ts';
import type { AnswerOf, Query, QueryName, ReadAnswer } from '../state/types.ts';
import { type ReadCoordinator, type Target, maxWaitOf } from './consistent-read.ts';
import type { Call, ReadResult } from './context.ts';
import { GroupMoved, ServiceError } from './errors.ts';
import type { RemoteGroups } from './remote-groups.ts';
import type { ShardMap } from './shard-map.ts';

/** Between two looks at a namespace that is changing hands. */
const HOLD_MS = 15;

export interface GatewayParts {
  readonly map: ShardMap;
  readonly reads: ReadCoordinator;
  readonly remote: RemoteGroups;
  readonly tickMs: () => number;
}

type How = 'read' | 'scan';

export class Gateway {
  readonly #map: ShardMap;
  readonly #reads: ReadCoordinator;
  readonly #remote: RemoteGroups;
  readonly #tickMs: () => number;

  constructor({ map, reads, remote, tickMs }: GatewayParts) {
    this.#map = map;
    this.#reads = reads;
    this.#remote = remote;
    this.#tickMs = tickMs;
  }

  /** The read, if it can be answered here without waiting; null if not. For the hot path. */
  readNow<N extends QueryName>(namespace: string, query: Query<N>, call: Call): ReadResult<AnswerOf<N>> | null {
    if (!this.#reads.routable(call)) return null;
    const group = this.#map.place(namespace);
    return this.#remote.isHere(group) ? this.#reads.readNow({ group, namespace }, query, call) : null;
  }

  /** A read of a namespace, after whatever wait it needs. */
  async read<N extends QueryName>(namespace: string, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    return this.#reading(namespace, 'read', query, call);
  }

  /** The same for what takes longer. */
  async scan<N extends QueryName>(namespace: string, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    return this.#reading(namespace, 'scan', query, call);
  }

  /** A read of a group as a whole. */
  async scanGroup<N extends QueryName>(group: string, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    return this.#ask('scan', { group, namespace: null }, query, call);
  }

  async #ask<N extends QueryName>(how: How, target: Target, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    if (!this.#remote.isHere(target.group)) return this.#remote.read(target, query, call);
    return how === 'read' ? this.#reads.read(target, query, call) : this.#reads.scan(target, query, call);
  }

  async #reading<N extends QueryName>(namespace: string, how: How, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    const startedMs = this.#tickMs();
    const deadlineMs = startedMs + maxWaitOf(call);
    if (!this.#reads.routable(call)) await this.#reads.awaitRouting(call, deadlineMs);
    for (let held = false; ; held = true) {
      const target = { group: this.#map.place(namespace), namespace };
      try {
        const read = await this.#ask(how, target, query, held ? this.#within(call, deadlineMs) : call);
        return held ? { ...read, waitedMs: this.#tickMs() - startedMs } : read;
      } catch (error) {
        if (!(error instanceof GroupMoved)) throw error;
        await this.hold(namespace, error, call, deadlineMs);
      }
    }
  }

  /** What the replica here knows now, without any promise about how old it is; null: nothing. */
  peek<N extends QueryName>(namespace: string, query: Query<N>): ReadAnswer<N> | null {
    return this.#remote.peek(this.#map.place(namespace), query);
  }

  /** Where a write goes, once the registry answers to the caller's token. */
  async placeWrite(namespace: string, call: Call, deadlineMs: number): Promise<Target> {
    if (!this.#map.admits(call.consistency.token)) await this.#reads.awaitRouting(call, deadlineMs);
    return { group: this.#map.place(namespace), namespace };
  }

  /** Proposes a command to a group, here or through a node that has a replica of it. */
  async propose(
    target: Target,
    command: ProposedCommand,
    options: ProposeOptions,
    call: Call,
    deadlineMs: number,
  ): Promise<ProposeOutcome> {
    if (!this.#remote.isHere(target.group)) return this.#remote.propose(target, command, options, call);
    await this.#reads.beforeWrite(target, call, deadlineMs);
    return this.#remote.proposeHere(target.group, command, { ...options, timeoutMs: Math.max(1, deadlineMs - this.#tickMs()) });
  }

  /**
   * Waits a moment for whoever keeps a namespace to be known.
   *
   * @throws ServiceError `moved` when the time of the request is over
   */
  async hold(namespace: string, { group }: Pick<GroupMoved, 'group'>, call: Call, deadlineMs: number): Promise<void> {
    const { epoch } = this.#map;
    this.#map.refresh();
    if (this.#map.epoch !== epoch && this.#map.place(namespace) !== group) return;
    if (await this.#reads.pause(HOLD_MS, deadlineMs, call)) return;
    throw movedError(namespace, this.#map.epoch);
  }

  #within(call: Call, deadlineMs: number): Call {
    const maxWaitMs = Math.max(1, deadlineMs - this.#tickMs());
    return { ...call, consistency: { ...call.consistency, maxWaitMs } };
  }
}

/** Nobody was found that keeps the namespace: it is changing hands, or nodes have not heard of it yet. */
export function movedError(namespace: string | null, epoch: number): ServiceError {
  const what = namespace === null ? 'namespaces are' : `${namespace} is`;
  return new ServiceError('moved', `${what} changing hands between groups; by the registry at epoch ${epoch} nobody kept it in time`, {
    epoch,
    retryAfterMs: 100,
  });
}
