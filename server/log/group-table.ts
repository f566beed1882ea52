import type { EntryCache } from './entry-cache.ts';
import { GroupState, type ReadEntries } from './group-log.ts';

/** All groups of one log, by name and by the number that their records carry. */
export class GroupTable {
  readonly #byName = new Map<string, GroupState>();
  /** Slot 0 stays empty: number 0 is the log itself. */
  readonly #byNumber: (GroupState | undefined)[] = [undefined];
  readonly cache: EntryCache;
  readonly #read: ReadEntries;

  constructor(cache: EntryCache, read: ReadEntries) {
    this.cache = cache;
    this.#read = read;
  }

  /** The group of this name; made, still without a number, when there is none. */
  byName(name: string): GroupState {
    let group = this.#byName.get(name);
    if (group === undefined) {
      group = new GroupState(name, this.cache, this.#read);
      this.#byName.set(name, group);
    }
    return group;
  }

  byNumber(number: number): GroupState | undefined {
    return this.#byNumber[number];
  }

  /** The number that the next new group gets. */
  get nextNumber(): number {
    return this.#byNumber.length;
  }

  assignNumber(group: GroupState, number: number): void {
    group.number = number;
    this.#byNumber[number] = group;
  }

  /** Groups that have a number, hence records, in the order of their numbers. */
  *numbered(): Generator<GroupState> {
    for (const group of this.#byNumber) if (group !== undefined) yield group;
  }
}
