import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../../lib/queries/keys.ts';
import type { EntryPages } from '../../lib/queries/patch-entries.ts';
import { withEntry } from '../../lib/queries/patch-entries.ts';
import type { Reader } from '../../lib/queries/reader.ts';

/** As many keys are read one by one; beyond that, the list is read anew. */
const KEYS_MAX = 16;

/**
 * Keeps lists of entries up to date by what events say has changed. A long list is many pages, so only the keys that changed are
 * read, each with the session's token, and put in their places. One round at a time per namespace: answers that overtake each
 * other would put old above new.
 */
export class EntryLists {
  readonly #queries: QueryClient;
  readonly #reader: Reader;
  readonly #waiting = new Map<string, Set<string>>();

  constructor(queries: QueryClient, reader: Reader) {
    this.#queries = queries;
    this.#reader = reader;
  }

  /** @param changed keys of the namespace; null: it is not known which */
  changed(namespace: string, changed: readonly string[] | null): void {
    const queryKey = keys.entries(namespace);
    const list = this.#queries.getQueryData<EntryPages>(queryKey);
    // A short list, or one that is being read, is as cheap to read as a key.
    if (changed === null || list === undefined || list.pages.length < 2 || this.#queries.isFetching({ queryKey, exact: true }) > 0) {
      void this.#queries.invalidateQueries({ queryKey });
      return;
    }
    const waiting = this.#waiting.get(namespace);
    if (waiting !== undefined) {
      for (const key of changed) waiting.add(key);
      return;
    }
    this.#waiting.set(namespace, new Set(changed));
    void this.#settle(namespace);
  }

  async #settle(namespace: string): Promise<void> {
    const queryKey = keys.entries(namespace);
    try {
      for (;;) {
        const round = [...(this.#waiting.get(namespace) ?? [])];
        if (round.length === 0) return;
        this.#waiting.set(namespace, new Set());
        if (round.length > KEYS_MAX || !(await this.#patch(namespace, round))) await this.#queries.invalidateQueries({ queryKey });
      }
    } finally {
      this.#waiting.delete(namespace);
    }
  }

  /** @returns whether the list says all of it now */
  async #patch(namespace: string, changed: readonly string[]): Promise<boolean> {
    const { client, options } = this.#reader;
    const queryKey = keys.entries(namespace);
    try {
      const found = await Promise.all(
        changed.map(async (key) => {
          const { data } = await client.config.list(namespace, { ...options(0), prefix: key, values: false, limit: 1 }).page();
          // The first that starts so is the key itself, or there is none.
          const [first] = data.items;
          return { key, entry: first?.key === key ? first : null };
        }),
      );
      let list = this.#queries.getQueryData<EntryPages>(queryKey) ?? null;
      for (const { key, entry } of found) list = list === null ? null : withEntry(list, key, entry);
      if (list !== null) this.#queries.setQueryData(queryKey, list);
      return list !== null;
    } catch {
      // Behind, or away: the list's own read says so on the page.
      return false;
    }
  }
}
