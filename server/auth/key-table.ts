/**
 * Looks API keys up in the replicated table. What was found is kept until the replica has applied more: within one applied
 * index the table cannot have changed.
 */
import { FIRST_KEY_ID } from '../../lib/contract/names.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Engine } from '../engine/types.ts';
import type { ApiKeyRow } from '../state/types.ts';

const GROUP = 'default';
const KEPT_MAX = 1_000;

export interface KeyLookup {
  readonly row: ApiKeyRow | null;
  /** The state that said so. */
  readonly applied: LogPosition;
}

export class KeyTable {
  readonly #engine: Engine;
  readonly #kept = new Map<string, KeyLookup>();
  #keptAt = -1;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws ReplicaUnavailableError when this node has no readable state */
  bySecretHash(secretHash: string): KeyLookup {
    return this.#look(`hash:${secretHash}`, () => this.#engine.read(GROUP, { type: 'keyBySecretHash', secretHash }));
  }

  /** @throws ReplicaUnavailableError when this node has no readable state */
  byId(id: string): KeyLookup {
    return this.#look(`id:${id}`, () => this.#engine.read(GROUP, { type: 'keyById', id }));
  }

  /**
   * Whether this node has applied the first key: before that it cannot tell a wrong key from a right one.
   *
   * @throws ReplicaUnavailableError when this node has no readable state
   */
  seeded(): boolean {
    return this.byId(FIRST_KEY_ID).row !== null;
  }

  #look(name: string, read: () => { readonly data: ApiKeyRow | null; readonly applied: LogPosition }): KeyLookup {
    const { appliedIndex, condition } = this.#engine.view(GROUP);
    if (appliedIndex !== this.#keptAt || condition !== 'ok') {
      this.#kept.clear();
      this.#keptAt = appliedIndex;
    }
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const { data, applied } = read();
    const lookup: KeyLookup = { row: data, applied };
    if (applied.index === this.#keptAt && this.#kept.size < KEPT_MAX) this.#kept.set(name, lookup);
    return lookup;
  }
}
