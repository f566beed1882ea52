/** Cluster status for every open console: asked once per interval however many look, and not at all when nobody does. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { Engine } from '../engine/types.ts';

const ASK_MS = 500;
/** An unchanged status is repeated after this, so that its ages stay true on the screen. */
const REPEAT_MS = 1_000;

type Listener = (status: ClusterStatus) => void;

export class StatusFeed {
  readonly #engine: Engine;
  readonly #tickMs: () => number;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | null = null;
  #asking = false;
  #last: { readonly text: string; readonly atMs: number } | null = null;

  constructor(engine: Engine, tickMs: () => number) {
    this.#engine = engine;
    this.#tickMs = tickMs;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    // Whoever comes gets a status at once, and everybody else with it.
    this.#last = null;
    void this.#ask();
    this.#timer ??= setInterval(() => void this.#ask(), ASK_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const status = await this.#engine.status();
      const text = JSON.stringify(status);
      const nowMs = this.#tickMs();
      if (this.#last !== null && this.#last.text === text && nowMs - this.#last.atMs < REPEAT_MS) return;
      this.#last = { text, atMs: nowMs };
      for (const listener of this.#listeners) listener(status);
    } catch {
      // A node that stops answers no more; its streams end with it.
    } finally {
      this.#asking = false;
    }
  }
}
