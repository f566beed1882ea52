/**
 * A key that was just made is good at once, on a node that has not applied it yet: whoever shows an unknown key together with
 * a version that this node has still to apply waits for that version before it is told that the key is not known.
 *
 * Nobody is authenticated yet, so little is given: the version has to be of this cluster and committed, by the word of the
 * leader; few may wait at a time, fewer from one source; and the wait ends when the caller leaves.
 */
import { SECRET_PREFIX } from '../../lib/contract/headers.ts';
import type { ConsistencyRequest } from '../consistency/request.ts';
import { sourceOf } from '../auth/sign-in-limit.ts';
import type { Engine } from '../engine/types.ts';
import { CLUSTER_GROUP } from '../services/context.ts';

const WAITING_MAX = 64;
const WAITING_PER_SOURCE_MAX = 4;
const WAIT_MS_MAX = 5_000;
const QUESTION_MS_MAX = 1_000;

export interface LateKeyRequest {
  /** The key as it was shown. */
  readonly secret: string;
  readonly consistency: ConsistencyRequest;
  readonly address: string;
  readonly gone: () => AbortSignal;
}

export class LateKeys {
  readonly #engine: Engine;
  readonly #waiting = new Map<string, number>();
  #count = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How far this node has to apply before the key can be judged; null when it can be judged now. */
  #awaited({ secret, consistency }: LateKeyRequest): number | null {
    const identity = this.#engine.identity(CLUSTER_GROUP);
    const { appliedIndex, condition } = this.#engine.view(CLUSTER_GROUP);
    if (identity === null || condition !== 'ok' || !secret.startsWith(SECRET_PREFIX)) return null;
    const history = `${identity.clusterId}.${identity.lineages.at(-1)?.id ?? ''}`;
    const element = consistency.token.find((one) => one.group === CLUSTER_GROUP && (one.history === null || one.history === history));
    const index = Number(element?.index ?? 0n);
    return index > appliedIndex ? index : null;
  }

  /** Whether the wait is worth a second look at the key; null when there is nothing to wait for, or no place to wait. */
  wait(request: LateKeyRequest): Promise<boolean> | null {
    const index = this.#awaited(request);
    const source = sourceOf(request.address);
    const own = this.#waiting.get(source) ?? 0;
    if (index === null || this.#count >= WAITING_MAX || own >= WAITING_PER_SOURCE_MAX) return null;
    this.#count += 1;
    this.#waiting.set(source, own + 1);
    return this.#wait(index, request).finally(() => {
      this.#count -= 1;
      const left = (this.#waiting.get(source) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(source);
      else this.#waiting.set(source, left);
    });
  }

  async #wait(index: number, { consistency, gone }: LateKeyRequest): Promise<boolean> {
    const waitMs = Math.min(consistency.maxWaitMs ?? WAIT_MS_MAX, WAIT_MS_MAX);
    const signal = gone();
    if (waitMs === 0) return false;
    const startedMs = performance.now();
    // A version that nobody has committed may never come: no stranger waits for it.
    const asked = await this.#engine.readIndex(CLUSTER_GROUP, { timeoutMs: Math.min(waitMs, QUESTION_MS_MAX), signal });
    if (asked.kind !== 'ok' || index > asked.index) return false;
    const leftMs = Math.max(1, waitMs - (performance.now() - startedMs));
    return (await this.#engine.waitApplied(CLUSTER_GROUP, index, { timeoutMs: leftMs, signal })).kind === 'applied';
  }
}
