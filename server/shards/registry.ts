/**
 * The shard registry as a value (spec 4, sections 1 and 3), and what follows from it. `routes` and `partitions` hold the target
 * as soon as a change is announced; a namespace that an unfinished move covers lives in `from` of that move until it is done.
 */
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import { covers } from './range.ts';
import { type Placement, Router } from './routing.ts';
import { type LedgerRow, PARTITIONS, type PlannedMove, type Routing } from './types.ts';

/** A disk that a group began on. */
export interface FirstMember {
  /** Raft id: `name@incarnation`. */
  readonly id: string;
  readonly name: string;
  readonly incarnation: string;
  /** `host:port` of the peer port. */
  readonly peer: string;
  /** Base URL of the public port. */
  readonly url: string;
}

export interface RegistryGroup {
  readonly id: string;
  /** Names of the nodes that have a replica; null: all nodes. */
  readonly members: readonly string[] | null;
  /** Epoch of the registry that its creation led to; 0 for `default`. */
  readonly createdEpoch: number;
  /** Index of its creation in the log of `default`: its incarnation. Ids are never used twice. */
  readonly createdIndex: number;
  /**
   * Its first configuration: the voters of `default` at `createdIndex`, as far as they are among `members`. Kept as it was then:
   * every node begins the group with the same one, however late, and none that was not in it begins it at all. Never empty,
   * and never of a configuration that was just changing (a creation is refused then); of `default`: empty.
   */
  readonly first: readonly FirstMember[];
  /** Level of commands that `default` had at `createdIndex`: that of the new group's first state. */
  readonly level: number;
  /**
   * `retiring`: nothing routes to it any more; its replicas keep the audit and the watch history of its time until `default` has
   * taken them over. `retired`: it has no replicas any more.
   */
  readonly state: 'active' | 'retiring' | 'retired';
}

/** A move that is not done: announced and being driven, or voided and waiting to be tried again or taken back. */
export interface RegistryMove extends PlannedMove {
  /** `m{epoch}-{number}`: unique for ever, a second attempt has another one. */
  readonly id: string;
  /** Of the registry, when it was announced. */
  readonly epoch: number;
  readonly phase: 'announced' | 'voided';
  /** An operator has asked to call it off. */
  readonly abort: boolean;
}

/** A move that is done. */
export interface RegistryLedgerRow extends LedgerRow {
  readonly move: string;
}

/** Epoch 0: never changed, one group that has everything. */
export interface Registry extends Routing {
  readonly epoch: number;
  /** In order of creation, retired ones included. */
  readonly groups: readonly RegistryGroup[];
  /** In order of epoch. */
  readonly ledger: readonly RegistryLedgerRow[];
  readonly moves: readonly RegistryMove[];
}

/** What every cluster starts from. */
export const FIRST_REGISTRY: Registry = {
  epoch: 0,
  groups: [{ id: DEFAULT_GROUP, members: null, createdEpoch: 0, createdIndex: 0, first: [], level: 1, state: 'active' }],
  routes: [],
  partitions: Array.from({ length: PARTITIONS }, () => DEFAULT_GROUP),
  ledger: [],
  moves: [],
};

/** Where a namespace lives now, by what the registry says. */
export type RegistryPlacement = Placement | { readonly group: string; readonly by: 'move'; readonly move: string };

/** Answers where namespaces live now, for one state of the registry. */
export class RegistryRouter {
  readonly #router: Router;
  readonly #moves: readonly RegistryMove[];

  constructor(registry: Registry) {
    this.#router = new Router(registry);
    this.#moves = registry.moves;
  }

  /**
   * The group that a namespace is in: `from` of the unfinished move that covers it, else by routes and partitions.
   *
   * @param partition of the namespace: asked for only where it matters
   */
  place(namespace: string, partition: () => number): RegistryPlacement {
    for (const move of this.#moves) {
      if (covers(move.range, namespace, partition)) return { group: move.from, by: 'move', move: move.id };
    }
    return this.#router.place(namespace, partition);
  }
}
