import { namespacePath } from '../../contract/names.ts';
import { Listing } from '../listing.ts';
import { query } from '../request.ts';
import type { DeleteNamespaceAnswer, Namespace, NamespaceList, PutNamespaceRequest } from '../../contract/schemas/entries.ts';
import type { Exchange } from '../exchange.ts';
import type { PageOptions } from '../listing.ts';
import type { Answer, ReadOptions, WriteOptions } from '../types.ts';

/** `/namespaces` (spec 2). Every method throws `ConfmanError`. */
export class Namespaces {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(options: ReadOptions & PageOptions & { readonly prefix?: string | undefined } = {}): Listing<Namespace, NamespaceList> {
    const { prefix, limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `/api/v1/namespaces${query({ prefix, limit, cursor })}`,
          options,
          cacheable: true,
        }),
      options.cursor,
    );
  }

  async get(namespace: string, options: ReadOptions = {}): Promise<Answer<Namespace>> {
    return this.#exchange.call({ kind: 'read', method: 'GET', path: namespacePath(namespace), options, cacheable: true });
  }

  /** Creates it, or changes what is given. */
  async put(namespace: string, body: PutNamespaceRequest = {}, options: WriteOptions = {}): Promise<Answer<Namespace>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'PUT',
      path: namespacePath(namespace),
      body,
      options,
      repeatable: 'key',
      changes: '/api/v1/namespaces',
    });
  }

  /** Removes it and its entries; history and audit stay. */
  async delete(namespace: string, options: WriteOptions = {}): Promise<Answer<DeleteNamespaceAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'DELETE',
      path: namespacePath(namespace),
      options,
      repeatable: 'key',
      changes: '/api/v1/namespaces',
    });
  }
}
