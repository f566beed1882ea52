/** Lets the driver of moves run for as long as the API of a node does: at once when `default` has changed, again while something is left. */
import type { Engine } from '../../engine/types.ts';
import type { MoveDriver } from './driver.ts';

/** Between two looks, at least: changes of `default` come with every write there. */
const PAUSE_MS = 50;
/** While something is left that could not be done. */
const AGAIN_MS = 250;
/** When nothing is left: a new leader looks around even when nothing changes. */
const IDLE_MS = 1_000;

export class MoveLoop {
  readonly #engine: Pick<Engine, 'onApplied'>;
  readonly #driver: Pick<MoveDriver, 'step'>;
  readonly #onFailure: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void) | null = null;
  #isRunning = false;
  #isWanted = false;
  #isStopped = false;

  constructor(engine: Pick<Engine, 'onApplied'>, driver: Pick<MoveDriver, 'step'>, onFailure: (error: unknown) => void) {
    this.#engine = engine;
    this.#driver = driver;
    this.#onFailure = onFailure;
  }

  start(): void {
    this.#unsubscribe = this.#engine.onApplied('default', () => {
      this.#isWanted = true;
      if (!this.#isRunning) this.#in(PAUSE_MS);
    });
    this.#in(PAUSE_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#unsubscribe?.();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #in(ms: number): void {
    if (this.#isStopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), ms);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#isWanted = false;
    let isLeft = true;
    try {
      isLeft = await this.#driver.step();
    } catch (error) {
      if (!this.#isStopped) this.#onFailure(error);
    }
    this.#isRunning = false;
    this.#in(this.#isWanted ? PAUSE_MS : isLeft ? AGAIN_MS : IDLE_MS);
  }
}
