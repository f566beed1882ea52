/** Gathers when API keys were last used, and writes it down now and then: a use costs no write of its own. */

/** A key's use is written again only when the last one written is older than this. */
const WRITTEN_AGAIN_AFTER_MS = 10 * 60_000;
const USES_MAX = 1_000;

export interface KeyUse {
  readonly id: string;
  readonly atMs: number;
}

export class KeyUses {
  readonly #nowMs: () => number;
  readonly #fresh = new Map<string, number>();
  readonly #written = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  record(id: string): void {
    if (this.#fresh.size < USES_MAX || this.#fresh.has(id)) this.#fresh.set(id, this.#nowMs());
  }

  /** Uses that are worth writing now; each is given once. */
  due(): readonly KeyUse[] {
    const nowMs = this.#nowMs();
    const due: KeyUse[] = [];
    for (const [id, atMs] of this.#fresh) {
      if (nowMs - (this.#written.get(id) ?? -Infinity) < WRITTEN_AGAIN_AFTER_MS) continue;
      due.push({ id, atMs });
      this.#fresh.delete(id);
      this.#written.set(id, nowMs);
    }
    return due;
  }
}
