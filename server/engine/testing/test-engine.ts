/** One replica of a test cluster behind the engine port. */
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import type { ReplicaJournal } from '../../../lib/contract/schemas/journal.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import type { Genesis } from '../../state/genesis.ts';
import type { Applied, Query, QueryName, ReadAnswer, StateIdentity, StateReader } from '../../state/types.ts';
import { ReplicaUnavailableError } from '../types.ts';
import type {
  BackupOutcome,
  Engine,
  GroupView,
  HealthCheck,
  LabState,
  MemberChange,
  MemberChangeOutcome,
  MemberRefusal,
  ProposeOptions,
  ProposedCommand,
  ProposeOutcome,
  ReadIndexOutcome,
  RelayAnswer,
  RelayOutcome,
  RelayRequest,
  ReplicaCondition,
  WaitOptions,
  WaitOutcome,
} from '../types.ts';
import type { ProposalFate, TestCluster } from './test-cluster.ts';
import { Gate } from './gate.ts';
import { backupOf } from './test-backup.ts';

const GROUP = 'default';

/** One group's state on this node. */
interface Replica {
  readonly state: SqliteStateMachine;
  readonly reader: StateReader;
  readonly results: Map<number, Applied>;
  readonly listeners: Set<(index: number) => void>;
}

function replicaFrom(genesis: Genesis): Replica {
  const state = SqliteStateMachine.open(':memory:', { create: genesis });
  return { state, reader: state.reader(), results: new Map(), listeners: new Set() };
}

export class TestEngine implements Engine {
  readonly nodeId: string;
  readonly lab: Engine['lab'];
  /** Public address; tests set it once they listen. */
  url: string;
  condition: ReplicaCondition = 'ok';
  /** Since it heard from the leader; null: never. */
  contactMs: number | null = 0;
  readonly #cluster: TestCluster;
  readonly #replicas = new Map<string, Replica>();
  /** Groups of which this node has no replica, whatever the registry says. */
  readonly without = new Set<string>();
  /** Opened whenever something changes that a wait may be about. */
  readonly #changed = new Gate();
  readonly #held = new Set<string>();
  #clockOffsetMs = 0;
  #dropPeers: readonly string[] = [];
  #handler: ((request: RelayRequest) => Promise<RelayAnswer>) | null = null;
  #waiters = 0;
  #stopping = false;

  constructor(cluster: TestCluster, nodeId: string, genesis: Genesis, lab: boolean) {
    this.#cluster = cluster;
    this.nodeId = nodeId;
    this.url = `http://${nodeId}.invalid`;
    this.#replicas.set(GROUP, replicaFrom(genesis));
    this.lab = lab ? { state: () => Promise.resolve(this.#labState()), set: (change) => Promise.resolve(this.#setLab(change)) } : null;
  }

  /** Holds or releases applying: what a slow follower does. */
  holdApply(held: boolean, group = GROUP): void {
    if (held) this.#held.add(group);
    else this.#held.delete(group);
    this.catchUp();
  }

  /** Applies what is committed, unless held, and opens the groups that the registry lists. */
  catchUp(): void {
    for (const group of this.#replicas.keys()) this.#catchUp(group);
    const main = this.#replica(GROUP);
    if (main.state.level() < 2) return;
    for (const { id, level, state } of main.reader.read({ type: 'registry' }).data.groups) {
      if (state === 'retired') {
        this.#replicas.get(id)?.state.close();
        this.#replicas.delete(id);
        continue;
      }
      if (this.#replicas.has(id) || this.without.has(id)) continue;
      this.#replicas.set(id, replicaFrom(this.#cluster.begin(id, level)));
      this.#catchUp(id);
    }
  }

  #catchUp(group: string): void {
    const { state, results, listeners } = this.#replica(group);
    if (this.#held.has(group)) return;
    const from = state.applied().index;
    const entries = this.#cluster.logOf(group)?.slice(from) ?? [];
    if (entries.length === 0) return;
    for (const applied of state.apply(entries.map((entry) => ({ entry })))) results.set(applied.position.index, applied);
    this.#changed.open();
    const { index } = state.applied();
    for (const listener of listeners) listener(index);
  }

  #replica(group: string): Replica {
    const replica = this.#replicas.get(group);
    if (replica === undefined) throw new ReplicaUnavailableError('joining');
    return replica;
  }

  /** Wakes whoever waits for a leader, after the test has changed who leads. */
  leaderChanged(): void {
    this.#changed.open();
  }

  get #main(): SqliteStateMachine {
    return this.#replica(GROUP).state;
  }

  groups(): readonly string[] {
    return [...this.#replicas.keys()].toSorted();
  }

  view(group: string): GroupView {
    const leads = this.#cluster.leader === this.nodeId;
    return {
      group,
      condition: this.#replicas.has(group) ? this.condition : 'joining',
      role: leads ? 'leader' : 'follower',
      term: this.#cluster.term,
      commitIndex: this.#cluster.logOf(group)?.length ?? 0,
      appliedIndex: this.#replicas.get(group)?.state.applied().index ?? 0,
      level: this.#replicas.get(group)?.state.level() ?? 1,
      leader: this.#leader(),
      contactMs: leads ? 0 : this.contactMs,
      stale: !leads && (this.contactMs === null || this.contactMs >= 1000),
    };
  }

  #leader(): { readonly node: string; readonly url: string } | null {
    const { leader } = this.#cluster;
    return leader === null ? null : { node: leader, url: this.#cluster.engine(leader).url };
  }

  identity(group: string): StateIdentity | null {
    return this.#replicas.get(group)?.state.identity ?? null;
  }

  async propose(group: string, command: ProposedCommand, { timeoutMs, forward, after }: ProposeOptions): Promise<ProposeOutcome> {
    const startedMs = performance.now();
    if (!(await this.#changed.until(() => this.#cluster.leader !== null, { timeoutMs })))
      return { kind: 'no-leader', waitedMs: performance.now() - startedMs };
    const leader = this.#leader();
    if (leader === null || this.#stopping) return { kind: 'no-leader', waitedMs: performance.now() - startedMs };
    if (leader.node !== this.nodeId && forward === 'never') return { kind: 'not-leader', leader };
    const fate: ProposalFate = this.#cluster.fates.shift() ?? 'commit';
    if (fate === 'lose') return { kind: 'unknown', reason: 'connection-lost' };
    if (fate !== 'commit' && fate !== 'lose-answer') return { kind: 'refused', code: fate };
    const level = this.#replica(GROUP).state.level();
    const index = this.#cluster.append({ level, ...structuredClone(command) }, after, group);
    const applied = await this.#cluster.engine(leader.node).resultAt(index, timeoutMs, group);
    if (fate === 'lose-answer') return { kind: 'unknown', reason: 'leadership-lost' };
    return applied === null ? { kind: 'unknown', reason: 'deadline' } : { kind: 'applied', applied };
  }

  /** What applying the entry gave on this replica, once it has. */
  async resultAt(index: number, timeoutMs: number, group = GROUP): Promise<Applied | null> {
    const { results } = this.#replica(group);
    await this.#changed.until(() => results.has(index), { timeoutMs });
    return results.get(index) ?? null;
  }

  async readIndex(group: string, options: WaitOptions): Promise<ReadIndexOutcome> {
    if (this.#stopping) return { kind: 'stopping' };
    this.#cluster.questions += 1;
    const commitIndex = this.#cluster.logOf(group)?.length ?? 0;
    await this.#cluster.answersHeld;
    if (this.#cluster.leader === null || this.#cluster.cut.has(this.nodeId)) return { kind: 'no-leader' };
    if (!(await this.#changed.until(() => this.#cluster.quorum, options)))
      return { kind: options.signal?.aborted === true ? 'aborted' : 'timeout' };
    return { kind: 'ok', index: commitIndex, term: this.#cluster.term };
  }

  async waitApplied(group: string, index: number, options: WaitOptions): Promise<WaitOutcome> {
    this.#waiters += 1;
    try {
      const reached = await this.#changed.until(() => this.#stopping || this.#replica(group).state.applied().index >= index, options);
      if (this.#stopping) return { kind: 'stopping' };
      if (reached) return { kind: 'applied' };
      return { kind: options.signal?.aborted === true ? 'aborted' : 'timeout' };
    } finally {
      this.#waiters -= 1;
    }
  }

  read<N extends QueryName>(group: string, query: Query<N>): ReadAnswer<N> {
    if (this.condition !== 'ok') throw new ReplicaUnavailableError(this.condition);
    return this.#replica(group).reader.read(query);
  }

  async scan<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N>> {
    return Promise.resolve(this.read(group, query));
  }

  termAt(group: string, index: number): number | 'below-floor' | 'not-applied' {
    return this.#replica(group).reader.termAt(index);
  }

  onGroups(): () => void {
    return () => undefined;
  }

  onApplied(group: string, listener: (appliedIndex: number) => void): () => void {
    const { listeners } = this.#replica(group);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  status(): Promise<ClusterStatus> {
    const { clusterId, lineages } = this.#main.identity;
    const { engines, leader, term, commitIndex } = this.#cluster;
    const members = engines.map((engine) => engine.#replicaRow());
    return Promise.resolve({
      cluster: {
        id: clusterId,
        lineage: lineages.at(-1)?.id ?? '',
        name: 'test',
        level: 1,
        verdict: leader === null ? 'unavailable' : 'healthy',
        reasons: [],
        canLose: Math.floor((engines.length - 1) / 2),
      },
      node: this.nodeId,
      nodes: engines.map(({ nodeId, url }) => ({
        id: nodeId,
        url,
        state: 'live',
        version: '0.0.0-test',
        uptimeMs: null,
        dataBytes: null,
        diskFreeBytes: null,
        lastContactMs: 0,
        ageMs: 0,
      })),
      groups: [{ id: GROUP, leader, term, commitIndex, members }],
    });
  }

  #replicaRow(): ClusterStatus['groups'][number]['members'][number] {
    const { commitIndex, term, leader } = this.#cluster;
    const appliedIndex = this.#main.applied().index;
    const role = leader === this.nodeId ? 'leader' : 'follower';
    return {
      node: this.nodeId,
      role,
      voter: true,
      term,
      lastIndex: commitIndex,
      commitIndex,
      appliedIndex,
      lagEntries: commitIndex - appliedIndex,
      lagMs: null,
      lastContactMs: 0,
      snapshotIndex: 0,
      ageMs: 0,
    };
  }

  journal(group: string): Promise<ReplicaJournal | null> {
    return Promise.resolve(group === GROUP ? { node: this.nodeId, group, events: [], entry: null } : null);
  }

  health(): Promise<readonly HealthCheck[]> {
    return Promise.resolve([
      { name: 'member', ok: true, detail: 'a voter' },
      { name: 'leader', ok: this.#cluster.leader !== null, detail: this.#cluster.leader ?? 'none is known' },
      { name: 'applied', ok: true, detail: 'up to date' },
      { name: 'replica', ok: this.condition === 'ok', detail: this.condition },
    ]);
  }

  members(): ReturnType<Engine['members']> {
    return this.#cluster.engines.map(({ nodeId, url }) => ({ node: nodeId, url, peer: `${nodeId}.invalid:1` }));
  }

  /** The members of a test cluster never change: what is asked comes back as if it had been done. */
  changeMembers(change: MemberChange): Promise<MemberChangeOutcome> {
    const known = this.#cluster.engines.find(({ nodeId }) => nodeId === change.name);
    const position = this.#main.applied();
    const refused = (code: MemberRefusal, detail: string): Promise<MemberChangeOutcome> =>
      Promise.resolve({ kind: 'refused', code, detail });
    if (this.#cluster.leader === null) return Promise.resolve({ kind: 'no-leader' });
    if (change.type === 'remove' && known === undefined) return refused('member-not-found', `there is no member ${change.name}`);
    if (change.type === 'add' && known !== undefined) return refused('member-exists', `${change.name} is a member`);
    const { peer, url } = change.type === 'add' ? change : { peer: '', url: '' };
    const member = { id: `${change.name}@2`, name: change.name, incarnation: '2', peer, url };
    return Promise.resolve({ kind: 'done', member, position, repeated: false });
  }

  async relay(node: string, request: RelayRequest, _options: WaitOptions): Promise<RelayOutcome> {
    const target = this.#cluster.engines.find((engine) => engine.nodeId === node);
    if (target === undefined) return { kind: 'unknown-node' };
    if (target.#handler === null || this.#cluster.cut.has(node)) return { kind: 'unreachable' };
    const answer = structuredClone(await target.#handler(structuredClone(request)));
    return this.#cluster.mute.has(node) ? { kind: 'timeout' } : { kind: 'answered', answer };
  }

  serveRelays(handler: (request: RelayRequest) => Promise<RelayAnswer>): void {
    this.#handler = handler;
  }

  transferLeadership(_group: string, node: string): Promise<{ readonly kind: 'done' | 'not-a-voter' | 'no-leader' | 'timeout' }> {
    if (!this.#cluster.engines.some((engine) => engine.nodeId === node)) return Promise.resolve({ kind: 'not-a-voter' });
    if (this.#cluster.leader === null) return Promise.resolve({ kind: 'no-leader' });
    this.#cluster.leader = node;
    this.#cluster.newTerm();
    return Promise.resolve({ kind: 'done' });
  }

  backup(): Promise<BackupOutcome> {
    if (this.condition !== 'ok') return Promise.resolve({ kind: 'not-ready' });
    return Promise.resolve({ kind: 'ready', backup: backupOf(this.#main, this.nodeId) });
  }

  metrics(): Promise<string> {
    return Promise.resolve(`# TYPE confman_applied_index gauge\nconfman_applied_index{group="default"} ${this.#main.applied().index}\n`);
  }

  waiters(): number {
    return this.#waiters;
  }

  #labState(): LabState {
    return { holdApply: this.#held.size > 0, dropPeers: this.#dropPeers, clockOffsetMs: this.#clockOffsetMs };
  }

  #setLab(change: Partial<LabState>): LabState {
    if (change.holdApply !== undefined) this.holdApply(change.holdApply);
    this.#dropPeers = change.dropPeers ?? this.#dropPeers;
    this.#clockOffsetMs = change.clockOffsetMs ?? this.#clockOffsetMs;
    return this.#labState();
  }

  close(): void {
    this.#stopping = true;
    this.#changed.open();
    for (const { state } of this.#replicas.values()) state.close();
  }
}
