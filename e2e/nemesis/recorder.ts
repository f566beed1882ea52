/** Everything that clients asked and heard in one run: what is judged afterwards. */
import type { RecordedOperation } from '../../server/history/record.ts';

/** A change as a watch consumer got it: one event, one applied command. */
export interface WatchedEvent {
  readonly version: string;
  readonly changes: readonly { readonly key: string; readonly value: string | null; readonly revision: number | null }[];
}

export interface Watched {
  readonly consumer: string;
  readonly events: WatchedEvent[];
  /** Version that its first stream started behind. */
  readonly since: string;
  /** Times that it went on, after a stream had ended. */
  resumed: number;
}

/** Keys of histories name the namespace too. */
export function keyName(namespace: string, key: string): string {
  return `${namespace} ${key}`;
}

export class Recorder {
  readonly operations: RecordedOperation[] = [];
  /** Values of writes that were refused for certain: nobody may ever see one. */
  readonly refused = new Map<string, string>();
  /** Values of a batch, by its name: all of them came to be, or none. */
  readonly batches = new Map<string, readonly { readonly key: string; readonly value: string }[]>();
  readonly watched: Watched[] = [];
  /** Answers that no fault excuses. */
  readonly unexpected: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #startMs = performance.now();
  /** The newest token that anybody was told: one client hands it to another. */
  shared = '';

  /** Milliseconds since the run began. */
  get now(): number {
    return performance.now() - this.#startMs;
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  unlikely(what: string): void {
    this.unexpected.push(what);
  }
}
