/** A node that belongs to a cluster: its groups, and what is done for all of them. */
import type { PeerTransport } from '../peers/types.ts';
import { Comparisons } from './comparisons.ts';
import { GroupKeeper } from './group-keeper.ts';
import type { HostObserver } from './host-options.ts';
import { ReplicaHost } from './host.ts';
import { GROUP_DEFAULT, type IdentityKeeper } from './identity.ts';
import { noteReceived } from './begin.ts';
import { LISTER } from './group-list.ts';
import type { Lab } from './lab.ts';
import { LeaderSpread } from './leader-spread.ts';
import { commonToMembers } from './levels.ts';
import { Maintenance } from './maintenance.ts';
import { Members } from './members.ts';
import type { NodeClock } from './node-clock.ts';
import type { ConsensusNodeOptions } from './node-options.ts';
import { StatusCollector, type StatusCollectorOptions } from './status-collector.ts';

export interface ServingOptions extends ConsensusNodeOptions {
  /** Its Raft id. */
  readonly self: string;
  readonly transport: PeerTransport;
  readonly clock: NodeClock;
  readonly identity: IdentityKeeper;
  readonly startedMs: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly lab: Lab;
  readonly reasons: StatusCollectorOptions['reasons'];
}

export class Serving {
  readonly host: ReplicaHost;
  readonly status: StatusCollector;
  readonly comparisons: Comparisons | null;
  readonly #options: ServingOptions;
  readonly #keeper: GroupKeeper;
  readonly #maintenance = new Map<string, Maintenance>();
  readonly #spread: LeaderSpread;
  #members: Members | null = null;

  constructor(options: ServingOptions) {
    this.#options = options;
    const { clock, disk, identity, timing, comparing, observer, log, storage, logger, signal } = options;
    const { clusterId, lineageId, clusterName, members } = identity.current;
    this.host = new ReplicaHost({
      ...options,
      clock: clock.hybrid,
      reserve: clock.reserve,
      observer: this.#observer(),
      storageFull: () => disk().full,
      received: (group) => noteReceived(identity, group),
      firstMembers: members,
    });
    this.#keeper = new GroupKeeper({
      name: options.name,
      host: this.host,
      identity,
      log,
      storage,
      lister: options.lister ?? LISTER,
      changed: () => this.#groupsChanged(),
      logger,
      fatal: (reason, error) => observer.fatal(reason, error),
      signal,
    });
    const parts = { ...options, self: options.name, host: this.host };
    this.comparisons = comparing === undefined ? null : new Comparisons({ ...parts, ...comparing });
    this.#spread = new LeaderSpread({ ...parts, mainGroup: GROUP_DEFAULT });
    this.status = new StatusCollector({
      ...parts,
      groups: () => this.#keeper.listed(),
      cluster: { id: clusterId ?? '', lineage: lineageId ?? '', name: clusterName },
      electionTimeoutMs: timing.electionTicks * timing.tickMs,
      reasons: () => [...options.reasons(), ...(this.comparisons?.reasons() ?? [])],
    });
  }

  /** Null until the groups are open. */
  get members(): Members | null {
    return this.#members;
  }

  /** Opens what this node has, and what it is to have. */
  async open(): Promise<void> {
    await this.#keeper.start();
    const { signal, timing, identity } = this.#options;
    if (signal.aborted) return;
    this.#members = new Members({
      ...this.#options,
      ...timing,
      host: this.host,
      identity: () => identity.current,
      mainGroup: GROUP_DEFAULT,
      groups: () => this.#keeper.listed(),
    });
  }

  /** @param ticks how many have passed since the last call, at least 1 */
  tick(ticks: number): void {
    this.host.tick(ticks);
    this.#keeper.look();
    this.#members?.tick();
    for (const maintenance of this.#maintenance.values()) maintenance.tick();
    this.comparisons?.tick();
    this.#spread.tick();
  }

  #groupsChanged(): void {
    const { lab, seedKeyHash, name, transport } = this.#options;
    const groups = this.host.groups();
    for (const group of this.#maintenance.keys()) if (!groups.includes(group)) this.#maintenance.delete(group);
    for (const group of groups) {
      this.host.replica(group)?.applying.hold(lab.state.holdApply);
      if (this.#maintenance.has(group)) continue;
      const commonLevel = (): number | null => commonToMembers(name, this.host.members(), transport);
      const key = group === GROUP_DEFAULT ? seedKeyHash : null;
      this.#maintenance.set(group, new Maintenance({ ...this.#options, host: this.host, group, commonLevel, seedKeyHash: key }));
    }
  }

  #observer(): HostObserver {
    const { observer } = this.#options;
    return {
      ...observer,
      published: (group) => {
        observer.published(group);
        if (group === GROUP_DEFAULT) this.#keeper.look();
      },
      roleChanged: (group) => {
        observer.roleChanged(group);
        this.#maintenance.get(group)?.roleChanged();
      },
    };
  }
}
