/** Tells a stream how far moves have come (spec 2, topic `moves`): when the registry has changed, and while they run. */
import type { MovesEvent } from '../../lib/contract/schemas/shards.ts';
import type { Principal } from '../auth/principal.ts';
import type { Call, Services } from './context.ts';
import { withProgress } from './registry.ts';
import type { StreamEvent } from './stream-event.ts';

/** While a move runs, its groups are asked so often. */
export const PROGRESS_MS = 250;

export class MovesFollower {
  readonly #services: Services;
  readonly #call: Call;
  #told: string | null = null;
  #epoch = -1;
  #askedMs = -Infinity;
  #isOpen = false;

  constructor(services: Services, call: Call) {
    this.#services = services;
    this.#call = call;
  }

  /** Whether there is something to look at that tells nobody by itself. */
  get polls(): boolean {
    return this.#isOpen;
  }

  /** All moves that are not done, as soon as anything about them is another than what was told last. */
  async next({ scope }: Principal): Promise<readonly StreamEvent[]> {
    const { map, sources } = this.#services;
    // Ranges name namespaces, so that a key which is limited to some does not see them.
    if (scope !== null) return [];
    const { epoch, moves } = map.registry;
    const nowMs = sources.tickMs();
    if (epoch === this.#epoch && (!this.#isOpen || nowMs - this.#askedMs < PROGRESS_MS)) return [];
    this.#askedMs = nowMs;
    const data: MovesEvent = { epoch, moves: await Promise.all(moves.map(async (move) => withProgress(this.#services, this.#call, move))) };
    this.#epoch = epoch;
    this.#isOpen = moves.length > 0;
    const text = JSON.stringify(data);
    if (text === this.#told) return [];
    this.#told = text;
    return [{ event: 'moves', data }];
  }
}
