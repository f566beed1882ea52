/** Drives the moves of the registry while this node leads `default`, ends groups that retire, and what others have left behind. */
import type { Registry } from '../../shards/registry.ts';
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import { Drive, type MoveProgress, type Patience, tidy } from './drive.ts';
import type { MovePorts } from './ports.ts';
import { retire } from './retire.ts';

export interface DriverOptions {
  readonly ports: MovePorts;
  /** Told of every step, for whoever watches. */
  readonly onProgress: (progress: MoveProgress) => void;
  /** What must not happen, and did: the driver goes on with the next move, and tries again. */
  readonly onFailure: (move: string, error: unknown) => void;
  /** A group has ended: `default` has its history. */
  readonly onRetired: (group: string) => void;
}

/** Until everything that is over has been cleared up, it is looked for again so often. */
const TIDY_EVERY_MS = 2_000;

export class MoveDriver {
  readonly #options: DriverOptions;
  readonly #patience = new Map<string, Patience>();
  /** Groups where everything is in order, by the epoch at which that was found. */
  readonly #tidied = new Map<string, number>();
  #nextTidyMs = 0;
  #led = false;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /**
   * Does what there is to do.
   * @returns whether something is left that should be tried again soon
   */
  async step(): Promise<boolean> {
    const { ports } = this.#options;
    if (!ports.leads()) {
      this.#led = false;
      return false;
    }
    if (!this.#led) {
      // Whoever led before may have been cut off between any two steps.
      this.#patience.clear();
      this.#tidied.clear();
      this.#led = true;
    }
    const registry = (await ports.read(DEFAULT_GROUP, { type: 'registry' }, 0))?.data ?? null;
    if (registry === null) return true;
    if (registry.epoch === 0) return false;
    const isDriven = await this.#drive(registry);
    const isTidy = await this.#tidy(registry);
    const isEnded = await this.#retire(registry);
    return !isDriven || !isTidy || !isEnded;
  }

  /** @returns whether no group is retiring any more */
  async #retire(registry: Registry): Promise<boolean> {
    const { ports, onFailure, onRetired } = this.#options;
    let isEnded = true;
    for (const { id, state } of registry.groups) {
      if (state !== 'retiring') continue;
      if (!ports.leads()) return false;
      try {
        if (await retire(ports, id)) onRetired(id);
        else isEnded = false;
      } catch (error) {
        isEnded = false;
        onFailure(id, error);
      }
    }
    return isEnded;
  }

  /** @returns whether all announced moves are over */
  async #drive(registry: Registry): Promise<boolean> {
    const { ports, onProgress, onFailure } = this.#options;
    let isOver = true;
    for (const move of registry.moves) {
      if (move.phase !== 'announced') continue;
      if (!ports.leads()) return false;
      const patience = this.#patience.get(move.id) ?? { reachedMs: ports.nowMs(), fencedAtMs: null };
      this.#patience.set(move.id, patience);
      try {
        const end = await new Drive(ports, move, patience, onProgress).advance();
        if (end === 'waiting') isOver = false;
        else this.#patience.delete(move.id);
      } catch (error) {
        isOver = false;
        onFailure(move.id, error);
      }
    }
    return isOver;
  }

  /** @returns whether nothing is left behind anywhere */
  async #tidy(registry: Registry): Promise<boolean> {
    const { ports } = this.#options;
    const due = registry.groups.filter(({ id, state }) => state !== 'retired' && this.#tidied.get(id) !== registry.epoch);
    if (due.length === 0) return true;
    if (ports.nowMs() < this.#nextTidyMs) return false;
    this.#nextTidyMs = ports.nowMs() + TIDY_EVERY_MS;
    let isTidy = true;
    for (const { id } of due) {
      if (!ports.leads()) return false;
      if (await tidy(ports, id)) this.#tidied.set(id, registry.epoch);
      else isTidy = false;
    }
    return isTidy;
  }
}
