/**
 * Where namespaces live, as this node's replica of `default` says: the registry, read again when that replica has applied more.
 * It may be a moment behind; the groups themselves refuse what they do not keep, so that being behind costs a second look only.
 */
import { hash } from 'node:crypto';
import { DEFAULT_GROUP, REGISTRY_GROUP, type Token } from '../../lib/contract/token.ts';
import type { Engine } from '../engine/types.ts';
import { project } from '../shards/projection.ts';
import { covers } from '../shards/range.ts';
import { FIRST_REGISTRY, type Registry, type RegistryGroup, type RegistryPlacement, RegistryRouter } from '../shards/registry.ts';

/** The registry is looked at again after this at the earliest, unless somebody knows that it has changed. */
const AGE_MS_MAX = 20;
/** Namespaces whose partition is kept. */
const PARTITIONS_KEPT_MAX = 10_000;

/** What a token asks of one replica of a group (`server/shards/projection.ts`). */
export interface Demand {
  /** To be judged by term and index. */
  readonly elements: Token;
  /** Index that the replica must have applied for what has come from other groups; 0 for nothing. */
  readonly appliedMin: number;
}

const NOTHING: Demand = { elements: [], appliedMin: 0 };

/** Which registry a node has now, with what follows from it. */
class Snapshot {
  readonly registry: Registry;
  readonly router: RegistryRouter;
  /** Groups that have replicas, `default` first. */
  readonly live: readonly string[];
  readonly archived: readonly RegistryGroup[];
  readonly known: ReadonlySet<string>;

  constructor(registry: Registry) {
    this.registry = registry;
    this.router = new RegistryRouter(registry);
    this.known = new Set(registry.groups.map(({ id }) => id));
    const others = registry.groups.filter(({ id, state }) => id !== DEFAULT_GROUP && state !== 'retired').map(({ id }) => id);
    this.archived = registry.groups.filter(({ state }) => state === 'retired');
    this.live = [DEFAULT_GROUP, ...others.toSorted()];
  }
}

export class ShardMap {
  readonly #engine: Pick<Engine, 'read' | 'view'>;
  readonly #tickMs: () => number;
  readonly #partitions = new Map<string, number>();
  #snapshot = new Snapshot(FIRST_REGISTRY);
  #readAtMs = -Infinity;
  #readIndex = -1;

  constructor(engine: Pick<Engine, 'read' | 'view'>, tickMs: () => number) {
    this.#engine = engine;
    this.#tickMs = tickMs;
  }

  get registry(): Registry {
    this.#look();
    return this.#snapshot.registry;
  }

  /** 0: there is one group, and there never was another. */
  get epoch(): number {
    this.#look();
    return this.#snapshot.registry.epoch;
  }

  /** Groups that have replicas, `default` first, then by name. */
  get groups(): readonly string[] {
    this.#look();
    return this.#snapshot.live;
  }

  /** Groups that have ended: what happened in them is asked of `default`. */
  get archived(): readonly RegistryGroup[] {
    this.#look();
    return this.#snapshot.archived;
  }

  /** Whether the registry has, or has had, a group. */
  knows(group: string): boolean {
    return this.#snapshot.known.has(group);
  }

  /** The group that keeps a namespace. */
  place(namespace: string): string {
    this.#look();
    const { registry, router } = this.#snapshot;
    return registry.epoch === 0 ? DEFAULT_GROUP : router.place(namespace, () => this.#partitionOf(namespace)).group;
  }

  /** The same, with the line of the registry that says so. */
  placement(namespace: string): RegistryPlacement & { readonly inPartition: number } {
    this.#look();
    const inPartition = this.#partitionOf(namespace);
    return { ...this.#snapshot.router.place(namespace, () => inPartition), inPartition };
  }

  /** What a token asks of a replica of `group` that answers about a namespace; null: about all that the group keeps. */
  demand(group: string, namespace: string | null, token: Token): Demand {
    if (token.length === 0) return NOTHING;
    const { ledger } = this.#snapshot.registry;
    if (ledger.length === 0) return { elements: token.filter((element) => element.group === group), appliedMin: 0 };
    if (namespace !== null) {
      const partition = (): number => this.#partitionOf(namespace);
      const { own, appliedMin } = project(token, { group, namespace, partition }, ledger, () => true);
      return { elements: own, appliedMin };
    }
    // Whatever a namespace has come from: if the token speaks of any group that gave something away, what came here has to be here.
    const gave = token.some((element) => ledger.some(({ from }) => from === element.group));
    const appliedMin = gave ? ledger.reduce((max, row) => (row.to === group ? Math.max(max, row.toStartIndex) : max), 0) : 0;
    return { elements: token.filter((element) => element.group === group), appliedMin };
  }

  /** Index of the log of `group` from which on it speaks for a namespace that came from elsewhere; 0: it always has. */
  startIn(group: string, namespace: string): number {
    const partition = (): number => this.#partitionOf(namespace);
    const rows = this.#snapshot.registry.ledger.filter((row) => row.to === group && covers(row.range, namespace, partition));
    return rows.at(-1)?.toStartIndex ?? 0;
  }

  /** Whether a request with this token can be routed: the registry has its epoch and knows its groups. Looks once more if not. */
  admits(token: Token): boolean {
    this.#look();
    if (this.#has(token)) return true;
    this.refresh();
    return this.#has(token);
  }

  #has(token: Token): boolean {
    const { registry, known } = this.#snapshot;
    return token.every(({ group, index }) => (group === REGISTRY_GROUP ? index <= BigInt(registry.epoch) : known.has(group)));
  }

  /** Looks at once: somebody knows that there may be something new. */
  refresh(): void {
    this.#readAtMs = -Infinity;
    this.#look();
  }

  #look(): void {
    const nowMs = this.#tickMs();
    if (nowMs - this.#readAtMs < AGE_MS_MAX) return;
    this.#readAtMs = nowMs;
    const { appliedIndex, condition } = this.#engine.view(DEFAULT_GROUP);
    if (condition !== 'ok' || appliedIndex === this.#readIndex) return;
    const { data, applied } = this.#engine.read(DEFAULT_GROUP, { type: 'registry' });
    this.#readIndex = applied.index;
    // A state that was restored may have an older registry than the one before it.
    if (data.epoch !== this.#snapshot.registry.epoch || data.ledger.length !== this.#snapshot.registry.ledger.length)
      this.#snapshot = new Snapshot(data);
  }

  #partitionOf(namespace: string): number {
    const kept = this.#partitions.get(namespace);
    if (kept !== undefined) return kept;
    const partition = hash('sha256', namespace, 'buffer')[0] ?? 0;
    if (this.#partitions.size >= PARTITIONS_KEPT_MAX) this.#partitions.clear();
    this.#partitions.set(namespace, partition);
    return partition;
  }
}
