import { entryPath, namespacePath } from '../../contract/names.ts';
import { Listing } from '../listing.ts';
import { query } from '../request.ts';
import { typedValue } from '../typed-value.ts';
import type {
  BatchAnswer,
  BatchRequest,
  DeletedList,
  DeleteEntryAnswer,
  DryRunAnswer,
  Entry,
  EntryList,
  History,
  PutEntryRequest,
  RestoreRequest,
  Revision,
  WriteAnswer,
} from '../../contract/schemas/entries.ts';
import type { Exchange } from '../exchange.ts';
import type { PageOptions } from '../listing.ts';
import type { TypedValueOptions } from '../typed-value.ts';
import type { Answer, ConditionalWriteOptions, ReadOptions, WriteOptions } from '../types.ts';

export interface ListEntriesOptions extends ReadOptions, PageOptions {
  /** Only keys that start so. */
  readonly prefix?: string | undefined;
  /** `false`: leave the values out. */
  readonly values?: boolean | undefined;
}

/** An entry as it is read by itself: always with its value. */
export type FullEntry = Entry & { readonly value: string };

/** `/namespaces/{namespace}/config` (spec 2). Every method throws `ConfmanError`. */
export class Config {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(namespace: string, options: ListEntriesOptions = {}): Listing<Entry, EntryList> {
    const { prefix, values, limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `${namespacePath(namespace)}/config${query({ prefix, values, limit, cursor })}`,
          options,
          cacheable: true,
        }),
      options.cursor,
    );
  }

  async get(namespace: string, key: string, options: ReadOptions = {}): Promise<Answer<FullEntry>> {
    return this.#exchange.call({ kind: 'read', method: 'GET', path: entryPath(namespace, key), options, cacheable: true });
  }

  /** The entry, or null in `data` while it is still at `version` (conditional GET). */
  async getIfChanged(namespace: string, key: string, version: string, options: ReadOptions = {}): Promise<Answer<FullEntry | null>> {
    const headers = { 'if-none-match': `"${version}"` };
    return this.#exchange.call({ kind: 'read', method: 'GET', path: entryPath(namespace, key), headers, options, cacheable: false });
  }

  /** A kept revision. One that deleted the key has no value: 404 `revision-not-found` does not mean that. */
  async getRevision(namespace: string, key: string, revision: number, options: ReadOptions = {}): Promise<Answer<Revision>> {
    return this.#exchange.call({
      kind: 'read',
      method: 'GET',
      path: `${entryPath(namespace, key)}${query({ revision })}`,
      options,
      cacheable: false,
    });
  }

  /**
   * The value as its type says (or as `schema` makes of it), not the entry around it: for programs that read their settings.
   *
   * @throws ConfmanError; never `entry-not-found` when there is a `fallback`
   */
  async value<T>(namespace: string, key: string, options: TypedValueOptions<T>): Promise<T> {
    return typedValue(async () => this.get(namespace, key, options), options);
  }

  async put(namespace: string, key: string, body: PutEntryRequest, options: ConditionalWriteOptions = {}): Promise<Answer<WriteAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'PUT',
      path: entryPath(namespace, key),
      body,
      options,
      repeatable: 'key',
      changes: changedBy(namespace),
    });
  }

  /** What `put` would do, without doing it. */
  async dryRun(
    namespace: string,
    key: string,
    body: PutEntryRequest,
    options: ConditionalWriteOptions = {},
  ): Promise<Answer<DryRunAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'PUT',
      path: `${entryPath(namespace, key)}?dryRun=true`,
      body,
      options,
      repeatable: 'always',
    });
  }

  async delete(namespace: string, key: string, options: ConditionalWriteOptions = {}): Promise<Answer<DeleteEntryAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'DELETE',
      path: entryPath(namespace, key),
      options,
      repeatable: 'key',
      changes: changedBy(namespace),
    });
  }

  /** Every kept revision, newest first. */
  history(namespace: string, key: string, options: ReadOptions & PageOptions = {}): Listing<Revision, History> {
    const { limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `${entryPath(namespace, key)}/history${query({ limit, cursor })}`,
          options,
          cacheable: false,
        }),
      options.cursor,
    );
  }

  /** The keys that are deleted now, each by the revision that deleted it; a deleted namespace has them still. */
  deleted(
    namespace: string,
    options: ReadOptions & PageOptions & { readonly prefix?: string | undefined } = {},
  ): Listing<Revision, DeletedList> {
    const { prefix, limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `${namespacePath(namespace)}/deleted${query({ prefix, limit, cursor })}`,
          options,
          cacheable: false,
        }),
      options.cursor,
    );
  }

  /** The value of an old revision as a new one; brings a deleted key back too. */
  async restore(namespace: string, key: string, body: RestoreRequest, options: ConditionalWriteOptions = {}): Promise<Answer<WriteAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'POST',
      path: `${entryPath(namespace, key)}/restore`,
      body,
      options,
      repeatable: 'key',
      changes: changedBy(namespace),
    });
  }

  /** All or nothing: at most 128 operations and 4 MiB. */
  async batch(namespace: string, body: BatchRequest, options: WriteOptions = {}): Promise<Answer<BatchAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'POST',
      path: `${namespacePath(namespace)}/batch`,
      body,
      options,
      repeatable: 'key',
      changes: changedBy(namespace),
    });
  }
}

/** Kept answers that a write may change: everything below its namespace. */
function changedBy(namespace: string): string {
  return `${namespacePath(namespace)}/`;
}
