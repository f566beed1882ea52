/** Makes things go wrong, as the profile says, until it is told to stop; then puts everything right. */
import type { CrashMode } from '../log/memory-device.ts';
import { GROUP_DEFAULT } from '../replica/identity.ts';
import type { SimNetwork } from './network.ts';
import { CALM } from './network.ts';
import type { FaultKind, Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { MemberNemesis } from './member-nemesis.ts';
import type { SimNode } from './sim-node.ts';

export type CrashPoint = 'append' | 'confirm' | 'checkpoint' | 'install' | 'stage' | 'vote' | 'leader';
const POINTS: readonly CrashPoint[] = ['append', 'confirm', 'checkpoint', 'install', 'stage', 'vote', 'leader'];
const POWER_LOSSES: readonly CrashMode[] = ['lose-unsynced', 'tear-prefix', 'tear-sectors'];

export interface NemesisContext {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: SimNetwork;
  readonly nodes: readonly SimNode[];
  readonly profile: Profile;
  readonly trace: (line: () => string) => void;
}

export class Nemesis {
  readonly #context: NemesisContext;
  readonly #armed = new Map<CrashPoint, SimNode | null>();
  readonly #members: MemberNemesis;
  #active = true;
  #decayed = false;

  constructor(context: NemesisContext) {
    this.#context = context;
    this.#members = new MemberNemesis(context);
    context.network.conditions = context.profile.network;
    this.#later();
  }

  #later(): void {
    const { scheduler, random, profile } = this.#context;
    scheduler.after(random.between(0.2, 1.8) * profile.faultEveryMs, null, () => this.#strike());
  }

  /** Runs once after a while, unless peace was made first. */
  #after(delayMs: number, run: () => void): void {
    this.#context.scheduler.after(delayMs, null, () => {
      if (this.#active) run();
    });
  }

  #strike(): void {
    if (!this.#active) return;
    const { random, profile, nodes, trace } = this.#context;
    const total = profile.faults.reduce((sum, { weight }) => sum + weight, 0);
    let at = random.next() * total;
    const fault = profile.faults.find(({ weight }) => (at -= weight) < 0);
    if (fault !== undefined) {
      const node = random.pick(nodes);
      trace(() => `fault: ${fault.kind} (${node.name})`);
      this.#faults[fault.kind](node);
    }
    this.#later();
  }

  /** Something happens at a node that a crash may be waiting for. */
  reached(node: SimNode, point: CrashPoint): void {
    const armed = this.#armed.get(point);
    if (!this.#active || armed === undefined || (armed !== null && armed !== node)) return;
    this.#armed.delete(point);
    const { random, scheduler } = this.#context;
    scheduler.after(random.chance(0.5) ? 0 : random.between(0, 3), null, () => this.#active && this.#crash(node));
  }

  /** Whether every member that was lost or removed has a successor that votes. */
  get mended(): boolean {
    return this.#members.mended;
  }

  get losses(): number {
    return this.#members.losses;
  }

  removed(node: SimNode): void {
    this.#members.removed(node);
  }

  /** A process has ended by itself. */
  ended(node: SimNode): void {
    this.#context.scheduler.after(0, null, () => this.#down(node, 'keep-all'));
  }

  #powerLoss(): CrashMode {
    return this.#context.random.pick(POWER_LOSSES);
  }

  #crash(node: SimNode): void {
    this.#down(node, this.#context.random.chance(0.5) ? 'keep-all' : this.#powerLoss());
  }

  #down(node: SimNode, mode: CrashMode): void {
    const { random, scheduler } = this.#context;
    node.crash(mode);
    scheduler.after(random.chance(0.6) ? random.between(1, 100) : random.between(100, 1500), null, () => node.boot());
  }

  readonly #faults: Readonly<Record<FaultKind, (node: SimNode) => void>> = {
    kill: (node) => this.#down(node, 'keep-all'),
    stop: (node) => this.#shutDown(node),
    'power-loss': (node) => this.#down(node, this.#powerLoss()),
    'power-loss-of-all': () => {
      for (const node of this.#context.nodes) this.#down(node, this.#powerLoss());
    },
    'crash-at-a-point': (node) => {
      const { random } = this.#context;
      this.#armed.set(random.pick(POINTS), random.chance(0.5) ? null : node);
    },
    pause: (node) => {
      node.pause();
      this.#after(this.#context.random.between(50, 1200), () => node.resume());
    },
    isolate: (node) => this.#part((a, b) => a === node || b === node),
    split: () => {
      const { random, nodes } = this.#context;
      const side = new Set(random.shuffle(nodes).slice(0, 1 + random.int(nodes.length - 1)));
      this.#part((a, b) => side.has(a) !== side.has(b));
    },
    'one-way-cut': (node) => {
      const inwards = this.#context.random.chance(0.5);
      this.#part((a, b) => (inwards ? b : a) === node);
    },
    'lone-cut': (node) => {
      const other = this.#context.random.pick(this.#context.nodes);
      this.#part((a, b) => (a === node && b === other) || (a === other && b === node));
    },
    'slow-disk': (node) => {
      const { random } = this.#context;
      node.diskMs = { min: 1, max: random.between(20, 400) };
      this.#after(random.between(200, 1500), () => (node.diskMs = { min: 0.3, max: 3 }));
    },
    'failing-disk': (node) => {
      if (!node.up) return;
      node.diskFails = true;
      if (this.#context.random.chance(0.5)) node.disk.failWriteAfter(this.#context.random.int(10));
      else node.disk.failSyncAfter(this.#context.random.int(10));
    },
    'clock-jump': (node) => {
      const { random } = this.#context;
      node.wallSkewMs += random.chance(0.7) ? random.between(-3000, 3000) : random.between(-600_000, 600_000);
    },
    transfer: (node) => {
      const { random, nodes } = this.#context;
      const groups = node.node?.host?.groups() ?? [];
      const group = groups.length > 1 ? random.pick(groups) : GROUP_DEFAULT;
      void node.node?.transfer(group, random.pick(nodes).name, 300);
    },
    'hold-apply': (node) => {
      node.node?.labSet({ holdApply: true });
      this.#after(this.#context.random.between(50, 1000), () => void node.node?.labSet({ holdApply: false }));
    },
    'storage-full': (node) => {
      node.storageFull = true;
      this.#after(this.#context.random.between(50, 500), () => (node.storageFull = false));
    },
    decay: (node) => this.#decay(node),
    membership: () => this.#changeMembers(),
    replace: (node) => this.#members.replace(node),
    rejoin: (node) => this.#members.rejoin(node),
  };

  /** A restart in order; the next process may be started long after, or at once. */
  #shutDown(node: SimNode): void {
    const { random, scheduler } = this.#context;
    const waitMs = random.between(1, 300);
    void node.shutDown(random.pick([0, 100, 500])).then(() => void scheduler.after(waitMs, null, () => node.boot()));
  }

  #part(cut: (from: SimNode, to: SimNode) => boolean): void {
    const { network, nodes, random } = this.#context;
    for (const a of nodes) for (const b of nodes) if (a !== b && cut(a, b)) network.cut(a.name, b.name);
    this.#after(random.between(50, 2500), () => network.healAll());
  }

  /**
   * Flips a bit of the state, or one of the log that lies well before its end, of one node in the whole run. (A flip in the very
   * last record cannot be told from a torn write: see server/log/README.md, "Limits".)
   */
  #decay(node: SimNode): void {
    const { random } = this.#context;
    if (this.#decayed || !node.serving || node.diskFails) return;
    const [first] = node.disk
      .files()
      .filter(({ name }) => name.endsWith('.seg'))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#decayed = true;
    node.damaged = true;
    node.crash('keep-all');
    if (random.chance(0.5) && first !== undefined) node.disk.flipBit(first.name, random.int(64), random.int(8));
    else node.stateDisk.group(GROUP_DEFAULT).damage();
    this.#after(random.between(1, 300), () => node.boot());
  }

  /** One change at a time, asked of whoever leads: a voter becomes a learner, a learner a voter, or two change places. */
  #changeMembers(): void {
    const { nodes, random, trace } = this.#context;
    const leader = nodes.find((node) => node.leads && !node.paused);
    const replica = leader?.node?.host?.replica(GROUP_DEFAULT);
    if (leader === undefined || replica === null || replica === undefined) return;
    const { voters, learners } = replica.status().confState;
    const [down, up] = [random.shuffle(voters.filter((id) => id !== leader.id || random.chance(0.2)))[0], random.shuffle(learners)[0]];
    const changes = [
      ...(up !== undefined && (voters.length <= 3 || random.chance(0.5)) ? [{ type: 'add-voter' as const, id: up }] : []),
      ...(down !== undefined && voters.length > 3 ? [{ type: 'add-learner' as const, id: down }] : []),
      ...(down !== undefined && up !== undefined && voters.length === 3 && random.chance(0.5)
        ? [{ type: 'add-learner' as const, id: down }]
        : []),
    ];
    if (changes.length === 0) return;
    const result = replica.proposeMembers(changes, { members: [], by: null }, random.chance(0.7) ? 'auto' : 'joint');
    trace(() => `change of members ${JSON.stringify(changes)}: ${JSON.stringify(result)}`);
    leader.node?.host?.wake();
  }

  /** Heals everything: from now on nothing goes wrong any more. */
  makePeace(): void {
    const { network, nodes } = this.#context;
    this.#active = false;
    network.conditions = CALM;
    network.healAll();
    for (const node of nodes) {
      node.resume();
      node.diskMs = { min: 0.3, max: 3 };
      node.storageFull = false;
      if (node.diskFails) node.crash('keep-all');
      node.node?.labSet({ holdApply: false });
      node.boot();
    }
  }
}
