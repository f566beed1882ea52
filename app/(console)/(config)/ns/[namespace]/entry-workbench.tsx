'use client';

import type { ReactElement, ReactNode } from 'react';
import { lazy, Suspense, useState } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import type { Base } from '../../../../../components/entry/draft.ts';
import { isDirty } from '../../../../../components/entry/draft.ts';
import { EditorCard } from '../../../../../components/entry/editor-card.tsx';
import { NativeSelect } from '../../../../../components/ui/field.tsx';
import type { Entry, EntryType } from '../../../../../lib/contract/model.ts';
import { ENTRY_TYPES } from '../../../../../lib/contract/model.ts';
import { useConsole } from '../../../../_client/console.tsx';
import { useDraft } from '../../../../_client/use-draft.ts';
import { useSave } from '../../../../_client/use-save.ts';
import { DraftNotices } from './draft-notices.tsx';

const ReviewDialog = lazy(async () => ({ default: (await import('../../../../../components/entry/review-dialog.tsx')).ReviewDialog }));
const SignInAgain = lazy(async () => ({ default: (await import('../../../../_client/sign-in-again.tsx')).SignInAgain }));

export interface EntryWorkbenchProps {
  readonly namespace: string;
  readonly entryKey: string;
  /** The entry as read; null for a new one. */
  readonly base: Base | null;
  /** Stands beside the type: who changed it when, how fresh it is. */
  readonly about?: ReactNode;
  /** Stands above the editor: what the page has to say about its read. */
  readonly notices?: ReactNode;
  /** Why it cannot be saved yet; null when it can. */
  readonly blocked?: string | null | undefined;
  /** Called with the version of a save. */
  readonly onSaved?: ((version: string) => void) | undefined;
}

/** Editing one entry: type, value, review, save, and what became of it. */
export function EntryWorkbench({ namespace, entryKey, base, about, notices, blocked = null, onSaved }: EntryWorkbenchProps): ReactElement {
  const { clusterId, nonce, session } = useConsole();
  const { draft, act, restored } = useDraft(
    `confman_draft_${clusterId}_${JSON.stringify([namespace, base === null ? '' : entryKey])}`,
    base,
  );
  const { outcome, save, check, reset } = useSave(namespace, entryKey);
  const [reviewing, setReviewing] = useState(false);
  const readOnly = session.role === 'viewer';
  const discard = (): void => act({ type: 'discarded' });

  const review = (): void => {
    if (readOnly || blocked !== null || (draft.base !== null && !isDirty(draft))) return;
    reset();
    setReviewing(true);
    void check({ value: draft.value, type: draft.type, message: '', base: draft.base?.version ?? null });
  };

  const saveOnto = async (onto: Base | null, message: string): Promise<void> => {
    const { value, type } = draft;
    const version = await save({ value, type, message, base: onto?.version ?? null });
    if (version === null) return;
    act({ type: 'saved', version, value, entryType: type });
    setReviewing(false);
    onSaved?.(version);
  };

  const keepMine = async (current: Entry | null, message: string): Promise<void> => {
    const onto = baseOf(current);
    act({ type: 'rebased', onto });
    await saveOnto(onto, message);
  };

  const takeTheirs = (current: Entry): void => {
    act({ type: 'rebased', onto: baseOf(current) });
    discard();
    reset();
    setReviewing(false);
  };

  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-3 overflow-auto bg-ground p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <TypeChoice type={draft.type} readOnly={readOnly} onChange={(entryType) => act({ type: 'type-chosen', entryType })} />
        {about}
      </div>
      {notices}
      <DraftNotices readOnly={readOnly} restored={restored} newer={draft.newer} outcome={outcome} onDiscard={discard} />
      <EditorCard
        draft={draft}
        readOnly={readOnly}
        nonce={nonce}
        blocked={blocked !== null}
        onChange={(value) => act({ type: 'typed', value })}
        onReview={review}
        onDiscard={discard}
      />
      <Suspense>
        {reviewing ? (
          <ReviewDialog
            onClose={() => setReviewing(false)}
            draft={draft}
            outcome={outcome}
            role={session.role}
            nonce={nonce}
            onSave={(message) => void saveOnto(draft.base, message)}
            onKeepMine={(current, message) => void keepMine(current, message)}
            onTakeTheirs={takeTheirs}
          />
        ) : null}
        {outcome.kind === 'signed-out' ? <SignInAgain open onDone={reset} /> : null}
      </Suspense>
    </div>
  );
}

interface TypeChoiceProps {
  readonly type: EntryType;
  readonly readOnly: boolean;
  readonly onChange: (type: EntryType) => void;
}

function TypeChoice({ type, readOnly, onChange }: TypeChoiceProps): ReactElement {
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="text-ink-soft">{text.entry.typeLabel}</span>
      <NativeSelect value={type} disabled={readOnly} onChange={(event) => onChange(event.target.value as EntryType)} className="w-auto">
        {ENTRY_TYPES.map((each) => (
          <option key={each} value={each}>
            {text.entry.types[each]}
          </option>
        ))}
      </NativeSelect>
    </label>
  );
}

export function baseOf(entry: Entry | null): Base | null {
  return entry === null ? null : { version: entry.version, value: entry.value ?? '', type: entry.type };
}
