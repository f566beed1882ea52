/**
 * What every thread may know of a group without asking: a few numbers in shared memory, written by the consensus thread
 * alone. So "is it worth trying to read yet?" is one atomic load.
 *
 * Applied is stored after the state transaction has committed: whoever sees it can read it.
 */
import type { ReplicaCondition } from '../engine/types.ts';

const CONDITIONS: readonly ReplicaCondition[] = ['ok', 'forming', 'wiped-node', 'joining', 'removed', 'quarantined', 'stopping'];
const ROLES = ['leader', 'follower', 'candidate', 'learner'] as const;
export type BoardRole = (typeof ROLES)[number];

const FIELDS = ['term', 'commit', 'applied', 'role', 'condition', 'leader', 'contactAt', 'generation', 'level'] as const;
type Field = (typeof FIELDS)[number];
/** Place of each field in its slot. */
const AT = Object.fromEntries(FIELDS.map((field, at) => [field, at])) as Readonly<Record<Field, number>>;

/** Threads that wait for applied indexes. */
export const CLIENTS_MAX = 8;
/** Groups that a process may have had, removed ones included. */
export const GROUPS_MAX = 1024;
const SLOT = 24;
/** Wanted indexes stand behind the fields of their slot. */
const WANT = FIELDS.length;
const NONE = -1n;

export interface BoardRow {
  readonly term: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly role: BoardRole;
  readonly condition: ReplicaCondition;
  /** Place in the list of nodes that goes to every thread; null: no leader known. */
  readonly leader: number | null;
  /** Monotonic milliseconds when the leader was last heard; null: never. */
  readonly contactAtMs: number | null;
  readonly generation: number;
  readonly level: number;
}

/** Shared by all threads of a node. Slots are given to groups by the consensus thread. */
export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(GROUPS_MAX * SLOT * 8)) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  #load(slot: number, field: Field): number {
    return Number(Atomics.load(this.#cells, slot * SLOT + AT[field]));
  }

  #store(slot: number, field: Field, value: number): void {
    Atomics.store(this.#cells, slot * SLOT + AT[field], BigInt(Math.trunc(value)));
  }

  applied(slot: number): number {
    return this.#load(slot, 'applied');
  }

  condition(slot: number): ReplicaCondition {
    return CONDITIONS[this.#load(slot, 'condition')] ?? 'joining';
  }

  level(slot: number): number {
    return this.#load(slot, 'level');
  }

  generation(slot: number): number {
    return this.#load(slot, 'generation');
  }

  read(slot: number): BoardRow {
    const [leader, contactAt] = [this.#load(slot, 'leader'), this.#load(slot, 'contactAt')];
    return {
      term: this.#load(slot, 'term'),
      commitIndex: this.#load(slot, 'commit'),
      appliedIndex: this.applied(slot),
      role: ROLES[this.#load(slot, 'role')] ?? 'follower',
      condition: this.condition(slot),
      leader: leader < 0 ? null : leader,
      contactAtMs: contactAt < 0 ? null : contactAt,
      generation: this.generation(slot),
      level: this.level(slot),
    };
  }

  write(slot: number, row: BoardRow): void {
    this.#store(slot, 'term', row.term);
    this.#store(slot, 'commit', row.commitIndex);
    this.#store(slot, 'role', ROLES.indexOf(row.role));
    this.#store(slot, 'condition', CONDITIONS.indexOf(row.condition));
    this.#store(slot, 'leader', row.leader ?? -1);
    this.#store(slot, 'contactAt', row.contactAtMs ?? -1);
    this.#store(slot, 'generation', row.generation);
    this.#store(slot, 'level', row.level);
    this.#store(slot, 'applied', row.appliedIndex);
  }

  /** Client side: wake me when `index` is applied. To be followed by one more look at `applied`, which closes the race. */
  want(slot: number, client: number, index: number | null): void {
    Atomics.store(this.#cells, slot * SLOT + WANT + client, index === null ? NONE : BigInt(index));
  }

  /** Consensus side, after `write`: the clients whose wanted index is applied. Each is told once. */
  takeWakes(slot: number): readonly number[] {
    const applied = Atomics.load(this.#cells, slot * SLOT + AT.applied);
    const wakes: number[] = [];
    for (let client = 0; client < CLIENTS_MAX; client += 1) {
      const at = slot * SLOT + WANT + client;
      const wanted = Atomics.load(this.#cells, at);
      if (wanted > 0n && wanted <= applied && Atomics.compareExchange(this.#cells, at, wanted, NONE) === wanted) wakes.push(client);
    }
    return wakes;
  }
}

/** Monotonic milliseconds that all threads of this process share. */
export function processNowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
