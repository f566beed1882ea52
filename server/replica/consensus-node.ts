/**
 * One node, as the consensus thread runs it: from an empty or known data directory, through forming, to serving; and the
 * services that need other nodes. Every piece of the world comes in through the options, so that the simulator runs this too.
 */
import { HybridClock } from '../clock/hlc.ts';
import type { HealthCheck, LabState, RelayOutcome, RelayRequest } from '../engine/types.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { LogCorruptionError, type LogStore } from '../log/types.ts';
import { type Hello, type PeerHandlers, PeerReplyError, type PeerTransport } from '../peers/types.ts';
import type { CheckpointLimits } from './checkpoints.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import { Formation, type InitialMember, initialClusterHash, METHOD_FORM_STATE, type FormationOutcome } from './formation.ts';
import { decodeForwarded, METHOD_PROPOSE } from './forwarding.ts';
import { createGenesis } from './genesis.ts';
import { type HostObserver, ReplicaHost } from './host.ts';
import type { IdentityStore, NodeIdentity } from './identity.ts';
import { Lab } from './lab.ts';
import { Maintenance } from './maintenance.ts';
import { metricsText } from './metrics-text.ts';
import type { NodeServices } from './node-services.ts';
import { judgePeer } from './peer-policy.ts';
import type { Proposal } from './proposal-queue.ts';
import type { ReadQuestion } from './read-index-queue.ts';
import { METHOD_RELAY, relayTo, serveRelay, type RelayServer } from './relay.ts';
import type { ReplicaTiming } from './group-replica.ts';
import { receiveSnapshot } from './snapshot-receiver.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';
import { METHOD_STATUS, StatusCollector } from './status-collector.ts';
import { handOver, METHOD_TRANSFER, transferLeadership } from './transfer.ts';

export const GROUP_DEFAULT = 'default';
/** Levels of commands and frames that this build speaks. */
export const LEVEL_MIN = 1;
export const LEVEL_MAX = 1;

export interface ConsensusNodeOptions {
  readonly name: string;
  readonly clusterName: string;
  readonly peerAddress: string;
  readonly url: string;
  /** `--initial-cluster`, this node included. */
  readonly initialMembers: readonly InitialMember[];
  readonly version: string;
  readonly timing: ReplicaTiming;
  readonly readyLagEntriesMax: number;
  /** SHA-256 of the key that seeds a new cluster, hex; drawn by whoever composes the node. */
  readonly seedKeyHash: string;
  readonly retention: { readonly revisionsPerKey: number; readonly revisionsMs: number; readonly auditMs: number };
  readonly runtime: Runtime;
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly identities: IdentityStore;
  readonly createTransport: (handlers: PeerHandlers) => PeerTransport;
  readonly logger: Logger;
  readonly drawId: () => string;
  /** Free and used bytes, looked at now and then by the composer. */
  readonly disk: () => { readonly freeBytes: number; readonly dataBytes: number; readonly full: boolean };
  readonly observer: HostObserver;
  readonly relayServer: RelayServer;
  /** A seed command of this node was applied; another's may have come first. */
  readonly onSeeded: () => void;
  readonly checkpoints?: CheckpointLimits | undefined;
}

export type NodePhase = 'forming' | 'wiped-node' | 'foreign' | 'serving' | 'stopped';

export class ConsensusNode implements NodeServices {
  readonly #options: ConsensusNodeOptions;
  readonly #clock = new HybridClock();
  readonly #transport: PeerTransport;
  readonly #lab = new Lab();
  readonly #stop = new AbortController();
  readonly #lateness: number[] = [];
  readonly #startedMs: number;
  #identity: NodeIdentity;
  #formation: Formation | null = null;
  #phase: NodePhase = 'forming';
  #phaseDetail = '';
  #host: ReplicaHost | null = null;
  #status: StatusCollector | null = null;
  #maintenance: Maintenance | null = null;
  #clockIgnored = 0;

  constructor(options: ConsensusNodeOptions) {
    this.#options = options;
    this.#identity = options.identities.load();
    this.#startedMs = options.runtime.nowMs();
    this.#transport = options.createTransport(this.#handlers());
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  get host(): ReplicaHost | null {
    return this.#host;
  }

  get identity(): NodeIdentity {
    return this.#identity;
  }

  get transport(): PeerTransport {
    return this.#transport;
  }

  /** Listens to peers, forms the cluster if there is none yet, and serves. Resolves when the node serves, or never will. */
  async start(): Promise<void> {
    await this.#transport.start();
    if (this.#identity.stage !== 'formed') await this.#form();
    if (this.#identity.stage === 'formed') await this.#serve();
  }

  async #form(): Promise<void> {
    const options = this.#options;
    this.#transport.setPeers(options.initialMembers.filter(({ name }) => name !== options.name).map(({ name, peer }) => ({ name, address: peer })));
    this.#formation = new Formation({
      self: { name: options.name, peer: options.peerAddress, url: options.url },
      clusterName: options.clusterName,
      list: options.initialMembers,
      store: options.identities,
      transport: this.#transport,
      logger: options.logger,
      drawId: options.drawId,
      pause: (ms) => this.#pause(ms),
      signal: this.#stop.signal,
    });
    this.#formed(await this.#formation.run());
  }

  #formed(outcome: FormationOutcome): void {
    if (outcome.kind === 'formed') {
      this.#identity = outcome.identity;
    } else if (outcome.kind !== 'stopped') {
      this.#phase = outcome.kind;
      this.#phaseDetail = outcome.detail;
      this.#options.logger('error', outcome.kind, { detail: outcome.detail });
      this.#options.observer.published(GROUP_DEFAULT);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.runtime.after(ms, resolve);
    });
  }

  async #serve(): Promise<void> {
    const options = this.#options;
    const { nodeId: name, incarnation } = this.#identity;
    if (name !== options.name || incarnation === null) throw new Error(`this data directory belongs to node ${name}, not to ${options.name}`);
    const host = new ReplicaHost({
      name,
      self: `${name}@${incarnation}`,
      runtime: options.runtime,
      log: options.log,
      storage: options.storage,
      transport: this.#transport,
      timing: options.timing,
      clock: this.#clock,
      logger: options.logger,
      observer: this.#observer(),
      storageFull: () => options.disk().full,
      checkpoints: options.checkpoints,
      firstMembers: this.#identity.members,
    });
    this.#host = host;
    this.#maintenance = new Maintenance({ host, runtime: options.runtime, group: GROUP_DEFAULT, seedKeyHash: options.seedKeyHash, retention: options.retention, onSeeded: options.onSeeded, logger: options.logger });
    this.#status = new StatusCollector({
      self: options.name,
      host,
      transport: this.#transport,
      cluster: { id: this.#identity.clusterId ?? '', lineage: this.#identity.lineageId ?? '', name: this.#identity.clusterName },
      runtime: options.runtime,
      electionTimeoutMs: options.timing.electionTicks * options.timing.tickMs,
      url: options.url,
      version: options.version,
      startedMs: this.#startedMs,
      disk: options.disk,
      level: LEVEL_MAX,
      reasons: () => this.#reasons(),
    });
    await this.#open(host, GROUP_DEFAULT);
    this.#phase = 'serving';
    this.#formation = null;
    this.#transport.setPeers(this.#identityPeers());
    this.#transport.reconnect();
    options.observer.published(GROUP_DEFAULT);
    this.#tick(options.runtime.nowMs());
  }

  async #open(host: ReplicaHost, group: string): Promise<void> {
    try {
      await this.#begin(group);
      await host.open(group);
    } catch (error) {
      if (!(error instanceof LogCorruptionError)) throw error;
      host.quarantine(group, error.message);
    }
  }

  async #begin(group: string): Promise<void> {
    const { log, storage, identities } = this.#options;
    const there = log.groups().includes(group);
    if (this.#identity.began) {
      if (!there) throw new LogCorruptionError(`the log holds nothing of group ${group}, though this node has voted in it: log files are missing`);
      return;
    }
    if (!there) await createGenesis(group, this.#identity, log, storage);
    this.#identity = { ...this.#identity, began: true };
    identities.save(this.#identity);
  }

  /** Until the state tells better, the first configuration says whom to talk to. */
  #identityPeers(): readonly { readonly name: string; readonly address: string }[] {
    return (this.#host?.members() ?? this.#identity.members).filter(({ name }) => name !== this.#options.name).map(({ name, peer }) => ({ name, address: peer }));
  }

  #observer(): HostObserver {
    const { observer } = this.#options;
    return {
      published: (group) => observer.published(group),
      reopened: (group, state) => observer.reopened(group, state),
      membersChanged: (group) => observer.membersChanged(group),
      roleChanged: (group) => {
        observer.roleChanged(group);
        this.#maintenance?.roleChanged();
      },
      fatal: (reason, error) => observer.fatal(reason, error),
    };
  }

  #tick(dueMs: number): void {
    const { runtime, timing } = this.#options;
    runtime.after(Math.max(0, dueMs + timing.tickMs - runtime.nowMs()), () => {
      if (this.#stop.signal.aborted) return;
      const late = runtime.nowMs() - dueMs - timing.tickMs;
      this.#lateness.push(Math.max(0, late));
      if (this.#lateness.length > 600) this.#lateness.shift();
      const ticks = 1 + Math.max(0, Math.floor(late / timing.tickMs));
      this.#host?.tick(ticks);
      this.#maintenance?.tick();
      this.#tick(dueMs + ticks * timing.tickMs);
    });
  }

  // ------------------------------------------------------------------------------------------------------- peers

  /** While a cluster forms the data directory knows more than this object. */
  #current(): NodeIdentity {
    return this.#identity.stage === 'formed' ? this.#identity : this.#options.identities.load();
  }

  #hello(): Hello {
    const { clusterId, lineageId, incarnation, stage } = this.#current();
    return {
      name: this.#options.name,
      formed: stage === 'formed',
      clusterId,
      lineageId,
      incarnation,
      listHash: initialClusterHash(this.#options.initialMembers),
      peerAddress: this.#options.peerAddress,
      url: this.#options.url,
      levelMin: LEVEL_MIN,
      levelMax: LEVEL_MAX,
      buildVersion: this.#options.version,
    };
  }

  #handlers(): PeerHandlers {
    return {
      hello: () => this.#hello(),
      onHello: (remote) => {
        const own = this.#current();
        return judgePeer(own, this.#host?.members() ?? own.members, remote);
      },
      clock: () => this.#clock.observe(this.wallMs()),
      onClock: (_from, clock) => {
        if (this.#clock.merge(clock, this.wallMs()) === 'ignored') this.#clockIgnored += 1;
      },
      // A peer speaks for itself only: the handshake has proved its name and incarnation.
      onRaft: (from, group, messages) => this.#host?.onRaft(group, messages.filter((message) => message.from === `${from.name}@${from.hello.incarnation ?? ''}`)),
      onRaftDropped: (to, group) => this.#host?.onRaftDropped(to, group),
      onRequest: (from, method, body, context) => this.#onRequest(from.name, method, body, context.timeoutMs ?? 0),
      onStream: async (_from, stream) => {
        if (this.#host === null) throw new PeerReplyError('not-ready', 'this node does not serve yet');
        await receiveSnapshot(this.#host, this.#options.storage, stream);
        return new Uint8Array(0);
      },
      onPeerChange: (name, state) => {
        this.#options.logger('debug', 'peer-changed', { name, connected: state.connected, refused: state.refused });
      },
    };
  }

  wallMs(): number {
    return this.#options.runtime.wallMs() + this.#lab.state.clockOffsetMs;
  }

  async #onRequest(from: string, method: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const forming = this.#formation?.handle(method, body) ?? null;
    if (forming !== null) return forming;
    switch (method) {
      case METHOD_FORM_STATE: {
        const { stage, clusterId } = this.#current();
        return packEnvelope({ stage, clusterId, listHash: initialClusterHash(this.#options.initialMembers), member: { name: this.#options.name, peer: this.#options.peerAddress, url: this.#options.url } });
      }
      case METHOD_PROPOSE:
        return this.#onForwarded(body, timeoutMs);
      case METHOD_STATUS:
        return packEnvelope(this.#status?.report() ?? null);
      case METHOD_RELAY:
        return serveRelay(this.#options.relayServer, body);
      case METHOD_TRANSFER: {
        const { group, node } = unpackEnvelope(body).header as { group: string; node: string };
        return packEnvelope(await this.transfer(group, node, timeoutMs));
      }
      default:
        throw new PeerReplyError('unknown-method', `${from} asks for ${method}, which this node does not know`);
    }
  }

  #onForwarded(body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const { group, frees, command } = decodeForwarded(body);
    const deadlineMs = this.#options.runtime.nowMs() + timeoutMs;
    return new Promise((resolve) => {
      this.propose(group, { bytes: command, deadlineMs, forward: 'never', frees, forwarded: true, settle: (outcome) => resolve(packEnvelope(outcome)) });
    });
  }

  // ------------------------------------------------------------------------------------------------------- services

  view(group: string): ReturnType<ReplicaHost['view']> {
    if (this.#host !== null) return this.#host.view(group);
    const condition = this.#phase === 'wiped-node' || this.#phase === 'foreign' ? 'wiped-node' : 'forming';
    return { group, condition, role: 'follower', term: 0, commitIndex: 0, appliedIndex: 0, contactMs: null, leaderPeer: null };
  }

  propose(group: string, proposal: Proposal): void {
    if (this.#host === null) proposal.settle({ kind: 'refused', code: 'not-ready' });
    else this.#host.propose(group, proposal);
  }

  readIndex(group: string, question: ReadQuestion): void {
    const replica = this.#host?.replica(group) ?? null;
    if (replica === null) question.settle({ kind: 'no-leader' });
    else replica.readIndex(question);
    this.#host?.wake();
  }

  async status(): Promise<ClusterStatus> {
    if (this.#status !== null) return this.#status.collect();
    const detail = this.#phaseDetail === '' ? 'The cluster is not formed yet: all nodes of --initial-cluster are needed once.' : this.#phaseDetail;
    return {
      cluster: { id: '', lineage: '', name: this.#options.clusterName, level: 0, verdict: 'unavailable', reasons: [{ code: this.#phase, node: this.#options.name, text: detail, help: 'See docs/operations.md, "Forming a cluster".' }], canLose: 0 },
      node: this.#options.name,
      nodes: [],
      groups: [],
    };
  }

  #reasons(): ReturnType<StatusCollector['report']>['reasons'] {
    const reasons: { code: string; node: string; group?: string; text: string; help: string }[] = [];
    const node = this.#options.name;
    for (const group of this.#host?.groups() ?? []) {
      const reason = this.#host?.quarantineReason(group) ?? null;
      if (reason !== null) reasons.push({ code: 'replica-quarantined', node, group, text: `The replica of group ${group} on ${node} is out of service: ${reason}.`, help: 'Its data is damaged. The other replicas hold it; replace this member so that it starts with a fresh copy.' });
    }
    if (this.#options.disk().full) reasons.push({ code: 'storage-full', node, text: `Storage of ${node} is nearly full: writes that take space are refused.`, help: 'Free space on its disk, or delete entries; reads and deletes go on.' });
    const ahead = this.#clock.last.ms - this.wallMs();
    if (ahead > 500) reasons.push({ code: 'clock-ahead', node, text: `A clock in the cluster is ${Math.round(ahead)} ms ahead of that of ${node}.`, help: 'Look at time synchronisation. Order and reads do not depend on it; shown times do.' });
    return reasons;
  }

  async health(): Promise<readonly HealthCheck[]> {
    const view = this.view(GROUP_DEFAULT);
    const disk = this.#options.disk();
    const lag = Math.max(0, view.commitIndex - view.appliedIndex);
    return [
      { name: 'replica', ok: view.condition === 'ok', detail: this.#phaseDetail === '' ? view.condition : `${view.condition}: ${this.#phaseDetail}` },
      { name: 'member', ok: view.condition !== 'removed' && this.#host !== null, detail: this.#host === null ? 'no member of a cluster yet' : 'member of the current configuration' },
      { name: 'leader', ok: view.leaderPeer !== null, detail: view.leaderPeer === null ? 'no leader known' : `leader is ${nameOfPeer(view.leaderPeer)}` },
      { name: 'applied', ok: lag <= this.#options.readyLagEntriesMax, detail: `${lag} entries behind commit, ${this.#options.readyLagEntriesMax} allowed` },
      { name: 'disk', ok: !disk.full, detail: `${disk.freeBytes} bytes free` },
    ];
  }

  metrics(): string {
    if (this.#host === null) return '';
    const sorted = this.#lateness.toSorted((a, b) => a - b);
    const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return `${metricsText(this.#host, this.#transport, { p99: at(0.99), max: at(1) })}# HELP confman_clock_ignored_total Clock values too far ahead to be taken over.\n# TYPE confman_clock_ignored_total counter\nconfman_clock_ignored_total ${this.#clockIgnored}\n`;
  }

  relay(node: string, request: RelayRequest, timeoutMs: number): Promise<RelayOutcome> {
    return relayTo({ self: this.#options.name, members: this.#host?.members() ?? [], transport: this.#transport, server: this.#options.relayServer }, node, request, timeoutMs);
  }

  async transfer(group: string, node: string, timeoutMs: number): ReturnType<NodeServices['transfer']> {
    if (this.#host === null) return { kind: 'no-leader' };
    return transferLeadership(this.#host, this.#transport, (ms) => this.#pause(ms), this.#options.runtime, { group, node, timeoutMs });
  }

  labState(): LabState {
    return this.#lab.state;
  }

  labSet(change: Partial<LabState>): LabState {
    return this.#host === null ? this.#lab.state : this.#lab.set(change, this.#host, this.#transport);
  }

  damaged(group: string, detail: string): void {
    this.#host?.quarantine(group, detail);
  }

  /** Hands leadership over, within `graceMs`, then ends everything. */
  async stop(graceMs: number): Promise<void> {
    if (this.#phase === 'stopped') return;
    if (this.#host !== null) await handOver(this.#host, (ms) => this.#pause(ms), this.#options.runtime, graceMs);
    this.#phase = 'stopped';
    this.#stop.abort();
    this.#host?.stop();
    await this.#transport.stop();
  }
}
