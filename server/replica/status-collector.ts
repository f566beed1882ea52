/** Asks the other nodes what they know of themselves, within a bound, and remembers it. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { GroupList } from './group-keeper.ts';
import type { ReplicaHost } from './host.ts';
import { GROUP_DEFAULT } from './identity.ts';
import type { Runtime } from './runtime.ts';
import { assembleStatus, type KnownReport, type NodeReport, replicaRole, type ReplicaReport } from './status.ts';

export const METHOD_STATUS = 'status';

export interface StatusCollectorOptions {
  readonly self: string;
  readonly host: ReplicaHost;
  readonly transport: PeerTransport;
  /** The groups besides the main one, as the applied registry lists them. */
  readonly groups: () => GroupList['groups'];
  readonly cluster: { readonly id: string; readonly lineage: string; readonly name: string };
  readonly runtime: Runtime;
  readonly electionTimeoutMs: number;
  readonly url: string;
  readonly version: string;
  readonly startedMs: number;
  readonly disk: () => { readonly freeBytes: number; readonly dataBytes: number };
  readonly reasons: () => NodeReport['reasons'];
}

/** A node that does not answer in this time keeps its last known row: the whole answer has to come within 1 s. */
const ASK_MS = 600;
/** One question serves everybody who asks in this time. */
const SHARE_MS = 100;

export class StatusCollector {
  readonly #options: StatusCollectorOptions;
  readonly #last = new Map<string, { readonly report: NodeReport; readonly atMs: number }>();
  #shared: { readonly atMs: number; readonly status: Promise<ClusterStatus> } | null = null;

  constructor(options: StatusCollectorOptions) {
    this.#options = options;
  }

  collect(): Promise<ClusterStatus> {
    const now = this.#options.runtime.nowMs();
    if (this.#shared !== null && now - this.#shared.atMs < SHARE_MS) return this.#shared.status;
    this.#shared = { atMs: now, status: this.#collect() };
    return this.#shared.status;
  }

  async #collect(): Promise<ClusterStatus> {
    const { self, host, cluster, electionTimeoutMs, runtime, transport } = this.#options;
    const members = host.members();
    const known = new Map<string, KnownReport>([[self, { report: this.report(), ageMs: 0, lastContactMs: 0 }]]);
    await Promise.all(
      members
        .filter(({ name }) => name !== self)
        .map(async ({ name }) => {
          const report = await this.#ask(name);
          const now = runtime.nowMs();
          if (report !== null) this.#last.set(name, { report, atMs: now });
          const last = this.#last.get(name);
          const heard = transport.state(name)?.lastHeardMs ?? null;
          known.set(name, {
            report: report ?? last?.report ?? null,
            ageMs: report === null && last !== undefined ? Math.max(1, Math.round(now - last.atMs)) : 0,
            lastContactMs: heard === null ? null : Math.round(now - heard),
          });
        }),
    );
    return assembleStatus({ self, cluster, members, groups: this.#groups(), known, electionTimeoutMs });
  }

  /** Of the whole cluster, wherever their replicas are. */
  #groups(): readonly string[] {
    const listed = this.#options.groups().flatMap(({ id, removed }) => (removed ? [] : [id]));
    return [...new Set([...this.#options.host.groups(), ...listed])].toSorted();
  }

  async #ask(node: string): Promise<NodeReport | null> {
    if (this.#options.transport.state(node)?.connected !== true) return null;
    try {
      const answer = await this.#options.transport.request(node, METHOD_STATUS, packEnvelope({}), { timeoutMs: ASK_MS });
      return unpackEnvelope(answer).header as NodeReport | null;
    } catch {
      return null;
    }
  }

  /** What this node says of itself. */
  report(): NodeReport {
    const { self, url, version, startedMs, runtime, host } = this.#options;
    const disk = this.#options.disk();
    const replicas = host.groups().map((group) => this.#replica(group));
    return {
      node: {
        id: self,
        url,
        version,
        uptimeMs: Math.round(runtime.nowMs() - startedMs),
        dataBytes: disk.dataBytes,
        diskFreeBytes: disk.freeBytes,
      },
      joining: replicas.some(({ row }) => row.role === 'learner'),
      level: host.replica(GROUP_DEFAULT)?.machine.level() ?? 0,
      replicas,
      reasons: this.#options.reasons(),
    };
  }

  #replica(group: string): ReplicaReport {
    const view = this.#options.host.view(group);
    const replica = this.#options.host.replica(group);
    const contactMs = view.contactMs === null ? null : Math.round(view.contactMs);
    const leads = view.role === 'leader' && contactMs !== null && contactMs <= this.#options.electionTimeoutMs;
    const status = replica === null || !replica.serving ? null : replica.status();
    return {
      group,
      leader: view.leaderPeer === null ? null : nameOfPeer(view.leaderPeer),
      leads,
      voters: (status?.confState.voters ?? []).map((id) => nameOfPeer(id)),
      votersOutgoing: (status?.confState.votersOutgoing ?? []).map((id) => nameOfPeer(id)),
      row: {
        role: replicaRole(view.condition, view.role),
        voter: status?.confState.voters.includes(this.#options.host.self) ?? false,
        term: view.term,
        lastIndex: status?.lastIndex ?? 0,
        commitIndex: view.commitIndex,
        appliedIndex: view.appliedIndex,
        lagMs: replica === null ? null : Math.round(replica.lagMs()),
        lastContactMs: contactMs,
        snapshotIndex: status === null ? 0 : status.firstIndex - 1,
      },
    };
  }
}
