import { type GroupLog, LogCorruptionError, type LogStore } from '../log/types.ts';

/** Stands where a damaged log was to be: whatever is asked of it says what is wrong. So the node comes up, quarantined, and can tell. */
export class UnreadableLog implements LogStore {
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  #fail(): never {
    throw new LogCorruptionError(this.#reason);
  }

  groups(): readonly string[] {
    return this.#fail();
  }

  group(): GroupLog {
    return this.#fail();
  }

  append(): void {
    this.#fail();
  }

  compact(): void {
    this.#fail();
  }

  sizeBytes(): number {
    return 0;
  }

  close(): void {
    // Nothing is open.
  }
}
