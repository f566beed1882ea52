/**
 * One seed, one world, one run: forms a cluster of real nodes on simulated ports, lets clients work while things go wrong, heals
 * everything and demands progress. What breaks a promise ends the run with an alarm.
 */
import { assert, InvariantError, must } from '../../lib/kernel/assert.ts';
import { GROUP_DEFAULT, type NodeIdentity } from '../replica/identity.ts';
import type { GroupLister, ListedGroup } from '../replica/group-keeper.ts';
import type { StateMachine } from '../state/types.ts';
import { Client, type Ledger } from './client.ts';
import { GroupWorld } from './group-world.ts';
import { Nemesis } from './nemesis.ts';
import { SimNetwork } from './network.ts';
import { drawProfile, type Profile, type ProfileOverrides } from './profile.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { type NodeWatcher, SimNode, type Tampering } from './sim-node.ts';
import type { StateWatcher } from './state-disk.ts';

export interface SimulationOptions extends ProfileOverrides {
  readonly seed: number;
  readonly tampering?: Tampering | undefined;
  /** Gets every line of the trace; without it none is made. */
  readonly trace?: ((line: string) => void) | undefined;
}

export interface SimulationResult {
  readonly seed: number;
  /** What was broken; null when every promise was kept. */
  readonly alarm: Error | null;
  readonly atMs: number;
  readonly events: number;
  /** Equal for equal runs. */
  readonly traceHash: number;
  readonly profile: Profile;
  readonly counts: Ledger['counts'] & {
    readonly committed: number;
    readonly leaders: number;
    readonly installs: number;
    readonly crashes: number;
    readonly changes: number;
    /** Disks that were lost. */
    readonly losses: number;
  };
}

/** Checks that look at whole logs, and hashes, come once per so many events. */
const LONG_LOOK_EVENTS = 400;
const SETTLE_MS = 30_000;
/** Entries of the main group's log at which the others are created. */
const CREATED_AT = 6;
const CREATED_EVERY = 9;

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #profile: Profile;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #nodes: readonly SimNode[];
  /** The main group first. */
  readonly #worlds: readonly [GroupWorld, ...GroupWorld[]];
  readonly #nemesis: Nemesis;
  /** Reads that wait for a node to apply something. */
  readonly #looks = new Map<SimNode, (() => boolean)[]>();
  #alarm: Error | null = null;
  #clientsActive = true;
  #installs = 0;
  #changes = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#profile = drawProfile(this.#random.fork('profile'), options);
    this.#scheduler = new Scheduler(this.#random.fork('order'));
    const network = new SimNetwork(this.#scheduler, this.#random.fork('network'));
    this.#nodes = this.#makeNodes(network);
    const others = this.#otherGroups();
    this.#worlds = [new GroupWorld(GROUP_DEFAULT, this.#nodes), ...others.map((group) => new GroupWorld(group, this.#nodes))];
    const trace = (line: () => string): void => this.#trace(line);
    this.#nemesis = new Nemesis({
      scheduler: this.#scheduler,
      random: this.#random.fork('nemesis'),
      network,
      nodes: this.#nodes,
      profile: this.#profile,
      trace,
    });
  }

  #otherGroups(): readonly string[] {
    return Array.from({ length: this.#profile.groups }, (_, place) => `g${place + 1}`);
  }

  #world(group: string): GroupWorld {
    return must(
      this.#worlds.find((world) => world.group === group),
      `a world for ${group}`,
    );
  }

  /** As a registry would: the groups are there for whoever has applied their creation, one after the other. */
  #lister(): GroupLister {
    const groups = this.#otherGroups();
    const created = groups.map((_, place) => CREATED_AT + place * CREATED_EVERY);
    const epoch: GroupLister['epoch'] = (main) => created.filter((index) => index <= main.applied().index).length;
    // Only roles change in these worlds: the members are those of the beginning.
    const row = (id: string, main: StateMachine): ListedGroup => ({ id, members: null, first: main.members(), level: 1, removed: false });
    return { epoch, list: (main) => ({ epoch: epoch(main), groups: groups.slice(0, epoch(main)).map((id) => row(id, main)) }) };
  }

  #makeNodes(network: SimNetwork): readonly SimNode[] {
    const { nodes, kind, forming, timing, limits, checkpoints, segmentBytes } = this.#profile;
    const tampering = this.#options.tampering ?? {};
    const names = Array.from({ length: nodes }, (_, place) => `n${place + 1}`);
    const members = names.map((name) => ({ id: `${name}@0`, name, incarnation: '0', peer: `${name}:1`, url: `http://${name}` }));
    return members.map(({ name }) => {
      const formed: NodeIdentity = {
        nodeId: name,
        stage: 'formed',
        clusterId: 'c0c0c0c0',
        clusterName: 'sim',
        lineageId: '11110000',
        incarnation: '0',
        began: false,
        members,
      };
      const empty: NodeIdentity = { ...formed, stage: 'empty', clusterId: null, lineageId: null, incarnation: null, members: [] };
      return new SimNode({
        name,
        names,
        identity: forming ? empty : formed,
        empty,
        lister: this.#profile.groups === 0 ? undefined : this.#lister(),
        scheduler: this.#scheduler,
        network,
        random: this.#random.fork(name),
        kind: tampering.machines?.(kind) ?? kind,
        timing,
        limits,
        checkpoints,
        segmentBytes,
        watcher: this.#watcher(),
        tampering,
      });
    });
  }

  /** Runs to the end. Never throws for what the world does: that is an alarm. */
  async run(): Promise<SimulationResult> {
    try {
      for (const node of this.#nodes) node.boot();
      this.#startClients();
      await this.#pass(this.#profile.chaosMs, () => false);
      this.#nemesis.makePeace();
      this.#trace(() => 'peace');
      await this.#demandProgress();
    } catch (error) {
      this.#failed(error);
    }
    for (const node of this.#nodes) node.close();
    const { events, trace, nowMs } = this.#scheduler;
    return {
      seed: this.#options.seed,
      alarm: this.#alarm,
      atMs: nowMs,
      events,
      traceHash: trace,
      profile: this.#profile,
      counts: {
        ...this.#sums(),
        committed: sum(this.#worlds.map(({ history }) => history.last)),
        leaders: sum(this.#worlds.map(({ safety }) => safety.leaders)),
        installs: this.#installs,
        crashes: sum(this.#nodes.map(({ crashes }) => crashes)),
        changes: this.#changes,
        losses: this.#nemesis.losses,
      },
    };
  }

  #sums(): Ledger['counts'] {
    const [first, ...rest] = this.#worlds;
    const counts = { ...first.ledger.counts };
    for (const { ledger } of rest) for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += ledger.counts[name];
    return counts;
  }

  /** Every group has clients of its own. */
  #startClients(): void {
    for (const world of this.#worlds) this.#startClientsOf(world);
  }

  #startClientsOf(world: GroupWorld): void {
    const { clients, readers } = this.#profile;
    for (let number = 1; number <= clients + readers; number += 1) {
      const reads = number > clients;
      const name = `${world.group === GROUP_DEFAULT ? '' : world.group}${reads ? 'r' : 'c'}${number}`;
      const client = new Client({
        name,
        style: reads
          ? { writes: 0, tokenReads: 0.2, patienceMs: 60, thinkMs: 15 }
          : { writes: 0.55, tokenReads: 0.25, patienceMs: 1500, thinkMs: 60 },
        scheduler: this.#scheduler,
        random: this.#random.fork(name),
        nodes: this.#nodes,
        group: world.group,
        history: world.history,
        safety: world.safety,
        ledger: world.ledger,
        onPublished: (node, look) => void this.#looksAt(node).push(look),
        failed: (error) => this.#failed(error),
        trace: (line) => this.#trace(line),
        active: () => this.#clientsActive,
      });
      client.start();
    }
  }

  async #pass(ms: number, done: () => boolean): Promise<void> {
    await this.#scheduler.run(
      this.#scheduler.nowMs + ms,
      () => this.#look(),
      () => this.#alarm !== null || done(),
    );
    if (this.#alarm !== null) throw this.#alarm;
  }

  #look(): void {
    if (this.#scheduler.events % LONG_LOOK_EVENTS !== 0) return;
    for (const world of this.#worlds) {
      world.safety.checkLogs();
      world.compareHashes();
    }
  }

  /** After the healing: a write of a client is acknowledged in every group, and all replicas come to the same state. */
  async #demandProgress(): Promise<void> {
    const acked = (): readonly number[] => this.#worlds.map(({ ledger }) => ledger.acks.size);
    const before = acked();
    await this.#pass(SETTLE_MS, () => acked().every((count, place) => count > (before[place] ?? 0) + this.#profile.clients));
    for (const [place, world] of this.#worlds.entries())
      assert(
        world.ledger.acks.size > (before[place] ?? 0),
        () => `no write of ${world.group} was acknowledged within ${SETTLE_MS} ms after everything was healed`,
      );
    this.#clientsActive = false;
    await this.#pass(SETTLE_MS, () => this.#nemesis.mended && this.#worlds.every(({ converged }) => converged));
    assert(this.#nemesis.mended, () => `a lost disk has no successor that votes within ${SETTLE_MS} ms after everything was healed`);
    for (const world of this.#worlds) world.checkEnd();
  }

  // ------------------------------------------------------------------------------------------------- what nodes tell

  #watcher(): NodeWatcher {
    return {
      sent: (node, group, message) => {
        this.#guarded(() => this.#world(group).safety.sent(node, message));
        if (message.type === 'vote-resp' && message.granted) this.#nemesis.reached(node, 'vote');
        if (message.type === 'app' && message.entries.length > 0) this.#nemesis.reached(node, 'leader');
        this.#scheduler.note(message.term);
      },
      appending: (node) => this.#nemesis.reached(node, 'append'),
      confirmed: (node, groups) => {
        for (const group of groups) this.#guarded(() => this.#world(group).safety.confirmed(node));
        this.#nemesis.reached(node, 'confirm');
      },
      state: (node, group) => this.#stateWatcher(node, this.#world(group)),
      published: (node, group) => this.#published(node, this.#world(group)),
      quarantined: (node, reason) => {
        if (!node.damaged) this.#failed(new InvariantError(`${node.name} goes out of service: ${reason}`));
      },
      fatal: (node, reason, error) => {
        this.#trace(() => `${node.name} ends: ${reason}: ${error.message}`);
        if (node.diskFails && error.name === 'LogWriteError') this.#nemesis.ended(node);
        else this.#failed(new InvariantError(`${node.name} ends: ${reason}: ${error.message}`, { cause: error }));
      },
      removed: (node) => this.#nemesis.removed(node),
      failed: (error) => this.#failed(error),
      trace: (line) => this.#trace(line),
    };
  }

  #stateWatcher(node: SimNode, { group, history, safety }: GroupWorld): StateWatcher {
    return {
      applying: (inputs) => {
        const term = node.node?.host?.replica(group)?.status().term ?? Number.MAX_SAFE_INTEGER;
        this.#guarded(() => {
          for (const { entry } of inputs) {
            assert(
              node.durable.group(group).has(entry.index, entry.term),
              () => `${node.name} applies ${entry.term}:${entry.index}, which is not on its own disk`,
            );
            if (history.applying(node.name, entry, term) === 'first') safety.checkDurable(entry);
          }
        });
      },
      applied: (machine, inputs, results) => {
        this.#guarded(() => {
          for (const result of results) history.applied(node.name, result);
        });
        if (inputs.some(({ entry }) => entry.type === 'conf-change')) this.#changes += 1;
        safety.configured(machine.confState());
      },
      point: (name) => {
        if (name === 'install') this.#installs += 1;
        this.#nemesis.reached(node, name);
      },
    };
  }

  #looksAt(node: SimNode): (() => boolean)[] {
    const looks = this.#looks.get(node) ?? [];
    this.#looks.set(node, looks);
    return looks;
  }

  #published(node: SimNode, { group, safety }: GroupWorld): void {
    const live = node.stateDisk.group(group).live;
    if (live !== null) safety.configured(live.confState());
    this.#guarded(() => safety.published(node));
    const looks = this.#looksAt(node);
    if (looks.length > 0)
      this.#looks.set(
        node,
        looks.filter((look) => !look()),
      );
  }

  /** A checker must not change what the code under test does: its alarm is kept, not thrown through it. */
  #guarded(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#alarm !== null) return;
    this.#alarm = error instanceof Error ? error : new Error(String(error));
    this.#trace(() => `ALARM: ${this.#alarm?.message ?? ''}`);
  }

  #trace(line: () => string): void {
    this.#options.trace?.(`${this.#scheduler.nowMs.toFixed(2).padStart(9)} ${line()}`);
  }
}

/** Runs one seed. */
export function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return new Simulation(options).run();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
