/**
 * A client of the simulated cluster: one operation at a time, against any node, with a token that it carries along and keys
 * with which it repeats what it does not know the fate of. Judges every answer it gets.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert } from '../../lib/kernel/assert.ts';
import { judgeApplied } from '../consistency/judge.ts';
import type { ProposeOutcome } from '../engine/types.ts';
import { encodeCommand } from '../state/codec.ts';
import type { Command, Operation } from '../state/types.ts';
import type { History } from './history.ts';
import type { SimMachine } from './machines.ts';
import type { Random } from './random.ts';
import { outcomeText } from './reference-state.ts';
import type { Safety } from './safety.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimNode } from './sim-node.ts';

/** What clients know of each other, and of what they were promised. */
export class Ledger {
  /** Highest index that any client was told of. */
  acknowledged = 0;
  /** Every acknowledged write: scope to position. */
  readonly acks = new Map<string, LogPosition>();
  /** Every attempt of these was certainly refused. */
  readonly never = new Set<string>();
  readonly counts = { writes: 0, unknown: 0, tokenReads: 0, linearizableReads: 0, conflicts: 0, replays: 0 };
}

/** What a client does, how often, and how long it waits for an answer. */
export interface ClientStyle {
  /** Part of the operations that are writes, and reads with a token; the rest are linearizable reads. */
  readonly writes: number;
  readonly tokenReads: number;
  readonly patienceMs: number;
  /** At most, between an answer and the next question. */
  readonly thinkMs: number;
}

export interface ClientContext {
  readonly style: ClientStyle;
  readonly name: string;
  /** Where it reads and writes. */
  readonly group: string;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly nodes: readonly SimNode[];
  readonly history: History;
  readonly safety: Safety;
  readonly ledger: Ledger;
  /** Calls back once a node has published something. */
  readonly onPublished: (node: SimNode, look: () => boolean) => void;
  readonly failed: (error: unknown) => void;
  readonly trace: (line: () => string) => void;
  readonly active: () => boolean;
}

const NAMESPACE = 'app';
const KEYS = ['a', 'b', 'c', 'd'] as const;
const TRIES_MAX = 6;

interface Write {
  readonly scope: string;
  readonly operations: readonly Operation[];
  tries: number;
  /** Some attempt may have had an effect. */
  unknown: boolean;
}

function describe(outcome: ProposeOutcome | null): string {
  if (outcome === null) return 'no answer';
  return outcome.kind === 'applied'
    ? outcomeText({ ...outcome.applied, result: outcome.applied.result ?? { kind: 'done' } })
    : Object.values(outcome).join(' ');
}

export class Client {
  readonly #context: ClientContext;
  readonly #seen = new Map<string, LogPosition>();
  #token: LogPosition = { term: 0, index: 0 };
  #written = 0;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  /** Begins its first operation soon. */
  start(): void {
    this.#later(0);
  }

  #later(thinkMs: number): void {
    const { scheduler, random, style } = this.#context;
    scheduler.after(random.between(1, style.thinkMs) + thinkMs, null, () => this.#next());
  }

  /** Runs a check; what it throws ends the run. */
  #judge(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#context.failed(error);
    }
  }

  #next(): void {
    const { random, active, style } = this.#context;
    if (!active()) return;
    const kind = random.next();
    if (kind < style.writes) this.#attempt(this.#newWrite());
    else if (kind < style.writes + style.tokenReads) this.#tokenRead(random.pick(this.#context.nodes));
    else this.#linearizableRead(random.pick(this.#context.nodes));
  }

  // ------------------------------------------------------------------------------------------------- writes

  #newWrite(): Write {
    const { random, name } = this.#context;
    this.#written += 1;
    const scope = `${name}-${this.#written}`;
    const count = random.chance(0.2) ? 2 + random.int(2) : 1;
    const operations = random
      .shuffle(KEYS)
      .slice(0, count)
      .map((key, place) => this.#operation(key, `${scope}.${place}`));
    return { scope, operations, tries: 0, unknown: false };
  }

  #operation(key: string, value: string): Operation {
    const { random } = this.#context;
    const seen = this.#seen.get(key);
    const condition = random.chance(0.25) && seen !== undefined ? { ifMatch: seen } : random.chance(0.05) ? { ifAbsent: true } : {};
    if (random.chance(0.1)) return { op: 'delete', key, ...condition };
    return { op: 'put', key, value: `${value} ${'.'.repeat(random.int(200))}`, type: 'text', validFor: ['text'], ...condition };
  }

  #attempt(write: Write): void {
    const { scheduler, random, nodes, ledger } = this.#context;
    write.tries += 1;
    const node = random.pick(nodes);
    if (node.node === null) return this.#again(write);
    const command: Command = {
      level: 1,
      actor: { keyId: 'client', name: 'client' },
      requestId: `${write.scope}/${write.tries}`,
      idempotency: { scope: write.scope, request: write.scope },
      body: { type: 'write', namespace: NAMESPACE, operations: write.operations, message: '', createNamespace: true },
    };
    let ended = false;
    const end = (outcome: Parameters<Parameters<typeof node.node.propose>[1]['settle']>[0] | null): void => {
      if (ended) return;
      ended = true;
      cancel();
      this.#judge(() => this.#ended(write, node, outcome));
    };
    const cancel = scheduler.after(this.#context.style.patienceMs, null, () => end(null));
    ledger.counts.writes += 1;
    const host = node.node;
    // A stopped process takes nothing in until it goes on.
    const deadlineMs = 0.8 * this.#context.style.patienceMs;
    node.run(() =>
      host.propose(this.#context.group, {
        bytes: encodeCommand(command),
        deadlineMs: node.nowMs() + deadlineMs,
        forward: 'always',
        frees: false,
        forwarded: false,
        settle: (outcome) => end(outcome),
      }),
    );
  }

  #ended(write: Write, node: SimNode, outcome: ProposeOutcome | null): void {
    const { trace, ledger } = this.#context;
    trace(() => `${write.scope} at ${node.name}: ${describe(outcome)}`);
    if (outcome === null || outcome.kind === 'unknown') {
      write.unknown = true;
      ledger.counts.unknown += 1;
      this.#again(write);
    } else if (outcome.kind === 'applied') {
      this.#acknowledged(write, outcome.applied.resultPosition, outcome.applied.result?.kind === 'written', outcome.applied.replayed);
      this.#later(0);
    } else {
      this.#again(write);
    }
  }

  /** Repeats with the same key, at whatever node, or leaves it at that. */
  #again(write: Write): void {
    const { scheduler, random, ledger, active } = this.#context;
    if (write.tries < TRIES_MAX && active() && random.chance(0.85)) {
      scheduler.after(random.between(5, 200), null, () => this.#attempt(write));
      return;
    }
    if (!write.unknown) ledger.never.add(write.scope);
    this.#later(20);
  }

  #acknowledged(write: Write, position: LogPosition, written: boolean, replayed: boolean): void {
    const { history, safety, ledger } = this.#context;
    const { scope } = write;
    const entry = history.entry(position.index);
    assert(
      entry?.term === position.term && entry.scope === scope,
      () =>
        `${scope} was acknowledged at ${position.term}:${position.index}, where the log has ${String(entry?.scope)} of term ${String(entry?.term)}`,
    );
    const effect = history.effectOf(scope);
    assert(
      effect?.index === position.index,
      () => `${scope} was acknowledged at ${position.index}, its effect is at ${String(effect?.index)}`,
    );
    safety.checkDurable(position);
    ledger.acks.set(scope, position);
    ledger.acknowledged = Math.max(ledger.acknowledged, position.index);
    if (replayed) ledger.counts.replays += 1;
    if (!written) ledger.counts.conflicts += 1;
    if (written) for (const { key } of write.operations) this.#seen.set(key, position);
    this.#remember(position);
  }

  #remember(position: LogPosition): void {
    if (position.index > this.#token.index) this.#token = position;
  }

  // ------------------------------------------------------------------------------------------------- reads

  #tokenRead(node: SimNode): void {
    const token = this.#token;
    this.#whenApplied(node, token.index, (machine) => {
      this.#context.ledger.counts.tokenReads += 1;
      this.#look(node, machine, token, token.index);
    });
  }

  /** Must reflect everything that anybody was told, or could see, before it was asked for. */
  #linearizableRead(node: SimNode): void {
    const { history, ledger, scheduler } = this.#context;
    const floor = Math.max(ledger.acknowledged, history.last);
    const token = this.#token;
    let ended = false;
    const give = (): void => {
      if (ended) return;
      ended = true;
      this.#later(5);
    };
    const host = node.node;
    if (host === null) return give();
    const cancel = scheduler.after(this.#context.style.patienceMs, null, give);
    node.run(() =>
      host.readIndex(this.#context.group, {
        deadlineMs: node.nowMs() + 0.8 * this.#context.style.patienceMs,
        settle: (outcome) => {
          if (ended) return;
          if (outcome.kind !== 'ok') return give();
          ended = true;
          cancel();
          this.#judge(() =>
            assert(
              outcome.index >= floor,
              () => `stale read: ${node.name} was told to read at ${outcome.index}, but ${floor} had been applied before it was asked`,
            ),
          );
          this.#whenApplied(node, Math.max(outcome.index, token.index), (machine) => {
            ledger.counts.linearizableReads += 1;
            this.#look(node, machine, token, floor);
          });
        },
      }),
    );
  }

  /** Waits until the replica shows at least this index; gives up after a while. */
  #whenApplied(node: SimNode, index: number, then: (machine: SimMachine) => void): void {
    const { scheduler, onPublished, group } = this.#context;
    let ended = false;
    const look = (): boolean => {
      if (ended) return true;
      const machine = node.machine(group);
      if (machine === null || node.paused || (node.node?.view(group).appliedIndex ?? 0) < index) return false;
      ended = true;
      cancel();
      this.#judge(() => then(machine));
      this.#later(0);
      return true;
    };
    const cancel = scheduler.after(this.#context.style.patienceMs, null, () => {
      if (!ended) this.#later(0);
      ended = true;
    });
    if (!look()) onPublished(node, look);
  }

  /** Reads one key of a replica's state, and judges what it says. */
  #look(node: SimNode, machine: SimMachine, token: LogPosition, atLeast: number): void {
    const { random, history, trace } = this.#context;
    const key = random.pick(KEYS);
    const { applied, value, position } = machine.look(NAMESPACE, key);
    trace(() => `${this.#context.name} reads ${key} at ${node.name}, applied ${applied.term}:${applied.index}`);
    assert(applied.index >= atLeast, () => `${node.name} answers from ${applied.index}, asked for ${atLeast}`);
    const verdict = judgeApplied(
      { history: null, group: this.#context.group, term: BigInt(token.term), index: BigInt(token.index) },
      applied.index,
      (index) => machine.termAt(index),
    );
    assert(
      verdict.kind === 'serve',
      () => `${node.name} judges the token ${token.term}:${token.index} as ${JSON.stringify(verdict)} at ${applied.index}`,
    );
    const known = history.entry(applied.index);
    assert(
      known === null || known.term === applied.term,
      () => `${node.name} reports ${applied.term}:${applied.index}, committed is term ${String(known?.term)}`,
    );
    const expected = history.valueAt(NAMESPACE, key, applied.index);
    assert(
      value === expected,
      () => `${node.name} shows ${String(value)} for ${key} at ${applied.index}, the log says ${String(expected)}`,
    );
    if (position !== null) this.#seen.set(key, position);
    this.#remember(applied);
  }
}
