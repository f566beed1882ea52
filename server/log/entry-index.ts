import { assert } from '../../lib/kernel/assert.ts';
import { recordBytes } from './record.ts';

const CHUNK = 512;

interface Chunk {
  readonly terms: Float64Array;
  /** Number of the segment that holds the record; 0 while it is not known (recovery only). */
  readonly segments: Uint32Array;
  readonly offsets: Uint32Array;
  readonly bodyBytes: Uint32Array;
}

/** Where each stored entry of one group lies: 20 bytes per entry, in chunks that are dropped from the front. */
export class EntryIndex {
  readonly #chunks: Chunk[] = [];
  /** Index of slot 0 of the first chunk. */
  #origin: number;
  #first: number;
  #recordBytes = 0;
  /** One past the last stored index. Invariant: `#origin <= #first <= #next`. */
  #next: number;

  constructor(first: number) {
    this.#origin = first;
    this.#first = first;
    this.#next = first;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#next - 1;
  }

  /** Bytes that the records of all stored entries take. */
  get recordBytes(): number {
    return this.#recordBytes;
  }

  push(term: number, segment: number, offset: number, bodyBytes: number): void {
    const slot = this.#next - this.#origin;
    if (slot === this.#chunks.length * CHUNK) this.#chunks.push(newChunk());
    this.#next += 1;
    this.#write(this.#next - 1, term, segment, offset, bodyBytes);
    this.#recordBytes += recordBytes(bodyBytes);
  }

  /** Says anew where a stored entry lies. */
  set(index: number, term: number, segment: number, offset: number, bodyBytes: number): void {
    this.#recordBytes += recordBytes(bodyBytes) - recordBytes(this.bodyBytes(index));
    this.#write(index, term, segment, offset, bodyBytes);
  }

  #write(index: number, term: number, segment: number, offset: number, bodyBytes: number): void {
    const chunk = this.#chunk(index);
    const at = (index - this.#origin) % CHUNK;
    chunk.terms[at] = term;
    chunk.segments[at] = segment;
    chunk.offsets[at] = offset;
    chunk.bodyBytes[at] = bodyBytes;
  }

  term(index: number): number {
    return this.#chunk(index).terms[(index - this.#origin) % CHUNK] ?? 0;
  }

  segment(index: number): number {
    return this.#chunk(index).segments[(index - this.#origin) % CHUNK] ?? 0;
  }

  offset(index: number): number {
    return this.#chunk(index).offsets[(index - this.#origin) % CHUNK] ?? 0;
  }

  bodyBytes(index: number): number {
    return this.#chunk(index).bodyBytes[(index - this.#origin) % CHUNK] ?? 0;
  }

  /** Forgets `index` and everything after it. */
  truncateFrom(index: number): void {
    assert(index >= this.#first, () => `truncation at ${index} below the first index ${this.#first}`);
    if (index >= this.#next) return;
    for (let i = index; i < this.#next; i += 1) this.#recordBytes -= recordBytes(this.bodyBytes(i));
    this.#next = index;
    this.#chunks.length = Math.ceil((this.#next - this.#origin) / CHUNK);
  }

  /** Forgets everything up to and including `index`, which may lie behind the end. */
  dropThrough(index: number): void {
    if (index < this.#first) return;
    if (index >= this.#next) return this.reset(index + 1);
    for (let i = this.#first; i <= index; i += 1) this.#recordBytes -= recordBytes(this.bodyBytes(i));
    this.#first = index + 1;
    const chunks = Math.floor((this.#first - this.#origin) / CHUNK);
    this.#chunks.splice(0, chunks);
    this.#origin += chunks * CHUNK;
  }

  /** Forgets everything; the next entry will be `first`. */
  reset(first: number): void {
    this.#chunks.length = 0;
    this.#recordBytes = 0;
    this.#origin = first;
    this.#first = first;
    this.#next = first;
  }

  #chunk(index: number): Chunk {
    assert(index >= this.#first && index < this.#next, () => `index ${index} outside of [${this.#first}, ${this.#next})`);
    const chunk = this.#chunks[Math.floor((index - this.#origin) / CHUNK)];
    assert(chunk !== undefined, 'a chunk of the entry index is missing');
    return chunk;
  }
}

function newChunk(): Chunk {
  return {
    terms: new Float64Array(CHUNK),
    segments: new Uint32Array(CHUNK),
    offsets: new Uint32Array(CHUNK),
    bodyBytes: new Uint32Array(CHUNK),
  };
}
