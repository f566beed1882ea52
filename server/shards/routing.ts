import { must } from '../../lib/kernel/assert.ts';
import { upwards } from './paths.ts';
import type { Routing } from './types.ts';

/** Where a namespace lives, and which line of the registry says so. */
export type Placement =
  | { readonly group: string; readonly by: 'prefix'; readonly prefix: string }
  | { readonly group: string; readonly by: 'partition'; readonly partition: number };

/** Answers where namespaces live, for one state of the registry. */
export class Router {
  readonly #groupOfPrefix: ReadonlyMap<string, string>;
  readonly #partitions: readonly string[];

  constructor({ routes, partitions }: Routing) {
    this.#groupOfPrefix = new Map(routes.map(({ prefix, group }) => [prefix, group]));
    this.#partitions = partitions;
  }

  /**
   * The longest prefix route that covers the namespace, else its partition (spec 4, section 1). At most 8 look-ups.
   *
   * @param partition of the namespace: asked for only when no prefix route covers it
   */
  place(namespace: string, partition: () => number): Placement {
    for (const prefix of upwards(namespace)) {
      const group = this.#groupOfPrefix.get(prefix);
      if (group !== undefined) return { group, by: 'prefix', prefix };
    }
    const number = partition();
    return { group: must(this.#partitions[number], 'every partition has a group'), by: 'partition', partition: number };
  }
}
