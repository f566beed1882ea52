/**
 * One node, as the consensus thread runs it: from an empty or known data directory, through forming, to serving; and the
 * services that need other nodes. Every piece of the world comes in through the options, so that the simulator runs this too.
 */
import type { ClockValue } from '../clock/hlc.ts';
import type { HealthCheck, LabState, RelayOutcome, RelayRequest } from '../engine/types.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { type Hello, type PeerHandlers, PeerReplyError, type PeerTransport, type RemotePeer } from '../peers/types.ts';
import { Entrance } from './entrance.ts';
import { initialClusterHash } from './formation.ts';
import { helloOf } from './hello.ts';
import type { ReplicaHost } from './host.ts';
import { GROUP_DEFAULT, IdentityKeeper, type NodeIdentity } from './identity.ts';
import { Lab } from './lab.ts';
import { Lateness } from './lateness.ts';
import { ProgramTooOldError, spokenLevels, tooOld } from './levels.ts';
import { metricsText } from './metrics-text.ts';
import { healthChecks, type NodeFacts, nodeReasons } from './node-health.ts';
import type { ConsensusNodeOptions } from './node-options.ts';
import type { NodeServices } from './node-services.ts';
import { NodeClock } from './node-clock.ts';
import { keepPeers } from './peer-list.ts';
import { judgePeer } from './peer-policy.ts';
import type { Proposal } from './proposal-queue.ts';
import type { ReadQuestion } from './read-index-queue.ts';
import { answerPeer } from './peer-requests.ts';
import { relayTo } from './relay.ts';
import { receiveSnapshot } from './snapshot-receiver.ts';
import { Serving } from './serving.ts';
import { runTicks } from './tick-loop.ts';
import { type NodePhase, unformedStatus, unformedView } from './unformed.ts';
import { handOver, transferLeadership } from './transfer.ts';

export class ConsensusNode implements NodeServices {
  readonly #options: ConsensusNodeOptions;
  readonly #clock: NodeClock;
  readonly #transport: PeerTransport;
  readonly #lab = new Lab();
  readonly #stop = new AbortController();
  readonly #lateness = new Lateness();
  readonly #startedMs: number;
  /** Settles when `start` is through. */
  #starting: Promise<void> = Promise.resolve();
  readonly #identity: IdentityKeeper;
  #entrance: Entrance | null = null;
  #phase: NodePhase = 'forming';
  #phaseDetail = '';
  /** From the moment on when this node belongs to a cluster. */
  #serving: Serving | null = null;

  constructor(options: ConsensusNodeOptions) {
    this.#options = options;
    this.#clock = new NodeClock(options.clockStore, () => this.wallMs());
    this.#identity = new IdentityKeeper(options.identities);
    this.#startedMs = options.runtime.nowMs();
    this.#transport = options.createTransport(this.#handlers());
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  get host(): ReplicaHost | null {
    return this.#serving?.host ?? null;
  }

  get transport(): PeerTransport {
    return this.#transport;
  }

  /** Listens to peers, forms the cluster if there is none yet, and serves. Resolves when the node serves, or never will. */
  start(): Promise<void> {
    this.#starting = this.#run();
    return this.#starting;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    const { stage, removedBecause } = this.#identity.current;
    if (stage === 'removed') return this.#removed(removedBecause ?? 'it was removed');
    await this.#transport.start();
    if (!signal.aborted && stage !== 'formed') await this.#enter();
    if (!signal.aborted && this.#identity.current.stage === 'formed') await this.#serve();
  }

  async #enter(): Promise<void> {
    const { name, peerAddress: peer, url, clusterName, initialMembers, join, identities, logger, drawId, observer } = this.#options;
    const entrance = new Entrance({
      self: { name, peer, url },
      clusterName,
      initialMembers,
      join,
      store: identities,
      transport: this.#transport,
      logger,
      drawId,
      pause: (ms) => this.#pause(ms),
      signal: this.#stop.signal,
      changed: () => {
        this.#phase = entrance.phase;
        this.#phaseDetail = entrance.detail;
        observer.published(GROUP_DEFAULT);
      },
    });
    this.#entrance = entrance;
    await entrance.run();
    this.#identity.reload();
  }

  /** The end of this node: durable first, so that it is not forgotten with the process. */
  #removed(reason: string): void {
    if (this.#phase === 'removed') return;
    this.#phase = 'removed';
    this.#phaseDetail = reason;
    const { logger, observer, onRemoved } = this.#options;
    this.#identity.update((current) => ({ ...current, stage: 'removed', removedBecause: reason }));
    logger('error', 'removed', { reason });
    for (const group of this.host?.groups() ?? []) this.host?.replica(group)?.leaveService('removed', reason);
    observer.published(GROUP_DEFAULT);
    onRemoved(reason);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.runtime.after(ms, resolve);
    });
  }

  async #serve(): Promise<void> {
    const options = this.#options;
    const { nodeId: name, incarnation } = this.#identity.current;
    if (name !== options.name || incarnation === null)
      throw new Error(`this data directory belongs to node ${name}, not to ${options.name}`);
    const serving = new Serving({
      ...options,
      self: `${name}@${incarnation}`,
      runtime: { ...options.runtime, wallMs: () => this.wallMs() },
      transport: this.#transport,
      clock: this.#clock,
      identity: this.#identity,
      startedMs: this.#startedMs,
      pause: (ms) => this.#pause(ms),
      signal: this.#stop.signal,
      lab: this.#lab,
      reasons: () => nodeReasons(this.#facts()),
    });
    this.#serving = serving;
    await serving.open();
    if (this.#stop.signal.aborted) return;
    this.#phase = 'serving';
    this.#phaseDetail = '';
    this.#entrance = null;
    keepPeers(this.#transport, options.name, serving.host.members());
    this.#transport.reconnect();
    options.observer.published(GROUP_DEFAULT);
    runTicks({ runtime: options.runtime, tickMs: options.timing.tickMs, signal: this.#stop.signal }, (ticks, lateMs) => {
      this.#lateness.add(lateMs);
      serving.tick(ticks);
    });
  }

  // ------------------------------------------------------------------------------------------------------- peers

  /** While a cluster forms the data directory knows more than this object. */
  #current(): NodeIdentity {
    return this.#identity.current.stage === 'formed' ? this.#identity.current : this.#options.identities.load();
  }

  #hello(): Hello {
    const levels = spokenLevels(this.host?.replica(GROUP_DEFAULT)?.machine.level() ?? null);
    return helloOf(this.#options, this.#current(), levels, this.#entrance?.claim);
  }

  #handlers(): PeerHandlers {
    return {
      hello: () => this.#hello(),
      onHello: (remote) => {
        const own = this.#current();
        const appliedIndex = this.host?.replica(GROUP_DEFAULT)?.machine.applied().index ?? 0;
        return judgePeer(own, { members: this.host?.members() ?? own.members, appliedIndex }, remote);
      },
      clock: () => this.#clock.observe(),
      onClock: (_from, clock) => void this.#clock.heard(clock),
      // A peer speaks for itself only: the handshake has proved its name and incarnation.
      onRaft: (from, group, messages) => {
        const id = `${from.name}@${from.hello.incarnation ?? ''}`;
        // It has joined since it said who it is: it is asked again.
        if (from.hello.incarnation === null) this.#options.runtime.defer(() => this.#transport.reconnect([from.name]));
        const own = messages.filter((message) => message.from === id);
        this.host?.onRaft(group, own);
      },
      onRaftDropped: (to, group) => this.host?.onRaftDropped(to, group),
      onRequest: (from, method, body, context) => this.#onRequest(from, method, body, context.timeoutMs ?? 0),
      onStream: async (_from, stream) => {
        if (this.host === null) throw new PeerReplyError('not-ready', 'this node does not serve yet');
        await receiveSnapshot(this.host, this.#options.storage, stream);
        return new Uint8Array(0);
      },
      onPeerChange: (name, { connected, refused }) => {
        this.#options.logger('debug', 'peer-changed', { name, connected, refused: refused?.reason });
        const why = tooOld(this.#identity.current, refused);
        if (why !== null) this.#options.observer.fatal(`${this.#options.name} cannot go on`, new ProgramTooOldError(why));
        // The word of somebody who has proved the secret, and who has applied all that made this node a member.
        if (refused?.reason === 'removed' && refused.by === 'peer' && this.#identity.current.stage === 'formed')
          this.#removed(`${this.#options.name} was removed from the cluster (${name} says so): its data is of no more use to it`);
      },
    };
  }

  wallMs(): number {
    return this.#options.runtime.wallMs() + this.#lab.state.clockOffsetMs;
  }

  #onRequest(from: RemotePeer, method: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const forming = this.#entrance?.handle(method, body) ?? null;
    if (forming !== null) return Promise.resolve(forming);
    const { stage, clusterId } = this.#current();
    const { name, peerAddress: peer, url, initialMembers, runtime, relayServer } = this.#options;
    const formState = { stage, clusterId, listHash: initialClusterHash(initialMembers), member: { name, peer, url } };
    return answerPeer(
      {
        node: this,
        formState,
        report: () => this.#serving?.status.report() ?? null,
        runtime,
        relayServer,
        members: this.#serving?.members ?? null,
        comparisons: this.#serving?.comparisons ?? null,
      },
      from,
      method,
      body,
      timeoutMs,
    );
  }

  // ------------------------------------------------------------------------------------------------------- services

  view(group: string): ReturnType<ReplicaHost['view']> {
    return this.host?.view(group) ?? unformedView(group, this.#phase);
  }

  heardClock(value: ClockValue): void {
    this.#clock.heard(value);
  }

  propose(group: string, proposal: Proposal): void {
    if (this.host === null) proposal.settle({ kind: 'refused', code: 'not-ready' });
    else this.host.propose(group, proposal);
  }

  readIndex(group: string, question: ReadQuestion): void {
    const replica = this.host?.replica(group) ?? null;
    if (replica === null) question.settle({ kind: 'no-leader' });
    else replica.readIndex(question);
    this.host?.wake();
  }

  async status(): Promise<ClusterStatus> {
    const { name, clusterName } = this.#options;
    return this.#serving?.status.collect() ?? unformedStatus(name, clusterName, this.#phase, this.#phaseDetail);
  }

  #facts(): NodeFacts {
    return {
      node: this.#options.name,
      host: this.host,
      view: this.view(GROUP_DEFAULT),
      disk: this.#options.disk(),
      clockAheadMs: this.#clock.aheadMs,
      readyLagEntriesMax: this.#options.readyLagEntriesMax,
      detail: this.#phaseDetail,
    };
  }

  async health(): Promise<readonly HealthCheck[]> {
    return healthChecks(this.#facts());
  }

  metrics(): string {
    if (this.host === null) return '';
    return metricsText(this.host, this.#transport, {
      loopLatenessMs: this.#lateness.quantiles(),
      clockIgnored: this.#clock.ignored,
      comparisons: this.#serving?.comparisons ?? null,
    });
  }

  relay(node: string, request: RelayRequest, timeoutMs: number): Promise<RelayOutcome> {
    return relayTo(
      { self: this.#options.name, members: this.host?.members() ?? [], transport: this.#transport, server: this.#options.relayServer },
      node,
      request,
      timeoutMs,
    );
  }

  async transfer(group: string, node: string, timeoutMs: number): ReturnType<NodeServices['transfer']> {
    if (this.host === null) return { kind: 'no-leader' };
    return transferLeadership(this.host, this.#transport, (ms) => this.#pause(ms), this.#options.runtime, { group, node, timeoutMs });
  }

  async changeMembers(...[change, by, timeoutMs]: Parameters<NodeServices['changeMembers']>): ReturnType<NodeServices['changeMembers']> {
    const members = this.#serving?.members ?? null;
    if (members === null) return { kind: 'refused', code: 'not-ready', detail: 'this node is no member of a cluster yet' };
    return members.change(change, by, timeoutMs);
  }

  labState(): LabState {
    return this.#lab.state;
  }

  labSet(change: Partial<LabState>): LabState {
    return this.host === null ? this.#lab.state : this.#lab.set(change, this.host, this.#transport);
  }

  damaged(group: string, detail: string): void {
    this.host?.quarantine(group, detail);
  }

  /** Hands leadership over, within `graceMs`, then ends everything. */
  async stop(graceMs: number): Promise<void> {
    if (this.#phase === 'stopped') return;
    if (this.host !== null) await handOver(this.host, (ms) => this.#pause(ms), this.#options.runtime, graceMs);
    this.#phase = 'stopped';
    this.#stop.abort();
    this.host?.stop();
    // A start that is under way goes no further, but what it does now may still need the log, which our caller closes next.
    await this.#starting.catch(() => undefined);
    await this.#transport.stop();
  }
}
