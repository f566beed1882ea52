/** How late the ticks of the loop were, over the last minute at the usual tick. */
export class Lateness {
  readonly #ms: number[] = [];
  readonly #keep = 600;

  add(lateMs: number): void {
    this.#ms.push(Math.max(0, lateMs));
    if (this.#ms.length > this.#keep) this.#ms.shift();
  }

  quantiles(): { readonly p99: number; readonly max: number } {
    const sorted = this.#ms.toSorted((a, b) => a - b);
    const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return { p99: at(0.99), max: at(1) };
  }
}
