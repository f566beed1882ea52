/** Which operations of one key have taken effect, and in which configurations the search has been. */

const WORD_BITS = 16;

/** A set of small numbers, as words that become characters of a key. */
export class BitSet {
  readonly #words: Uint16Array;
  readonly #size: number;
  /** The lowest number that is not in the set. */
  #lowest = 0;

  constructor(size: number) {
    this.#size = size;
    this.#words = new Uint16Array(Math.ceil(size / WORD_BITS));
  }

  get lowestAbsent(): number {
    return this.#lowest;
  }

  has(at: number): boolean {
    return ((this.#words[at >>> 4] ?? 0) & (1 << (at & 15))) !== 0;
  }

  add(at: number): void {
    this.#words[at >>> 4] = (this.#words[at >>> 4] ?? 0) | (1 << (at & 15));
    while (this.#lowest < this.#size && this.has(this.#lowest)) this.#lowest++;
  }

  delete(at: number): void {
    this.#words[at >>> 4] = (this.#words[at >>> 4] ?? 0) & ~(1 << (at & 15));
    if (at < this.#lowest) this.#lowest = at;
  }

  /**
   * A short text that is equal exactly for equal sets. Finished histories are a full prefix with a small ragged edge, so the
   * full words in front are told as a number and the empty ones behind not at all.
   */
  key(): string {
    const first = this.#lowest >>> 4;
    let end = this.#words.length;
    while (end > first && this.#words[end - 1] === 0) end--;
    let text = `${first}.${end}.`;
    for (let at = first; at < end; at++) text += String.fromCharCode(this.#words[at] ?? 0);
    return text;
  }
}

/** What one remembered text costs besides its characters: slot, header, number. An estimate of V8's. */
const ENTRY_BYTES = 64;
const CHARACTER_BYTES = 2;

/** Texts remembered exactly, each with a number, and an estimate of what that takes. */
export class TextTable {
  readonly #numbers = new Map<string, number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#numbers.size;
  }

  has(text: string): boolean {
    return this.#numbers.has(text);
  }

  /** The number of a text: its own if it is known, else the next one from 0. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    this.#bytes += ENTRY_BYTES + text.length * CHARACTER_BYTES;
    return number;
  }
}
