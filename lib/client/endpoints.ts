/** Which node to ask: always the same one, until it fails. */

/** How long an endpoint that failed is asked only if the others have failed as well. */
const coolDownMs = 5000;

export class Endpoints {
  readonly #urls: readonly string[];
  readonly #failedAtMs = new Map<string, number>();
  readonly #now: () => number;
  #current = 0;

  /** @param urls base URLs, at least one; trailing slashes do not matter */
  constructor(urls: readonly string[], now: () => number) {
    this.#urls = [...new Set(urls.map((url) => url.replace(/\/+$/, '')))];
    this.#now = now;
  }

  get count(): number {
    return this.#urls.length;
  }

  current(): string {
    return this.#urls[this.#current] ?? '';
  }

  /** Notes that an endpoint failed, and moves on from it: to the next that has not failed lately, else to the one whose failure is longest ago. */
  failed(url: string): void {
    const now = this.#now();
    this.#failedAtMs.set(url, now);
    // Another call may have moved on already.
    if (url !== this.current()) return;
    let best = this.#current;
    for (let step = 1; step <= this.#urls.length; step++) {
      const at = (this.#current + step) % this.#urls.length;
      const failedAt = this.#failedAt(at);
      if (failedAt <= now - coolDownMs) {
        best = at;
        break;
      }
      if (failedAt < this.#failedAt(best)) best = at;
    }
    this.#current = best;
  }

  succeeded(url: string): void {
    this.#failedAtMs.delete(url);
  }

  #failedAt(at: number): number {
    return this.#failedAtMs.get(this.#urls[at] ?? '') ?? Number.NEGATIVE_INFINITY;
  }
}
