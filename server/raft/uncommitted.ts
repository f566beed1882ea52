/** What an entry costs beyond its data, so that empty entries are bounded too. */
export const entryOverheadBytes = 32;

/**
 * The data that a leader has appended in its term and that is not committed: bounded, since a leader without a quorum
 * would otherwise take proposals until it runs out of memory (R9).
 */
export class UncommittedTail {
  readonly #bytesMax: number;
  #batches: { readonly lastIndex: number; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether `bytes` more may be appended. Into an empty tail anything may, or a large proposal could never be made. */
  hasRoomFor(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#bytesMax;
  }

  add(lastIndex: number, bytes: number): void {
    this.#batches.push({ lastIndex, bytes });
    this.#bytes += bytes;
  }

  commitTo(index: number): void {
    let done = 0;
    for (const batch of this.#batches) {
      if (batch.lastIndex > index) break;
      this.#bytes -= batch.bytes;
      done += 1;
    }
    if (done > 0) this.#batches = this.#batches.slice(done);
  }

  reset(): void {
    this.#batches = [];
    this.#bytes = 0;
  }
}
