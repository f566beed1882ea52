/**
 * One seed, one world, one run: forms a cluster of real nodes on simulated ports, lets clients work while things go wrong, heals
 * everything and demands progress. What breaks a promise ends the run with an alarm.
 */
import { assert, InvariantError } from '../../lib/kernel/assert.ts';
import { GROUP_DEFAULT, type NodeIdentity } from '../replica/identity.ts';
import { GENESIS } from '../replica/genesis.ts';
import { Client, Ledger } from './client.ts';
import { History } from './history.ts';
import { Nemesis } from './nemesis.ts';
import { SimNetwork } from './network.ts';
import { drawProfile, type Profile, type ProfileOverrides } from './profile.ts';
import { Random } from './random.ts';
import { Safety } from './safety.ts';
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
  };
}

/** Checks that look at whole logs, and hashes, come once per so many events. */
const LONG_LOOK_EVENTS = 400;
const SETTLE_MS = 30_000;

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #profile: Profile;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #nodes: readonly SimNode[];
  readonly #history = new History(GENESIS.index);
  readonly #safety: Safety;
  readonly #ledger = new Ledger();
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
    this.#safety = new Safety(this.#nodes, this.#history);
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
        ...this.#ledger.counts,
        committed: this.#history.last,
        leaders: this.#safety.leaders,
        installs: this.#installs,
        crashes: this.#nodes.reduce((sum, node) => sum + node.crashes, 0),
        changes: this.#changes,
      },
    };
  }

  #startClients(): void {
    const { clients, readers } = this.#profile;
    for (let number = 1; number <= clients + readers; number += 1) {
      const reads = number > clients;
      const name = `${reads ? 'r' : 'c'}${number}`;
      const client = new Client({
        name,
        style: reads
          ? { writes: 0, tokenReads: 0.2, patienceMs: 60, thinkMs: 15 }
          : { writes: 0.55, tokenReads: 0.25, patienceMs: 1500, thinkMs: 60 },
        scheduler: this.#scheduler,
        random: this.#random.fork(name),
        nodes: this.#nodes,
        history: this.#history,
        safety: this.#safety,
        ledger: this.#ledger,
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
    this.#safety.checkLogs();
    this.#compareHashes();
  }

  #compareHashes(): void {
    for (const node of this.#nodes) {
      const live = node.stateDisk.group(GROUP_DEFAULT).live;
      if (live === null) continue;
      this.#history.compareHash(node.name, live.applied().index, live.hash());
    }
  }

  /** After the healing: a write of a client is acknowledged, and all replicas come to the same state. */
  async #demandProgress(): Promise<void> {
    const before = this.#ledger.acks.size;
    await this.#pass(SETTLE_MS, () => this.#ledger.acks.size > before + this.#profile.clients);
    assert(this.#ledger.acks.size > before, () => `no write was acknowledged within ${SETTLE_MS} ms after everything was healed`);
    this.#clientsActive = false;
    await this.#pass(SETTLE_MS, () => this.#converged());
    assert(
      this.#converged(),
      () => `the replicas did not converge: ${this.#nodes.map((node) => `${node.name} ${String(node.applied?.index)}`).join(', ')}`,
    );
    this.#compareHashes();
    this.#safety.checkLogs();
    this.#safety.checkApplied();
    for (const [scope, position] of this.#ledger.acks) {
      assert(this.#history.effectOf(scope)?.index === position.index, () => `the acknowledged write ${scope} at ${position.index} is gone`);
    }
    for (const scope of this.#ledger.never)
      assert(this.#history.effectOf(scope) === null, () => `${scope} was certainly not done, but its effect is there`);
  }

  #converged(): boolean {
    return this.#nodes.every((node) =>
      node.damaged ? !node.serving : node.applied?.index === this.#history.last && node.log()?.lastIndex() === this.#history.last,
    );
  }

  // ------------------------------------------------------------------------------------------------- what nodes tell

  #watcher(): NodeWatcher {
    return {
      sent: (node, message) => {
        this.#guarded(() => this.#safety.sent(node, message));
        if (message.type === 'vote-resp' && message.granted) this.#nemesis.reached(node, 'vote');
        if (message.type === 'app' && message.entries.length > 0) this.#nemesis.reached(node, 'leader');
        this.#scheduler.note(message.term);
      },
      appending: (node) => this.#nemesis.reached(node, 'append'),
      confirmed: (node) => {
        this.#guarded(() => this.#safety.confirmed(node));
        this.#nemesis.reached(node, 'confirm');
      },
      state: (node) => this.#stateWatcher(node),
      published: (node) => this.#published(node),
      quarantined: (node, reason) => {
        if (!node.damaged) this.#failed(new InvariantError(`${node.name} goes out of service: ${reason}`));
      },
      fatal: (node, reason, error) => {
        this.#trace(() => `${node.name} ends: ${reason}: ${error.message}`);
        if (node.diskFails && error.name === 'LogWriteError') this.#nemesis.ended(node);
        else this.#failed(new InvariantError(`${node.name} ends: ${reason}: ${error.message}`, { cause: error }));
      },
      failed: (error) => this.#failed(error),
      trace: (line) => this.#trace(line),
    };
  }

  #stateWatcher(node: SimNode): StateWatcher {
    return {
      applying: (inputs) => {
        const term = node.node?.host?.replica('default')?.status().term ?? Number.MAX_SAFE_INTEGER;
        this.#guarded(() => {
          for (const { entry } of inputs) {
            assert(
              node.durable.has(entry.index, entry.term),
              () => `${node.name} applies ${entry.term}:${entry.index}, which is not on its own disk`,
            );
            if (this.#history.applying(node.name, entry, term) === 'first') this.#safety.checkDurable(entry);
          }
        });
      },
      applied: (machine, inputs, results) => {
        this.#guarded(() => {
          for (const result of results) this.#history.applied(node.name, result);
        });
        if (inputs.some(({ entry }) => entry.type === 'conf-change')) this.#changes += 1;
        this.#safety.configured(machine.confState());
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

  #published(node: SimNode): void {
    const live = node.stateDisk.group(GROUP_DEFAULT).live;
    if (live !== null) this.#safety.configured(live.confState());
    this.#guarded(() => this.#safety.published(node));
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
