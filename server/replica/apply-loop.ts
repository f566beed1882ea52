/**
 * Committed entries of one group on their way into its state: in order, a bounded number per turn, effects and applied
 * index in one transaction. What is committed is remembered as a number only; entries are read back from the log, so that
 * a replica that is far behind, or held, needs no memory for it.
 */
import { assert } from '../../lib/kernel/assert.ts';
import type { GroupLog } from '../log/types.ts';
import { decodeConfChange } from '../raft/confchange-codec.ts';
import type { RawNode } from '../raft/raw-node.ts';
import type { Entry } from '../raft/types.ts';
import type { Applied, ApplyInput, StateMachine } from '../state/types.ts';
import { decodeConfContext, membersAfter } from './conf-context.ts';

export interface ApplyLoopOptions {
  readonly group: string;
  readonly log: GroupLog;
  readonly core: RawNode;
  readonly machine: () => StateMachine;
  readonly applied: (result: Applied) => void;
  readonly confChanged: (input: ApplyInput) => void;
}

/** Bounds of one turn, for all groups together. */
const ENTRIES_MAX = 512;
/** What each gets nevertheless: a transaction for less costs more than it does. */
const ENTRIES_MIN = 16;
const BYTES_MAX = 4 * 1024 * 1024;

export class ApplyLoop {
  readonly #options: ApplyLoopOptions;
  /** Entries up to here may be applied: committed, and durable here. Invariant: >= applied. */
  #committedTo: number;
  #held = false;
  /** Called right behind the next empty entry; null: nobody waits for one. */
  #marker: (() => void) | null = null;
  /** Stands behind an empty entry until `goOn`. */
  #paused = false;
  #count = 0;

  constructor(options: ApplyLoopOptions) {
    this.#options = options;
    this.#committedTo = options.machine().applied().index;
  }

  /** Entries applied since start. */
  get count(): number {
    return this.#count;
  }

  /** Lab mode: committed entries wait, nothing else changes. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** Stops applying behind the next empty entry, once, and calls back there; `goOn` ends it. Null takes that back. */
  atMarker(reached: (() => void) | null): void {
    this.#marker = reached;
  }

  goOn(): void {
    this.#paused = false;
  }

  committed(index: number): void {
    this.#committedTo = Math.max(this.#committedTo, index);
  }

  /** Whether there is something that `run` would apply. */
  get due(): boolean {
    return !this.#held && !this.#paused && this.#options.machine().applied().index < this.#committedTo;
  }

  /** @param share of the turn, in (0, 1] */
  run(share: number): void {
    if (!this.due) return;
    const { group, log, machine } = this.#options;
    const from = machine().applied().index + 1;
    const entriesMax = Math.max(ENTRIES_MIN, Math.ceil(ENTRIES_MAX * share));
    const entries = log.entries(from, Math.min(this.#committedTo + 1, from + entriesMax), Math.ceil(BYTES_MAX * share));
    if (typeof entries === 'string') return assert(false, `group ${group}: committed entries from ${from} are ${entries}`);
    this.#apply(entries);
  }

  /** A configuration change stands alone in its transaction: the core must know it before it hands out what follows. */
  #apply(entries: readonly Entry[]): void {
    let batch: ApplyInput[] = [];
    for (const entry of entries) {
      if (entry.type !== 'conf-change') {
        batch.push({ entry });
        if (this.#marker === null || entry.data.byteLength > 0) continue;
        this.#applyBatch(batch);
        // The rest is read again when it goes on.
        return this.#stopAtMarker(this.#marker);
      }
      this.#applyBatch(batch);
      batch = [];
      const input = this.#confChangeInput(entry);
      this.#applyBatch([input]);
      this.#options.confChanged(input);
    }
    this.#applyBatch(batch);
  }

  #stopAtMarker(reached: () => void): void {
    this.#marker = null;
    this.#paused = true;
    reached();
  }

  #confChangeInput(entry: Entry): ApplyInput {
    const { core, machine } = this.#options;
    const change = decodeConfChange(entry.data);
    const confState = core.applyConfChange(change);
    const { members, by, stamp } = decodeConfContext(change.context);
    return { entry, confState, members: membersAfter(machine().members(), members, confState), by, stamp };
  }

  #applyBatch(batch: readonly ApplyInput[]): void {
    const last = batch.at(-1);
    if (last === undefined) return;
    const results = this.#options.machine().apply(batch);
    this.#options.core.appliedTo(last.entry.index);
    this.#count += batch.length;
    for (const result of results) this.#options.applied(result);
  }
}
