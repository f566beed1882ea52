/**
 * Reads under the rules of spec 1: chooses the mode, waits where it must, reads in one transaction and checks the applied
 * position of that very transaction. What is decided here is decided in `server/consistency`; this is its shell.
 */
import { MAX_WAIT_MS_DEFAULT } from '../../lib/contract/headers.ts';
import type { ConsistencyMode, LogPosition } from '../../lib/contract/model.ts';
import { DEFAULT_GROUP, type Token, type TokenElement } from '../../lib/contract/token.ts';
import { judgeApplied, judgeHistory } from '../consistency/judge.ts';
import type { Refusal } from '../consistency/judge.ts';
import { selectMode } from '../consistency/mode.ts';
import { checkWait } from '../consistency/request.ts';
import { afterEvent } from '../consistency/waiter.ts';
import type { Engine, GroupView } from '../engine/types.ts';
import type { AnswerOf, Query, QueryName, ReadAnswer } from '../state/types.ts';
import { CommitInquiry } from './commit-inquiry.ts';
import type { Registration } from './commit-inquiry.ts';
import type { Call, ReadResult, ServiceSettings } from './context.ts';
import { ClientGone, GroupMoved, ServiceError } from './errors.ts';
import { afterTimeout, movedNotReached, notReached, notReady, quorumNotReached, refusalError, stoppingError } from './read-faults.ts';
import { confirmRouting } from './routing-wait.ts';
import { ShardMap } from './shard-map.ts';
import { TermProofs } from './term-proofs.ts';

const LEADER_RETRY_MS = 50;

/** Below this the client's clock, not ours, decides: a wait of less is none. */
const WAIT_MS_MIN = 1;

interface Plan {
  readonly group: string;
  readonly view: GroupView;
  readonly mode: ConsistencyMode;
  /** What the read must have seen; empty for an eventual read. */
  readonly elements: Token;
  /** Index that it must have applied besides, for what came from other groups. */
  readonly appliedMin: number;
}

/** What a read is of: a group as a whole, or one namespace that it is taken to keep. */
export interface Target {
  readonly group: string;
  readonly namespace: string | null;
}

export class ReadCoordinator {
  readonly #engine: Engine;
  readonly #settings: Pick<ServiceSettings, 'defaultConsistency' | 'waitersMax'>;
  readonly #tickMs: () => number;
  readonly #inquiries = new Map<string, CommitInquiry>();
  readonly #proofs: TermProofs;
  readonly #stop = new AbortController();
  readonly #map: ShardMap;
  #waiting = 0;
  #belowFloor = 0;

  constructor(
    engine: Engine,
    settings: Pick<ServiceSettings, 'defaultConsistency' | 'waitersMax'>,
    tickMs: () => number,
    map: ShardMap = new ShardMap(engine, tickMs),
  ) {
    this.#engine = engine;
    this.#settings = settings;
    this.#tickMs = tickMs;
    this.#map = map;
    this.#proofs = new TermProofs(engine);
  }

  /** Reads that wait now: gauge `confman_read_waiters`. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Elements that were accepted although the terms table no longer reaches back to them. */
  get acceptedBelowFloor(): number {
    return this.#belowFloor;
  }

  /** Ends every wait with `node-stopping`. */
  stop(): void {
    this.#stop.abort();
  }

  /** The read, if it can be answered without waiting; null if not. For the hot path: no promise, no timer. */
  readNow<N extends QueryName>(target: Target, query: Query<N>, call: Call): ReadResult<AnswerOf<N>> | null {
    if (!this.routable(call)) return null;
    const plan = this.#plan(target, call);
    if (plan.mode === 'linearizable' || !this.#reached(plan, plan.view.appliedIndex)) return null;
    const answer = this.#engine.read(target.group, query);
    return answer.moved !== true && this.#proven(plan, answer.applied) ? result(plan, answer, 0) : null;
  }

  /**
   * The read on this thread, after whatever wait it needs.
   *
   * @throws GroupMoved when the group does not keep the namespace of the query
   */
  async read<N extends QueryName>(target: Target, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    return this.#reading(target, call, () => this.#engine.read(target.group, query));
  }

  /** The read on the reader thread: for long lists, searches, scans. */
  async scan<N extends QueryName>(target: Target, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    return this.#reading(target, call, () => this.#engine.scan(target.group, query));
  }

  async #reading<N extends QueryName>(
    target: Target,
    call: Call,
    read: () => ReadAnswer<N> | Promise<ReadAnswer<N>>,
  ): Promise<ReadResult<AnswerOf<N>>> {
    const { group } = target;
    const startedMs = this.#tickMs();
    const deadlineMs = startedMs + maxWaitOf(call);
    if (!this.routable(call)) await this.awaitRouting(call, deadlineMs);
    const plan = this.#plan(target, call);
    const quorumIndex = plan.mode === 'linearizable' ? await this.#quorumIndex(group, call, deadlineMs) : 0;
    const floor = Math.max(quorumIndex, plan.appliedMin);
    for (;;) {
      const { appliedIndex } = this.#engine.view(group);
      if (appliedIndex < floor || !this.#reached(plan, appliedIndex)) await this.#wait(plan, floor, call, deadlineMs);
      const waitedMs = this.#tickMs() - startedMs;
      const answer = await read();
      // The state that was read may be older than the index looked at before: its own position decides.
      if (answer.applied.index >= floor && this.#proven(plan, answer.applied)) {
        if (answer.moved === true) throw new GroupMoved(group, this.#map.epoch);
        return result(plan, answer, waitedMs);
      }
      if (!(await this.pause(WAIT_MS_MIN, deadlineMs, call))) throw this.#timedOut(plan, plan.elements, [], call);
    }
  }

  /**
   * What a write asks of the past: the leader must have committed every element before it judges the preconditions, and none
   * may belong to another history. The log's order does the rest.
   */
  async beforeWrite(target: Target, call: Call, deadlineMs: number): Promise<void> {
    const { group } = target;
    const { token } = call.consistency;
    if (!this.#map.admits(token)) await this.awaitRouting(call, deadlineMs);
    // What has come from other groups is there: before it is, the group refuses every write of it.
    const { elements } = this.#map.demand(group, target.namespace, token);
    if (elements.length === 0) return;
    const { appliedIndex } = this.#engine.view(group);
    const missing = elements.filter((element) => this.#judge(group, element, appliedIndex) === 'wait');
    if (missing.length === 0) return;
    const highest = missing.reduce((max, element) => (element.index > max ? element.index : max), 0n);
    for (;;) {
      const outcome = await this.#engine.readIndex(group, { timeoutMs: this.#rest(deadlineMs), signal: call.gone() });
      if (outcome.kind === 'ok' && BigInt(outcome.index) >= highest) return;
      if (outcome.kind === 'ok') {
        const committed = outcome.index;
        for (const element of missing) {
          const ruled = afterEvent({ element, ticket: 0, commitIndex: null }, { type: 'commit-index', asked: 1, commitIndex: committed });
          if (ruled.kind === 'refuse') throw refusalError(element, ruled);
        }
      }
      if (outcome.kind === 'aborted') throw new ClientGone();
      if (outcome.kind === 'stopping') throw stoppingError();
      if (!(await this.pause(LEADER_RETRY_MS, deadlineMs, call))) {
        throw notReached(
          this.#engine,
          group,
          this.position(group),
          missing,
          outcome.kind === 'ok' ? `the leader had committed no further than ${outcome.index}` : 'no quorum confirmed the commit index',
        );
      }
    }
  }

  /** Applied position of a group now, for answers that read nothing. */
  position(group: string): LogPosition {
    return this.#proofs.position(group);
  }

  /** Whether the registry has come as far as the caller's token says, and knows its groups. An eventual read asks nothing of it. */
  routable({ consistency }: Call): boolean {
    return consistency.token.length === 0 || consistency.mode === 'eventual' || this.#map.admits(consistency.token);
  }

  /** Waits until it has, or says why it never will. */
  async awaitRouting(call: Call, deadlineMs: number): Promise<void> {
    await this.#counted(() =>
      confirmRouting(
        { engine: this.#engine, map: this.#map, tickMs: this.#tickMs },
        {
          token: call.consistency.token,
          deadlineMs,
          pause: (ms) => this.pause(ms, deadlineMs, call),
          gone: call.gone(),
          late: (failure) => afterTimeout(this.#engine, DEFAULT_GROUP, call, failure),
        },
      ),
    );
  }

  #plan(target: Target, call: Call): Plan {
    const { group } = target;
    const view = this.#engine.view(group);
    if (view.condition !== 'ok') throw notReady(group, view);
    const { token, mode: asked } = call.consistency;
    // An eventual read ignores the token once it has been understood.
    const { elements, appliedMin } = this.#map.demand(group, target.namespace, asked === 'eventual' ? [] : token);
    const constrained = elements.length > 0 || appliedMin > 0;
    const mode = selectMode({ asked, constrained, defaultMode: this.#settings.defaultConsistency });
    checkWait(mode, maxWaitOf(call));
    return { group, view, mode, elements, appliedMin };
  }

  /** Whether every element is at or below the index; throws for one that can never be. */
  #reached(plan: Plan, appliedIndex: number): boolean {
    return appliedIndex >= plan.appliedMin && plan.elements.every((element) => this.#judge(plan.group, element, appliedIndex) !== 'wait');
  }

  #judge(group: string, element: TokenElement, appliedIndex: number): 'serve' | 'serve-unproven' | 'wait' {
    if (element.history !== null) {
      const identity = this.#engine.identity(group);
      if (identity === null) throw notReady(group, this.#engine.view(group));
      const foreign = judgeHistory(element, identity);
      if (foreign !== null) throw refusalError(element, foreign);
    }
    const judgement = judgeApplied(element, appliedIndex, (index) => this.#proofs.termAt(group, index));
    if (judgement.kind === 'refuse') throw refusalError(element, judgement);
    return judgement.kind;
  }

  /** The same against the position that was really read, which also counts what could not be proven. */
  #proven(plan: Plan, applied: LogPosition): boolean {
    this.#proofs.learn(plan.group, applied);
    if (applied.index < plan.appliedMin) return false;
    let unproven = 0;
    for (const element of plan.elements) {
      const judgement = this.#judge(plan.group, element, applied.index);
      if (judgement === 'wait') return false;
      if (judgement === 'serve-unproven') unproven += 1;
    }
    this.#belowFloor += unproven;
    return true;
  }

  async #quorumIndex(group: string, call: Call, deadlineMs: number): Promise<number> {
    return this.#counted(async () => {
      for (;;) {
        const outcome = await this.#engine.readIndex(group, { timeoutMs: this.#rest(deadlineMs), signal: call.gone() });
        if (outcome.kind === 'ok') return outcome.index;
        if (outcome.kind === 'aborted') throw new ClientGone();
        if (outcome.kind === 'stopping') throw stoppingError();
        const again = outcome.kind !== 'timeout' && (await this.pause(LEADER_RETRY_MS, deadlineMs, call));
        if (!again) throw afterTimeout(this.#engine, group, call, quorumNotReached(this.#engine, group));
      }
    });
  }

  /** Waits until the replica has applied what the plan asks for. Ends once: reached, refused, timed out, client gone, node stopping. */
  async #wait(plan: Plan, floor: number, call: Call, deadlineMs: number): Promise<void> {
    const { group, elements } = plan;
    const missing = elements.filter((element) => this.#judge(group, element, this.#engine.view(group).appliedIndex) === 'wait');
    const restMs = this.#rest(deadlineMs);
    if (restMs < WAIT_MS_MIN) throw this.#timedOut(plan, missing, [], call);
    await this.#counted(async () => {
      const ended = new AbortController();
      const gone = call.gone();
      const refusals: ServiceError[] = [];
      const registrations = missing.map((element) =>
        this.#inquiry(group).register(element, (refusal: Refusal) => {
          refusals.push(refusalError(element, refusal));
          ended.abort();
        }),
      );
      try {
        const index = missing.reduce((max, element) => Math.max(max, safeIndex(element.index)), floor);
        const signal = AbortSignal.any([ended.signal, gone, this.#stop.signal]);
        const outcome = await this.#engine.waitApplied(group, index, { timeoutMs: restMs, signal });
        const [refused] = refusals;
        if (refused !== undefined) throw refused;
        if (outcome.kind === 'applied') return;
        if (outcome.kind === 'timeout') throw this.#timedOut(plan, missing, registrations, call);
        if (outcome.kind === 'too-many') throw this.#tooMany();
        if (gone.aborted) throw new ClientGone();
        throw stoppingError();
      } finally {
        for (const registration of registrations) this.#inquiry(group).unregister(registration);
      }
    });
  }

  #timedOut(plan: Plan, missing: Token, registrations: readonly Registration[], call: Call): Error {
    if (missing.length === 0 && this.#engine.view(plan.group).appliedIndex < plan.appliedMin) {
      const failure = movedNotReached(this.#engine, plan.group, this.position(plan.group), plan.appliedMin);
      return afterTimeout(this.#engine, plan.group, call, failure);
    }
    if (missing.length === 0) return afterTimeout(this.#engine, plan.group, call, quorumNotReached(this.#engine, plan.group));
    let reason: string | null = null;
    for (const { waiter } of registrations) {
      const outcome = afterEvent(waiter, { type: 'deadline' });
      if (outcome.kind === 'timed-out') reason ??= outcome.reason;
    }
    return afterTimeout(this.#engine, plan.group, call, notReached(this.#engine, plan.group, this.position(plan.group), missing, reason));
  }

  #tooMany(): ServiceError {
    return new ServiceError('too-many-waiters', `${this.#waiting} reads are waiting on this node already`, { retryAfterMs: 1000 });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#settings.waitersMax) throw this.#tooMany();
    this.#waiting += 1;
    try {
      return await work();
    } finally {
      this.#waiting -= 1;
    }
  }

  #inquiry(group: string): CommitInquiry {
    let inquiry = this.#inquiries.get(group);
    if (inquiry === undefined) {
      inquiry = new CommitInquiry(this.#engine, group, this.#tickMs);
      this.#inquiries.set(group, inquiry);
    }
    return inquiry;
  }

  #rest(deadlineMs: number): number {
    return Math.max(0, deadlineMs - this.#tickMs());
  }

  /** Lets some time pass; false when the deadline lies within it. */
  async pause(ms: number, deadlineMs: number, call: Call): Promise<boolean> {
    if (this.#rest(deadlineMs) <= ms) return false;
    const signal = AbortSignal.any([call.gone(), this.#stop.signal]);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
    if (call.gone().aborted) throw new ClientGone();
    if (this.#stop.signal.aborted) throw stoppingError();
    return true;
  }
}

/** How long a call may be held. */
export function maxWaitOf(call: Call): number {
  return call.consistency.maxWaitMs ?? MAX_WAIT_MS_DEFAULT;
}

/** An index as a number: beyond 2^53-1 it is simply larger than any log. */
function safeIndex(index: bigint): number {
  return index > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(index);
}

function result<N extends QueryName>(plan: Plan, answer: ReadAnswer<N>, waitedMs: number): ReadResult<AnswerOf<N>> {
  const { data, applied, ownershipIndex } = answer;
  const read = { data, group: plan.group, applied, mode: plan.mode, waitedMs };
  return ownershipIndex === undefined ? read : { ...read, ownershipIndex };
}
