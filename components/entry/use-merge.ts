'use client';

import { useMemo, useState } from 'react';
import type { Entry, EntryType } from '../../lib/contract/model.ts';
import type { Draft } from './draft.ts';
import type { ConflictPart, MergeChoice } from './merge.ts';
import { conflictsOf, mergedText, mergeTexts } from './merge.ts';

export interface Merge {
  readonly conflicts: readonly ConflictPart[];
  readonly choices: readonly (MergeChoice | null)[];
  /** Choices that are still to be made; none where the result was edited by hand. */
  readonly open: number;
  readonly result: string;
  readonly byHand: boolean;
  readonly type: EntryType;
  /** Theirs and mine, where both have changed the type in different ways; null otherwise. */
  readonly types: { readonly theirs: EntryType; readonly mine: EntryType } | null;
  readonly choose: (conflict: number, choice: MergeChoice) => void;
  readonly chooseAll: (choice: MergeChoice) => void;
  readonly chooseType: (type: EntryType) => void;
  readonly edit: (result: string) => void;
  /** Drops what was edited by hand. */
  readonly startAgain: () => void;
}

/** Theirs and mine put together, as far as choices go. */
export function useMerge(draft: Draft, theirs: Entry): Merge {
  const { base, value: mine, type: myType } = draft;
  const parts = useMemo(() => mergeTexts(base?.value ?? '', theirs.value ?? '', mine), [base, theirs, mine]);
  const conflicts = useMemo(() => conflictsOf(parts), [parts]);
  const [choices, setChoices] = useState<readonly (MergeChoice | null)[]>(() => conflicts.map(() => null));
  const [edited, setEdited] = useState<string | null>(null);
  const [chosenType, setChosenType] = useState<EntryType | null>(null);

  const typesDiffer = theirs.type !== myType && theirs.type !== base?.type && myType !== base?.type;
  const mergedType = myType === base?.type ? theirs.type : myType;
  const chosen = mergedText(parts, choices);
  return {
    conflicts,
    choices,
    open: edited === null ? choices.filter((choice) => choice === null).length : 0,
    result: edited ?? chosen,
    byHand: edited !== null,
    type: chosenType ?? mergedType,
    types: typesDiffer ? { theirs: theirs.type, mine: myType } : null,
    choose: (conflict, choice) => setChoices(choices.map((before, at) => (at === conflict ? choice : before))),
    chooseAll: (choice) => setChoices(choices.map(() => choice)),
    chooseType: setChosenType,
    edit: (result) => {
      if (result !== (edited ?? chosen)) setEdited(result);
    },
    startAgain: () => setEdited(null),
  };
}
