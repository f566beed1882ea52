'use client';

import { useRouter } from 'next/navigation';
import type { ReactElement } from 'react';
import { Suspense, useEffect, useState } from 'react';
import { entryText } from '../../../../../components/catalogue/entry.ts';
import type { Base, Draft, DraftAction } from '../../../../../components/entry/draft.ts';
import { paths } from '../../../../../components/paths.ts';
import { toast } from '../../../../../components/ui/toast.ts';
import type { Entry, EntryType } from '../../../../../lib/contract/model.ts';
import { useConsole } from '../../../../_client/console.tsx';
import type { Saving } from '../../../../_client/use-save.ts';
import { lazyPart } from '../../../../../components/ui/lazy-part.ts';

const ReviewDialog = lazyPart(async () => (await import('../../../../../components/entry/review-dialog.tsx')).ReviewDialog);
const ConflictDialog = lazyPart(async () => (await import('../../../../../components/entry/conflict-dialog.tsx')).ConflictDialog);
const SignInAgain = lazyPart(async () => (await import('../../../../_client/sign-in-again.tsx')).SignInAgain);

export type OpenDialog = 'review' | 'merge' | null;

export interface EntryDialogsProps {
  readonly namespace: string;
  /** The entry as it is now, as far as this page has read. */
  readonly entry: Entry | null;
  readonly draft: Draft;
  readonly act: (action: DraftAction) => void;
  readonly saving: Saving;
  readonly open: OpenDialog;
  readonly onOpen: (open: OpenDialog) => void;
  readonly onSaved: ((version: string) => void) | undefined;
}

/** What stands between typing and saving: the review, the merge when somebody was faster, and signing in again. */
export function EntryDialogs({ namespace, entry, draft, act, saving, open, onOpen, onSaved }: EntryDialogsProps): ReactElement {
  const { nonce, session } = useConsole();
  const router = useRouter();
  const { outcome, save, reset } = saving;
  // What leads from typing to a save is there before it is needed: the node may be away by then.
  useEffect(() => {
    if (session.role === 'viewer') return;
    for (const part of [ReviewDialog, ConflictDialog, SignInAgain]) part.preload();
  }, [session.role]);
  const [message, setMessage] = useState('');
  // A save that came too late leads to the merge, whatever was open.
  const merging =
    outcome.kind === 'conflict' ? { theirs: outcome.current } : open === 'merge' && draft.newer !== null ? { theirs: entry } : null;

  const close = (): void => {
    onOpen(null);
    if (outcome.kind === 'conflict') reset();
  };

  const saveOnto = async (onto: Base | null, value: string, type: EntryType): Promise<void> => {
    const version = await save({ value, type, message: message.trim(), base: onto?.version ?? null });
    if (version === null) return;
    act({ type: 'saved', version, value, entryType: type });
    onOpen(null);
    setMessage('');
    onSaved?.(version);
  };

  const take = (theirs: Entry | null, value: string, type: EntryType): Base | null => {
    const onto = baseOf(theirs);
    act({ type: 'merged', onto, value, entryType: type });
    return onto;
  };

  const saveMerged = async (theirs: Entry | null, value: string, type: EntryType): Promise<void> => {
    // Whatever becomes of the save: this is what is meant now, and on top of what. The review shows how it fares.
    const onto = take(theirs, value, type);
    onOpen('review');
    await saveOnto(onto, value, type);
  };

  const takeTheirs = (theirs: Entry | null): void => {
    act({ type: 'rebased', onto: baseOf(theirs) });
    act({ type: 'discarded' });
    close();
    if (theirs === null) router.push(paths.namespace(namespace));
    else toast({ title: entryText.conflict.dropped, detail: entryText.conflict.droppedHint });
  };

  const signInAgain =
    outcome.kind === 'signed-out' ? (
      <Suspense>
        <SignInAgain open onDone={reset} />
      </Suspense>
    ) : null;
  return (
    <Suspense>
      {merging === null && open === 'review' ? (
        <ReviewDialog
          onClose={close}
          draft={draft}
          outcome={outcome}
          role={session.role}
          nonce={nonce}
          message={message}
          onMessage={setMessage}
          onSave={() => void saveOnto(draft.base, draft.value, draft.type)}
          over={signInAgain}
        />
      ) : (
        signInAgain
      )}
      {merging === null ? null : (
        <ConflictDialog
          key={merging.theirs?.version ?? 'gone'}
          draft={draft}
          theirs={merging.theirs}
          nonce={nonce}
          message={message}
          onMessage={setMessage}
          onClose={close}
          onSave={(value, type) => void saveMerged(merging.theirs, value, type)}
          onEdit={(value, type) => {
            take(merging.theirs, value, type);
            close();
          }}
          onTakeTheirs={() => takeTheirs(merging.theirs)}
        />
      )}
    </Suspense>
  );
}

export function baseOf(entry: Entry | null): Base | null {
  return entry === null ? null : { version: entry.version, value: entry.value ?? '', type: entry.type };
}
