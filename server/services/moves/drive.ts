/**
 * One move, taken as far as it will go (spec 4, section 3). Nothing is remembered between two tries: the logs of the two groups
 * and of `default` say how far it has come. Every step may be repeated, and be made by two drivers at once; the answers of the
 * groups, and never what was read before, decide what comes next.
 *
 *     copy rows into `to` -> fence in `from` -> copy the rest -> own in `to` -> flip in the registry -> release in `from`
 *     void in `to` -> lift the fence in `from` -> void in the registry -> drop in `to`
 */
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import type { MoveCursor, MoveRecord } from '../../shards/import.ts';
import type { RegistryMove } from '../../shards/registry.ts';
import type { CommandBody, CommandResult } from '../../state/types.ts';
import type { MovePorts } from './ports.ts';

/** A command with rows stays below this many bytes, unless one row is larger. */
const CHUNK_BYTES = 900 * 1024;
/** Rows that one release may drop. */
const RELEASE_ROWS = 500;
/** Copied in one pass or less, what is left may be copied behind the fence. */
const LITTLE_ROWS = 200;
/** Passes that wait for little to be left: under a load that brings more each time, the fence has to come all the same. */
const PASSES_MAX = 20;
/** A move whose taking group cannot be reached for so long is called off, if its range is not fenced yet. */
const PATIENCE_MS = 30_000;
/** A range is not kept from its users for longer than this by a move that does not get ahead. */
const FENCE_PATIENCE_MS = 5_000;

/** How far a move has come, for whoever watches. */
export interface MoveProgress {
  readonly move: string;
  readonly step: 'copying' | 'fenced' | 'flipping' | 'releasing' | 'undoing' | 'done' | 'undone';
  readonly rows: number;
  readonly bytes: number;
  /** How long its range was refused to its users, or has been up to now; null before. */
  readonly fencedMs: number | null;
}

/** What one driver knows of a move besides what the logs say: how long it has been at it. */
export interface Patience {
  /** When the taking group was reached last. */
  reachedMs: number;
  fencedAtMs: number | null;
}

export type Advance = 'done' | 'undone' | 'waiting';

class Unreached extends Error {}

/** Drives one move. Made anew for each try. */
export class Drive {
  readonly #ports: MovePorts;
  readonly #move: RegistryMove;
  readonly #patience: Patience;
  readonly #report: (progress: MoveProgress) => void;
  #taken: MoveRecord | null = null;

  constructor(ports: MovePorts, move: RegistryMove, patience: Patience, report: (progress: MoveProgress) => void) {
    this.#ports = ports;
    this.#move = move;
    this.#patience = patience;
    this.#report = report;
  }

  /** @returns whether the move is over; `waiting`: a group could not be reached, the same again goes on */
  async advance(): Promise<Advance> {
    try {
      return await this.#advance();
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      return 'waiting';
    }
  }

  async #advance(): Promise<Advance> {
    const { id, to, abort } = this.#move;
    this.#taken = (await this.#ports.read(to, { type: 'move', move: id }, 0))?.data ?? null;
    if (this.#taken?.state === 'owned') return this.#flip(this.#taken);
    if (this.#isVoided()) return this.#undo();
    if (abort) return this.#callOff();
    try {
      return await this.#copyAndOwn();
    } catch (error) {
      if (error instanceof Unreached && this.#isOutOfPatience()) return this.#callOff();
      throw error;
    }
  }

  #isVoided(): boolean {
    return this.#taken?.state === 'voided' || this.#taken?.state === 'dropped';
  }

  #isOutOfPatience(): boolean {
    const { reachedMs, fencedAtMs } = this.#patience;
    const nowMs = this.#ports.nowMs();
    return fencedAtMs === null ? nowMs - reachedMs > PATIENCE_MS : nowMs - fencedAtMs > FENCE_PATIENCE_MS;
  }

  async #copyAndOwn(): Promise<Advance> {
    for (let pass = 1; ; pass += 1) {
      const page = await this.#copyPage(0);
      if (page === 'lost') return this.#callOff();
      if (this.#isOver()) return this.#settle();
      if (page.done && (page.rows <= LITTLE_ROWS || pass >= PASSES_MAX)) break;
      if (!this.#ports.leads()) throw new Unreached();
    }
    const fence = await this.#range(this.#move.from, { type: 'fence-range', move: this.#move.id, range: this.#move.range });
    // Called off before it was ever fenced: it never will be.
    if (fence?.state === 'lifted') return this.#callOff();
    if (fence?.state !== 'fenced') throw new Unreached();
    this.#patience.fencedAtMs ??= this.#ports.nowMs();
    this.#tell('fenced');
    for (;;) {
      const page = await this.#copyPage(fence.index);
      if (page === 'lost') return this.#callOff();
      if (this.#isOver()) return this.#settle();
      if (!page.done) continue;
      this.#taken = await this.#range(this.#move.to, {
        type: 'own-range',
        move: this.#move.id,
        cursor: page.cursor,
        fromFinalIndex: fence.index,
      });
      // Another driver may have copied on meanwhile: then there is another end to be reached.
      if (this.#isOver()) return this.#settle();
      if (this.#isOutOfPatience()) return this.#callOff();
    }
  }

  /** Whether the group that takes has decided. */
  #isOver(): boolean {
    return this.#taken?.state === 'owned' || this.#isVoided();
  }

  #settle(): Promise<Advance> {
    return this.#taken?.state === 'owned' ? this.#flip(this.#taken) : this.#undo();
  }

  /** Copies what comes next, as a state of `from` at or behind `index` has it. */
  async #copyPage(index: number): Promise<{ readonly done: boolean; readonly rows: number; readonly cursor: MoveCursor } | 'lost'> {
    const { id: move, from, to, range } = this.#move;
    const before = this.#taken?.cursor ?? null;
    const answer = await this.#ports.read(from, { type: 'rangeRows', range, cursor: before, bytesMax: CHUNK_BYTES }, index);
    if (answer === null || answer.applied.index < index) throw new Unreached();
    const { rows, cursor: after, done, lost } = answer.data;
    if (lost) return 'lost';
    const isNew = before === null || rows.length > 0 || JSON.stringify(before) !== JSON.stringify(after);
    if (!isNew) {
      // A replica that is behind what has been copied already.
      if (!done) throw new Unreached();
      return { done, rows: 0, cursor: after };
    }
    const record = await this.#range(to, { type: 'import-rows', move, range, before, after, rows });
    this.#patience.reachedMs = this.#ports.nowMs();
    // Rows of an earlier move are still in the way there: they are being dropped.
    if (record === null) throw new Unreached();
    this.#taken = record;
    if (record.state === 'importing' && JSON.stringify(record.cursor) === JSON.stringify(before)) throw new Unreached();
    this.#tell(index === 0 ? 'copying' : 'fenced');
    // Where another driver was faster, the page is another one.
    const isTaken = JSON.stringify(record.cursor) === JSON.stringify(after);
    return { done: done && isTaken, rows: rows.length, cursor: after };
  }

  async #flip(owned: MoveRecord): Promise<Advance> {
    this.#tell('flipping');
    const { id: move, from } = this.#move;
    const { fromFinalIndex } = owned;
    if (fromFinalIndex === null) throw new TypeError(`the group that took ${move} does not know its last index before`);
    const flipped = await this.#propose(DEFAULT_GROUP, { type: 'flip-move', move, fromFinalIndex, toStartIndex: owned.index });
    if (flipped.kind !== 'registry') throw new TypeError(`the move ${move} was done, and cannot be noted: ${JSON.stringify(flipped)}`);
    this.#tell('releasing');
    await this.release(from);
    this.#tell('done');
    return 'done';
  }

  /** Asks the log of the group that takes to say no; while it does not answer, a range that was never fenced may stay where it is. */
  async #callOff(): Promise<Advance> {
    this.#tell('undoing');
    const { id: move, from, to, range } = this.#move;
    try {
      this.#taken = await this.#range(to, { type: 'void-range', move, range });
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      const lifted = await this.#range(from, { type: 'lift-fence', move, range, unfenced: true });
      // Fenced: only the other log can tell whether it owns the range by now.
      if (lifted?.state !== 'lifted') throw error;
      await this.#propose(DEFAULT_GROUP, { type: 'void-move', move });
      this.#tell('undone');
      return 'undone';
    }
    return this.#settle();
  }

  async #undo(): Promise<Advance> {
    this.#tell('undoing');
    const { id: move, from, to, range } = this.#move;
    const lifted = await this.#range(from, { type: 'lift-fence', move, range, unfenced: false });
    if (lifted?.state !== 'lifted') throw new TypeError(`the move ${move} was not made, and its range cannot be given back`);
    await this.#propose(DEFAULT_GROUP, { type: 'void-move', move });
    await this.release(to);
    this.#tell('undone');
    return 'undone';
  }

  /** Lets a group drop what it has given away, or has taken in vain. */
  async release(group: string): Promise<void> {
    await releaseAll(this.#ports, group, this.#move.id);
  }

  async #propose(group: string, body: CommandBody): Promise<CommandResult> {
    return proposed(this.#ports, group, body);
  }

  async #range(group: string, body: CommandBody): Promise<MoveRecord | null> {
    const result = await this.#propose(group, body);
    if (result.kind !== 'range') throw new TypeError(`a step of a move was answered with ${result.kind}`);
    return result.record;
  }

  #tell(step: MoveProgress['step']): void {
    const { fencedAtMs } = this.#patience;
    this.#report({
      move: this.#move.id,
      step,
      rows: this.#taken?.rows ?? 0,
      bytes: this.#taken?.bytes ?? 0,
      fencedMs: fencedAtMs === null ? null : Math.round(this.#ports.nowMs() - fencedAtMs),
    });
  }
}

/** What applying the command gave. Whatever else became of it, the same again is right. */
async function proposed(ports: MovePorts, group: string, body: CommandBody): Promise<CommandResult> {
  const outcome = await ports.propose(group, body);
  if (outcome.kind !== 'applied' || outcome.applied.result === null) throw new Unreached();
  return outcome.applied.result;
}

/** @returns whether the group was reached to the end */
async function releaseAll(ports: MovePorts, group: string, move: string): Promise<void> {
  for (;;) {
    const result = await proposed(ports, group, { type: 'release-range', move, rowsMax: RELEASE_ROWS });
    if (result.kind !== 'range' || !result.more) return;
  }
}

/**
 * Ends what moves that are over have left behind in a group: after a crash between their last steps, or because the group could
 * not be reached then.
 *
 * @returns whether everything is in order
 */
export async function tidy(ports: MovePorts, group: string): Promise<boolean> {
  try {
    const records = (await ports.readLatest(group, { type: 'moves' }))?.data ?? null;
    if (records === null) return false;
    const open = records.filter(({ state }) => state === 'fenced' || state === 'voided' || state === 'importing');
    if (open.length === 0) return true;
    // Looked at after the records: whatever they speak of was announced before, and is here in one way or the other.
    const registry = (await ports.readLatest(DEFAULT_GROUP, { type: 'registry' }))?.data ?? null;
    if (registry === null) return false;
    for (const { move, state } of open) {
      if (registry.moves.some(({ id, phase }) => id === move && phase === 'announced')) continue;
      const isDone = registry.ledger.some((row) => row.move === move);
      if (state === 'importing') await proposed(ports, group, { type: 'void-range', move, range: [] });
      if (state === 'fenced' && !isDone) await proposed(ports, group, { type: 'lift-fence', move, range: [], unfenced: false });
      else await releaseAll(ports, group, move);
    }
    return true;
  } catch (error) {
    if (error instanceof Unreached) return false;
    throw error;
  }
}
