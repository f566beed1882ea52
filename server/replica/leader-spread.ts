/**
 * Leaders spread over the nodes by themselves (spec 4, section 4): slowly, because each transfer makes its group's writers wait
 * for a moment, and only where it makes a difference.
 */
import type { PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import type { ReplicaHost } from './host.ts';
import type { Logger, Runtime } from './runtime.ts';

export interface LeaderSpreadOptions {
  /** Name of this node. */
  readonly name: string;
  readonly host: ReplicaHost;
  readonly transport: Pick<PeerTransport, 'state'>;
  readonly mainGroup: string;
  readonly runtime: Runtime;
  readonly logger: Logger;
}

/** Who leads, and who could. */
export interface LeadersView {
  readonly self: string;
  /** Leader of every group by name; null: none known. */
  readonly leaders: ReadonlyMap<string, string | null>;
  /** Groups that may be handed over, in the order in which they would be. */
  readonly movable: readonly string[];
  /** Whether this node could take over a group: a voter that lives and has all of its log. */
  readonly fit: (group: string, node: string) => boolean;
  /** All members. */
  readonly nodes: readonly string[];
}

/** Between two changes of leaders, whoever made them. */
const PAUSE_MS = 60_000;
const LOOK_MS = 1_000;

/** What this node should hand over to whom; null: nothing. Only the node that leads most hands over, so that one moves at a time. */
export function nextTransfer({ self, leaders, movable, fit, nodes }: LeadersView): { readonly group: string; readonly to: string } | null {
  const counts = new Map(nodes.map((node) => [node, 0]));
  for (const leader of leaders.values()) {
    if (leader === null) return null;
    counts.set(leader, (counts.get(leader) ?? 0) + 1);
  }
  const led = (node: string): number => counts.get(node) ?? 0;
  const order = [...counts.keys()].toSorted((a, b) => led(a) - led(b) || (a < b ? -1 : 1));
  const most = order.find((node) => led(node) === Math.max(...counts.values()));
  if (most !== self) return null;
  for (const to of order) {
    if (led(self) - led(to) < 2) return null;
    const group = movable.find((one) => leaders.get(one) === self && fit(one, to));
    if (group !== undefined) return { group, to };
  }
  return null;
}

export class LeaderSpread {
  readonly #options: LeaderSpreadOptions;
  #seen = '';
  #quietSinceMs: number;
  #nextMs = 0;

  constructor(options: LeaderSpreadOptions) {
    this.#options = options;
    this.#quietSinceMs = options.runtime.nowMs();
  }

  /** Called with every tick of the node. */
  tick(): void {
    const { host, runtime, mainGroup, logger } = this.#options;
    const now = runtime.nowMs();
    if (now < this.#nextMs) return;
    this.#nextMs = now + LOOK_MS;
    const groups = host.groups();
    if (groups.length < 2) return;
    const leaders = new Map(groups.map((group) => [group, leaderOf(host, group)]));
    const seen = JSON.stringify([...leaders]);
    if (seen !== this.#seen) [this.#seen, this.#quietSinceMs] = [seen, now];
    if (now - this.#quietSinceMs < PAUSE_MS) return;
    const transfer = nextTransfer({
      self: this.#options.name,
      leaders,
      movable: groups.filter((group) => group !== mainGroup),
      fit: (group, node) => this.#fit(group, node),
      nodes: host.members().map(({ name }) => name),
    });
    if (transfer === null) return;
    this.#quietSinceMs = now;
    const replica = host.replica(transfer.group);
    const to = replica?.raft.confState.voters.find((id) => nameOfPeer(id) === transfer.to);
    if (to === undefined) return;
    logger('info', 'leader-spread', transfer);
    replica?.transferLeader(to);
  }

  #fit(group: string, node: string): boolean {
    const { host, transport } = this.#options;
    const replica = host.replica(group);
    if (replica === null || !replica.serving || transport.state(node)?.connected !== true) return false;
    const { confState, progress, commit } = replica.status();
    const id = confState.voters.find((one) => nameOfPeer(one) === node);
    const seen = id === undefined ? undefined : progress?.get(id);
    return seen?.recentActive === true && seen.state === 'replicate' && seen.match >= commit;
  }
}

function leaderOf(host: ReplicaHost, group: string): string | null {
  const { leaderPeer } = host.view(group);
  return leaderPeer === null ? null : nameOfPeer(leaderPeer);
}
