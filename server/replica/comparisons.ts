/**
 * Replicas compare what they hold (design/raft.md D17). The leader lets every replica open its state on another thread, then
 * puts an empty entry into the log. Each replica stops applying right behind that entry for the moment that its thread needs
 * to begin a read transaction: so all hash the state at one applied index, while consensus goes on. What a hash says is
 * decided by `judgeHashes`; every member is told, so that the alarm outlives the leader.
 */
import type { Reason } from '../../lib/contract/cluster.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { PeerTransport } from '../peers/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import { type CompareVerdict, type HashReport, judgeHashes } from './compare-verdict.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { HashJob, StateHashes } from './hash-jobs.ts';
import type { ReplicaHost } from './host.ts';
import type { Logger, Runtime } from './runtime.ts';

export const METHOD_COMPARE = 'compare';

export interface ComparisonsOptions {
  /** Name of this node. */
  readonly self: string;
  readonly host: ReplicaHost;
  readonly transport: PeerTransport;
  readonly runtime: Runtime;
  readonly hashes: StateHashes;
  /** Between two comparisons of a group; 0: never. */
  readonly everyMs: number;
  readonly logger: Logger;
}

type Question =
  | { readonly phase: 'arm' | 'hash' | 'ask'; readonly group: string }
  | { readonly phase: 'verdict'; readonly group: string; readonly verdict: CompareVerdict };

interface Answer {
  readonly armed?: boolean | undefined;
  readonly state?: 'none' | 'pending' | 'done' | undefined;
  readonly report?: HashReport | undefined;
  /** How long the hash took, milliseconds. */
  readonly tookMs?: number | undefined;
}

/** The hash that this node makes of a group now, or made last. */
interface Run {
  readonly job: HashJob;
  position: LogPosition | null;
  hash: { readonly hash: string; readonly scheme: string } | null;
  tookMs: number;
  ended: boolean;
}

const ASK_MS = 10_000;
/** A prepared thread waits so long for the empty entry. */
const ARM_MS_MAX = 30_000;
/** Applying is held back so long for a thread to begin; then it goes on, and this comparison comes to nothing here. */
const HOLD_MS_MAX = 500;
/** A longer hash is given up: its read transaction keeps checkpoints from completing. */
const HASH_MS_MAX = 120_000;
const POLL_MS = 200;
/** After an election, or when a node has come back. */
const SOON_MS = 5_000;
/** Hashing takes at most one part in so many of the time. */
const COST_SHARE = 20;

export class Comparisons {
  readonly #options: ComparisonsOptions;
  readonly #runs = new Map<string, Run>();
  readonly #verdicts = new Map<string, CompareVerdict>();
  /** When this node, as leader, compares next; null while it does not lead. */
  readonly #next = new Map<string, number | null>();
  readonly #asked = new Set<string>();
  /** One at a time: each takes a thread on every member. */
  readonly #running = new Set<string>();
  #completed = 0;

  constructor(options: ComparisonsOptions) {
    this.#options = options;
  }

  /** Comparisons that this node has led to a verdict. */
  get completed(): number {
    return this.#completed;
  }

  verdict(group: string): CompareVerdict | null {
    return this.#verdicts.get(group) ?? null;
  }

  tick(): void {
    const { everyMs, host, runtime } = this.#options;
    if (everyMs === 0) return;
    for (const group of host.groups()) {
      const view = host.view(group);
      if (view.condition !== 'ok') continue;
      if (view.role !== 'leader') {
        this.#next.set(group, null);
        if (view.leaderPeer !== null && view.appliedIndex >= view.commitIndex) this.#askOnce(group, nameOfPeer(view.leaderPeer));
        continue;
      }
      this.#asked.add(group);
      const next = this.#next.get(group) ?? null;
      if (next === null) this.#next.set(group, runtime.nowMs() + Math.min(SOON_MS, everyMs));
      else if (runtime.nowMs() >= next && this.#running.size === 0) void this.#lead(group);
    }
  }

  /** A node that has just started wants to be compared before long. */
  #askOnce(group: string, leader: string): void {
    if (this.#asked.has(group)) return;
    this.#asked.add(group);
    void this.#ask(leader, { phase: 'ask', group });
  }

  #soon(group: string): void {
    const next = this.#next.get(group) ?? null;
    const soon = this.#options.runtime.nowMs() + Math.min(SOON_MS, this.#options.everyMs);
    if (next !== null && next > soon) this.#next.set(group, soon);
  }

  // ------------------------------------------------------------------------------------------------------- the leader

  async #lead(group: string): Promise<void> {
    const { runtime, everyMs, logger } = this.#options;
    this.#running.add(group);
    let tookMs = 0;
    try {
      tookMs = await this.#compare(group);
    } catch (error) {
      logger('warn', 'states-not-compared', { group, error: String(error) });
    }
    this.#running.delete(group);
    if (this.#next.get(group) !== null) this.#next.set(group, runtime.nowMs() + Math.max(everyMs, COST_SHARE * tookMs));
  }

  /** @returns how long the longest hash took */
  async #compare(group: string): Promise<number> {
    const { host, runtime, logger } = this.#options;
    const replica = host.replica(group);
    if (replica === null) return 0;
    const { voters, learners } = replica.raft.confState;
    const members = [...voters, ...learners].map((id) => nameOfPeer(id));
    if (members.length < 2) return 0;
    const armed: string[] = [];
    await Promise.all(
      members.map(async (name) => {
        if ((await this.#ask(name, { phase: 'arm', group }))?.armed === true) armed.push(name);
      }),
    );
    const index = armed.length < 2 ? null : replica.proposeMarker();
    if (index === null) {
      this.#end(group);
      return 0;
    }
    const answers = await this.#reports(group, armed, runtime.nowMs() + HASH_MS_MAX);
    const reports = answers.flatMap(({ report }) => report ?? []);
    const tookMs = Math.max(0, ...answers.map((answer) => answer.tookMs ?? 0));
    const verdict = judgeHashes(
      reports,
      index,
      voters.map((id) => nameOfPeer(id)),
    );
    if (verdict === null) {
      logger('info', 'states-not-compared', { group, index, armed: armed.length, reports: reports.length });
      return tookMs;
    }
    this.#completed += 1;
    // This node last: it may be the odd one itself, and stop leading.
    const others = members.filter((name) => name !== this.#options.self);
    await Promise.all(others.map(async (name) => this.#ask(name, { phase: 'verdict', group, verdict })));
    this.#take(group, verdict);
    return tookMs;
  }

  async #reports(group: string, armed: readonly string[], deadlineMs: number): Promise<readonly Answer[]> {
    const { runtime } = this.#options;
    const answers = await Promise.all(
      armed.map(async (name) => {
        while (runtime.nowMs() < deadlineMs) {
          const answer = await this.#ask(name, { phase: 'hash', group });
          if (answer?.report !== undefined) return answer;
          if (answer === null || answer.state === 'none') return null;
          await new Promise<void>((resolve) => runtime.after(POLL_MS, resolve));
        }
        return null;
      }),
    );
    return answers.filter((answer) => answer !== null);
  }

  async #ask(name: string, question: Question): Promise<Answer | null> {
    try {
      if (name === this.#options.self) return await this.answer(question);
      const bytes = await this.#options.transport.request(name, METHOD_COMPARE, packEnvelope(question), { timeoutMs: ASK_MS });
      return unpackEnvelope(bytes).header as Answer;
    } catch {
      // Who cannot be asked, or does not know the question, is not compared this time.
      return null;
    }
  }

  // ------------------------------------------------------------------------------------------------------- every member

  /** Answers a question of the leader. */
  async answer(question: Question): Promise<Answer> {
    const { group, phase } = question;
    switch (phase) {
      case 'arm':
        return { armed: await this.#arm(group) };
      case 'hash':
        return this.#hashOf(group);
      case 'verdict':
        this.#take(group, question.verdict);
        return {};
      case 'ask':
        this.#soon(group);
        return {};
    }
  }

  /** Opens the state, and waits for the next empty entry: the leader's, or that of a new leader, which is as good. */
  async #arm(group: string): Promise<boolean> {
    const { host, hashes, runtime } = this.#options;
    this.#end(group);
    const replica = host.replica(group);
    if (replica === null || !replica.serving) return false;
    const job = await hashes.prepare(group);
    const run: Run = { job, position: null, hash: null, tookMs: 0, ended: false };
    this.#end(group);
    this.#runs.set(group, run);
    replica.applying.atMarker(() => this.#begin(group, run));
    runtime.after(ARM_MS_MAX, () => {
      if (run.position === null) this.#endRun(group, run);
    });
    return true;
  }

  /** Applying stands right behind the empty entry, until the thread has begun. */
  #begin(group: string, run: Run): void {
    const { host, runtime } = this.#options;
    const applying = host.replica(group)?.applying;
    const goOn = (): void => {
      applying?.goOn();
      host.wake();
    };
    const cancelHold = runtime.after(HOLD_MS_MAX, goOn);
    void this.#hash(group, run, () => {
      cancelHold();
      goOn();
    });
  }

  /** @param begun called when applying may go on, however this ends */
  async #hash(group: string, run: Run, begun: () => void): Promise<void> {
    const { host, runtime, logger } = this.#options;
    const cancel = runtime.after(HASH_MS_MAX, () => this.#endRun(group, run));
    try {
      const position = await run.job.begin().finally(begun);
      const startedMs = runtime.nowMs();
      run.position = position;
      const hash = await run.job.result;
      run.tookMs = runtime.nowMs() - startedMs;
      run.hash = hash;
    } catch (error) {
      logger('warn', 'state-not-hashed', { group, error: String(error) });
      if (error instanceof StateCorruptionError) host.quarantine(group, error.message);
    }
    cancel();
    run.ended = true;
  }

  #hashOf(group: string): Answer {
    const run = this.#runs.get(group);
    if (run === undefined || (run.ended && run.hash === null)) return { state: 'none' };
    if (run.hash === null || run.position === null) return { state: 'pending' };
    const { hash, scheme } = run.hash;
    return { state: 'done', tookMs: run.tookMs, report: { node: this.#options.self, index: run.position.index, hash, scheme } };
  }

  #end(group: string): void {
    const run = this.#runs.get(group);
    if (run !== undefined) this.#endRun(group, run);
  }

  #endRun(group: string, run: Run): void {
    if (!run.ended) run.job.cancel();
    run.ended = true;
    if (this.#runs.get(group) !== run) return;
    this.#runs.delete(group);
    this.#options.host.replica(group)?.applying.atMarker(null);
  }

  #take(group: string, verdict: CompareVerdict): void {
    const { self, host, hashes, logger } = this.#options;
    this.#verdicts.set(group, verdict);
    if (verdict.kind === 'equal') {
      logger('info', 'states-equal', { group, index: verdict.index, nodes: verdict.nodes });
      return;
    }
    logger('error', 'states-differ', { group, index: verdict.index, sides: verdict.sides, odd: verdict.odd });
    if (!verdict.odd.includes(self)) return;
    const reason = `its state at index ${verdict.index} is not that of the majority (${verdict.sides[0]?.nodes.join(', ') ?? ''})`;
    hashes.markDiverged(group, reason);
    host.quarantine(group, reason);
  }

  /** The alarm, told by the leader of the group for all. */
  reasons(): readonly Reason[] {
    return [...this.#verdicts].flatMap(([group, verdict]) => {
      if (verdict.kind === 'equal' || this.#options.host.view(group).role !== 'leader') return [];
      const sides = verdict.sides.map(({ nodes }) => nodes.join(' and ')).join(' against ');
      return [
        {
          code: 'replicas-differ',
          group,
          text: `CRITICAL: replicas of group ${group} hold different states at index ${verdict.index}: ${sides}.`,
          help:
            verdict.odd.length > 0
              ? `A majority agrees, so ${verdict.odd.join(' and ')} is wrong and out of service: keep its files for an analysis, and replace that member.`
              : 'No majority agrees, so nobody can tell which is right, and all go on serving. Make a backup from each node now (confman backup), compare them, and replace the members that are wrong.',
        },
      ];
    });
  }
}
