/** Makes things go wrong, as the seed says, for a time; then puts everything right. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RealCluster } from '../cluster/cluster.ts';
import { damageLog, damageState, hasLog, tearTail } from '../cluster/damage.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import { Seeded } from '../cluster/seeded.ts';
import { until } from '../cluster/until.ts';
import { limitFiles } from './file-limit.ts';
import { add, remove, voting } from './member-faults.ts';
import type { FaultKind, Profile } from './profile.ts';

export interface Fault {
  /** Since the run began. */
  readonly atMs: number;
  readonly kind: FaultKind | 'ended' | 'heal';
  readonly what: string;
}

export interface NemesisOptions {
  readonly cluster: RealCluster;
  readonly profile: Profile;
  readonly nowMs: () => number;
}

const CALM_EVERY_MS = 500;
const FULL = { '--disk-reserve': '500TiB' };
const PAUSE_MS = { min: 60, max: 900 };
const JUMPS_MS = [-7_200_000, -4_000, -300, 300, 4_000, 7_200_000];

export class Nemesis {
  readonly faults: Fault[] = [];
  /** Nodes whose disk was damaged or wiped: they are out until they are replaced. */
  readonly lost = new Set<NodeProcess>();
  /** Nodes that have lost a disk or were removed, at any time: they may have said so. */
  readonly struck = new Set<NodeProcess>();
  /** One disk at a time: who takes its place may not have caught up when another one goes. */
  #spent = false;
  readonly #options: NemesisOptions;
  readonly #seeded: Seeded;
  /** Nodes that are down, stopped or about to be: one fault of the process at a time. */
  readonly #busy = new Set<NodeProcess>();
  /** Ends of faults that last a while. */
  readonly #pending = new Set<Promise<void>>();
  #over = false;
  #hurry: () => void = () => undefined;
  readonly #hurried = new Promise<void>((resolve) => (this.#hurry = resolve));

  constructor(options: NemesisOptions) {
    this.#options = options;
    // Another stream of numbers than the one that has drawn the profile.
    this.#seeded = new Seeded(options.profile.seed ^ 0x5bd1e995);
  }

  get #nodes(): readonly NodeProcess[] {
    return this.#options.cluster.nodes;
  }

  /** Strikes until the time of the profile is over. */
  async run(): Promise<void> {
    const { profile, nowMs } = this.#options;
    const endMs = nowMs() + profile.seconds * 1_000;
    while (nowMs() < endMs && profile.kinds.length > 0) {
      await this.#wait(PAUSE_MS.min + this.#seeded.below(PAUSE_MS.max - PAUSE_MS.min));
      const kind = this.#seeded.pick(profile.kinds);
      const node = this.#seeded.pick(this.#nodes);
      const other = this.#seeded.pick(this.#options.cluster.others(node));
      // As many numbers for each, whether it takes place or not: what follows stays the same.
      const [a, b] = [this.#seeded.below(1_000), this.#seeded.below(1_000)];
      this.#strike(kind, node, other, a / 1_000, b / 1_000);
    }
  }

  /** Ends every fault: all nodes that still can run, links are open, clocks right. */
  async heal(): Promise<void> {
    const { cluster } = this.#options;
    this.#over = true;
    this.#hurry();
    this.#note('heal', 'everything');
    cluster.network.healAll();
    for (const node of this.#nodes) node.resume();
    while (this.#pending.size > 0) {
      // What takes longer may need the node that still holds back.
      await Promise.all(
        this.#nodes.filter(({ runs }) => runs).map(async (node) => this.#lab(node, { holdApply: false }).catch(() => null)),
      );
      await Promise.race([Promise.all(this.#pending), pause(CALM_EVERY_MS)]);
    }
    for (const node of this.#nodes) {
      node.resume();
      if (!node.runs) {
        this.#note('ended', `${node.id} by itself, though nothing had been done to it`);
        node.start();
      } else if (!this.lost.has(node)) {
        const calm = { holdApply: false, clockOffsetMs: 0 };
        await until(`${node.id} takes the lab's orders`, async () => (await this.#lab(node, calm)) === 200);
      }
    }
  }

  #note(kind: Fault['kind'], what: string): void {
    this.faults.push({ atMs: Math.round(this.#options.nowMs()), kind, what });
  }

  /** A time, or until peace is made. */
  async #wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([over, this.#hurried]);
    clearTimeout(timer);
  }

  #later(work: () => Promise<void>): void {
    const promise = work()
      .catch((error: unknown) => this.#note('ended', `a fault could not be carried out: ${String(error)}`))
      .finally(() => this.#pending.delete(promise));
    this.#pending.add(promise);
  }

  #strike(kind: FaultKind, node: NodeProcess, other: NodeProcess, a: number, b: number): void {
    const durationMs = 150 + a * 1_800;
    switch (kind) {
      case 'kill':
      case 'stop':
      case 'tear':
      case 'flip':
      case 'wipe':
      case 'replace':
      case 'rejoin':
      case 'disk-full':
      case 'disk-fails':
      case 'pause':
        if (!this.#busy.has(node)) this.#occupy(node, async () => this.#onProcess(kind, node, durationMs, b));
        return;
      case 'kill-all':
        this.#note(kind, 'all that run');
        for (const each of this.#nodes) if (!this.#busy.has(each)) this.#occupy(each, async () => this.#restart(each, b * 300));
        return;
      case 'isolate':
        this.#part(kind, `${node.id} from all`, (from, to) => from === node || to === node, durationMs, b);
        return;
      case 'one-way':
        if (b < 0.5) this.#part(kind, `nothing reaches ${node.id}`, (_, to) => to === node, durationMs, b);
        else this.#part(kind, `nothing leaves ${node.id}`, (from) => from === node, durationMs, b);
        return;
      case 'partial':
        this.#part(
          kind,
          `${node.id} and ${other.id}`,
          (from, to) => [from, to].includes(node) && [from, to].includes(other),
          durationMs,
          b,
        );
        return;
      case 'delay':
        this.#delay(node, durationMs, b);
        return;
      case 'reset':
        this.#note(kind, `${node.id} and ${other.id}`);
        this.#options.cluster.network.reset(node.id, other.id);
        return;
      case 'clock':
        this.#later(async () => this.#ask(kind, node, { clockOffsetMs: JUMPS_MS[Math.floor(b * JUMPS_MS.length)] ?? 0 }));
        return;
      case 'hold-apply':
        this.#later(async () => {
          await this.#ask(kind, node, { holdApply: true });
          await this.#wait(durationMs);
          await this.#ask(kind, node, { holdApply: false });
        });
        return;
      case 'transfer':
        this.#later(async () => this.#transfer(node, other));
        return;
      default:
        throw new Error(`a fault of unknown kind: ${String(kind)}`);
    }
  }

  #occupy(node: NodeProcess, work: () => Promise<void>): void {
    this.#busy.add(node);
    this.#later(async () => work().finally(() => this.#busy.delete(node)));
  }

  async #restart(node: NodeProcess, waitMs: number): Promise<void> {
    await node.kill();
    await this.#wait(waitMs);
    node.start();
  }

  async #onProcess(kind: FaultKind, node: NodeProcess, durationMs: number, b: number): Promise<void> {
    switch (kind) {
      case 'pause':
        this.#note(kind, `${node.id} for ${Math.round(2 * durationMs)} ms`);
        node.pause();
        await this.#wait(2 * durationMs);
        node.resume();
        return;
      case 'kill':
        this.#note(kind, node.id);
        return this.#restart(node, durationMs);
      case 'stop': {
        this.#note(kind, node.id);
        const { code, signal } = await node.terminate();
        // One that was still starting knows no other end than by the signal.
        const wasStarting = signal === 'SIGTERM' && node.logged('listening').length === 0;
        if (code !== 0 && !wasStarting) this.#note('ended', `${node.id} was told to stop and ended with ${code ?? signal ?? ''}`);
        await this.#wait(durationMs);
        node.start();
        return;
      }
      case 'tear':
        this.#note(kind, node.id);
        await node.kill();
        if (!this.lost.has(node) && hasLog(node)) tearTail(node);
        node.start();
        return;
      case 'flip':
      case 'wipe':
        return this.#lose(kind, node, durationMs, b);
      case 'replace':
        return this.#replace(node, durationMs);
      case 'rejoin':
        return this.#rejoin(node, durationMs);
      case 'disk-full':
        return this.#fillDisk(node, durationMs);
      default:
        return this.#failDisk(node, durationMs, b);
    }
  }

  /** One node per run, so that two whole disks are left. */
  async #lose(kind: 'flip' | 'wipe', node: NodeProcess, durationMs: number, b: number): Promise<void> {
    if (this.#spent) return;
    this.#spent = true;
    this.lost.add(node);
    this.struck.add(node);
    // A flipped bit in the last record of a killed process could not be told from a torn write: it ends in order, or is spared.
    if (kind === 'flip' && (await node.terminate()).code !== 0) {
      this.lost.delete(node);
      this.#spent = false;
      node.start();
      return;
    }
    await node.kill();
    if (kind === 'wipe') await node.wipe();
    else if (b < 0.5) damageLog(node);
    else damageState(node);
    this.#note(kind, kind === 'wipe' ? node.id : `${node.id}, ${b < 0.5 ? 'log' : 'state'}`);
    await this.#wait(durationMs / 2);
    node.start();
  }

  /**
   * A node dies with its disk, or has lost it before, and an empty one takes its place, whatever the links are like. What was
   * not done when peace is made is done then.
   */
  async #replace(node: NodeProcess, durationMs: number): Promise<void> {
    if (this.#spent && !this.lost.has(node)) return;
    this.#spent = true;
    this.lost.add(node);
    this.struck.add(node);
    this.#note('replace', node.id);
    await node.kill();
    await node.wipe();
    await this.#wait(durationMs / 4);
    await add(this.#options.cluster, node, node.id);
    this.#comes('replace', node);
  }

  /** A node that is well is taken out, ends by itself, and comes back under its name as a new member with an empty disk. */
  async #rejoin(node: NodeProcess, durationMs: number): Promise<void> {
    if (this.#spent) return;
    this.#spent = true;
    this.struck.add(node);
    this.#note('rejoin', `${node.id} is to go`);
    await remove(this.#options.cluster, node);
    await node.wipe();
    await this.#wait(durationMs / 4);
    await add(this.#options.cluster, node);
    this.#comes('rejoin', node);
  }

  /** From here on it is struck like every other. The next disk may go when it votes. */
  #comes(kind: FaultKind, node: NodeProcess): void {
    this.#note(kind, `${node.id} may join`);
    node.start();
    this.lost.delete(node);
    this.#later(async () => {
      await voting(this.#options.cluster, node);
      this.#note(kind, `${node.id} votes`);
      this.#spent = false;
    });
  }

  /** A node whose disk is nearly full, and that is then made the leader. */
  async #fillDisk(node: NodeProcess, durationMs: number): Promise<void> {
    this.#note('disk-full', node.id);
    await node.terminate();
    node.start(FULL);
    await this.#wait(durationMs);
    await this.#transfer(node, node);
    await this.#wait(durationMs);
    await node.kill();
    node.start();
  }

  /** Writes beyond some size of a file fail: the process has to end itself, and starts again when there is room. */
  async #failDisk(node: NodeProcess, durationMs: number, b: number): Promise<void> {
    this.#note('disk-fails', node.id);
    limitFiles(node.pid, Math.floor(b * 300_000));
    await Promise.race([node.ended(), this.#wait(3 * durationMs)]);
    await this.#restart(node, durationMs / 4);
  }

  #part(kind: FaultKind, what: string, cut: (from: NodeProcess, to: NodeProcess) => boolean, durationMs: number, b: number): void {
    const { network } = this.#options.cluster;
    const links = this.#nodes.flatMap((from) => this.#nodes.filter((to) => to !== from && cut(from, to)).map((to) => [from, to] as const));
    this.#note(kind, `${what} for ${Math.round(2 * durationMs)} ms`);
    for (const [from, to] of links) network.cut(from.id, to.id);
    this.#later(async () => {
      await this.#wait(2 * durationMs);
      // Afterwards what was held back arrives late, or the connections are gone and it never does.
      if (b % 0.1 < 0.05) for (const [from, to] of links) network.reset(from.id, to.id);
      for (const [from, to] of links) network.heal(from.id, to.id);
    });
  }

  #delay(node: NodeProcess, durationMs: number, b: number): void {
    const { network, others } = { network: this.#options.cluster.network, others: this.#options.cluster.others(node) };
    const maxMs = Math.round(10 + b * 400);
    this.#note('delay', `${node.id} by up to ${maxMs} ms for ${Math.round(3 * durationMs)} ms`);
    for (const other of others) {
      network.delay(other.id, node.id, 0, maxMs);
      network.delay(node.id, other.id, 0, maxMs);
    }
    this.#later(async () => {
      await this.#wait(3 * durationMs);
      for (const other of others) {
        network.heal(other.id, node.id);
        network.heal(node.id, other.id);
      }
    });
  }

  /** Asked of any node; a cluster without a leader refuses. */
  async #transfer(node: NodeProcess, asked: NodeProcess): Promise<void> {
    this.#note('transfer', `to ${node.id}`);
    await this.#options.cluster
      .api(asked, '/cluster/groups/default/leader', { method: 'POST', body: { node: node.id }, timeoutMs: 2_000 })
      .catch(() => null);
  }

  /** Switches something of the lab; a node that is down or stopped does not hear it. */
  async #ask(kind: FaultKind, node: NodeProcess, change: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#over) return;
    this.#note(kind, `${node.id} ${JSON.stringify(change)}`);
    await this.#lab(node, change).catch(() => null);
  }

  async #lab(node: NodeProcess, change: Readonly<Record<string, unknown>>): Promise<number> {
    const { status } = await this.#options.cluster.api(node, '/lab', { method: 'POST', body: change, timeoutMs: 2_000 });
    return status;
  }
}
