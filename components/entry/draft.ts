import type { EntryType } from '../../lib/contract/model.ts';

/** An entry as somebody saw it before changing it. */
export interface Base {
  readonly version: string;
  readonly value: string;
  readonly type: EntryType;
}

/** What is being typed, and on top of what. */
export interface Draft {
  /** Null: the entry is to be new. */
  readonly base: Base | null;
  readonly value: string;
  readonly type: EntryType;
  /** What stands there now, when that is not `base` any more: somebody saved in between. */
  readonly newer: Base | null;
}

export type DraftAction =
  | { readonly type: 'typed'; readonly value: string }
  | { readonly type: 'type-chosen'; readonly entryType: EntryType }
  /** The entry was read (again). */
  | { readonly type: 'read'; readonly base: Base }
  /** A draft of before was found in this browser. */
  | { readonly type: 'restored'; readonly draft: Draft }
  /** Mine is committed, with this version. */
  | { readonly type: 'saved'; readonly version: string; readonly value: string; readonly entryType: EntryType }
  /** What is there now (null: nothing) is known, and mine is to go on top of it. */
  | { readonly type: 'rebased'; readonly onto: Base | null }
  /** Mine and theirs were put together on top of what is there now. */
  | { readonly type: 'merged'; readonly onto: Base | null; readonly value: string; readonly entryType: EntryType }
  | { readonly type: 'discarded' };

export function newDraft(base: Base | null, type: EntryType = 'text'): Draft {
  return { base, value: base?.value ?? '', type: base?.type ?? type, newer: null };
}

/** Whether there is anything to lose. */
export function isDirty(draft: Draft): boolean {
  return draft.base === null ? draft.value !== '' : draft.value !== draft.base.value || draft.type !== draft.base.type;
}

/** Nothing that was typed is ever changed by what is read: an untouched draft follows, a touched one keeps its text and says that there is something newer. */
export function draftReducer(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'typed':
      return { ...draft, value: action.value };
    case 'type-chosen':
      return { ...draft, type: action.entryType };
    case 'read':
      if (!isDirty(draft)) return newDraft(action.base);
      return { ...draft, newer: action.base.version === draft.base?.version ? null : action.base };
    case 'restored': {
      const now = draft.base;
      const moved = now !== null && now.version !== action.draft.base?.version;
      return { ...action.draft, newer: moved ? now : null };
    }
    case 'saved': {
      // Typing may have gone on while the save was under way; that stays, on top of what is saved now.
      const base = { version: action.version, value: action.value, type: action.entryType };
      return { ...draft, base, newer: null };
    }
    case 'rebased':
      return { ...draft, base: action.onto, newer: null };
    case 'merged':
      return { base: action.onto, value: action.value, type: action.entryType, newer: null };
    case 'discarded':
      return newDraft(draft.newer ?? draft.base, draft.type);
  }
}
