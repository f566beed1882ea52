/** Lists that the API gives in pages. */
import { isConfmanError } from './errors.ts';
import type { Answer } from './types.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageOptions {
  /** Items per page, 1 to 1000. */
  readonly limit?: number | undefined;
  /** Where to go on: `nextCursor` of an earlier page. */
  readonly cursor?: string | undefined;
}

/** How often `all` begins anew when its cursor has expired. */
const restartsMax = 3;

/** A list: its items by `for await`, its pages, or everything at once. All pages show the state of the first. */
export class Listing<T, P extends Page<T> = Page<T>> implements AsyncIterable<T> {
  readonly #load: (cursor: string | undefined) => Promise<Answer<P>>;
  readonly #cursor: string | undefined;

  constructor(load: (cursor: string | undefined) => Promise<Answer<P>>, cursor: string | undefined) {
    this.#load = load;
    this.#cursor = cursor;
  }

  /** The first page alone. */
  async page(): Promise<Answer<P>> {
    return this.#load(this.#cursor);
  }

  async *pages(): AsyncGenerator<Answer<P>, void, undefined> {
    let cursor = this.#cursor;
    do {
      const answer = await this.#load(cursor);
      yield answer;
      cursor = answer.data.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data.items;
  }

  /** All items, of one state: begins anew when the state of the first page is gone before the last is read. */
  async all(): Promise<readonly T[]> {
    for (let restarts = 0; ; restarts++) {
      const items: T[] = [];
      try {
        for await (const item of this) items.push(item);
        return items;
      } catch (error) {
        if (restarts === restartsMax || this.#cursor !== undefined || !isConfmanError(error, 'cursor-expired')) throw error;
      }
    }
  }
}
