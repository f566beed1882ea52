import type { EntryType, Revision } from '../../lib/contract/model.ts';

/** What restoring a revision will do. */
export interface RestorePlan {
  /** Whose value comes back. */
  readonly revision: number;
  /** The number that the new revision gets, if nobody is faster. */
  readonly becomes: number;
  readonly type: EntryType;
  /** The type of the entry as it is, where that is another one; null where it stays. */
  readonly typeBefore: EntryType | null;
  /** The key is deleted now. */
  readonly bringsBack: boolean;
  /** Value and type are what is there already. */
  readonly same: boolean;
}

/**
 * What restoring will do.
 *
 * @param newest the newest revision, a deletion included
 * @param chosen null where it has no value to restore
 */
export function planRestore(newest: Revision, chosen: Revision): RestorePlan | null {
  if (chosen.deleted || chosen.value === null) return null;
  const typeChanges = !newest.deleted && newest.type !== chosen.type;
  return {
    revision: chosen.revision,
    becomes: newest.revision + 1,
    type: chosen.type,
    typeBefore: typeChanges ? newest.type : null,
    bringsBack: newest.deleted,
    same: !newest.deleted && !typeChanges && newest.value === chosen.value,
  };
}

/** Two revisions to compare; `from` is 0 for "before there was any". */
export interface Pair {
  readonly from: number;
  readonly to: number;
}

/**
 * The revisions that an address asks to compare: by default the newest with the one before it. An older one alone is compared with
 * the one before it: what changed in it.
 *
 * @param oldest the oldest that is kept, where that is known
 */
export function pairFrom(asked: { readonly from: string | null; readonly to: string | null }, newest: number, oldest: number | null): Pair {
  const to = revisionIn(asked.to, newest) ?? newest;
  const before = to - 1;
  const from = asked.from === '0' ? 0 : revisionIn(asked.from, newest);
  // What came before the oldest that is kept cannot be compared with.
  return { from: from ?? (oldest !== null && before < oldest ? 0 : before), to };
}

function revisionIn(text: string | null, newest: number): number | null {
  if (text === null || !/^[1-9][0-9]{0,9}$/.test(text)) return null;
  const revision = Number(text);
  return revision <= newest ? revision : null;
}

export type Source = 'console' | 'cli' | 'sdk' | 'api';

/** By which way a change came, as its request id says: this console, the command line and the client name themselves in it. */
export function sourceOf(requestId: string): Source {
  const name = /^(console|cli|sdk)-/.exec(requestId)?.[1];
  return name === 'console' || name === 'cli' || name === 'sdk' ? name : 'api';
}
