'use client';

import type { ReactElement, ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { entryText } from '../../../../../components/catalogue/entry.ts';
import { text } from '../../../../../components/catalogue.ts';
import { isDirty } from '../../../../../components/entry/draft.ts';
import { EditorCard } from '../../../../../components/entry/editor-card.tsx';
import { NativeSelect } from '../../../../../components/ui/field.tsx';
import type { Entry, EntryType } from '../../../../../lib/contract/model.ts';
import { ENTRY_TYPES } from '../../../../../lib/contract/model.ts';
import { useConsole } from '../../../../_client/console.tsx';
import { useDraft } from '../../../../_client/use-draft.ts';
import { useSave } from '../../../../_client/use-save.ts';
import type { OpenDialog } from './entry-dialogs.tsx';
import { baseOf, EntryDialogs } from './entry-dialogs.tsx';
import { DraftNotices } from './draft-notices.tsx';

export interface EntryWorkbenchProps {
  readonly namespace: string;
  readonly entryKey: string;
  /** The entry as read; null for a new one. */
  readonly entry: Entry | null;
  /** It was there, and has been deleted since. */
  readonly gone?: boolean | undefined;
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
export function EntryWorkbench({
  namespace,
  entryKey,
  entry,
  gone = false,
  about,
  notices,
  blocked = null,
  onSaved,
}: EntryWorkbenchProps): ReactElement {
  const { clusterId, nonce, session } = useConsole();
  const base = useMemo(() => baseOf(entry), [entry]);
  const { draft, act, restored } = useDraft(
    `confman_draft_${clusterId}_${JSON.stringify([namespace, base === null ? '' : entryKey])}`,
    base,
  );
  const saving = useSave(namespace, entryKey);
  const [open, setOpen] = useState<OpenDialog>(null);
  const readOnly = session.role === 'viewer';
  const discard = (): void => act({ type: 'discarded' });

  const review = (): void => {
    if (readOnly || blocked !== null || (draft.base !== null && !isDirty(draft) && !gone)) return;
    saving.reset();
    if (draft.newer !== null) {
      setOpen('merge');
      return;
    }
    setOpen('review');
    void saving.check({ value: draft.value, type: draft.type, message: '', base: draft.base?.version ?? null });
  };

  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-3 overflow-auto bg-ground p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <TypeChoice type={draft.type} readOnly={readOnly} onChange={(entryType) => act({ type: 'type-chosen', entryType })} />
        {about}
      </div>
      {notices}
      <DraftNotices
        readOnly={readOnly}
        restored={restored}
        newer={draft.newer}
        gone={gone}
        outcome={saving.outcome}
        onDiscard={discard}
        onMerge={review}
      />
      <EditorCard
        draft={draft}
        readOnly={readOnly}
        nonce={nonce}
        blocked={blocked !== null}
        onChange={(value) => act({ type: 'typed', value })}
        onReview={review}
        onDiscard={discard}
      />
      <EntryDialogs
        namespace={namespace}
        entry={entry}
        draft={draft}
        act={act}
        saving={saving}
        open={open}
        onOpen={setOpen}
        onSaved={onSaved}
      />
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
      <span className="text-ink-soft">{entryText.entry.typeLabel}</span>
      <NativeSelect value={type} disabled={readOnly} onChange={(event) => onChange(event.target.value as EntryType)} className="w-auto">
        {ENTRY_TYPES.map((each) => (
          <option key={each} value={each}>
            {text.types[each]}
          </option>
        ))}
      </NativeSelect>
    </label>
  );
}
