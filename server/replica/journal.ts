/**
 * What a replica remembers of its recent past, for whoever looks on: role changes and configurations, and when each of the
 * last entries went through which step. In memory and bounded; nothing is decided by it.
 *
 * Times are taken once per turn of the host, which is when a step becomes visible to others.
 */
import type { EntrySteps, JournalEvent, ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { ConfState, PeerId, Role } from '../raft/types.ts';
import { nameOfPeer } from './conf-context.ts';
import type { Runtime } from './runtime.ts';

const EVENTS_MAX = 200;
/** Entries remembered: 96 KiB per group. */
export const ENTRIES_MAX = 2048;

/** Steps of an entry, in the order of the columns. */
const STEPS = ['received', 'durable', 'committed', 'applied'] as const;
const COLUMNS = 2 + STEPS.length;
const [INDEX, TERM, RECEIVED, DURABLE, COMMITTED, APPLIED] = [0, 1, 2, 3, 4, 5] as const;
/** No step has this time: the clock counts from the start of the machine. */
const NEVER = 0;

type Kept = Omit<JournalEvent, 'ageMs'> & { readonly atMs: number };

/** Where a replica stands, as its core says. */
export interface Standing {
  readonly role: Role;
  readonly term: number;
  readonly leader: PeerId | null;
  readonly commit: number;
  readonly confState: ConfState;
}

export class Journal {
  readonly #node: string;
  readonly #group: string;
  readonly #runtime: Pick<Runtime, 'nowMs' | 'wallMs'>;
  readonly #events: Kept[] = [];
  /** Row `index % ENTRIES_MAX`; a row speaks of the index in its first column. */
  readonly #rows = new Float64Array(ENTRIES_MAX * COLUMNS);
  /** Numbers of writes with the disk, and the last index of each. */
  #writing: { readonly number: number; readonly lastIndex: number }[] = [];
  #lastIndex = 0;
  #durableTo = 0;
  #committedTo = 0;
  #appliedTo = 0;

  constructor(node: string, group: string, runtime: Pick<Runtime, 'nowMs' | 'wallMs'>) {
    this.#node = node;
    this.#group = group;
    this.#runtime = runtime;
  }

  /** Remembers an event. One that says what the last one said already is left out. */
  note(kind: JournalEvent['kind'], standing: Standing, appliedIndex: number): void {
    const { confState } = standing;
    const event: Kept = {
      kind,
      at: new Date(this.#runtime.wallMs()).toISOString(),
      atMs: this.#runtime.nowMs(),
      // One that only asks around stands for nothing yet.
      role: standing.role === 'pre-candidate' ? 'follower' : standing.role,
      term: standing.term,
      leader: standing.leader === null ? null : nameOfPeer(standing.leader),
      index: appliedIndex,
      voters: names(confState.voters),
      learners: names(confState.learners),
    };
    const last = this.#events.at(-1);
    if (kind === 'role' && last !== undefined) {
      if (last.role === event.role && last.leader === event.leader && last.term === event.term) return;
      // The role is the same: what has changed is whom this replica follows.
      this.#push(last.role === event.role && last.leader !== event.leader ? { ...event, kind: 'leader' } : event);
      return;
    }
    const unchanged = String(last?.voters) === String(event.voters) && String(last?.learners) === String(event.learners);
    if (kind !== 'configuration' || !unchanged) this.#push(event);
  }

  #push(event: Kept): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  /** Entries are on their way to the disk with the write of this number; ones of an older term at their places are gone. */
  received(number: number, entries: readonly { readonly index: number; readonly term: number }[]): void {
    const now = this.#runtime.nowMs();
    for (const { index, term } of entries) {
      const row = (index % ENTRIES_MAX) * COLUMNS;
      this.#rows.fill(NEVER, row, row + COLUMNS);
      this.#rows[row + INDEX] = index;
      this.#rows[row + TERM] = term;
      this.#rows[row + RECEIVED] = now;
    }
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#durableTo = Math.min(this.#durableTo, first.index - 1);
    this.#lastIndex = last.index;
    this.#writing.push({ number, lastIndex: last.index });
  }

  /** Everything of the writes up to this number is on disk. */
  durable(number: number): void {
    let to = -1;
    this.#writing = this.#writing.filter((write) => {
      if (write.number > number) return true;
      to = write.lastIndex;
      return false;
    });
    if (to > this.#durableTo) this.#durableTo = this.#stamp(DURABLE, this.#durableTo, Math.min(to, this.#lastIndex));
  }

  /** Called once a turn: stamps what is new. */
  reached(committed: number, applied: number): void {
    if (committed > this.#committedTo) this.#committedTo = this.#stamp(COMMITTED, this.#committedTo, committed);
    if (applied > this.#appliedTo) this.#appliedTo = this.#stamp(APPLIED, this.#appliedTo, applied);
  }

  #stamp(column: number, after: number, to: number): number {
    const now = this.#runtime.nowMs();
    for (let index = Math.max(after + 1, to - ENTRIES_MAX + 1); index <= to; index += 1) {
      const row = (index % ENTRIES_MAX) * COLUMNS;
      if (this.#rows[row + INDEX] === index && this.#rows[row + column] === NEVER) this.#rows[row + column] = now;
    }
    return to;
  }

  /** @param index of the entry whose steps are wanted; null for none */
  report(index: number | null): ReplicaJournal {
    const now = this.#runtime.nowMs();
    return {
      node: this.#node,
      group: this.#group,
      events: this.#events.map(({ atMs, ...event }) => ({ ...event, ageMs: now - atMs })),
      entry: index === null ? null : this.#steps(index, now),
    };
  }

  #steps(index: number, now: number): EntrySteps | null {
    const row = this.#rows.subarray((index % ENTRIES_MAX) * COLUMNS, (index % ENTRIES_MAX) * COLUMNS + COLUMNS);
    if (index === 0 || row[INDEX] !== index) return null;
    const ago = (column: number): number | null => {
      const at = row[column] ?? NEVER;
      return at === NEVER ? null : Math.max(0, now - at);
    };
    return {
      index,
      term: row[TERM] ?? 0,
      receivedAgoMs: ago(RECEIVED),
      durableAgoMs: ago(DURABLE),
      committedAgoMs: ago(COMMITTED),
      appliedAgoMs: ago(APPLIED),
    };
  }
}

function names(peers: readonly PeerId[]): string[] {
  return peers.map((peer) => nameOfPeer(peer));
}
