import { InvariantError } from '../../../lib/kernel/assert.ts';
import type { ConfChange, Message, PeerId } from '../types.ts';
import { Cluster, confOf, text } from './cluster.ts';
import { Invariants } from './invariants.ts';
import type { TestNode } from './node.ts';

/** One thing that happens; `a` and `b` choose where, modulo what there is. */
export interface Step {
  readonly kind: StepKind;
  readonly a: number;
  readonly b: number;
}

/** What may happen, and how often relative to the rest. */
export const stepWeights = {
  turn: 60,
  tick: 20,
  ready: 8,
  persist: 8,
  deliver: 15,
  duplicate: 2,
  drop: 2,
  propose: 12,
  change: 4,
  read: 5,
  transfer: 2,
  crash: 2,
  restart: 4,
  checkpoint: 3,
  compact: 2,
  cut: 1,
  heal: 2,
  'hold-disk': 1,
  'release-disk': 3,
  campaign: 1,
  unreachable: 1,
  'report-snapshot': 1,
} as const;

export type StepKind = keyof typeof stepWeights;

/** Five nodes: three voters, and two that may join. Does what it is told, with the invariants watching. */
export class Chaos {
  readonly cluster: Cluster;
  readonly invariants: Invariants;
  readonly #ids: readonly PeerId[] = ['1', '2', '3', '4', '5'];
  /** An id never comes back once it has been removed (M7). */
  readonly #removed = new Set<PeerId>();
  #proposals = 0;

  constructor(random: () => number) {
    this.cluster = new Cluster({
      conf: confOf(['1', '2', '3']),
      settings: {
        electionTicks: 5,
        random,
        sizePerMsgBytesMax: 20,
        inflightMessagesMax: 3,
        committedBytesPerReadyMax: 30,
        uncommittedBytesMax: 2000,
        pendingReadsMax: 8,
      },
    });
    this.cluster.add('4');
    this.cluster.add('5');
    this.invariants = new Invariants(this.cluster);
  }

  run(steps: readonly Step[]): void {
    for (const [i, step] of steps.entries()) {
      this.#run(step);
      this.invariants.check();
      if (i % 25 === 0) this.invariants.checkLogs();
    }
    this.invariants.checkLogs();
  }

  /** Repairs everything; then the group must elect, commit, and bring every member up to date. */
  recover(): void {
    const { cluster } = this;
    cluster.heal();
    cluster.network = [];
    for (const node of cluster.nodes.values()) {
      if (node.crashed) node.restart();
      node.diskHeld = false;
    }
    const target = this.invariants.appliedMax + 1;
    for (let round = 0; round < 200; round += 1) {
      for (const node of cluster.nodes.values()) {
        node.raw.tick();
        node.checkpoint();
        this.#giveUpSnapshots(node);
      }
      cluster.stabilize();
      this.invariants.check();
      const leader = [...cluster.nodes.values()].find((node) => node.raw.status().role === 'leader');
      if (leader === undefined) continue;
      leader.raw.propose([text('after the storm')]);
      cluster.stabilize();
      if (this.#caughtUp(leader, target)) return;
    }
    throw new InvariantError('the group does not recover');
  }

  #caughtUp(leader: TestNode, target: number): boolean {
    const { confState, commit } = leader.raw.status();
    if (commit < target || confState.votersOutgoing.length > 0) return false;
    return [...confState.voters, ...confState.learners].every((id) => this.cluster.node(id).raw.status().applied === commit);
  }

  #giveUpSnapshots(node: TestNode): void {
    for (const [id, progress] of node.raw.status().progress ?? []) {
      if (progress.state === 'snapshot') node.raw.reportSnapshot(id, false);
    }
  }

  #run({ kind, a, b }: Step): void {
    const node = this.cluster.node(this.#ids[a % this.#ids.length] ?? '1');
    const { network } = this.cluster;
    switch (kind) {
      case 'turn':
        return this.#turn();
      case 'deliver':
        return this.#deliver(a);
      case 'duplicate':
        if (network.length > 0) network.push(network[a % network.length] as Message);
        return;
      case 'drop':
        if (network.length > 0) network.splice(a % network.length, 1);
        return;
      case 'cut':
        return this.cluster.cut([node.id], [this.#ids[b % this.#ids.length] ?? '1']);
      case 'heal':
        return this.cluster.heal();
      case 'hold-disk':
        node.diskHeld = true;
        return;
      case 'release-disk':
        node.diskHeld = false;
        return;
      case 'restart':
        if (node.crashed) node.restart();
        return;
      default:
        return this.#runAt(this.#placeFor(kind, node), kind, b);
    }
  }

  /** Leaders are where things happen; but what is asked of others must do no harm either. */
  #placeFor(kind: StepKind, node: TestNode): TestNode {
    if (kind !== 'propose' && kind !== 'change' && kind !== 'transfer' && kind !== 'crash') return node;
    const leaders = [...this.cluster.nodes.values()].filter((one) => !one.crashed && one.raw.status().role === 'leader');
    return leaders.at(-1) ?? node;
  }

  #runAt(node: TestNode, kind: StepKind, b: number): void {
    if (node.crashed) return;
    const other = this.#ids[b % this.#ids.length] ?? '1';
    switch (kind) {
      case 'tick':
        for (let i = 0; i <= b % 4; i += 1) node.raw.tick();
        return;
      case 'ready':
        if (node.raw.hasReady()) this.cluster.takeReady(node.id);
        return;
      case 'persist':
        if (node.writesPending > 0) node.persistOne();
        return;
      case 'propose':
        this.#proposals += 1;
        node.raw.propose(Array.from({ length: 1 + (b % 3) }, (_, i) => text(`${this.#proposals}.${i}`)));
        return;
      case 'change':
        return this.#change(node, b);
      case 'read':
        return node.raw.readIndex(this.invariants.noteRead(node.id));
      case 'transfer':
        return node.raw.transferLeader(other);
      case 'crash':
        return node.crash();
      case 'checkpoint':
        return node.checkpoint();
      case 'compact':
        if (node.storage.checkpoint.index > node.storage.firstIndex()) node.storage.compact(node.storage.checkpoint.index - (b % 2));
        return;
      case 'campaign':
        return node.raw.campaign();
      case 'unreachable':
        return node.raw.reportUnreachable(other);
      case 'report-snapshot':
        return node.raw.reportSnapshot(other, b % 2 === 0);
      default:
    }
  }

  /** Everybody takes what is new, disks finish one write, and some messages arrive: the ordinary course of things. */
  #turn(): void {
    for (const node of this.cluster.nodes.values()) {
      if (node.crashed) continue;
      if (node.raw.hasReady()) this.cluster.takeReady(node.id);
      if (!node.diskHeld && node.writesPending > 0) node.persistOne();
    }
    for (let i = Math.min(this.cluster.network.length, 20); i > 0; i -= 1) this.#deliver(0);
  }

  /** A snapshot may arrive newer than it was announced. */
  #deliver(at: number): void {
    const { network } = this.cluster;
    if (network.length === 0) return;
    const place = at % network.length;
    const message = network[place];
    if (message?.type === 'snap') {
      const newer = this.cluster.node(message.from).storage.snapshot();
      if (newer !== null && newer.index > message.snapshot.index) network[place] = { ...message, snapshot: newer };
    }
    this.cluster.deliver(place);
  }

  #change(node: TestNode, b: number): void {
    const change = this.#pickChange(b);
    if (change === null) return;
    if (node.raw.proposeConfChange(change).kind !== 'accepted') return;
    for (const { type, id } of change.changes) if (type === 'remove') this.#removed.add(id);
  }

  #pickChange(b: number): ConfChange | null {
    const at = (n: number): PeerId => this.#ids[n % this.#ids.length] ?? '1';
    const types = ['add-voter', 'add-learner', 'add-voter', 'remove'] as const;
    const singles = [{ type: types[b % 4] ?? 'add-voter', id: at(b >> 2) }];
    if (b % 3 === 0) singles.push({ type: types[(b >> 3) % 4] ?? 'add-voter', id: at((b >> 2) + 1 + ((b >> 5) % 4)) });
    // A removed node keeps its id for itself, also when the removal was proposed and never committed.
    if (singles.some(({ id }) => this.#removed.has(id))) return null;
    if (singles.some(({ type }) => type === 'remove') && this.#removed.size >= 2) return null;
    return { transition: b % 5 === 0 ? 'joint' : 'auto', changes: singles, context: text('') };
  }
}
