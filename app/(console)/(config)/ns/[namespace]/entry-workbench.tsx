'use client';

import type { ReactElement, ReactNode } from 'react';
import { lazy, Suspense, useState } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import { appliedOn } from '../../../../../components/cluster/summary.ts';
import type { Base } from '../../../../../components/entry/draft.ts';
import { EditorCard } from '../../../../../components/entry/editor-card.tsx';
import { SavedNotice } from '../../../../../components/entry/saved-notice.tsx';
import { Button } from '../../../../../components/ui/button.tsx';
import { NativeSelect } from '../../../../../components/ui/field.tsx';
import { Notice } from '../../../../../components/ui/notice.tsx';
import type { Entry, EntryType } from '../../../../../lib/contract/model.ts';
import { ENTRY_TYPES } from '../../../../../lib/contract/model.ts';
import { parseToken } from '../../../../../lib/contract/token.ts';
import { useConsole } from '../../../../_client/console.tsx';
import { useLive } from '../../../../_client/live.tsx';
import { useDraft } from '../../../../_client/use-draft.ts';
import { useSave } from '../../../../_client/use-save.ts';

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

  const request = (message: string, onto: string | null) => ({ value: draft.value, type: draft.type, message, base: onto });

  const review = (): void => {
    if (readOnly || blocked !== null || (draft.base !== null && draft.value === draft.base.value && draft.type === draft.base.type)) return;
    reset();
    setReviewing(true);
    void check(request('', draft.base?.version ?? null));
  };

  const saveOnto = async (onto: Base | null, message: string): Promise<void> => {
    const { value, type } = draft;
    const version = await save(request(message, onto?.version ?? null));
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
    const theirs = baseOf(current);
    if (theirs !== null) act({ type: 'rebased', onto: theirs });
    act({ type: 'discarded' });
    reset();
    setReviewing(false);
  };

  const faultLine = outcome.kind === 'refused' && !reviewing ? (outcome.problem?.errors?.[0]?.line ?? null) : null;

  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-3 overflow-auto bg-ground p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <label className="flex items-center gap-2 text-sm">
          <span className="text-ink-soft">{text.entry.typeLabel}</span>
          <NativeSelect
            value={draft.type}
            disabled={readOnly}
            onChange={(event) => act({ type: 'type-chosen', entryType: event.target.value as EntryType })}
            className="w-auto"
          >
            {ENTRY_TYPES.map((type) => (
              <option key={type} value={type}>
                {text.entry.types[type]}
              </option>
            ))}
          </NativeSelect>
        </label>
        {about}
      </div>
      {notices}
      {readOnly ? <Notice look="info" title={text.entry.readOnly} /> : null}
      {restored ? (
        <Notice
          look="info"
          live="polite"
          title={text.entry.draftRestored}
          actions={
            <Button size="sm" onClick={() => act({ type: 'discarded' })}>
              {text.entry.discard}
            </Button>
          }
        />
      ) : null}
      {draft.newer === null ? null : (
        <Notice
          look="warn"
          live="polite"
          title={text.entry.newerTitle(draft.newer.version)}
          actions={
            <Button size="sm" onClick={() => act({ type: 'discarded' })}>
              {text.entry.takeTheirs}
            </Button>
          }
        >
          {text.entry.newerBody}
        </Notice>
      )}
      {outcome.kind === 'saved' ? <Saved version={outcome.version} replayed={outcome.replayed} /> : null}
      <EditorCard
        draft={draft}
        readOnly={readOnly}
        nonce={nonce}
        faultLine={faultLine}
        blocked={blocked !== null}
        onChange={(value) => act({ type: 'typed', value })}
        onReview={review}
        onDiscard={() => act({ type: 'discarded' })}
      />
      <Suspense>
        {reviewing ? (
          <ReviewDialog
            open
            onOpenChange={setReviewing}
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

/** Committed, and on how many nodes it can be read by now: live. */
function Saved({ version, replayed }: { readonly version: string; readonly replayed: boolean }): ReactElement {
  const { status } = useLive();
  const element = parseToken(version)[0];
  const spread = status === null || element === undefined ? null : appliedOn(status, element.group, Number(element.index));
  return <SavedNotice version={version} replayed={replayed} spread={spread} />;
}

export function baseOf(entry: Entry | null): Base | null {
  return entry === null ? null : { version: entry.version, value: entry.value ?? '', type: entry.type };
}
